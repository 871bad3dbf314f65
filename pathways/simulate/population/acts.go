package population

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// act is what a person does with a piece of work: for how long, and what comes of it.
type act struct {
	seconds int64
	do      func() error
}

// plan says what somebody who takes the work now would do.
func (w *world) plan(it *item) act {
	if it.escalation != "" {
		return w.lookAtEscalation(it)
	}
	p := it.patient
	st := p.step(it.task.Step, it.task.Occurrence)
	if st == nil {
		return act{do: func() error { return nil }}
	}
	b := p.course.behaviourOf(st.ID)
	switch st.Kind {
	case pathways.KindAppointment:
		return w.planVisit(it, st, b)
	case pathways.KindReferral:
		return w.planReferral(it, st)
	}
	return w.planTask(it, st, b)
}

// occasion numbers what happens in a step, over its occurrences and tries.
func occasion(st *engine.Step, n int) int { return st.Occurrence*1000 + n }

// planTask is work that may need several tries to reach somebody.
func (w *world) planTask(it *item, st *engine.Step, b Behaviour) act {
	dice, n := it.patient.dice, occasion(st, it.tries)
	if !it.called && b.Reached != nil && dice.roll("reached", st.ID, n) >= w.chance(b) {
		return act{seconds: b.Attempt.or(defaultAttempt).at(dice.roll("attempt", st.ID, n)), do: func() error { return w.tryInVain(it, b) }}
	}
	return act{
		seconds: b.Minutes.or(defaultMinutes).at(dice.roll("minutes", st.ID, occasion(st, 0))),
		do:      func() error { return w.complete(it, b) },
	}
}

// chance is how likely a try at this hour reaches somebody.
func (w *world) chance(b Behaviour) float64 {
	second := w.days.secondOfDay(w.now)
	for _, a := range b.ReachedAt {
		if a.hours.from <= second && second < a.hours.to {
			return float64(a.Reached)
		}
	}
	return float64(*b.Reached)
}

func staffActor(it *item) care.Actor {
	return care.Actor{Kind: care.Person, ID: "simulated " + it.pool.role, Role: it.pool.role}
}

// tryInVain notes a try that reached nobody, and takes the excuse where the pathway gives one.
func (w *world) tryInVain(it *item, b Behaviour) error {
	it.tries++
	it.notBefore = w.now + b.TryAgain.or(defaultTryAgain).at(it.patient.dice.roll("again", it.task.Step, it.task.Occurrence*1000+it.tries))
	err := w.advance(it.patient, engine.Event{
		Kind: engine.TaskAttempt, Actor: staffActor(it), TaskID: it.task.ID,
		Attempt: &care.Attempt{Mode: care.ByPhone, Who: "patient"},
	})
	if err != nil {
		return w.inVain(it, err)
	}
	step := it.patient.course.def.StepByID(it.task.Step)
	if step == nil || step.Excused == nil {
		return nil
	}
	return unlessRefused(w.advance(it.patient, engine.Event{Kind: engine.TaskComplete, Actor: staffActor(it), TaskID: it.task.ID, Outcome: step.Excused.Outcome}))
}

// complete ends a task with one of its outcomes and its answers.
func (w *world) complete(it *item, b Behaviour) error {
	p := it.patient
	step := it.patient.course.def.StepByID(it.task.Step)
	ev := engine.Event{Kind: engine.TaskComplete, Actor: staffActor(it), TaskID: it.task.ID, Outcome: it.task.Outcomes[0]}
	if step == nil { // what a person, or the engine itself, added
		return w.inVain(it, w.advance(p, ev))
	}
	if step.Score != nil {
		return w.supply(it, step, b)
	}
	switch {
	case len(b.Outcomes) > 0:
		ev.Outcome = b.Outcomes.pick(p.dice.roll("outcome", step.ID, it.task.Occurrence))
	case step.Kind() == pathways.KindPathway && len(it.task.Outcomes) > 1:
		ev.Outcome = it.task.Outcomes[1] // it is arranged by hand, or awaited no longer; to try again would be for ever
	case step.Excused != nil && ev.Outcome == step.Excused.Outcome && len(it.task.Outcomes) > 1:
		ev.Outcome = it.task.Outcomes[1]
	}
	if step.Interactive {
		ev.Mode = care.ByPhone
	}
	ev.Answers = w.answers(p, step, it.task.Occurrence, ev.Outcome, b)
	return w.inVain(it, w.advance(p, ev))
}

