package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-referral", Path: "/referrals/{id}", Tag: tag, Summary: "Show a referral"}, d.get)
}

func (d Deps) get(ctx context.Context, in *rest.ByID) (*rest.One[care.Referral], error) {
	return rest.OneOf(d.Store.Referral(ctx, in.ID))
}
