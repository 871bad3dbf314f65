package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/engine"
)

func registerSkipStep(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "skip-step", Path: "/enrollments/{id}/steps/{step}/skip", Tag: tag, Summary: "Leave out a step that waits or is open"}, d.skipStep)
}

func (d Deps) skipStep(ctx context.Context, in *stepInput) (*rest.One[EnrollmentDetail], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.StepSkip, Step: in.Step, Occurrence: in.Body.Occurrence, Reason: in.Body.Reason})
}