// inVain lets pass what the world may meet: the work is over meanwhile, or does not count yet, and is
// tried again on the next day. What else the engine refuses is a fault of the scenario.
func (w *world) inVain(it *item, err error) error {
	if err == nil {
		return nil
	}
	if refused(err) || strings.Contains(err.Error(), "counts from") {
		it.notBefore = w.days.at(min(w.days.of(w.now)+1, len(w.days.list)-1), 0)
		return nil
	}
	return fmt.Errorf("the work of the step %s was refused: %w", it.task.Step, err)
}

// planVisit books a visit, or notes what became of one.
func (w *world) planVisit(it *item, st *engine.Step, b Behaviour) act {
	p := it.patient
	if st.Appointment == nil {
		n := occasion(st, st.NoShows*10+p.sent["booked "+st.ID])
		do := func() error { return w.book(it, b, n) }
		if p.dice.roll("declines", st.ID, n) < float64(b.Declined) {
			do = func() error {
				return w.inVain(it, w.advance(p, engine.Event{Kind: engine.TaskComplete, Actor: staffActor(it), TaskID: it.task.ID, Outcome: "declined"}))
			}
		}
		return act{seconds: b.Minutes.or(defaultMinutes).at(p.dice.roll("minutes", st.ID, n)), do: do}
	}
	start := *st.Appointment.Start
	return act{
		seconds: b.Confirm.at(p.dice.roll("confirm", st.ID, occasion(st, st.NoShows))),
		do:      func() error { return w.attend(it, b, start, true) },
	}
}

// book books a visit some days ahead, on a business day.
func (w *world) book(it *item, b Behaviour, n int) error {
	p, step := it.patient, it.task.Step
	ahead := b.Ahead.or(defaultAhead).at(p.dice.roll("ahead", step, n))
	date := care.DateOf(time.Unix(w.now+ahead, 0), w.days.zone)
	for !w.calendar.IsBusinessDay(date) {
		date = date.AddDays(1)
	}
	hours := b.visitHours()
	second := hours.from + int(p.dice.roll("visit hour", step, n)*float64(hours.to-hours.from))
	const quarter = 15 * 60
	start := max(time.Date(date.Year, date.Month, date.Day, 0, 0, second-second%quarter, 0, w.days.zone).Unix(), w.now+quarter)
	p.sent["booked "+step]++
	visit := time.Unix(start, 0).UTC()
	err := w.advance(p, engine.Event{
		Kind: engine.TaskComplete, Actor: staffActor(it), TaskID: it.task.ID, Outcome: "booked",
		Answers: []care.FactValue{{Name: "start", Value: visit.Format(time.RFC3339)}},
	})
	if err != nil {
		return w.inVain(it, err)
	}
	return w.expectVisit(it, b, visit, n)
}

// expectVisit arranges what becomes of a visit that is booked.
func (w *world) expectVisit(it *item, b Behaviour, visit time.Time, n int) error {
	const appointment = 30 * 60 // the length of a visit, in seconds
	luck := it.patient.dice.roll("attends", it.task.Step, n)
	over := visit.Unix() + appointment
	if luck >= float64(b.NoShow) && luck < float64(b.NoShow+b.Cancelled) {
		it.notBefore = over
		early := w.now + int64(it.patient.dice.roll("cancels", it.task.Step, n)*float64(visit.Unix()-w.now))
		w.later(early, func() error { return w.report(it, b, visit, engine.AppointmentCancel) })
		return nil
	}
	it.notBefore = over
	if !b.Confirm.set {
		w.later(over, func() error { return w.attend(it, b, visit, false) })
	}
	return nil
}

// attend notes whether a visit was kept: by a person, or as the appointment system tells.
func (w *world) attend(it *item, b Behaviour, visit time.Time, byStaff bool) error {
	kind, outcome := engine.AppointmentKept, "kept"
	st := it.patient.step(it.task.Step, it.task.Occurrence)
	if st == nil {
		return nil
	}
	n := occasion(st, st.NoShows*10+it.patient.sent["booked "+st.ID]-1)
	if it.patient.away || it.patient.dice.roll("attends", st.ID, n) < float64(b.NoShow) {
		kind, outcome = engine.AppointmentNoShow, "no_show"
	}
	if !byStaff {
		return w.report(it, b, visit, kind)
	}
	ev := engine.Event{Kind: engine.TaskComplete, Actor: staffActor(it), TaskID: it.task.ID, Outcome: outcome}
	if barrier := w.barrier(it, b); outcome == "no_show" && barrier != "" {
		ev.Answers = []care.FactValue{{Name: "barrier", Value: barrier}}
	}
	it.notBefore = w.now
	return w.inVain(it, w.advance(it.patient, ev))
}

