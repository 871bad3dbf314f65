package enrollments

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/engine"
)

// ClockMove sets another deadline.
type ClockMove struct {
	Until  time.Time `json:"until" doc:"The new deadline"`
	Step   string    `json:"step,omitempty" maxLength:"100" doc:"The step that it times, where several have it"`
	Reason string    `json:"reason" minLength:"1" maxLength:"2000"`
}

type moveClockInput struct {
	rest.ByID
	Clock string `path:"clock" maxLength:"100" doc:"The clock's name in the pathway"`
	Body  ClockMove
}

func registerMoveClock(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "move-clock", Path: "/enrollments/{id}/clocks/{clock}/move", Tag: tag, Summary: "Move a deadline, with the reason",
		Text: "A deadline that the law sets cannot be moved: 409, with the rule clock.move.statutory.",
	}, d.moveClock)
}

func (d Deps) moveClock(ctx context.Context, in *moveClockInput) (*rest.One[EnrollmentDetail], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.ClockMove, Clock: in.Clock, Step: in.Body.Step, Until: &in.Body.Until, Reason: in.Body.Reason})
}
