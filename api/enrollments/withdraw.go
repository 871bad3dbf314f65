package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/engine"
)

type withdrawInput struct {
	rest.ByID
	Body struct {
		Reason  string `json:"reason" minLength:"1" maxLength:"2000"`
		Outcome string `json:"outcome,omitempty" enum:"revoked,lost-to-follow-up,transferred,entered-in-error" default:"revoked" doc:"The named end"`
	}
}

func registerWithdraw(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "withdraw-enrollment", Path: "/enrollments/{id}/withdraw", Tag: tag, Summary: "End an enrollment early, with the reason"}, d.withdraw)
}

func (d Deps) withdraw(ctx context.Context, in *withdrawInput) (*rest.One[Detail], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.EnrollmentWithdraw, Reason: in.Body.Reason, Outcome: in.Body.Outcome})
}
