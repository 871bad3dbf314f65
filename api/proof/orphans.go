package proof

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/store"
)

func registerOrphans(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-orphans", Path: "/proof/orphans", Tag: tag, Summary: "List what nothing holds, the oldest first"}, d.orphans)
}

func (d Deps) orphans(ctx context.Context, in *rest.Page) (*rest.Listed[store.Orphan], error) {
	return rest.ListOf(d.Store.Orphans(ctx, in.Store()))
}
