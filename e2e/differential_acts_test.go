package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// what is something that happens to a patient: what the server is told, and the same as events.
type what struct {
	method, path string
	body         any // JSON; or an HL7 message
	event        engine.Event
	follows      []engine.Event // what the server makes of it besides
}

func told(path string, body any, ev engine.Event) *what {
	if ev.Actor == (care.Actor{}) {
		ev.Actor = theAdmin
	}
	return &what{method: http.MethodPost, path: path, body: body, event: ev}
}

func pickOne[T any](w *twin, from []T) T { return from[w.rng.IntN(len(from))] }

func (w *twin) chance(percent int) bool { return w.rng.IntN(100) < percent }

// act lets something happen to a patient, most of the time.
func (d *differential) act(w *twin) error {
	if w.world.State.Status == care.EnrollmentEnded || w.chance(15) {
		return nil
	}
	act := d.choose(w)
	if act == nil {
		return nil
	}
	a, err := d.sent(act.method, act.path, act.body)
	if err != nil {
		return err
	}
	w.notef("%s %s %s: %d", w.world.Now.Format(time.RFC3339), act.event.Kind, textOf(act.body), a.status)
	d.tally.add(string(act.event.Kind))
	if a.status > 499 {
		return fmt.Errorf("%s %s: %s", act.method, act.path, a)
	}
	if a.status > 299 {
		d.tally.add("refused")
		return w.refused(act.event, a)
	}
	w.pending = append([]engine.Event{act.event}, act.follows...)
	return nil
}

