package engine_test

import (
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

func TestReadmissionSuspends(t *testing.T) {
	w := followed(t)
	admitted := stay(t, "enc-2", care.EncounterInProgress, 1, "")
	do(t, w, engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: admitted, Patient: &engine.PatientFacts{InHospital: true}})
	status(t, w, care.EnrollmentSuspended)
	if got := step(t, w, "papers").Task.Status; got != care.TaskOnHold {
		t.Errorf("the work is %s", got)
	}
	if got := clock(t, w, "contact", "contact").Status; got != care.ClockRunning {
		t.Errorf("the law's clock is %s", got)
	}
	if got := step(t, w, "contact").Task.Next; got == nil || got.At == nil {
		t.Error("nobody can see what happens next")
	}

	// After two weeks, and again after two more, a person is asked whether it still holds.
	sleep(t, w, "2025-12-10T10:00:00-05:00")
	if raised(w, "contact") != 0 {
		t.Error("it escalates while the patient is in hospital")
	}
	if len(w.State.Escalations) != 1 || w.State.Escalations[0].Kind != "suspended" {
		t.Errorf("nobody is asked: %+v", w.State.Escalations)
	}

	discharged := stay(t, "enc-2", care.EncounterDischarged, 2, "2025-12-11T10:00:00-05:00")
	// Another stay goes on: not yet.
	do(t, w, engine.Event{Kind: engine.EncounterDischarge, Actor: system, Encounter: discharged, Patient: &engine.PatientFacts{InHospital: true}})
	status(t, w, care.EnrollmentSuspended)
	sleep(t, w, "2025-12-11T11:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.EncounterDischarge, Actor: system, Encounter: discharged, Patient: &engine.PatientFacts{}})
	status(t, w, care.EnrollmentActive)
	if got := step(t, w, "papers").Task.Status; got != care.TaskRequested {
		t.Errorf("the work is %s", got)
	}
	due(t, w, "papers", "papers", "2025-12-16T23:59:59-05:00") // ten business days later
	for _, esc := range w.State.Escalations {
		if esc.Kind == "suspended" {
			t.Error("it is still asked whether the suspension holds")
		}
	}
	// The other stay's news never touches the enrollment's own.
	for _, f := range w.State.Facts {
		if f.Name == "discharged_on" && f.Value != "2025-11-26" {
			t.Errorf("the discharge date became %v", f.Value)
		}
	}
}

func TestWhatIsNoReadmission(t *testing.T) {
	before := at(t, "2025-11-20T10:00:00-05:00")
	cases := map[string]*care.Encounter{
		"its own stay":        stay(t, "enc-1", care.EncounterDischarged, 2, "2025-11-26T15:00:00-05:00"),
		"a visit":             {ID: "enc-2", Class: care.Emergency, Status: care.EncounterInProgress},
		"planned":             {ID: "enc-2", Class: care.Inpatient, Status: care.EncounterPlanned},
		"before its own stay": {ID: "enc-2", Class: care.Inpatient, Status: care.EncounterInProgress, AdmittedAt: &before},
	}
	for name, enc := range cases {
		t.Run(name, func(t *testing.T) {
			w := followed(t)
			do(t, w, engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: enc})
			status(t, w, care.EnrollmentActive)
		})
	}
	refused(t, followed(t), engine.Event{Kind: engine.EncounterAdmitted, Actor: system}, care.Invalid, "encounter")
}

func TestAdmissionTakenBack(t *testing.T) {
	w := followed(t)
	do(t, w, engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: stay(t, "enc-2", care.EncounterInProgress, 1, "")})
	do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-2", care.EncounterCancelled, 2, "")})
	status(t, w, care.EnrollmentActive)
}

func TestDischargeTakenBackAndTold(t *testing.T) {
	w := followed(t)
	do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterInProgress, 2, "")})
	status(t, w, care.EnrollmentSuspended)
	told(t, w, "Suspended until the patient left hospital: the discharge was cancelled. Looked at again on Wed 2025-12-03.")
	do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterDischarged, 1, "2025-11-26T15:00:00-05:00")})
	status(t, w, care.EnrollmentSuspended) // older news, told late
	do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterDischarged, 3, "2025-11-28T15:00:00-05:00")})
	status(t, w, care.EnrollmentActive)
	due(t, w, "contact", "contact", "2025-12-02T23:59:59-05:00")
}

func TestDispositionCorrected(t *testing.T) {
	w := followed(t)
	snf := stay(t, "enc-1", care.EncounterDischarged, 2, "2025-11-26T15:00:00-05:00")
	snf.Disposition = care.ToSNF
	do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: snf})
	status(t, w, care.EnrollmentSuspended)
	told(t, w, "a skilled nursing facility goes on with the care")
	sleep(t, w, "2025-12-03T08:00:00-05:00")
	status(t, w, care.EnrollmentSuspended)
	sleep(t, w, "2025-12-03T10:00:00-05:00")
	ended(t, w, care.EndEnteredInError)
}

