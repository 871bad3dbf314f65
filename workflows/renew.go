package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// renewAfter is how old a run gets before it sheds its history.
const renewAfter = 90 * 24 * time.Hour

// renewIfDue begins the end of this run where its history is long or old. Deliveries are recalled:
// an attempt that runs is heard out, one that only waits to be tried again is left to the next run.
// Events that arrive meanwhile still have their turns here.
func (e *enrollment) renewIfDue(ctx workflow.Context) {
	if e.renewing || e.state.Status == "" || e.over() {
		return
	}
	info := workflow.GetInfo(ctx)
	old := workflow.Now(ctx).Sub(info.WorkflowStartTime) >= renewAfter
	if !old && !info.GetContinueAsNewSuggested() {
		return
	}
	e.renewing = true
	e.recall()
}

// renewed goes on in a new run, with an empty history. It is the last thing that a run does.
func (e *enrollment) renewed(ctx workflow.Context) error {
	next := Input{Definition: e.definition, State: &e.state, Pending: e.carried}
	options := workflow.ContinueAsNewErrorOptions{
		// A worker that is pinned to a build may hand over to a newer one here. Without builds it says nothing.
		InitialVersioningBehavior: workflow.ContinueAsNewVersioningBehaviorAutoUpgrade,
	}
	//nolint:wrapcheck // it is made here, and the SDK must recognise it
	return workflow.NewContinueAsNewErrorWithOptions(ctx, options, EnrollmentWorkflow, next)
}
