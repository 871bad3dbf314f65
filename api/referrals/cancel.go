package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerCancel(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "cancel-referral", Path: "/referrals/{id}/cancel", Tag: tag, Summary: "Call a referral off"}, d.cancel)
}

func (d Deps) cancel(ctx context.Context, in *reasonedInput) (*rest.One[care.Referral], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ReferralCancel, Reason: in.Body.Reason})
}