func textOf(body any) string {
	if raw, isRaw := body.([]byte); isRaw {
		return string(raw[:min(len(raw), 80)])
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// choose says what happens next to a patient.
func (d *differential) choose(w *twin) *what {
	for range 20 {
		options := []func(*differential, *twin) *what{
			onTask, onTask, onTask, onTask, onTask, onTask, onVisit, onVisit, onReferral, onReferral, onReferral, onReferral, onReferral,
			onQuestions, onQuestions, onQuestions, onQuestions, onObservation, onObservation, onObservation, onEscalation, onPlan, onPlan, onPause, onHospital, onMove, onEnd,
		}
		if act := pickOne(w, options)(d, w); act != nil {
			return act
		}
	}
	return nil
}

func onTask(_ *differential, w *twin) *what {
	var open []*care.Task
	for _, st := range w.world.State.Steps {
		if st.Task != nil && st.Task.Status.Open() {
			open = append(open, st.Task)
		}
	}
	if len(open) == 0 {
		return nil
	}
	t := pickOne(w, open)
	path := "/tasks/" + t.ID
	switch n := w.rng.IntN(20); {
	case n < 11:
		return w.completion(t)
	case n < 14:
		mode, reached := pickOne(w, []care.AttemptMode{care.ByPhone, care.ByVoice, "letter"}), w.chance(10)
		return told(path+"/attempts", map[string]any{"mode": mode, "reached": reached, "who": "patient"},
			engine.Event{Kind: engine.TaskAttempt, TaskID: t.ID, Attempt: &care.Attempt{Mode: mode, Who: "patient", Reached: reached}})
	case n < 16:
		return told(path+"/claim", map[string]any{}, engine.Event{Kind: engine.TaskClaim, TaskID: t.ID})
	case n < 17:
		return told(path+"/start", map[string]any{"reason": "now"}, engine.Event{Kind: engine.TaskStart, TaskID: t.ID, Reason: "now"})
	case n < 18:
		return told(path+"/release", map[string]any{"reason": "busy"}, engine.Event{Kind: engine.TaskRelease, TaskID: t.ID, Reason: "busy"})
	case n < 19:
		return told(path+"/reassign", map[string]any{"role": "nurse", "reason": "knows them"}, engine.Event{Kind: engine.TaskReassign, TaskID: t.ID, Role: "nurse", Reason: "knows them"})
	}
	return told(path+"/cancel", map[string]any{"reason": "done elsewhere"}, engine.Event{Kind: engine.TaskCancel, TaskID: t.ID, Reason: "done elsewhere"})
}

// completion ends a task with one of its outcomes, the first more often, and answers its form.
func (w *twin) completion(t *care.Task) *what {
	ev := engine.Event{Kind: engine.TaskComplete, TaskID: t.ID, Outcome: t.Outcomes[0], Mode: care.ByPhone}
	if w.chance(45) {
		ev.Outcome = pickOne(w, t.Outcomes)
	}
	answers := w.formAnswers(t.Form, ev.Outcome)
	if t.Kind == pathways.KindAppointment {
		if ev.Outcome == "booked" {
			answers["start"] = w.visitStart().Format(time.RFC3339)
		}
		if ev.Outcome == "no_show" || ev.Outcome == "cancelled" {
			answers["barrier"] = pickOne(w, []string{"transportation", "forgot", "dragons"})
		}
	}
	body := map[string]any{"outcome": ev.Outcome, "mode": ev.Mode, "answers": answers}
	if w.chance(25) {
		ev.OccurredAt = w.world.Now.Add(-time.Duration(w.rng.IntN(50)) * time.Hour).UTC().Truncate(time.Minute)
		body["occurred_at"] = ev.OccurredAt
	}
	ev.Answers = given(answers)
	return told("/tasks/"+t.ID+"/complete", body, ev)
}

// visitStart is a time to come, in whole minutes; now and then one that has passed.
func (w *twin) visitStart() time.Time {
	return w.world.Now.Add(time.Duration(w.rng.IntN(12*24)-24) * time.Hour).UTC().Truncate(time.Minute)
}

// oftenYes are the questions whose yes leads furthest, with how often it is yes in a hundred.
var oftenYes = map[string]int{"consent_to_share": 85, "transport_barrier": 75}

// onVisit tells what became of a visit, as another system would.
func onVisit(_ *differential, w *twin) *what {
	if w.engine.Definition().StepByID("visit") == nil {
		return nil
	}
	kind := pickOne(w, []engine.EventKind{engine.AppointmentBooked, engine.AppointmentBooked, engine.AppointmentKept, engine.AppointmentNoShow, engine.AppointmentCancel})
	status := map[engine.EventKind]care.AppointmentStatus{
		engine.AppointmentBooked: care.AppointmentBooked, engine.AppointmentKept: care.AppointmentKept,
		engine.AppointmentNoShow: care.AppointmentNoShow, engine.AppointmentCancel: care.AppointmentCancelled,
	}[kind]
	ev := engine.Event{Kind: kind, Appointment: &care.Appointment{Status: status}}
	body := map[string]any{"kind": kind}
	switch kind {
	case engine.AppointmentBooked:
		at := w.visitStart()
		ev.Appointment.Start = &at
		body["appointment"] = map[string]any{"start": at}
	case engine.AppointmentNoShow, engine.AppointmentCancel:
		ev.Appointment.Barrier = pickOne(w, []string{"transportation", "forgot"})
		body["appointment"] = map[string]any{"barrier": ev.Appointment.Barrier}
	}
	return told("/enrollments/"+w.id+"/events", body, ev)
}

// onReferral tells what a service does about what it was asked.
func onReferral(_ *differential, w *twin) *what {
	var asked []*care.Referral
	for _, st := range w.world.State.Steps {
		if st.Referral != nil && st.Referral.Current != nil {
			asked = append(asked, st.Referral.Current)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	id := pickOne(w, asked).ID
	kind := pickOne(w, []engine.EventKind{
		engine.ReferralAccept, engine.ReferralAccept, engine.ReferralAccept, engine.ReferralDecline, engine.ReferralStart, engine.ReferralComplete, engine.ReferralComplete,
		engine.ReferralFail, engine.ReferralHold, engine.ReferralResume, engine.ReferralCancel, engine.ReferralReroute,
	})
	ev := engine.Event{Kind: kind, ReferralID: id, Reason: "so they say"}
	body := map[string]any{"reason": ev.Reason}
	if kind == engine.ReferralComplete {
		ev.Outcome = pickOne(w, []string{"service_received", "service_received", "not_received"})
		body["outcome"] = ev.Outcome
	}
	return told("/referrals/"+id+"/"+string(kind)[len("referral."):], body, ev)
}

func onEscalation(_ *differential, w *twin) *what {
	if len(w.world.State.Escalations) == 0 {
		return nil
	}
	id := pickOne(w, w.world.State.Escalations).ID
	until := w.later(5)
	switch w.rng.IntN(3) {
	case 0:
		return told("/escalations/"+id+"/acknowledge", map[string]any{}, engine.Event{Kind: engine.EscalationAcknowledge, EscalationID: id})
	case 1:
		return told("/escalations/"+id+"/snooze", map[string]any{"until": until, "reason": "later"}, engine.Event{Kind: engine.EscalationSnooze, EscalationID: id, Until: &until, Reason: "later"})
	}
	return told("/escalations/"+id+"/resolve", map[string]any{"reason": "seen to"}, engine.Event{Kind: engine.EscalationResolve, EscalationID: id, Reason: "seen to"})
}

// later is a time within some days, in whole minutes.
func (w *twin) later(days int) time.Time {
	return w.world.Now.Add(time.Duration(1+w.rng.IntN(days*24)) * time.Hour).UTC().Truncate(time.Minute)
}

// onPlan changes the plan for this patient.
func onPlan(_ *differential, w *twin) *what {
	def, path := w.engine.Definition(), "/enrollments/"+w.id
	const why = "for this patient"
	switch w.rng.IntN(6) {
	case 0:
		id := fmt.Sprintf("extra_%d", len(w.did))
		return told(path+"/steps", map[string]any{"reason": why, "step": map[string]any{"id": id, "task": "Something more", "due": "2 business days"}},
			engine.Event{Kind: engine.StepAdd, Reason: why, NewStep: &pathways.Step{ID: id, Task: "Something more", Due: "2 business days"}})
	case 1:
		step := pickOne(w, def.Steps).ID
		return told(path+"/steps/"+step+"/skip", map[string]any{"reason": why}, engine.Event{Kind: engine.StepSkip, Step: step, Reason: why})
	case 2:
		step := pickOne(w, def.Steps).ID
		return told(path+"/steps/"+step+"/start", map[string]any{"reason": why}, engine.Event{Kind: engine.StepStart, Step: step, Reason: why})
	case 3:
		if len(def.Tracks) == 0 {
			return nil
		}
		track := pickOne(w, def.Tracks).Name
		return told(path+"/tracks/"+track+"/start", map[string]any{"reason": why}, engine.Event{Kind: engine.TrackStart, Track: track, Reason: why})
	case 4:
		clock, until := pickOne(w, def.Clocks).Name, w.later(10)
		return told(path+"/clocks/"+clock+"/move", map[string]any{"reason": why, "until": until}, engine.Event{Kind: engine.ClockMove, Clock: clock, Until: &until, Reason: why})
	}
	if !slices.ContainsFunc(def.Facts, func(f pathways.Fact) bool { return f.Name == "complexity" }) {
		return nil
	}
	value := pickOne(w, []string{"high", "moderate", "straightforward"})
	return told(path+"/events", map[string]any{"kind": engine.FactRecorded, "reason": why, "facts": map[string]any{"complexity": value}},
		engine.Event{Kind: engine.FactRecorded, Reason: why, Answers: []care.FactValue{{Name: "complexity", Value: value}}})
}

func onPause(_ *differential, w *twin) *what {
	path := "/enrollments/" + w.id
	if w.world.State.Status == care.EnrollmentActive {
		until := w.later(8)
		return told(path+"/pause", map[string]any{"until": until, "reason": "travels"}, engine.Event{Kind: engine.EnrollmentPause, Until: &until, Reason: "travels"})
	}
	return told(path+"/resume", map[string]any{"reason": "is back"}, engine.Event{Kind: engine.EnrollmentResume, Reason: "is back"})
}

// onHospital admits the patient again, or lets them leave hospital: a new enrollment follows that stay.
func onHospital(_ *differential, w *twin) *what {
	if w.engine.Definition().Pathway != afterDischarge || w.chance(40) {
		return nil
	}
	now := w.world.Now.UTC().Truncate(time.Minute)
	facts := w.facts()
	facts.Zone = w.world.State.Patient.Zone
	if !w.world.State.Patient.InHospital {
		st := stayOf(w.mrn, "", time.Time{})
		st.visit, st.admitted = fmt.Sprintf("%s-%d", st.visit, len(w.stays)+2), now
		w.stays = append(w.stays, st)
		facts.InHospital = true
		return &what{method: http.MethodPost, path: "/intake/hl7v2", body: st.message("A01", now), event: engine.Event{
			Kind: engine.EncounterAdmitted, Actor: theHospital, OccurredAt: now, Patient: &facts,
			Encounter: &care.Encounter{ID: st.visit, Class: care.Inpatient, Status: care.EncounterInProgress, AdmittedAt: &st.admitted, Revision: 1},
		}}
	}
	st := &w.stays[len(w.stays)-1]
	st.disposition, st.discharged = "03", now // to a nursing facility, where nothing new begins
	if w.chance(30) {
		st.disposition = "01"
	}
	act := &what{method: http.MethodPost, path: "/intake/hl7v2", body: st.message("A03", now), event: engine.Event{
		Kind: engine.EncounterDischarge, Actor: theHospital, OccurredAt: now, Patient: &facts,
		Encounter: &care.Encounter{ID: st.visit, Class: care.Inpatient, Status: care.EncounterDischarged, AdmittedAt: &st.admitted, DischargedAt: &st.discharged, Revision: 2},
	}}
	if st.disposition == "01" {
		act.follows = []engine.Event{{Kind: engine.EnrollmentSupersede, Actor: theHospital, OccurredAt: now}}
	}
	return act
}

// onMove lets the patient move to another zone.
func onMove(_ *differential, w *twin) *what {
	zone := pickOne(w, []string{"America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Guam", "Pacific/Honolulu"})
	if zone == w.world.State.Patient.Zone || w.chance(50) {
		return nil
	}
	facts := w.world.State.Patient
	facts.Zone = zone
	return &what{method: http.MethodPatch, path: "/patients/" + w.patient, body: map[string]any{"zone": zone}, event: engine.Event{Kind: engine.PatientUpdated, Actor: theAdmin, Patient: &facts}}
}

// onEnd ends it early, seldom.
func onEnd(_ *differential, w *twin) *what {
	switch w.rng.IntN(20) {
	case 0:
		return told("/enrollments/"+w.id+"/events", map[string]any{"kind": engine.PatientDied}, engine.Event{Kind: engine.PatientDied})
	case 1:
		return told("/enrollments/"+w.id+"/withdraw", map[string]any{"reason": "does not want it"}, engine.Event{Kind: engine.EnrollmentWithdraw, Reason: "does not want it", Outcome: "revoked"})
	}
	return nil
}
