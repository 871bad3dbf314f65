package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/engine"
)

type resumeInput struct {
	rest.ByID
	Body *EnrollmentNote
}

func registerResume(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "resume-enrollment", Path: "/enrollments/{id}/resume", Tag: tag, Summary: "Let a paused or suspended enrollment go on",
		Text: "Ending a suspension needs a reason.",
	}, d.resume)
}

func (d Deps) resume(ctx context.Context, in *resumeInput) (*rest.One[EnrollmentDetail], error) {
	ev := engine.Event{Kind: engine.EnrollmentResume}
	if in.Body != nil {
		ev.Reason = in.Body.Reason
	}
	return d.do(ctx, in.ID, ev)
}
