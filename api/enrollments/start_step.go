package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/engine"
)

// StepChange begins or leaves out a step.
type StepChange struct {
	Reason     string `json:"reason" minLength:"1" maxLength:"2000"`
	Occurrence int    `json:"occurrence,omitempty" minimum:"1" doc:"Which occurrence of a repeated step"`
}

type stepInput struct {
	rest.ByID
	Step string `path:"step" maxLength:"100" doc:"The step's id in the pathway"`
	Body StepChange
}

func registerStartStep(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "start-step", Path: "/enrollments/{id}/steps/{step}/start", Tag: tag, Summary: "Begin a waiting step now"}, d.startStep)
}

func (d Deps) startStep(ctx context.Context, in *stepInput) (*rest.One[EnrollmentDetail], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.StepStart, Step: in.Step, Occurrence: in.Body.Occurrence, Reason: in.Body.Reason})
}
