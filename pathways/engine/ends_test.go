package engine_test

import (
	"testing"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

func TestEndsByCommand(t *testing.T) {
	withdraw := func(outcome, reason string) engine.Event {
		return engine.Event{Kind: engine.EnrollmentWithdraw, Actor: coordinator, Outcome: outcome, Reason: reason}
	}
	cases := map[string]struct {
		ev engine.Event
		as string
	}{
		"withdrawn":        {withdraw("", "no longer wants it."), care.EndRevoked},
		"lost":             {withdraw(care.EndLost, "moved away"), care.EndLost},
		"transferred":      {withdraw(care.EndTransferred, "another clinic"), care.EndTransferred},
		"superseded":       {engine.Event{Kind: engine.EnrollmentSupersede, Into: "enr-2"}, care.EndSuperseded},
		"entered in error": {engine.Event{Kind: engine.EnrollmentEnterInError, Actor: coordinator, Reason: "wrong patient"}, care.EndEnteredInError},
		"died":             {engine.Event{Kind: engine.PatientDied}, care.EndDeceased},
		"merged":           {engine.Event{Kind: engine.PatientMerged, Outcome: care.EndMerged}, care.EndMerged},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := asked(t, agrees)
			sleep(t, w, "2025-12-01T22:00:00-05:00") // warned, with a service asked
			do(t, w, c.ev)
			ended(t, w, c.as)
			if len(w.State.Escalations) != 0 || len(w.State.Outbox) != 0 || engine.Holds(w.State) != nil {
				t.Error("something is left open")
			}
			for _, st := range w.State.Steps {
				if !st.Status.Ended() || st.Task != nil && st.Task.Status.Open() || st.Referral != nil && st.Referral.Current != nil && st.Referral.Current.Status.Open() {
					t.Errorf("%s is %s", st.ID, st.Status)
				}
			}
			for _, k := range w.State.Clocks {
				if k.Status == care.ClockRunning || k.Status == care.ClockPaused {
					t.Errorf("the clock %s of %q still runs", k.Name, k.Step)
				}
			}
			if w.Engine.Wake(w.State) != nil {
				t.Error("an ended enrollment wants to be woken")
			}
			refused(t, w, engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: "x"}, care.Conflict, "enrollment.ended")
		})
	}
	w := followed(t)
	refused(t, w, withdraw("", ""), care.Invalid, "enrollment.withdraw")
	refused(t, w, withdraw(care.EndCompleted, "done"), care.Invalid, "enrollment.withdraw")
	refused(t, w, engine.Event{Kind: "no.such.thing"}, care.Invalid, "kind")
	refused(t, w, engine.Event{Kind: engine.Started}, care.Conflict, "enrollment.started")
}

func TestMergeMovesEverything(t *testing.T) {
	w := asked(t, agrees)
	sleep(t, w, "2025-12-02T10:00:00-05:00")
	refused(t, w, engine.Event{Kind: engine.PatientMerged}, care.Invalid, "into")
	do(t, w, engine.Event{Kind: engine.PatientMerged, Actor: system, Into: "pat-2"})
	if w.State.PatientID != "pat-2" || step(t, w, "papers").Task.PatientID != "pat-2" || current(t, w).PatientID != "pat-2" {
		t.Error("something still belongs to the losing patient")
	}
	sleep(t, w, "2025-12-12T10:00:00-05:00")
	for _, esc := range w.State.Escalations {
		if esc.PatientID != "pat-2" {
			t.Errorf("an escalation belongs to %s", esc.PatientID)
		}
	}
}

func TestEndsAtOnce(t *testing.T) {
	e := load(t, "../library/post-discharge-tcm.yaml")
	launch := func(discharged string, change func(*engine.Launch)) *simulate.World {
		w := simulate.New(e, at(t, "2026-01-15T10:00:00-05:00"))
		l := engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar(), Encounter: stay(t, "enc-1", care.EncounterDischarged, 1, discharged)}
		change(&l)
		do(t, w, engine.Event{Kind: engine.Started, Actor: system, Launch: &l})
		return w
	}
	cases := map[string]struct {
		w  *simulate.World
		as string
	}{
		"older than its period":                 {launch("2025-11-26T15:00:00-05:00", func(*engine.Launch) {}), care.EndUnfinished},
		"a later discharge is followed already": {launch("2026-01-10T15:00:00-05:00", func(l *engine.Launch) { l.SupersededBy = "enr-2" }), care.EndSuperseded},
		"the patient has died":                  {launch("2026-01-10T15:00:00-05:00", func(l *engine.Launch) { l.Patient.Deceased = true }), care.EndDeceased},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ended(t, c.w, c.as)
			for _, turn := range c.w.Turns {
				for _, eff := range turn.Effects {
					if eff.Task != nil || eff.Message != nil || eff.Escalation != nil || eff.Search != nil {
						t.Errorf("it gives people work: %s", eff.Kind)
					}
				}
			}
		})
	}
}

