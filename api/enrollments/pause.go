package enrollments

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/engine"
)

// Pause stops an enrollment for a time.
type Pause struct {
	Until  time.Time `json:"until" doc:"When it goes on by itself, within 90 days"`
	Reason string    `json:"reason" minLength:"1" maxLength:"2000"`
}

type pauseInput struct {
	rest.ByID
	Body Pause
}

func registerPause(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "pause-enrollment", Path: "/enrollments/{id}/pause", Tag: tag, Summary: "Pause an enrollment until a date",
		Text: "Deadlines that the law sets run on.",
	}, d.pause)
}

func (d Deps) pause(ctx context.Context, in *pauseInput) (*rest.One[EnrollmentDetail], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.EnrollmentPause, Until: &in.Body.Until, Reason: in.Body.Reason})
}
