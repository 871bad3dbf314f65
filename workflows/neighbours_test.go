package workflows_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// startPathway stands in for the door that other enrollments start by.
func (w *world) startPathway(_ context.Context, l engine.SubLaunch) (workflows.SubStart, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, "start "+l.Pathway)
	if w.neighbour != nil {
		if err := w.neighbour(); err != nil {
			return workflows.SubStart{}, workflows.Refusal(err)
		}
	}
	return workflows.SubStart{EnrollmentID: "child-" + l.Pathway}, nil
}

func (w *world) endPathway(_ context.Context, e engine.SubEnd) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, "end "+e.EnrollmentID)
	return nil
}

func (w *world) tellParent(_ context.Context, n engine.ParentNews) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, "tell "+n.Parent.EnrollmentID+" of "+n.Outcome)
	return nil
}

func helped() engine.Event {
	return engine.Event{ID: "ended:child", Kind: engine.SubEnded, Actor: care.TheEngine, Step: "help", Occurrence: 1, Child: "child-social-need-referral", Outcome: care.EndCompleted}
}

func TestOtherPathwaysAreStartedEndedAndToldOf(t *testing.T) {
	b := newBench(t)
	launch := started()
	launch.Launch.Parent = &engine.Parent{EnrollmentID: "enr-0", Step: "lead", Occurrence: 1}
	b.submit(0, fixed(launch))
	b.submit(time.Hour, fixed(helped()))
	if err := b.run(workflows.Input{Definition: *definition(t, "testdata/lead.yaml")}); err != nil {
		t.Fatal(err)
	}
	if got := b.last(); got.Outcome != care.EndCompleted || got.Untold {
		t.Errorf("ended as %q, untold %v", got.Outcome, got.Untold)
	}
	slices.Sort(b.asked)
	want := []string{"end child-lost-to-follow-up", "start lost-to-follow-up", "start social-need-referral", "tell enr-0 of completed"}
	if diff := cmp.Diff(want, b.asked); diff != "" {
		t.Error(diff)
	}
}

// A door that does not answer is knocked at again; one that refuses gives the question to a person.
func TestOtherPathwaysThatDoNotStart(t *testing.T) {
	for code, tries := range map[care.Code]int{care.Unavailable: 4, care.NotFound: 2} {
		b := newBench(t)
		b.neighbour = failures(2, care.Errorf(code, "there is no such pathway"))
		b.submit(0, fixed(started()))
		b.submit(time.Hour, fixed(engine.Event{ID: "w", Kind: engine.EnrollmentWithdraw, Actor: coordinator, Reason: "moved away"}))
		if err := b.run(workflows.Input{Definition: *definition(t, "testdata/lead.yaml")}); err != nil {
			t.Fatal(err)
		}
		knocks := len(slices.DeleteFunc(slices.Clone(b.asked), func(s string) bool { return s[:5] != "start" }))
		if knocks != tries {
			t.Errorf("%s: %d tries, want %d", code, knocks, tries)
		}
		refused := slices.Contains(b.kinds(), engine.SubRefused)
		if refused != (code == care.NotFound) {
			t.Errorf("%s: refused %v", code, refused)
		}
	}
}