func TestLaunchThatCannotBe(t *testing.T) {
	e := load(t, "testdata/tcm.yaml")
	good := engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Encounter: stay(t, "enc-1", care.EncounterDischarged, 1, "2026-01-10T15:00:00-05:00")}
	cases := map[string]struct {
		change func(*engine.Launch)
		field  string
	}{
		"no zone":         {func(l *engine.Launch) { l.Zone = "Nowhere/Atall" }, "zone"},
		"no ids":          {func(l *engine.Launch) { l.PatientID = "" }, "launch"},
		"no discharge":    {func(l *engine.Launch) { l.Encounter = nil }, "facts.discharged_on"},
		"an unknown fact": {func(l *engine.Launch) { l.Facts = []care.FactValue{{Name: "shoe_size", Value: 9}} }, "facts.shoe_size"},
		"a wrong value":   {func(l *engine.Launch) { l.Facts = []care.FactValue{{Name: "complexity", Value: "enormous"}} }, "facts.complexity"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := good
			c.change(&l)
			refused(t, simulate.New(e, at(t, "2026-01-10T16:00:00-05:00")), engine.Event{Kind: engine.Started, Launch: &l}, care.Invalid, c.field)
		})
	}
	refused(t, simulate.New(e, at(t, "2026-01-10T16:00:00-05:00")), engine.Event{Kind: engine.Started}, care.Invalid, "launch")
	refused(t, simulate.New(e, at(t, "2026-01-10T16:00:00-05:00")), engine.Event{Kind: engine.Tick}, care.Conflict, "enrollment.started")
}

func TestDecide(t *testing.T) {
	e := load(t, "testdata/tcm.yaml")
	enc := stay(t, "enc-1", care.EncounterDischarged, 1, "2026-01-10T15:00:00-05:00")
	l := engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Encounter: enc}
	if d := e.Decide(l); !d.Start {
		t.Errorf("declined: %s", d.Reason)
	}
	enc.Class = care.Emergency
	if d := e.Decide(l); d.Start || d.Reason != "not for this pathway: class: emergency" {
		t.Errorf("%+v", d)
	}
	enc.Class, enc.Disposition = care.Inpatient, care.ToSNF
	if d := e.Decide(l); d.Start || d.Reason != "a skilled nursing facility goes on with the care" {
		t.Errorf("%+v", d)
	}
	l.Zone = "Nowhere/Atall"
	if d := e.Decide(l); d.Start || d.Reason == "" {
		t.Errorf("%+v", d)
	}
}

func TestEnrollmentIDIsTheSameForTheSameCause(t *testing.T) {
	byStay, byRequest := load(t, "testdata/tcm.yaml"), load(t, "testdata/kinds.yaml")
	l := engine.Launch{PatientID: "pat-1", Encounter: &care.Encounter{ID: "enc-1"}}
	other := engine.Launch{PatientID: "pat-1", Encounter: &care.Encounter{ID: "enc-2"}}
	if byStay.EnrollmentID(l, "a") != byStay.EnrollmentID(l, "b") || byStay.EnrollmentID(l, "a") == byStay.EnrollmentID(other, "a") {
		t.Error("one stay is one enrollment")
	}
	if byRequest.EnrollmentID(l, "a") == byRequest.EnrollmentID(l, "b") || byRequest.EnrollmentID(l, "a") != byRequest.EnrollmentID(other, "a") {
		t.Error("one request is one enrollment")
	}
}

const lastAnswer = `
pathway: last-answer
version: 1
title: The last answer
owner: coordinator
languages: [en]
launch: {on: request, once_per: request}
clocks:
  period: {from: enrolled, within: 60 days}
forms:
  call: {fields: [{id: worse, ask: Is it worse?, type: bool, required: true}]}
steps:
  - {id: call, task: Call, due: 1 day, form: call}
  - {id: nurse, task: A nurse calls, due: 4 hours}
tracks:
  worse: {when: call.worse, steps: [nurse]}
ends:
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// The answer that completes what was required may call for more. Runs of the first version, which
// ended there, still do when they are replayed.
func TestTheLastAnswerCallsForMore(t *testing.T) {
	for v, want := range map[int]care.EnrollmentStatus{1: care.EnrollmentEnded, 2: care.EnrollmentActive} {
		m := enrolled(t, version(t, lastAnswer))
		w := &simulate.World{Engine: m.engine, State: m.state, Now: m.now}
		w.State.Engine = v
		complete(t, w, "call", "done", answered("worse", true))
		status(t, w, want)
		if v == 2 {
			is(t, w, "nurse", care.StepOpen, "")
			complete(t, w, "nurse", "done")
			ended(t, w, care.EndCompleted)
		}
	}
}
