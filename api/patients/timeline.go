package patients

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

type timelineInput struct {
	rest.ByID
	rest.Page
}

func registerTimeline(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-patient-timeline", Path: "/patients/{id}/timeline", Tag: tag, Summary: "Tell what happened to a patient on all pathways, the latest first"}, d.timeline)
}

func (d Deps) timeline(ctx context.Context, in *timelineInput) (*rest.Listed[care.TimelineEntry], error) {
	if _, err := d.Store.Patient(ctx, in.ID); err != nil {
		return nil, err
	}
	return rest.ListOf(d.Store.PatientTimeline(ctx, in.ID, in.Store()))
}
