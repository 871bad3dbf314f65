package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
	"throughline/store"
	"throughline/store/storetest"
)

// The engine's own turns, whatever people do: each is committed, what the tables prove is what the
// engine says, and in the end the tables can be made again from the journal.
func TestTurnsOfTheEngine(t *testing.T) {
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	clock := &wall{at: monday}
	s, dsn := storetest.NewWithDSN(t, storetest.WithNow(clock.now))
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		d := library[rapid.IntRange(0, len(library)-1).Draw(rt, "pathway")]
		w := begin(rt, d, fmt.Sprint("patient", n))
		committed := 0
		for range rapid.IntRange(1, 12).Draw(rt, "days") {
			if w.State.Status == care.EnrollmentEnded {
				break
			}
			act(rt, d, w)
			if err := w.Sleep(w.Now.Add(time.Duration(rapid.IntRange(1, 96).Draw(rt, "hours")) * time.Hour)); err != nil {
				rt.Fatal(err)
			}
			committed = commitFrom(rt, s, d, w, committed)
			clock.at = w.Now
			compareHolds(rt, s, w)
		}
	})
	if p, err := s.Proof(t.Context()); err != nil || p.Unheld > 0 {
		t.Errorf("%d are not held, %v", p.Unheld, err)
	}
	if n, err := s.RecountHolds(t.Context()); n != 0 || err != nil {
		t.Errorf("%d were counted wrongly, %v", n, err)
	}
	sameAfterRebuild(t, t, s, dsn)
}

func begin(rt *rapid.T, d *pathways.Definition, name string) *simulate.World {
	e, err := engine.For(d)
	if err != nil {
		rt.Fatal(err)
	}
	w := simulate.New(e, monday)
	w.Services = []engine.Candidate{{ServiceID: care.KeyID("service", "one"), Name: "One"}, {ServiceID: care.KeyID("service", "two"), Name: "Two"}}
	admitted, discharged := monday.Add(-72*time.Hour), monday.Add(-time.Hour)
	stay := &care.Encounter{
		ID: care.KeyID("stay", name), Class: care.Inpatient, Status: care.EncounterDischarged, Disposition: care.ToHome, AdmittedAt: &admitted, DischargedAt: &discharged,
	}
	launch := e.Qualified(engine.Launch{
		EnrollmentID: care.KeyID("enrollment", name), PatientID: care.KeyID("patient", name), Encounter: stay, Facts: asked(d), Need: "transportation-insecurity",
		Zone: "America/New_York", Calendar: care.USFederalCalendar(),
	})
	err = w.Do(engine.Event{Kind: engine.Started, Actor: care.Actor{Kind: care.System}, Launch: &launch})
	if err != nil {
		rt.Fatal(err)
	}
	return w
}

// asked are the facts that whoever starts the pathway has to give.
func asked(d *pathways.Definition) []care.FactValue {
	var given []care.FactValue
	for _, f := range d.Facts {
		if !f.Required || f.From != "" && f.Name != "need" && d.Launch.On != string(engine.ObservationMade) {
			continue
		}
		var value any
		switch f.Type {
		case pathways.TypeBool:
			value = true
		case pathways.TypeInt, pathways.TypeNumber:
			value = 1
		case pathways.TypeDate:
			value = monday.Format(time.DateOnly)
		case pathways.TypeDateTime:
			value = monday.Format(time.RFC3339)
		case pathways.TypeCode:
			value = f.Values[0]
		default:
			value = "as it was told"
		}
		if f.Name == "need" {
			value = "transportation-insecurity"
		}
		given = append(given, care.FactValue{Name: f.Name, Value: value})
	}
	return given
}

// act lets a person do something, or not. What the engine refuses was not to be done.
func act(rt *rapid.T, d *pathways.Definition, w *simulate.World) {
	person := care.Actor{Kind: care.Person, ID: "ann", Role: "care_coordinator"}
	for _, st := range w.State.Steps {
		if st.Task == nil || !st.Task.Status.Open() || !rapid.Bool().Draw(rt, "acts") {
			continue
		}
		ev := engine.Event{Kind: engine.TaskComplete, Actor: person, TaskID: st.Task.ID, Mode: care.ByPhone, Answers: answers(rt, d.FormByName(st.Task.Form))}
		if len(st.Task.Outcomes) > 0 {
			ev.Outcome = rapid.SampledFrom(st.Task.Outcomes).Draw(rt, "outcome")
		}
		if rapid.Bool().Draw(rt, "tries") {
			ev = engine.Event{Kind: engine.TaskAttempt, Actor: person, TaskID: st.Task.ID, Attempt: &care.Attempt{Mode: care.ByPhone, Who: "patient", OccurredAt: w.Now}}
		}
		if err := w.Do(ev); err != nil && !care.Permanent(err) {
			rt.Fatal(err)
		}
		return
	}
}

// answers fills in a form.
func answers(rt *rapid.T, f *pathways.Form) []care.FactValue {
	var out []care.FactValue
	if f == nil {
		return nil
	}
	for _, field := range f.Fields {
		switch field.Type {
		case pathways.TypeBool:
			out = append(out, care.FactValue{Name: field.ID, Value: rapid.Bool().Draw(rt, field.ID)})
		case pathways.TypeCode:
			out = append(out, care.FactValue{Name: field.ID, Value: rapid.SampledFrom(field.Values).Draw(rt, field.ID)})
		}
	}
	return out
}

func commitFrom(rt *rapid.T, s *store.Store, d *pathways.Definition, w *simulate.World, committed int) int {
	ref := store.DefinitionRef{Pathway: d.Pathway, Version: d.Version, Digest: pathways.Digest(d)}
	for _, turn := range w.Turns[committed:] {
		for range 2 { // a retry changes nothing
			if err := s.Commit(context.Background(), store.Commit{Turn: turn, Definition: ref}); err != nil {
				rt.Fatalf("turn %d: %v", turn.State.Seq, err)
			}
		}
	}
	return len(w.Turns)
}

// compareHolds asks the tables and the engine how one enrollment is held.
func compareHolds(rt *rapid.T, s *store.Store, w *simulate.World) {
	d, err := s.Enrollment(context.Background(), w.State.EnrollmentID)
	if err != nil {
		rt.Fatal(err)
	}
	if d.Enrollment.Status == care.EnrollmentEnded {
		return
	}
	orphans, _, err := s.Orphans(context.Background(), store.Page{})
	if err != nil {
		rt.Fatal(err)
	}
	for _, o := range orphans {
		if o.EnrollmentID == w.State.EnrollmentID {
			rt.Fatalf("the tables say that nothing holds it, the engine says %s", cmp.Diff(nil, d.Enrollment.Holds))
		}
	}
	if len(d.Enrollment.Holds) == 0 {
		rt.Fatal("the engine says that nothing holds it")
	}
}
