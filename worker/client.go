package worker

import (
	"log/slog"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
)

// ClientOptions completes a connection's options with what every client of ours needs: payloads and
// failures are encrypted, summaries too, and the SDK logs through slog.
func ClientOptions(base client.Options, codec *Codec, logger *slog.Logger) client.Options {
	data := converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), codec)
	base.DataConverter = data
	base.FailureConverter = temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter:          data,
		EncodeCommonAttributes: true, // an error's text and stack would stand in plain words otherwise
	})
	base.Logger = sdklog.NewStructuredLogger(ourWay(logger))
	return base
}
