package intake

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

type listInput struct {
	rest.Page
	Status    []care.InboundStatus `query:"status" enum:"received,applied,ignored,failed" doc:"One of these"`
	PatientID string               `query:"patient_id" maxLength:"64"`
	ControlID string               `query:"control_id" maxLength:"200" doc:"The sender's own id of the message"`
}

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-inbound", Path: "/intake/messages", Tag: tag, Summary: "List what came in and what became of it, the latest first"}, d.list)
}

func (d Deps) list(ctx context.Context, in *listInput) (*rest.Listed[store.InboundMessage], error) {
	return rest.ListOf(d.Store.ListInbound(ctx, store.InboundFilter{Status: in.Status, PatientID: in.PatientID, ControlID: in.ControlID}, in.Store()))
}
