package services

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-service", Path: "/services/{id}", Tag: tag, Summary: "Show a community service"}, d.get)
}

func (d Deps) get(ctx context.Context, in *rest.ByID) (*rest.One[care.Service], error) {
	return rest.OneOf(d.Store.Service(ctx, in.ID))
}
