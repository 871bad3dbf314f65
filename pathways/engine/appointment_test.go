package engine_test

import (
	"testing"

	"throughline/care"
	"throughline/pathways/engine"
)

func TestVisitBookedMissedRebookedKept(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-11-28T12:00:00-05:00")
	complete(t, w, "contact", "reached", answered("transport_barrier", false))
	refused(t, w, completion(t, w, "visit", "booked"), care.Invalid, "answers.start")
	complete(t, w, "visit", "booked", answered("start", "2025-12-04T10:00:00-05:00"))
	sleep(t, w, "2025-12-04T23:00:00-05:00")
	if raised(w, "visit") != 0 {
		t.Error("asked before the day was over")
	}
	sleep(t, w, "2025-12-05T08:00:00-05:00")
	told(t, w, "nobody has said whether it was kept")
	if step(t, w, "visit").Missed {
		t.Error("the visit's own deadline has not passed")
	}
	sleep(t, w, "2025-12-05T09:30:00-05:00")
	if got := queued(w, "reminder", "visit"); got != 1 {
		t.Errorf("%d reminders to say whether it was kept", got)
	}
	refused(t, w, completion(t, w, "visit", "no_show", answered("barrier", "dragons")), care.Invalid, "answers.barrier")
	complete(t, w, "visit", "no_show", answered("barrier", "transportation"))
	if st := step(t, w, "visit"); st.Status != care.StepOpen || st.NoShows != 1 || st.Appointment != nil {
		t.Errorf("after the missed visit: %+v", st)
	}
	if got := clock(t, w, "visit", "attendance").Status; got != care.ClockCancelled {
		t.Errorf("the question for the missed visit is %s", got)
	}
	is(t, w, "transport", care.StepOpen, "")
	complete(t, w, "visit", "booked", answered("start", "2025-12-09T10:00:00-05:00"))
	sleep(t, w, "2025-12-10T08:00:00-05:00")
	complete(t, w, "visit", "kept")
	is(t, w, "visit", care.StepDone, "kept")
	if c := clock(t, w, "visit", "visit"); c.Status != care.ClockMet {
		t.Errorf("kept in time and told a day later, the clock is %s", c.Status)
	}
}

func TestVisitDeclined(t *testing.T) {
	w := followed(t)
	complete(t, w, "visit", "declined")
	is(t, w, "visit", care.StepCancelled, "declined")
}

func TestAppointmentsOfAnotherSystem(t *testing.T) {
	w := followed(t)
	start, later := at(t, "2025-12-03T10:00:00-05:00"), at(t, "2025-12-05T10:00:00-05:00")
	report := func(kind engine.EventKind, id string, a care.Appointment) {
		t.Helper()
		a.Identifier = id
		do(t, w, engine.Event{Kind: kind, Actor: system, Appointment: &a})
	}
	early := at(t, "2025-11-20T10:00:00-05:00")
	report(engine.AppointmentBooked, "before", care.Appointment{Start: &early})
	if step(t, w, "visit").Appointment != nil {
		t.Fatal("an appointment before the discharge was taken for the visit")
	}
	report(engine.AppointmentBooked, "a", care.Appointment{Start: &start})
	report(engine.AppointmentBooked, "b", care.Appointment{Start: &later})
	report(engine.AppointmentNoShow, "b", care.Appointment{})
	if got := step(t, w, "visit").Appointment; got == nil || got.Identifier != "a" {
		t.Fatalf("another appointment was taken for the visit: %+v", got)
	}
	report(engine.AppointmentCancel, "a", care.Appointment{})
	report(engine.AppointmentBooked, "b", care.Appointment{Start: &later})
	sleep(t, w, "2025-12-05T12:00:00-05:00")
	report(engine.AppointmentKept, "b", care.Appointment{Start: &later})
	is(t, w, "visit", care.StepDone, "kept")
	report(engine.AppointmentKept, "c", care.Appointment{Start: &later}) // nothing waits for it: harmless
	refused(t, w, engine.Event{Kind: engine.AppointmentBooked, Actor: system}, care.Invalid, "appointment")
}
