package messages

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-message", Path: "/messages/{id}", Tag: tag, Summary: "Show a message"}, d.get)
}

func (d Deps) get(ctx context.Context, in *rest.ByID) (*rest.One[care.Message], error) {
	return rest.OneOf(d.Store.Message(ctx, in.ID))
}
