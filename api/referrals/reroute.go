package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerReroute(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "reroute-referral", Path: "/referrals/{id}/reroute", Tag: tag, Summary: "Take a referral from a service and ask the next one"}, d.reroute)
}

func (d Deps) reroute(ctx context.Context, in *plainInput) (*rest.One[care.Referral], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ReferralReroute, Reason: in.reason()})
}
