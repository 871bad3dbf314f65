package enrollments

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
	rest.Get(a, rest.Op{
		ID: "get-enrollment-timeline", Path: "/enrollments/{id}/timeline", Tag: tag, Summary: "Tell an enrollment's story",
		Text: "Who did what, when, and why, in the order in which it was recorded.",
	}, d.timeline)
}

func (d Deps) timeline(ctx context.Context, in *timelineInput) (*rest.Listed[care.TimelineEntry], error) {
	if _, err := d.Store.Enrollment(ctx, in.ID); err != nil {
		return nil, err
	}
	return rest.ListOf(d.Store.EnrollmentTimeline(ctx, in.ID, in.Store()))
}
