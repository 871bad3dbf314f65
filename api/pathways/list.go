package pathways

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
)

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-pathways", Path: "/pathways", Tag: tag, Summary: "List the pathways with their versions"}, d.list)
}

func (d Deps) list(ctx context.Context, _ *struct{}) (*rest.Listed[Pathway], error) {
	all, err := d.all(ctx)
	return rest.ListOf(all, "", err)
}
