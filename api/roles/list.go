package roles

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/store"
)

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-roles", Path: "/roles", Tag: tag, Summary: "List where each role's mail goes"}, d.list)
}

func (d Deps) list(ctx context.Context, _ *struct{}) (*rest.Listed[store.Role], error) {
	all, err := d.Store.Roles(ctx)
	return rest.ListOf(all, "", err)
}
