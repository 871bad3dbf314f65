package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

type listInput struct {
	rest.Page
	PatientID   string                  `query:"patient_id" maxLength:"64" doc:"Whose, those merged into them included"`
	EncounterID string                  `query:"encounter_id" maxLength:"64" doc:"The stay that it follows"`
	Pathway     string                  `query:"pathway" maxLength:"100"`
	Status      []care.EnrollmentStatus `query:"status" enum:"active,paused,suspended,ended" doc:"One of these"`
	Owner       string                  `query:"owner" maxLength:"100" doc:"The role that answers for it"`
}

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-enrollments", Path: "/enrollments", Tag: tag, Summary: "List enrollments, the latest first"}, d.list)
}

func (d Deps) list(ctx context.Context, in *listInput) (*rest.Listed[care.Enrollment], error) {
	return rest.ListOf(d.Store.ListEnrollments(ctx, store.EnrollmentFilter{
		PatientID: in.PatientID, EncounterID: in.EncounterID, Pathway: in.Pathway, Status: in.Status, Owner: in.Owner,
	}, in.Store()))
}
