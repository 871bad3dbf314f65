package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerHold(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "hold-referral", Path: "/referrals/{id}/hold", Tag: tag, Summary: "Record that the service has to wait"}, d.hold)
}

func (d Deps) hold(ctx context.Context, in *reasonedInput) (*rest.One[care.Referral], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ReferralHold, Reason: in.Body.Reason})
}
