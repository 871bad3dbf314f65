package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerStart(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "start-referral", Path: "/referrals/{id}/start", Tag: tag, Summary: "Record that the service has reached the patient"}, d.start)
}

func (d Deps) start(ctx context.Context, in *plainInput) (*rest.One[care.Referral], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ReferralStart, Reason: in.reason()})
}
