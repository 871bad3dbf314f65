package workflows_test

import (
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// losing gives a bench whose database has turns that no history knows: a process died after it had
// committed them. The events happened an hour before the workflow's present.
func losing(t *testing.T, events ...engine.Event) *bench {
	t.Helper()
	b := newBench(t)
	b.lost = true
	core, err := engine.For(errand(t))
	if err != nil {
		t.Fatal(err)
	}
	var state engine.State
	for _, ev := range events {
		turn, err := core.Advance(state, ev, noon.Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		state = turn.State
		b.turns = append(b.turns, turn)
	}
	return b
}

func TestATurnThatOnlyTheDatabaseKnowsIsAdopted(t *testing.T) {
	b := losing(t, started())
	again := b.submit(0, fixed(started()))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if again.err != nil || again.receipt.Seq != 1 || !again.receipt.Duplicate {
		t.Errorf("the start was answered with %+v", again)
	}
	if got := b.last().Status; got != care.EnrollmentEnded {
		t.Errorf("the enrollment is %s", got)
	}
}

func TestAnotherEventAfterALostTurnComesOnTopOfIt(t *testing.T) {
	claim := engine.Event{ID: "claim", Kind: engine.TaskClaim, Actor: coordinator}
	b := losing(t, started())
	claim.TaskID = b.task("call")
	lost := losing(t, started(), claim)
	first := lost.turns[0].State
	done := lost.submit(time.Minute, fixed(completed("c-1", claim.TaskID, "reached")))
	if err := lost.run(workflows.Input{Definition: *errand(t), State: &first}); err != nil {
		t.Fatal(err)
	}
	if done.err != nil || done.receipt.Seq != 3 {
		t.Errorf("the completion was answered with %+v", done)
	}
	if got := lost.kinds()[:3]; got[1] != engine.TaskClaim || got[2] != engine.TaskComplete {
		t.Errorf("committed %v", got)
	}
}

func TestTheReconcilerTellsOfALostTurn(t *testing.T) {
	b := losing(t, started())
	ahead := b.turns[0].State
	adopt := func(after time.Duration, rejected *bool) {
		b.env.RegisterDelayedCallback(func() {
			b.env.UpdateWorkflow(workflows.AdoptUpdate, after.String(), &testsuite.TestUpdateCallback{
				OnReject: func(error) { *rejected = true },
				OnAccept: func() {},
				OnComplete: func(_ any, err error) {
					if err != nil {
						t.Errorf("adopting: %v", err)
					}
				},
			}, ahead)
		}, after)
	}
	var first, second bool
	adopt(0, &first)
	adopt(time.Minute, &second)
	// Nobody does anything: the adopted state's ladder must fire by itself.
	b.submit(30*time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "gave_up") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if first || !second {
		t.Errorf("what was ahead was rejected: %v; what was not: %v", first, second)
	}
	if r, e := b.sentOf("reminder"), b.sentOf("escalation"); r != 1 || e != 1 {
		t.Errorf("%d reminders and %d escalations", r, e)
	}
}
