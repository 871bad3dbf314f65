package engine_test

import (
	"testing"

	"throughline/care"
	"throughline/pathways/engine"
)

func TestAFactSetAnewMovesWhatDependsOnIt(t *testing.T) {
	w := discharge(t, load(t, "testdata/tcm.yaml"), "2025-11-26T15:00:00-05:00", "2025-11-26T16:00:00-05:00")
	set := func(name string, value any, reason string) error {
		return w.Do(engine.Event{Kind: engine.FactRecorded, Actor: coordinator, Reason: reason, Answers: []care.FactValue{{Name: name, Value: value}}})
	}
	if got, want := step(t, w, "visit").Task.DueAt.UTC(), at(t, "2025-12-10T23:59:59-05:00"); !got.Equal(want) {
		t.Fatalf("the visit is due %s", got)
	}
	if err := set("complexity", "high", "the physician says so"); err != nil {
		t.Fatal(err)
	}
	if got, want := step(t, w, "visit").Task.DueAt.UTC(), at(t, "2025-12-03T23:59:59-05:00"); !got.Equal(want) {
		t.Errorf("the visit of a complex case is due %s, want %s", got, want)
	}
	for name, err := range map[string]error{
		"no reason":      set("complexity", "moderate", ""),
		"an unknown one": set("weight", 80, "measured"),
		"a wrong value":  set("complexity", "very", "so it seems"),
	} {
		if care.CodeOf(err) != care.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
