package referrals

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

type listInput struct {
	rest.Page
	PatientID    string                `query:"patient_id" maxLength:"64"`
	EnrollmentID string                `query:"enrollment_id" maxLength:"64"`
	ServiceID    string                `query:"service_id" maxLength:"64"`
	Need         string                `query:"need" maxLength:"100" doc:"Gravity SDOH category"`
	Status       []care.ReferralStatus `query:"status" enum:"draft,requested,accepted,rejected,cancelled,in-progress,on-hold,completed,failed,entered-in-error" doc:"One of these"`
	Open         bool                  `query:"open" doc:"Only what something is still expected of"`
	DueBefore    time.Time             `query:"due_before" doc:"Only those whose present wait ends before"`
}

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-referrals", Path: "/referrals", Tag: tag, Summary: "List referrals by the end of their present wait"}, d.list)
}

func (d Deps) list(ctx context.Context, in *listInput) (*rest.Listed[care.Referral], error) {
	f := store.ReferralFilter{
		PatientID: in.PatientID, EnrollmentID: in.EnrollmentID, ServiceID: in.ServiceID, Need: in.Need, Status: in.Status, Open: in.Open,
	}
	if !in.DueBefore.IsZero() {
		f.DueBefore = &in.DueBefore
	}
	return rest.ListOf(d.Store.ListReferrals(ctx, f, in.Store()))
}
