package escalations

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-escalation", Path: "/escalations/{id}", Tag: tag, Summary: "Show an escalation"}, d.get)
}

func (d Deps) get(ctx context.Context, in *rest.ByID) (*rest.One[care.Escalation], error) {
	return rest.OneOf(d.Store.Escalation(ctx, in.ID))
}
