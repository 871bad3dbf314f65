package workflows_test

import (
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// next gives the input of the run that a workflow went on in.
func next(t *testing.T, err error) workflows.Input {
	t.Helper()
	var renewed *workflow.ContinueAsNewError
	if !errors.As(err, &renewed) {
		t.Fatalf("the workflow ended with %v", err)
	}
	var in workflows.Input
	if err := converter.GetDefaultDataConverter().FromPayloads(renewed.Input, &in); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestRenewalAfterALongHistory(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	b.env.RegisterDelayedCallback(func() { b.env.SetContinueAsNewSuggested(true) }, time.Minute)
	attempt := b.submit(2*time.Minute, func() engine.Event {
		return engine.Event{ID: "a-1", Kind: engine.TaskAttempt, Actor: coordinator, TaskID: b.task("call"),
			Attempt: &care.Attempt{Mode: care.ByPhone, Who: "patient"}}
	})
	in := next(t, b.run(workflows.Input{Definition: *errand(t)}))
	if attempt.err != nil || attempt.receipt.Seq != 2 {
		t.Errorf("the last event was answered with %+v", attempt)
	}
	if in.State == nil || in.State.Seq != 2 || in.State.EnrollmentID != enrollmentID || len(in.Pending) != 0 {
		t.Errorf("the next run begins with %+v", in)
	}
}

func TestRenewalAfterNinetyDays(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started(care.FactValue{Name: "wants_ride", Value: true})))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	b.submit(91*24*time.Hour, func() engine.Event {
		return engine.Event{ID: "p-1", Kind: engine.PatientUpdated, Actor: care.Actor{Kind: care.System}, Patient: &engine.PatientFacts{Language: "es"}}
	})
	in := next(t, b.run(workflows.Input{Definition: *errand(t)}))
	if in.State == nil || in.State.Patient.Language != "es" {
		t.Errorf("the next run begins with %+v", in.State)
	}
}

// TestRenewalCarriesWhatIsUndelivered: a message that waits to be tried again goes over to the next
// run and is delivered there, once; an event that comes during the drain still has its turn.
func TestRenewalCarriesWhatIsUndelivered(t *testing.T) {
	b := newBench(t)
	b.send = failures(1_000_000, care.Errorf(care.Unavailable, "the gateway is away"))
	b.submit(0, fixed(started()))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	b.env.RegisterDelayedCallback(func() { b.env.SetContinueAsNewSuggested(true) }, time.Hour+5*time.Minute)
	during := b.submit(time.Hour+5*time.Minute+time.Second, func() engine.Event {
		return engine.Event{ID: "p-1", Kind: engine.PatientUpdated, Actor: care.Actor{Kind: care.System}, Patient: &engine.PatientFacts{Language: "es"}}
	})
	in := next(t, b.run(workflows.Input{Definition: *errand(t)}))
	if during.err != nil || !during.completed {
		t.Errorf("the event during the drain was answered with %+v", during)
	}
	if len(in.Pending) != 1 || in.Pending[0].Message == nil {
		t.Fatalf("the next run begins with %d undelivered messages", len(in.Pending))
	}

	second := newBench(t)
	second.turns = b.turns
	second.env.SetStartTime(noon.Add(3 * time.Hour))
	if err := second.run(in); err != nil {
		t.Fatal(err)
	}
	if got := second.sentOf("message"); got != 1 {
		t.Errorf("sent %d times", got)
	}
	if got := second.last(); got.Outcome != care.EndCompleted {
		t.Errorf("ended %s as %q", got.Status, got.Outcome)
	}
}

// TestRestoredRunKeepsItsDeadlines: what a repair starts from the last state fires what is due.
func TestRestoredRunKeepsItsDeadlines(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, time.Minute)
	_ = b.run(workflows.Input{Definition: *errand(t)})
	state := b.last()

	second := newBench(t)
	second.turns = b.turns
	second.env.SetStartTime(noon.Add(12 * time.Hour))
	second.env.RegisterDelayedCallback(second.env.CancelWorkflow, time.Hour)
	_ = second.run(workflows.Input{Definition: *errand(t), State: &state})
	if r, e := second.sentOf("reminder"), second.sentOf("escalation"); r != 1 || e != 1 {
		t.Errorf("%d reminders and %d escalations", r, e)
	}
}
