package intake

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
)

const (
	hl7Type   = "application/hl7-v2"
	plainType = "text/plain; charset=utf-8"
)

type hl7Input struct {
	Accept  string `header:"Accept"`
	RawBody []byte `contentType:"application/hl7-v2"`
}

type hl7Output struct {
	ContentType string `header:"Content-Type"`
	Body        []byte `contentType:"application/hl7-v2"`
}

func registerHL7(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "post-hl7v2", Path: "/intake/hl7v2", Tag: tag, Summary: "Take in HL7 v2 messages", MaxBody: maxMessages,
		Text: "One message or a batch, in ER7 with segments ended by CR, LF or CRLF. The answer is one acknowledgement per message: AA, AE or AR. " +
			"A message is stored before it is acknowledged; sent again it changes nothing.",
	}, d.hl7)
}

func (d Deps) hl7(ctx context.Context, in *hl7Input) (*hl7Output, error) {
	acks, err := d.Intake.HL7(ctx, clone(in.RawBody), sourceOf(ctx))
	if len(acks) == 0 && err != nil {
		return nil, err
	}
	kind := plainType
	if strings.Contains(in.Accept, hl7Type) {
		kind = hl7Type
	}
	return &hl7Output{ContentType: kind, Body: acks}, nil
}

// clone copies a body: the buffer that it came in is used again for the next request.
func clone(body []byte) []byte { return append([]byte(nil), body...) }
