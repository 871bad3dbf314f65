package engine_test

import (
	"os"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

var coordinator = care.Actor{Kind: care.Person, ID: "ann", Role: "care_coordinator"}

func load(t testing.TB, file string) *engine.Engine {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(src))
}

func parse(t testing.TB, src string) *engine.Engine {
	t.Helper()
	d, problems := pathways.Parse("test.yaml", []byte(src))
	if problems.Errors() != nil {
		t.Fatalf("parsing: %v", problems)
	}
	e, err := engine.For(d)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func discharge(t testing.TB, e *engine.Engine, discharged, now string) *simulate.World {
	t.Helper()
	w := simulate.New(e, at(t, now))
	w.Services = []engine.Candidate{{ServiceID: "ride-1", Name: "Ride One"}, {ServiceID: "ride-2", Name: "Ride Two"}}
	d := at(t, discharged)
	enc := &care.Encounter{ID: "enc-1", Class: care.Inpatient, Status: care.EncounterDischarged, Disposition: care.ToHome, DischargedAt: &d}
	do(t, w, engine.Event{Kind: engine.Started, Actor: care.Actor{Kind: care.System}, Launch: &engine.Launch{
		EnrollmentID: "enr-1", PatientID: "pat-1", Encounter: enc, Zone: "America/New_York", Calendar: care.USFederalCalendar(),
	}})
	return w
}

func do(t testing.TB, w *simulate.World, ev engine.Event) {
	t.Helper()
	if err := w.Do(ev); err != nil {
		t.Fatalf("%s: %v", ev.Kind, err)
	}
}

func sleep(t testing.TB, w *simulate.World, until string) {
	t.Helper()
	if err := w.Sleep(at(t, until)); err != nil {
		t.Fatal(err)
	}
}

func step(t testing.TB, w *simulate.World, id string) *engine.Step {
	t.Helper()
	for _, st := range slices.Backward(w.State.Steps) {
		if st.ID == id {
			return st
		}
	}
	t.Fatalf("there is no step %s", id)
	return nil
}

func TestTheWholeWayToCompletion(t *testing.T) {
	e := load(t, "testdata/tcm.yaml")
	w := discharge(t, e, "2025-11-26T15:00:00-05:00", "2025-11-26T16:00:00-05:00")

	contact := step(t, w, "contact")
	if got, want := contact.Task.DueAt.Format(time.RFC3339), "2025-12-02T04:59:59Z"; got != want {
		t.Errorf("contact due %s, want %s (%s)", got, want, contact.Task.DueReason)
	}
	sleep(t, w, "2025-11-28T10:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: contact.Task.ID, Outcome: "reached", Mode: care.ByPhone,
		Answers: []care.FactValue{{Name: "transport_barrier", Value: true}, {Name: "consent_to_share", Value: true}}})
	ride := step(t, w, "transport")
	if ride.Status != care.StepOpen || ride.Referral.Current == nil || ride.Referral.Current.ServiceName != "Ride One" {
		t.Fatalf("the ride is not asked for: %+v", ride)
	}
	do(t, w, engine.Event{Kind: engine.ReferralDecline, Actor: care.Actor{Kind: care.Partner}, ReferralID: ride.Referral.Current.ID, Reason: "full"})
	ride = step(t, w, "transport")
	if ride.Referral.Current.ServiceName != "Ride Two" {
		t.Fatalf("the next service is not asked: %+v", ride.Referral.Current)
	}
	do(t, w, engine.Event{Kind: engine.ReferralAccept, Actor: care.Actor{Kind: care.Partner}, ReferralID: ride.Referral.Current.ID})
	do(t, w, engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: step(t, w, "papers").Task.ID, Outcome: "done"})
	do(t, w, engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: step(t, w, "visit").Task.ID, Outcome: "booked",
		Answers: []care.FactValue{{Name: "start", Value: "2025-12-05T10:00:00-05:00"}}})
	sleep(t, w, "2025-12-04T10:00:00-05:00")
	if got := step(t, w, "nudge").Status; got != care.StepDone {
		t.Errorf("the reminder of the visit is %s", got)
	}
	do(t, w, engine.Event{Kind: engine.ReferralComplete, Actor: care.Actor{Kind: care.Partner}, ReferralID: ride.Referral.Current.ID})
	sleep(t, w, "2025-12-05T11:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: step(t, w, "visit").Task.ID, Outcome: "kept"})
	if w.State.Status != care.EnrollmentEnded || w.State.Outcome != care.EndCompleted {
		t.Errorf("ended %s as %q", w.State.Status, w.State.Outcome)
	}
	for _, entry := range w.Timeline() {
		t.Logf("%s %s [%s]", entry.OccurredAt.Format("01-02 15:04"), entry.Text, entry.Cause.Text)
	}
}

func TestNobodyActs(t *testing.T) {
	e := load(t, "testdata/tcm.yaml")
	w := discharge(t, e, "2025-11-26T15:00:00-05:00", "2025-11-26T16:00:00-05:00")
	sleep(t, w, "2026-01-10T00:00:00-05:00")
	for _, entry := range w.Timeline() {
		t.Logf("%s %s [%s]", entry.OccurredAt.Format("01-02 15:04"), entry.Text, entry.Cause.Text)
	}
	if w.State.Outcome != care.EndUnfinished {
		t.Errorf("ended as %q", w.State.Outcome)
	}
	if got := len(w.Escalations()); got != 5 {
		t.Errorf("%d escalations", got)
	}
}
