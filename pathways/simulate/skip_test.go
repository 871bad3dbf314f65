package simulate_test

import (
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// Time that is skipped past the end of a pathway takes with it a search for services that began on
// the way: its answer is of no use to anybody, and is no failure of the simulation.
func TestSearchThatTheEndOvertakes(t *testing.T) {
	core, err := engine.For(library(t, "post-discharge-tcm"))
	if err != nil {
		t.Fatal(err)
	}
	left := time.Date(2026, time.February, 20, 15, 0, 0, 0, time.UTC)
	w := simulate.New(core, left.Add(time.Hour))
	person := care.Actor{Kind: care.Person, ID: "ann"}
	do := func(ev engine.Event) {
		t.Helper()
		if err := w.Do(ev); err != nil {
			t.Fatal(err)
		}
	}
	do(engine.Event{Kind: engine.Started, Actor: person, Launch: &engine.Launch{
		EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar(),
		Encounter: &care.Encounter{ID: "enc-1", Class: care.Inpatient, Status: care.EncounterDischarged, Disposition: care.ToHome, DischargedAt: &left},
	}})
	w.Now = left.AddDate(0, 0, 3)
	until := left.AddDate(0, 0, 10)
	do(engine.Event{Kind: engine.EnrollmentPause, Actor: person, Reason: "travels", Until: &until})
	for _, st := range w.State.Steps {
		if st.ID == "contact" {
			do(engine.Event{Kind: engine.TaskComplete, Actor: person, TaskID: st.Task.ID, Outcome: "reached", Mode: care.ByPhone, Answers: []care.FactValue{
				{Name: "condition", Value: "same"}, {Name: "new_symptoms", Value: false}, {Name: "has_medicines", Value: true},
				{Name: "transport_barrier", Value: true}, {Name: "food_barrier", Value: false}, {Name: "consent_to_share", Value: true},
			}})
		}
	}
	w.Now = left.AddDate(0, 0, 60)
	do(engine.Event{Kind: engine.Tick, Actor: care.TheEngine})
	searched := false
	for _, turn := range w.Turns {
		for _, eff := range turn.Effects {
			searched = searched || eff.Search != nil
		}
	}
	if !searched || w.State.Status != care.EnrollmentEnded {
		t.Errorf("searched: %v, and the enrollment is %s %s", searched, w.State.Status, w.State.Outcome)
	}
}