// A correction of the own stay and a readmission may hold at once, in either order, and each ends
// by itself.
func TestCorrectionAndReadmissionAtOnce(t *testing.T) {
	admitted := engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: stay(t, "enc-2", care.EncounterInProgress, 1, "")}
	takenBack := engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterInProgress, 2, "")}
	again := engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterDischarged, 3, "2025-11-26T15:00:00-05:00")}
	left := engine.Event{Kind: engine.EncounterDischarge, Actor: system, Encounter: stay(t, "enc-2", care.EncounterDischarged, 2, "2025-11-28T15:00:00-05:00")}
	for name, order := range map[string][]engine.Event{
		"readmission first":        {admitted, takenBack, again, left},
		"correction first":         {takenBack, admitted, again, left},
		"readmission ends first":   {admitted, takenBack, left, again},
		"correction around it":     {takenBack, admitted, left, again},
		"one after the other":      {admitted, left, takenBack, again},
		"the other way one by one": {takenBack, again, admitted, left},
	} {
		t.Run(name, func(t *testing.T) {
			w := followed(t)
			for i, ev := range order {
				do(t, w, ev)
				want := care.EnrollmentSuspended
				if i == 3 || i == 1 && (name == "one after the other" || name == "the other way one by one") {
					want = care.EnrollmentActive
				}
				status(t, w, want)
			}
			if w.State.Suspension != nil {
				t.Errorf("still %+v", w.State.Suspension)
			}
			due(t, w, "contact", "contact", "2025-12-01T23:59:59-05:00")
		})
	}
}

func TestPauseAndResume(t *testing.T) {
	w := followed(t)
	pause := func(until, reason string) engine.Event {
		end := at(t, until)
		return engine.Event{Kind: engine.EnrollmentPause, Actor: coordinator, Reason: reason, Until: &end}
	}
	resume := engine.Event{Kind: engine.EnrollmentResume, Actor: coordinator}
	refused(t, w, resume, care.Conflict, "enrollment.resume")
	refused(t, w, pause("2025-11-30T10:00:00-05:00", ""), care.Invalid, "enrollment.pause")
	refused(t, w, pause("2025-11-20T10:00:00-05:00", "travels"), care.Invalid, "until")
	refused(t, w, pause("2026-11-20T10:00:00-05:00", "travels"), care.Invalid, "until")
	do(t, w, pause("2025-12-10T10:00:00-05:00", "travels"))
	refused(t, w, pause("2025-12-11T10:00:00-05:00", "travels"), care.Conflict, "enrollment.pause")
	if got := clock(t, w, "contact", "contact").Status; got != care.ClockRunning {
		t.Errorf("the law's clock is %s", got)
	}
	if got := clock(t, w, "papers", "papers").Status; got != care.ClockPaused {
		t.Errorf("the other clock is %s", got)
	}
	complete(t, w, "papers", "done") // work may be done meanwhile
	do(t, w, resume)
	status(t, w, care.EnrollmentActive)

	do(t, w, pause("2025-12-10T10:00:00-05:00", "travels"))
	do(t, w, engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: stay(t, "enc-2", care.EncounterInProgress, 1, "")})
	status(t, w, care.EnrollmentSuspended)
	refused(t, w, resume, care.Invalid, "enrollment.resume")
	byHand := resume
	byHand.Reason = "a mistake of the hospital"
	do(t, w, byHand)
	status(t, w, care.EnrollmentActive)
}

func TestWorkArrivingWhileSuspendedStandsStillToo(t *testing.T) {
	w := asked(t, agrees)
	do(t, w, byPartner(t, w, engine.ReferralDecline))
	do(t, w, engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: stay(t, "enc-2", care.EncounterInProgress, 1, "")})
	do(t, w, byPartner(t, w, engine.ReferralDecline)) // nobody is left
	if got := step(t, w, "transport").Task.Status; got != care.TaskOnHold {
		t.Errorf("the new work is %s", got)
	}
	if got := clock(t, w, "transport", "decide").Status; got != care.ClockPaused {
		t.Errorf("its clock is %s", got)
	}
	refused(t, w, engine.Event{Kind: engine.TaskStart, Actor: coordinator, TaskID: step(t, w, "transport").Task.ID}, care.Conflict, "task.start")
	sleep(t, w, "2025-12-05T10:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.EncounterDischarge, Actor: system, Encounter: stay(t, "enc-2", care.EncounterDischarged, 2, "2025-12-05T10:00:00-05:00")})
	if c := clock(t, w, "transport", "decide"); c.Status != care.ClockRunning || !c.Due.After(w.Now.Add(24*time.Hour)) {
		t.Errorf("its clock is %s, due %s", c.Status, c.Due)
	}
}

// Work that began because of what was corrected is taken back, unless somebody is at it.
func TestCorrectionTakesBackWhatNobodyBegan(t *testing.T) {
	e := load(t, "../library/post-discharge-tcm.yaml")
	left := at(t, "2025-11-26T15:00:00-05:00")
	news := func(revision int, to care.Disposition) engine.Event {
		enc := stay(t, "enc-1", care.EncounterDischarged, revision, "2025-11-26T15:00:00-05:00")
		enc.Disposition = to
		return engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: enc}
	}
	start := func() *simulate.World {
		w := simulate.New(e, left.Add(time.Hour))
		do(t, w, engine.Event{Kind: engine.Started, Launch: &engine.Launch{
			EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar(), Encounter: news(1, care.DispositionNil).Encounter,
		}})
		is(t, w, "destination", care.StepOpen, "")
		return w
	}
	w := start()
	do(t, w, news(2, care.ToHome))
	told(t, w, "no longer needed; Where the patient went: home")
	is(t, w, "destination", care.StepWaiting, "")
	do(t, w, news(3, care.ToOther))
	is(t, w, "destination", care.StepOpen, "")

	w = start()
	do(t, w, engine.Event{Kind: engine.TaskClaim, Actor: coordinator, TaskID: step(t, w, "destination").Task.ID})
	do(t, w, news(2, care.ToHome))
	is(t, w, "destination", care.StepOpen, "")
}
