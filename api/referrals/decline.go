package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerDecline(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "decline-referral", Path: "/referrals/{id}/decline", Tag: tag, Summary: "Record that the service says no"}, d.decline)
}

func (d Deps) decline(ctx context.Context, in *reasonedInput) (*rest.One[care.Referral], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ReferralDecline, Reason: in.Body.Reason})
}
