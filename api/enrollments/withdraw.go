package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/engine"
)

// Withdrawal ends an enrollment early.
type Withdrawal struct {
	Reason  string `json:"reason" minLength:"1" maxLength:"2000"`
	Outcome string `json:"outcome,omitempty" enum:"revoked,lost-to-follow-up,transferred,entered-in-error" default:"revoked" doc:"The named end"`
}

type withdrawInput struct {
	rest.ByID
	Body Withdrawal
}

func registerWithdraw(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "withdraw-enrollment", Path: "/enrollments/{id}/withdraw", Tag: tag, Summary: "End an enrollment early, with the reason"}, d.withdraw)
}

func (d Deps) withdraw(ctx context.Context, in *withdrawInput) (*rest.One[EnrollmentDetail], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.EnrollmentWithdraw, Reason: in.Body.Reason, Outcome: in.Body.Outcome})
}
