package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerResume(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "resume-referral", Path: "/referrals/{id}/resume", Tag: tag, Summary: "Record that the service goes on"}, d.resume)
}

func (d Deps) resume(ctx context.Context, in *plainInput) (*rest.One[care.Referral], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ReferralResume, Reason: in.reason()})
}
