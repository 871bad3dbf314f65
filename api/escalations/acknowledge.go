package escalations

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerAcknowledge(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "acknowledge-escalation", Path: "/escalations/{id}/acknowledge", Tag: tag, Summary: "Say that an escalation was seen"}, d.acknowledge)
}

func (d Deps) acknowledge(ctx context.Context, in *plainInput) (*rest.One[care.Escalation], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.EscalationAcknowledge, Reason: in.reason()})
}
