package parts

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
)

type listInput struct{ rest.Page }

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "list-parts", Path: "/parts", Tag: tag, Summary: "List the reusable parts with their versions",
		Text: "The organization's own and those that came with the program, by name.",
	}, d.list)
}

func (d Deps) list(ctx context.Context, in *listInput) (*rest.Listed[ReusablePart], error) {
	some, next, err := d.Store.ListParts(ctx, shippedNames(), in.Store())
	if err != nil {
		return nil, err
	}
	items := make([]ReusablePart, 0, len(some))
	for _, p := range some {
		items = append(items, partOf(p.Part, p.Versions))
	}
	return rest.ListOf(items, next, nil)
}
