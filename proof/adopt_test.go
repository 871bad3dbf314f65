package proof_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
)

func TestAfterAStartThoseBehindAreTold(t *testing.T) {
	w := newWorld(t)
	a, b := w.enroll("a"), w.enroll("b")
	w.behind = map[care.ID]bool{a.EnrollmentID: true}
	for _, want := range []int{1, 0} {
		behind, err := w.proof.CatchUp(t.Context())
		if err != nil || behind != want {
			t.Errorf("%d were behind, want %d (%v)", behind, want, err)
		}
	}
	w.refuse = func(id care.ID) error {
		if id == b.EnrollmentID {
			return care.Errorf(care.NotFound, "it has ended")
		}
		return nil
	}
	if _, err := w.proof.CatchUp(t.Context()); err != nil {
		t.Errorf("one that is over stops the others: %v", err)
	}
	w.refuse = func(care.ID) error { return care.Errorf(care.Unavailable, "no worker") }
	if _, err := w.proof.CatchUp(t.Context()); care.CodeOf(err) != care.Unavailable {
		t.Errorf("without workers: %v", err)
	}
}

func TestALateTimerOfOneThatIsBehind(t *testing.T) {
	w := newWorld(t)
	state := w.enroll("a")
	eng, err := engine.For(w.def)
	w.must(err)
	w.now = eng.Wake(state).Add(2 * store.LateAfter)
	w.behind = map[care.ID]bool{state.EnrollmentID: true}
	if diff := cmp.Diff([]string{"behind repaired"}, said(w.reconcile())); diff != "" || len(w.woken) != 0 {
		t.Errorf("%s; woken: %v", diff, w.woken)
	}
}
