package referrals

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/enrollments"
	"throughline/api/rest"
	"throughline/pathways/engine"
)

// PersonalReferral refers one patient.
type PersonalReferral struct {
	EnrollmentID string `json:"enrollment_id" maxLength:"64" doc:"The enrollment that the referral is to be part of"`
	Reason       string `json:"reason" minLength:"1" maxLength:"2000" doc:"Why the plan is changed"`
	enrollments.NewReferral
	Owner string `json:"owner,omitempty" maxLength:"100" doc:"The role that sees to it; default: the pathway's"`
}

type createInput struct {
	Body PersonalReferral
}

func registerCreate(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "create-referral", Path: "/referrals", Tag: tag, Summary: "Refer a patient to a community service", Status: http.StatusCreated,
		Text: "The referral becomes a step of the enrollment, which this answers with. Where consent is required, the patient is asked first; then services are asked, the best first, until one says yes.",
	}, d.create)
}

func (d Deps) create(ctx context.Context, in *createInput) (*rest.One[enrollments.EnrollmentDetail], error) {
	if _, err := d.Store.Enrollment(ctx, in.Body.EnrollmentID); err != nil {
		return nil, err
	}
	step := enrollments.NewStep{Referral: &in.Body.NewReferral, Owner: in.Body.Owner}
	err := d.Commands.Send(ctx, in.Body.EnrollmentID, engine.Event{Kind: engine.StepAdd, NewStep: step.Step(), Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	found, err := d.Store.Enrollment(ctx, in.Body.EnrollmentID)
	if err != nil {
		return nil, err
	}
	return &rest.One[enrollments.EnrollmentDetail]{Body: enrollments.Shown(found)}, nil
}
