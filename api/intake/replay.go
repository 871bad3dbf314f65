package intake

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
)

func registerReplay(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "replay-inbound", Path: "/intake/messages/{id}/replay", Tag: tag, Summary: "Apply a failed or ignored message again",
		Text: "One that was applied is refused with 409.",
	}, d.replay)
}

func (d Deps) replay(ctx context.Context, in *rest.ByID) (*rest.One[MessageFate], error) {
	return rest.OneOf(d.Intake.Replay(ctx, in.ID))
}
