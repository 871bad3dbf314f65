package e2e

import (
	"fmt"
	"net/http"
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
	to           *twin
	means        func() error // what follows for each enrollment, where it is no enrollment's own
}

func told(path string, body any, ev engine.Event) *what {
	if ev.Actor == (care.Actor{}) {
		ev.Actor = theAdmin
	}
	return &what{method: http.MethodPost, path: path, body: body, event: ev}
}

// act lets something happen to a patient, most of the time.
func (d *differential) act(p *person) error {
	if p.chance(7) {
		return nil
	}
	act := p.choose()
	if act == nil {
		return nil
	}
	if act.means != nil {
		return d.tell(p, act)
	}
	a, err := d.sent(act.method, act.path, act.body)
	if err != nil {
		return err
	}
	w := act.to
	p.notef("%s %s: %s %s: %d", d.now.Format(time.RFC3339), w.pathway(), act.event.Kind, textOf(act.body), a.status)
	d.tally.add(string(act.event.Kind))
	if a.status > 499 {
		return fmt.Errorf("%s %s: %s", act.method, act.path, a)
	}
	if a.status > 299 {
		d.tally.add("refused")
		return w.refused(act.event, a)
	}
	w.pending = append(w.pending, act.event)
	return nil
}

func textOf(body any) string {
	if raw, isRaw := body.([]byte); isRaw {
		return string(raw[:min(len(raw), 80)])
	}
	return text(body)
}

// choose says what happens next to a patient.
func (p *person) choose() *what {
	if p.chance(8) || p.inHospital() != nil && p.chance(30) {
		return onHospital(p)
	}
	running := p.active()
	if len(running) == 0 {
		return nil
	}
	for range 20 {
		w := pickOne(p, running)
		options := []func(*twin) *what{
			onTask, onTask, onTask, onTask, onTask, onTask, onVisit, onVisit, onReferral, onReferral, onReferral, onReferral, onReferral,
			onQuestions, onQuestions, onQuestions, onQuestions, onObservation, onObservation, onObservation, onEscalation, onPlan, onPlan, onOffer, onOffer, onPause, onMove, onEnd,
		}
		if w.world.State.Status != care.EnrollmentActive { // what it calls for now has to wait
			options = append(options, onObservation, onObservation, onObservation, onQuestions, onQuestions, onQuestions)
		}
		if act := pickOne(p, options)(w); act != nil {
			act.to = w
			return act
		}
	}
	return nil
}

func onTask(w *twin) *what {
	var open []*care.Task
	for _, st := range w.world.State.Steps {
		if st.Task != nil && st.Task.Status.Open() {
			open = append(open, st.Task)
		}
	}
	if len(open) == 0 {
		return nil
	}
	t := pickOne(w.person, open)
	path := "/tasks/" + t.ID
	switch n := w.rng.IntN(20); {
	case n < 11:
		return w.completion(t)
	case n < 14:
		mode, reached := pickOne(w.person, []care.AttemptMode{care.ByPhone, care.ByVoice, "letter"}), w.chance(10)
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
		ev.Outcome = pickOne(w.person, t.Outcomes)
	}
	answers := w.formAnswers(t.Form, ev.Outcome)
	if t.Kind == pathways.KindAppointment {
		if ev.Outcome == "booked" {
			answers["start"] = w.visitStart().Format(time.RFC3339)
		}
		if ev.Outcome == "no_show" || ev.Outcome == "cancelled" {
			answers["barrier"] = pickOne(w.person, []string{"transportation", "forgot", "dragons"})
		}
	}
	body := map[string]any{"outcome": ev.Outcome, "mode": ev.Mode, "answers": answers}
	if w.chance(25) {
		ev.OccurredAt = w.d.now.Add(-time.Duration(w.rng.IntN(50)) * time.Hour).UTC().Truncate(time.Minute)
		body["occurred_at"] = ev.OccurredAt
	}
	ev.Answers = given(answers)
	return told("/tasks/"+t.ID+"/complete", body, ev)
}

// visitStart is a time to come, in whole minutes; now and then one that has passed.
func (w *twin) visitStart() time.Time {
	return w.d.now.Add(time.Duration(w.rng.IntN(12*24)-24) * time.Hour).UTC().Truncate(time.Minute)
}

// oftenYes are the questions whose yes leads furthest, with how often it is yes in a hundred.
var oftenYes = map[string]int{"consent_to_share": 85, "transport_barrier": 75}

// onVisit tells what became of a visit, as another system would.
func onVisit(w *twin) *what {
	if w.engine.Definition().StepByID("visit") == nil {
		return nil
	}
	kind := pickOne(w.person, []engine.EventKind{engine.AppointmentBooked, engine.AppointmentBooked, engine.AppointmentKept, engine.AppointmentNoShow, engine.AppointmentCancel})
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
		ev.Appointment.Barrier = pickOne(w.person, []string{"transportation", "forgot"})
		body["appointment"] = map[string]any{"barrier": ev.Appointment.Barrier}
	}
	return told("/enrollments/"+w.id+"/events", body, ev)
}

// onReferral tells what a service does about what it was asked.
func onReferral(w *twin) *what {
	var asked []*care.Referral
	for _, st := range w.world.State.Steps {
		if st.Referral != nil && st.Referral.Current != nil {
			asked = append(asked, st.Referral.Current)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	id := pickOne(w.person, asked).ID
	kind := pickOne(w.person, []engine.EventKind{
		engine.ReferralAccept, engine.ReferralAccept, engine.ReferralAccept, engine.ReferralDecline, engine.ReferralStart, engine.ReferralComplete, engine.ReferralComplete,
		engine.ReferralFail, engine.ReferralHold, engine.ReferralResume, engine.ReferralCancel, engine.ReferralReroute,
	})
	ev := engine.Event{Kind: kind, ReferralID: id, Reason: "so they say"}
	body := map[string]any{"reason": ev.Reason}
	if kind == engine.ReferralComplete {
		ev.Outcome = pickOne(w.person, []string{"service_received", "service_received", "not_received"})
		body["outcome"] = ev.Outcome
	}
	return told("/referrals/"+id+"/"+string(kind)[len("referral."):], body, ev)
}

func onEscalation(w *twin) *what {
	if len(w.world.State.Escalations) == 0 {
		return nil
	}
	id := pickOne(w.person, w.world.State.Escalations).ID
	until := w.later(5)
	switch w.rng.IntN(3) {
	case 0:
		return told("/escalations/"+id+"/acknowledge", map[string]any{}, engine.Event{Kind: engine.EscalationAcknowledge, EscalationID: id})
	case 1:
		return told("/escalations/"+id+"/snooze", map[string]any{"until": until, "reason": "later"}, engine.Event{Kind: engine.EscalationSnooze, EscalationID: id, Until: &until, Reason: "later"})
	}
	return told("/escalations/"+id+"/resolve", map[string]any{"reason": "seen to"}, engine.Event{Kind: engine.EscalationResolve, EscalationID: id, Reason: "seen to"})
}
