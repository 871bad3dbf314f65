package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerFail(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "fail-referral", Path: "/referrals/{id}/fail", Tag: tag, Summary: "Record that it was tried and could not be done"}, d.fail)
}

func (d Deps) fail(ctx context.Context, in *reasonedInput) (*rest.One[care.Referral], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ReferralFail, Reason: in.Body.Reason})
}
