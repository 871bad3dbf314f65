// Package referrals is the API of what is asked of community services. Its states are those of the
// Gravity SDOH Clinical Care guide; who may make which move is the engine's to say.
package referrals

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/command"
	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
)

const tag = "referrals"

// Store is what the operations read.
type Store interface {
	ListReferrals(ctx context.Context, f store.ReferralFilter, p store.Page) ([]care.Referral, string, error)
	Referral(ctx context.Context, id care.ID) (care.Referral, error)
	Enrollment(ctx context.Context, id care.ID) (store.EnrollmentDetail, error)
}

// Deps are what the operations work with.
type Deps struct {
	Store    Store
	Commands command.Sender
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerCreate(a, d)
	registerGet(a, d)
	registerAccept(a, d)
	registerDecline(a, d)
	registerStart(a, d)
	registerHold(a, d)
	registerResume(a, d)
	registerComplete(a, d)
	registerFail(a, d)
	registerCancel(a, d)
	registerReroute(a, d)
}

// do sends an event about the referral and answers with it as it now stands.
func (d Deps) do(ctx context.Context, id care.ID, ev engine.Event) (*rest.One[care.Referral], error) {
	referral, err := d.Store.Referral(ctx, id)
	if err != nil {
		return nil, err
	}
	ev.ReferralID = id
	err = d.Commands.Send(ctx, referral.EnrollmentID, ev)
	if care.CodeOf(err) == care.NotFound {
		return nil, care.Errorf(care.Conflict, "the referral is %s already", referral.Status).By("gravity.referral-task")
	}
	if err != nil {
		return nil, err
	}
	return rest.OneOf(d.Store.Referral(ctx, id))
}

// ReferralNote is why a referral moves, where nobody need say.
type ReferralNote struct {
	Reason string `json:"reason,omitempty" maxLength:"2000"`
}

type plainInput struct {
	rest.ByID
	Body *ReferralNote
}

func (in *plainInput) reason() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Reason
}

// ReferralReason is why a referral moves.
type ReferralReason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"2000"`
}

// reasonedInput is for what needs a reason.
type reasonedInput struct {
	rest.ByID
	Body ReferralReason
}
