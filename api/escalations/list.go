package escalations

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

type listInput struct {
	rest.Page
	Level        []string                `query:"level" maxItems:"20" doc:"One of the roles escalated to"`
	Status       []care.EscalationStatus `query:"status" enum:"open,acknowledged,snoozed,resolved,withdrawn" doc:"One of these"`
	Open         bool                    `query:"open" doc:"Only what somebody is to act on"`
	PatientID    string                  `query:"patient_id" maxLength:"64"`
	EnrollmentID string                  `query:"enrollment_id" maxLength:"64"`
	TaskID       string                  `query:"task_id" maxLength:"64"`
}

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-escalations", Path: "/escalations", Tag: tag, Summary: "List escalations, the oldest first"}, d.list)
}

func (d Deps) list(ctx context.Context, in *listInput) (*rest.Listed[care.Escalation], error) {
	return rest.ListOf(d.Store.ListEscalations(ctx, store.EscalationFilter{
		Levels: in.Level, Status: in.Status, Open: in.Open, PatientID: in.PatientID, EnrollmentID: in.EnrollmentID, TaskID: in.TaskID,
	}, in.Store()))
}
