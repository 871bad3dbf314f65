package escalations

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// Resolution closes an escalation.
type Resolution struct {
	Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"How it was resolved"`
}

type resolveInput struct {
	rest.ByID
	Body Resolution
}

func registerResolve(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "resolve-escalation", Path: "/escalations/{id}/resolve", Tag: tag, Summary: "Close an escalation, with how",
		Text: "The work that it was about goes on.",
	}, d.resolve)
}

func (d Deps) resolve(ctx context.Context, in *resolveInput) (*rest.One[care.Escalation], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.EscalationResolve, Reason: in.Body.Reason})
}