// report tells what the appointment system knows of a visit that is still the one that was booked.
func (w *world) report(it *item, b Behaviour, visit time.Time, kind engine.EventKind) error {
	p := it.patient
	st := p.step(it.task.Step, it.task.Occurrence)
	if !p.running() || st == nil || st.Status != care.StepOpen || st.Appointment == nil || st.Appointment.Start == nil || !st.Appointment.Start.Equal(visit) {
		return nil
	}
	a := care.Appointment{Start: &visit}
	if kind != engine.AppointmentKept {
		a.Barrier = w.barrier(it, b)
	}
	it.notBefore = w.now
	return w.inVain(it, w.advance(p, engine.Event{Kind: kind, Actor: theWorld, Step: st.ID, Appointment: &a}))
}

func (w *world) barrier(it *item, b Behaviour) string {
	step := it.patient.course.def.StepByID(it.task.Step)
	if step == nil || step.OnNoShow == nil {
		return ""
	}
	if it.patient.away && slices.Contains(step.OnNoShow.Values, "in_hospital") {
		return "in_hospital"
	}
	if len(b.Barrier) == 0 {
		return ""
	}
	return b.Barrier.pick(it.patient.dice.roll("barrier", step.ID, it.patient.sent["booked "+step.ID]))
}

// lookAtEscalation is somebody taking note of an escalation.
func (w *world) lookAtEscalation(it *item) act {
	return act{
		seconds: it.pool.staff.Escalation.or(defaultEscalation).at(it.patient.dice.roll("escalation", it.task.Step, it.version)),
		do: func() error {
			id := it.escalation
			it.escalation = ""
			it.task.Status = care.TaskCompleted
			return unlessRefused(w.advance(it.patient, engine.Event{Kind: engine.EscalationAcknowledge, Actor: staffActor(it), EscalationID: id}))
		},
	}
}

// send delivers a message, counts it, and lets its reader do something about it.
func (w *world) send(p *patient, m care.Message) error {
	p.sent[m.Purpose+" "+m.Step]++
	n := p.sent[m.Purpose+" "+m.Step]
	outside := m.To == "patient" || strings.HasPrefix(m.To, "service:")
	result := engine.Delivery{Status: care.MessageSent, Channel: "simulated"}
	switch {
	case slices.ContainsFunc(p.state.Outbox, func(o care.Message) bool { return o.ID == m.ID && o.Status == care.MessageStopped }):
		result.Status = care.MessageStopped // by the very turn that queued it
	case outside && p.dice.roll("undelivered", m.Purpose+" "+m.Step, n) < float64(w.scenario.Undelivered):
		result.Status, result.Detail = care.MessageFailed, "the simulation lost it"
	}
	if isRung(m.Cause.Rule) {
		act := map[string]string{"reminder": "remind", "warning": "warn"}[m.Purpose]
		p.rungs = append(p.rungs, rungTold{rule: m.Cause.Rule, step: m.Step, act: cmp.Or(act, "escalate"), to: strings.TrimPrefix(m.To, "role:")})
	}
	if result.Status == care.MessageSent && m.To == "patient" {
		p.toThem++
		w.expectReply(p, m)
		if m.Purpose == purposeQuestions {
			w.expectAnswers(p, m)
		}
	}
	if m.EscalationID != "" {
		w.escalated(p, m)
	}
	return unlessRefused(w.advance(p, engine.Event{Kind: engine.MessageDelivered, Actor: care.TheEngine, MessageID: m.ID, Delivery: &result}))
}

// purposeQuestions is what a message with questions is for.
const purposeQuestions = "questionnaire"

func isRung(rule string) bool { return strings.HasPrefix(rule, "ladders.") }

// escalated gives those who are named in an escalation the work of looking at it.
func (w *world) escalated(p *patient, m care.Message) {
	role := strings.TrimPrefix(m.To, "role:")
	if w.scenario.staffOf(role) == nil {
		return
	}
	it := &item{patient: p, escalation: m.EscalationID, pool: w.poolOf(role), opened: w.now, due: w.now}
	it.task = care.Task{Step: m.Step, Status: care.TaskRequested}
	w.offer(it)
}

// expectReply arranges that a patient answers a message, and can be reached for a step's work.
func (w *world) expectReply(p *patient, m care.Message) {
	for _, reply := range p.course.scenario.Messages {
		n := p.sent[m.Purpose+" "+m.Step]
		if reply.Name != m.Template || p.dice.roll("replies", m.Template, n) >= float64(reply.Share) {
			continue
		}
		w.later(w.now+reply.After.or(defaultReply).at(p.dice.roll("replies after", m.Template, n)), func() error {
			for _, it := range p.items {
				if it.task.Step == reply.Step && it.open() && !it.busy {
					it.called, it.notBefore = true, w.now
					w.offer(it)
				}
			}
			return nil
		})
	}
}
