package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerAccept(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "accept-referral", Path: "/referrals/{id}/accept", Tag: tag, Summary: "Record that the service says yes"}, d.accept)
}

func (d Deps) accept(ctx context.Context, in *plainInput) (*rest.One[care.Referral], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ReferralAccept, Reason: in.reason()})
}
