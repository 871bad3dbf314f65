package messages

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

type listInput struct {
	rest.Page
	PatientID    string               `query:"patient_id" maxLength:"64" doc:"About whom, those merged into them included"`
	EnrollmentID string               `query:"enrollment_id" maxLength:"64"`
	To           string               `query:"to" maxLength:"100" doc:"patient, role:<role> or service:<id>"`
	Purpose      string               `query:"purpose" enum:"message,questionnaire,reminder,warning,escalation,referral"`
	Status       []care.MessageStatus `query:"status" enum:"queued,sending,sent,failed,unknown,stopped" doc:"One of these"`
}

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-messages", Path: "/messages", Tag: tag, Summary: "List messages, the latest first"}, d.list)
}

func (d Deps) list(ctx context.Context, in *listInput) (*rest.Listed[care.Message], error) {
	return rest.ListOf(d.Store.ListMessages(ctx, store.MessageFilter{
		PatientID: in.PatientID, EnrollmentID: in.EnrollmentID, To: in.To, Purpose: in.Purpose, Status: in.Status,
	}, in.Store()))
}
