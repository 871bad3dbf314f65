package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"throughline/pathways/engine"
)

// alarm is the one timer of an enrollment. It is kept when the next deadline moves away: a timer that
// fires early costs less history than one that is cancelled and started again.
type alarm struct {
	at     time.Time
	timer  workflow.Future
	cancel workflow.CancelFunc
}

// set makes sure that the alarm rings at the (real) time, or earlier.
func (a *alarm) set(ctx workflow.Context, at time.Time) {
	if a.timer != nil {
		if !at.Before(a.at) {
			return
		}
		a.cancel()
	}
	timing, cancel := workflow.WithCancel(ctx)
	a.at, a.cancel = at, cancel
	a.timer = workflow.NewTimerWithOptions(timing, at.Sub(workflow.Now(ctx)), workflow.TimerOptions{Summary: "the next deadline"})
}

func (a *alarm) rang() bool { return a.timer != nil && a.timer.IsReady() }

func (a *alarm) clear() { a.timer, a.cancel = nil, nil }

// arm sets the alarm to when the engine must be asked again, no earlier than the floor from now.
func (e *enrollment) arm(ctx workflow.Context, wake *time.Time, floor time.Duration) {
	if wake == nil {
		return
	}
	at := wake.Add(-e.state.Offset)
	if soonest := workflow.Now(ctx).Add(floor); at.Before(soonest) {
		at = soonest
	}
	e.alarm.set(ctx, at)
}

// floorAfter keeps a tick that left something due from being followed by another at once, for ever.
func floorAfter(ev engine.Event) time.Duration {
	if ev.Kind == engine.Tick {
		return time.Second
	}
	return 0
}

// tick does what is due. An early alarm finds nothing due, and is set again without a turn.
func (e *enrollment) tick(ctx workflow.Context) {
	e.alarm.clear()
	wake := e.wake()
	ev := engine.Event{ID: fmt.Sprintf("tick:%d", e.state.Seq+1), Kind: engine.Tick}
	if wake == nil || wake.After(e.now(ctx, ev)) {
		e.arm(ctx, wake, 0)
		return
	}
	e.turn(ctx, &submission{event: ev})
}

func (e *enrollment) wake() *time.Time {
	//workflowcheck:ignore // pure: see turn
	return e.engine.Wake(e.state)
}
