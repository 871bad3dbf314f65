package simulate_test

import (
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// Whoever plays the other enrollments hears what they are asked, and answers in their own time.
func TestOtherEnrollmentsMayAnswerLater(t *testing.T) {
	e, err := engine.For(fromFile(t, "subs"))
	if err != nil {
		t.Fatal(err)
	}
	w := simulate.New(e, time.Date(2025, 12, 1, 15, 0, 0, 0, time.UTC))
	var asked []engine.Effect
	w.Beyond = func(eff engine.Effect) { asked = append(asked, eff) }
	launch := engine.Launch{EnrollmentID: "parent", PatientID: "patient", Zone: "America/New_York", Calendar: care.USFederalCalendar()}
	if err := w.Do(engine.Event{Kind: engine.Started, Actor: care.TheEngine, Launch: &launch}); err != nil {
		t.Fatal(err)
	}
	if len(asked) == 0 || asked[0].Kind != engine.StartPathway {
		t.Fatalf("the other enrollments are asked %+v, want to be started", asked)
	}
	start := asked[0].Start
	if st := stepOf(w, start.Parent.Step); !st.Sub.Asked || st.Sub.EnrollmentID != "" {
		t.Fatalf("nobody has answered, and the step knows %+v", st.Sub)
	}
	w.Now = w.Now.Add(time.Minute)
	if err := w.Do(engine.Event{ID: start.ID, Kind: engine.SubStarted, Actor: care.TheEngine, Step: start.Parent.Step, Occurrence: start.Parent.Occurrence, Child: "child"}); err != nil {
		t.Fatal(err)
	}
	if st := stepOf(w, start.Parent.Step); st.Sub.Asked || st.Sub.EnrollmentID != "child" {
		t.Errorf("it has started, and the step knows %+v", st.Sub)
	}
}

func stepOf(w *simulate.World, id string) *engine.Step {
	for _, st := range w.State.Steps {
		if st.ID == id {
			return st
		}
	}
	return nil
}
