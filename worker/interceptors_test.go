package worker

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"throughline/care"
	"throughline/workflows"
)

func TestScrub(t *testing.T) {
	if scrub(nil) != nil {
		t.Error("no error became one")
	}
	ours := workflows.Retry(care.Errorf(care.Conflict, "not now"))
	if !errors.Is(scrub(ours), ours) {
		t.Error("an error in our words was changed")
	}
	if got := scrub(context.Canceled); !errors.Is(got, context.Canceled) {
		t.Errorf("a cancellation became %v", got)
	}
	var app *temporal.ApplicationError
	got := scrub(errors.New("patient Jane Doe not found"))
	if !errors.As(got, &app) || app.NonRetryable() || strings.Contains(got.Error(), "Jane") {
		t.Errorf("an unexpected error became %v", got)
	}
}

func TestOptions(t *testing.T) {
	var told error
	o := Options{OnFatal: func(err error) { told = err }}.withDefaults()
	p, d := o.forPathways(), o.forDeliveries()
	if p.WorkerStopTimeout != 15*time.Second || d.WorkerStopTimeout != 15*time.Second {
		t.Errorf("a stop waits %s and %s", p.WorkerStopTimeout, d.WorkerStopTimeout)
	}
	if p.DisableWorkflowWorker || !d.DisableWorkflowWorker {
		t.Error("workflows run on the wrong queue")
	}
	if p.WorkflowTaskPollerBehavior == nil || p.ActivityTaskPollerBehavior == nil || d.ActivityTaskPollerBehavior == nil {
		t.Error("pollers do not follow the work")
	}
	p.OnFatalError(errors.New("gone"))
	if told == nil {
		t.Error("a fatal error is told to nobody")
	}
}
