// Package demo is the API of time that can be skipped: for demonstrations, trials and tests. Outside
// of --demo every operation refuses.
package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

const tag = "demo"

// Clock is the time that pathways follow.
type Clock interface {
	// Offset gives what is added to the real time.
	Offset(ctx context.Context) (time.Duration, error)
	// Advance moves the time on for every enrollment, running and new, and returns when all that was
	// due meanwhile was done.
	Advance(ctx context.Context, by time.Duration) (offset time.Duration, err error)
}

// Deps are what the operations work with.
type Deps struct {
	Clock Clock            // nil outside of --demo
	Now   func() time.Time // the real time
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerShow(a, d)
	registerAdvance(a, d)
}

// DemoClock is the time that pathways follow.
type DemoClock struct {
	Now    time.Time `json:"now" doc:"The time that pathways follow"`
	Real   time.Time `json:"real"`
	Offset string    `json:"offset" doc:"What was skipped in all, as an ISO 8601 duration" example:"PT48H"`
}

func (d Deps) shown(offset time.Duration) DemoClock {
	now := d.Now().UTC()
	return DemoClock{Now: now.Add(offset), Real: now, Offset: isoDuration(offset)}
}

// isoDuration writes hours, minutes and seconds: a day that is skipped is 24 hours.
func isoDuration(d time.Duration) string {
	s := int64(d / time.Second)
	return fmt.Sprintf("PT%dH%dM%dS", s/3600, s/60%60, s%60)
}

func (d Deps) demonstrating() error {
	if d.Clock == nil {
		return care.Errorf(care.Forbidden, "time can be skipped in a demonstration only: start with --demo").By("demo.only")
	}
	return nil
}

func registerShow(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-demo-clock", Path: "/demo/clock", Tag: tag, Summary: "Show the time that pathways follow"}, d.show)
}

func (d Deps) show(ctx context.Context, _ *struct{}) (*rest.One[DemoClock], error) {
	if err := d.demonstrating(); err != nil {
		return nil, err
	}
	offset, err := d.Clock.Offset(ctx)
	return rest.OneOf(d.shown(offset), err)
}
