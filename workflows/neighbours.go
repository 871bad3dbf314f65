package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"throughline/care"
	"throughline/pathways/engine"
)

// Limits of what other enrollments are asked and told.
const (
	neighbourLimit = time.Minute
	// neighbourPulse is how long an attempt may be silent. Temporal may count one as begun that no worker
	// ever got (see searchLimit): it is not waited for as long as a slow one.
	neighbourPulse = 15 * time.Second
)

// neighbourOptions are those of an activity that does the same once however often it is tried, and that
// is tried until it succeeds.
func neighbourOptions(summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:           DeliveryQueue,
		StartToCloseTimeout: neighbourLimit,
		HeartbeatTimeout:    neighbourPulse,
		WaitForCancellation: true,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 5 * time.Minute},
		Summary:             summary,
	}
}

// startOther has another pathway started for the patient.
func (e *enrollment) startOther(ctx workflow.Context, l *engine.SubLaunch) (engine.Event, bool) {
	ev := engine.Event{ID: l.ID, Kind: engine.SubStarted, Actor: care.TheEngine, Step: l.Parent.Step, Occurrence: l.Parent.Occurrence}
	var done SubStart
	ctx = workflow.WithActivityOptions(ctx, neighbourOptions("start another pathway"))
	if err := workflow.ExecuteActivity(ctx, StartPathwayActivity, *l).Get(ctx, &done); err != nil {
		if e.recalled(err) {
			return engine.Event{}, false
		}
		done.Refused = "it could not be started; see the log"
		if refused := AsError(err); refused != nil {
			done.Refused = refused.Message
		}
	}
	switch {
	case done.Refused != "":
		ev.Kind, ev.Reason = engine.SubRefused, done.Refused
	case done.Joined:
		ev.Child, ev.Outcome = done.EnrollmentID, "joined"
	default:
		ev.Child = done.EnrollmentID
	}
	return ev, true
}

// endOther has an enrollment ended that this one started.
func (e *enrollment) endOther(ctx workflow.Context, s *engine.SubEnd) (engine.Event, bool) {
	ev := engine.Event{ID: s.ID, Kind: engine.SubWithdrawn, Actor: care.TheEngine, Step: s.Step, Occurrence: s.Occurrence}
	ctx = workflow.WithActivityOptions(ctx, neighbourOptions("end another pathway"))
	if err := workflow.ExecuteActivity(ctx, EndPathwayActivity, *s).Get(ctx, nil); err != nil && e.recalled(err) {
		return engine.Event{}, false
	}
	return ev, true
}

// tellParent tells the enrollment that started this one how it ended.
func (e *enrollment) tellParent(ctx workflow.Context, n *engine.ParentNews) (engine.Event, bool) {
	ctx = workflow.WithActivityOptions(ctx, neighbourOptions("tell the enrollment that started this one"))
	if err := workflow.ExecuteActivity(ctx, TellParentActivity, *n).Get(ctx, nil); err != nil && e.recalled(err) {
		return engine.Event{}, false
	}
	return engine.Event{ID: n.ID, Kind: engine.ParentTold, Actor: care.TheEngine}, true
}
