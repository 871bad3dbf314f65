package patients

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/enrollments"
	"throughline/api/rest"
	"throughline/care"
)

// Plan is all that is planned for a patient.
type Plan struct {
	PatientID   care.ID                        `json:"patient_id"`
	Enrollments []enrollments.EnrollmentDetail `json:"enrollments" nullable:"false" doc:"Those that have not ended, the oldest first"`
}

func registerPlan(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-patient-plan", Path: "/patients/{id}/plan", Tag: tag, Summary: "Show what is planned for a patient on all pathways"}, d.plan)
}

func (d Deps) plan(ctx context.Context, in *rest.ByID) (*rest.One[Plan], error) {
	if _, err := d.Store.Patient(ctx, in.ID); err != nil {
		return nil, err
	}
	running, err := d.Store.ActiveEnrollments(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	plan := Plan{PatientID: in.ID, Enrollments: []enrollments.EnrollmentDetail{}}
	for _, e := range running {
		detail, err := d.Store.Enrollment(ctx, e.ID)
		if err != nil {
			return nil, err
		}
		plan.Enrollments = append(plan.Enrollments, enrollments.Shown(detail))
	}
	return &rest.One[Plan]{Body: plan}, nil
}
