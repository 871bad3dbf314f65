package referrals

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// ReferralOutcome is what came of a referral.
type ReferralOutcome struct {
	Outcome    string    `json:"outcome,omitempty" enum:"service_received,not_received" default:"service_received"`
	OccurredAt time.Time `json:"occurred_at,omitzero" doc:"When; default: now"`
	Reason     string    `json:"reason,omitempty" maxLength:"2000"`
}

type completeInput struct {
	rest.ByID
	Body ReferralOutcome
}

func registerComplete(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "complete-referral", Path: "/referrals/{id}/complete", Tag: tag, Summary: "Record what came of a referral",
		Text: "A service that was not received does not close the need: the next service is asked, or a person decides.",
	}, d.complete)
}

func (d Deps) complete(ctx context.Context, in *completeInput) (*rest.One[care.Referral], error) {
	b := in.Body
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ReferralComplete, Outcome: b.Outcome, OccurredAt: b.OccurredAt, Reason: b.Reason})
}
