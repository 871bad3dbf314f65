package demo

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

// longestSkip bounds one step, so that a slip of the finger does not end every pathway.
const longestSkip = 366 * 24 * time.Hour

// Skip is how much time is to be skipped.
type Skip struct {
	Advance string `json:"advance" maxLength:"50" doc:"How much to skip, in days, hours or minutes" example:"2 days"`
}

type advanceInput struct {
	Body Skip
}

func registerAdvance(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "advance-demo-clock", Path: "/demo/clock", Tag: tag, Summary: "Skip time",
		Text: "All enrollments follow at once, as if the time had passed. It never goes back.",
	}, d.advance)
}

func (d Deps) advance(ctx context.Context, in *advanceInput) (*rest.One[DemoClock], error) {
	if err := d.demonstrating(); err != nil {
		return nil, err
	}
	by, err := span(in.Body.Advance)
	if err != nil {
		return nil, err
	}
	offset, err := d.Clock.Advance(ctx, by)
	return rest.OneOf(d.shown(offset), err)
}

// span reads an amount of time that is the same whatever the calendar says.
func span(text string) (time.Duration, error) {
	off, err := care.ParseOffset(text)
	unit := map[care.Unit]time.Duration{care.Days: 24 * time.Hour, care.Hours: time.Hour, care.Minutes: time.Minute}[off.Unit]
	if err != nil || unit == 0 || off.N <= 0 {
		return 0, care.Errorf(care.Invalid, `write how much to skip, like "2 days", "3 hours" or "30 minutes"`).At("advance")
	}
	by := time.Duration(off.N) * unit
	if by > longestSkip {
		return 0, care.Errorf(care.Invalid, "at most 366 days can be skipped at once").At("advance")
	}
	return by, nil
}
