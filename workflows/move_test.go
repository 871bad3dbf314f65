package workflows_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/workflows"
)

const nextErrand = "testdata/errand-2.yaml"

func movedTo(t testing.TB, id, file string) engine.Event {
	t.Helper()
	return engine.Event{ID: id, Kind: engine.EnrollmentMigrate, Actor: coordinator, Reason: "the better version", Migration: &engine.Migration{
		ID: "mig-1", Definition: definition(t, file), From: pathways.Digest(errand(t)),
	}}
}

func movedBack(t testing.TB, id string) engine.Event {
	t.Helper()
	return engine.Event{ID: id, Kind: engine.EnrollmentMoveBack, Actor: coordinator, Reason: "the first was better", Migration: &engine.Migration{
		ID: "mig-1", Definition: errand(t),
	}}
}

func (w *world) versions() []int {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []int
	for _, ref := range w.refs {
		all = append(all, ref.Version)
	}
	return all
}

func TestMovesToAnotherVersion(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	moved := b.submit(time.Hour, fixed(movedTo(t, "m-1", nextErrand)))
	again := b.submit(time.Hour+time.Minute, fixed(movedTo(t, "m-1", nextErrand)))
	other := b.submit(time.Hour+2*time.Minute, fixed(movedTo(t, "m-2", "testdata/errand.yaml")))
	b.submit(3*time.Hour+30*time.Minute, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	b.submit(5*time.Hour, func() engine.Event { return completed("c-2", b.task("note"), "done") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if moved.err != nil || moved.receipt.Seq != 2 || again.err != nil || !again.receipt.Duplicate {
		t.Errorf("the move was answered with %+v, and again with %+v", moved, again)
	}
	if !other.rejected {
		t.Errorf("a move planned for another version was answered with %+v", other)
	}
	if r, w, e := b.sentOf("reminder"), b.sentOf("warning"), b.sentOf("escalation"); r != 0 || w != 1 || e != 1 {
		t.Errorf("%d reminders, %d warnings, %d escalations", r, w, e)
	}
	if got := b.last(); got.Outcome != care.EndCompleted {
		t.Errorf("ended %s as %q", got.Status, got.Outcome)
	}
	for seq, version := range b.versions() {
		if want := min(seq+1, 2); version != want {
			t.Errorf("turn %d was committed under version %d", seq+1, version)
		}
	}
	if m := b.turns[1].Event.Migration; m.Definition != nil || m.To != pathways.Digest(definition(t, nextErrand)) {
		t.Errorf("the journal keeps %+v of the move", m)
	}
}

func TestMovesBack(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	b.submit(time.Hour, fixed(movedTo(t, "m-1", nextErrand)))
	back := b.submit(2*time.Hour, fixed(movedBack(t, "m-2")))
	b.submit(30*time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "gave_up") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if back.err != nil || back.receipt.Seq != 3 {
		t.Errorf("the way back was answered with %+v", back)
	}
	if r, e := b.sentOf("reminder"), b.sentOf("escalation"); r != 1 || e != 1 {
		t.Errorf("%d reminders and %d escalations", r, e)
	}
}

// TestAMovedEnrollmentGoesOnInANewRun: the version moved to is what the next run begins with.
func TestAMovedEnrollmentGoesOnInANewRun(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	b.submit(time.Minute, fixed(movedTo(t, "m-1", nextErrand)))
	b.env.RegisterDelayedCallback(func() { b.env.SetContinueAsNewSuggested(true) }, 2*time.Minute)
	b.submit(3*time.Minute, func() engine.Event {
		return engine.Event{ID: "p-1", Kind: engine.PatientUpdated, Actor: care.Actor{Kind: care.System}, Patient: &engine.PatientFacts{Language: "es"}}
	})
	in := next(t, b.run(workflows.Input{Definition: *errand(t)}))
	if in.Definition.Version != 2 || in.State.Migration == nil {
		t.Errorf("the next run follows version %d", in.Definition.Version)
	}

	second := newBench(t)
	second.turns = b.turns
	second.env.SetStartTime(noon.Add(time.Hour))
	second.submit(time.Minute, fixed(movedBack(t, "m-2")))
	second.submit(time.Hour, func() engine.Event { return completed("c-1", second.task("call"), "gave_up") })
	if err := second.run(in); err != nil {
		t.Fatal(err)
	}
	if got := second.versions(); got[0] != 1 {
		t.Errorf("the way back was committed under version %d", got[0])
	}
}

// TestALostMoveIsAdopted: the database has moved the enrollment and the history does not know. With the
// state comes the version that it follows.
func TestALostMoveIsAdopted(t *testing.T) {
	b := losing(t, started(), movedTo(t, "m-1", nextErrand))
	first := b.turns[0].State
	b.follows = definition(t, nextErrand)
	again := b.submit(time.Minute, fixed(movedTo(t, "m-1", nextErrand)))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	b.submit(2*time.Hour, func() engine.Event { return completed("c-2", b.task("note"), "done") })
	if err := b.run(workflows.Input{Definition: *errand(t), State: &first}); err != nil {
		t.Fatal(err)
	}
	if again.err != nil || !again.receipt.Duplicate || again.receipt.Seq != 2 {
		t.Errorf("the move was answered with %+v", again)
	}
	if got := b.last(); got.Outcome != care.EndCompleted {
		t.Errorf("ended %s as %q", got.Status, got.Outcome)
	}
	for _, version := range b.versions() {
		if version != 2 {
			t.Errorf("a later turn was committed under version %d", version)
		}
	}
}

// TestTheReconcilerTellsOfALostMove: what it tells goes on by the version that it brings.
func TestTheReconcilerTellsOfALostMove(t *testing.T) {
	b := losing(t, started(), movedTo(t, "m-1", nextErrand))
	first, ahead := b.turns[0].State, b.turns[1].State
	b.env.RegisterDelayedCallback(func() {
		b.env.UpdateWorkflow(workflows.AdoptUpdate, "adopt", &testsuite.TestUpdateCallback{
			OnReject: func(err error) { t.Errorf("rejected: %v", err) }, OnAccept: func() {}, OnComplete: func(any, error) {},
		}, workflows.Adoption{State: ahead, Definition: definition(t, nextErrand)})
	}, time.Minute)
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	b.submit(2*time.Hour, func() engine.Event { return completed("c-2", b.task("note"), "done") })
	if err := b.run(workflows.Input{Definition: *errand(t), State: &first}); err != nil {
		t.Fatal(err)
	}
	if got := b.last(); got.Outcome != care.EndCompleted {
		t.Errorf("ended %s as %q", got.Status, got.Outcome)
	}
}

// leadAs is the pathway that leads to others, with another name for the step that waits for one.
func leadAs(t testing.TB, name string) *pathways.Definition {
	t.Helper()
	text, err := os.ReadFile("testdata/lead.yaml")
	if err != nil {
		t.Fatal(err)
	}
	renamed := strings.NewReplacer("version: 1", "version: 2", "id: help", "id: "+name, "help.ended", name+".ended").Replace(string(text))
	d, problems := pathways.Parse("lead.yaml", []byte(renamed))
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	return d
}

// TestTheEndOfAnotherPathwayFindsARenamedStep: the other enrollment knows the step by the name that it was
// started under. The run began under an engine that forgot names: the move is made by the newest.
func TestTheEndOfAnotherPathwayFindsARenamedStep(t *testing.T) {
	for name, began := range map[string]int{"a new run": engine.Version, "a run of an engine before": 3} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.began = began
			b.env.OnGetVersion("engine", workflow.Version(1), workflow.Version(engine.Version)).Return(workflow.Version(began))
			b.env.OnGetVersion("engine.move", workflow.DefaultVersion, workflow.Version(engine.Version)).Return(workflow.Version(engine.Version))
			b.submit(0, fixed(started()))
			moved := b.submit(time.Hour, fixed(engine.Event{ID: "m-1", Kind: engine.EnrollmentMigrate, Actor: coordinator, Reason: "the better version", Migration: &engine.Migration{
				ID: "mig-1", Definition: leadAs(t, "aid"), Plan: engine.MovePlan{Steps: []engine.StepMove{{Step: "help", To: "aid"}}},
			}}))
			told := b.submit(2*time.Hour, fixed(helped()))
			if err := b.run(workflows.Input{Definition: *definition(t, "testdata/lead.yaml")}); err != nil {
				t.Fatal(err)
			}
			if moved.err != nil || told.err != nil {
				t.Fatalf("the move: %v, the news: %v", moved.err, told.err)
			}
			if got := b.last(); got.Outcome != care.EndCompleted {
				t.Errorf("ended %s as %q", got.Status, got.Outcome)
			}
		})
	}
}
