package verify

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Act is one event at one instant. A story is a list of them, and can be played again.
type Act struct {
	At    time.Time    `json:"at"`
	Event engine.Event `json:"event"`
}

// Who acts in a story.
var (
	person  = care.Actor{Kind: care.Person, ID: "a member of staff"}
	partner = care.Actor{Kind: care.Partner, ID: "a service"}
	system  = care.Actor{Kind: care.System, ID: "another system"}
)

// opensAt is the local hour at which people act.
const opensAt = 10

// moves lists what can happen next in a state, the passing of time first. What the engine refuses
// is no move.
func (x *explorer) moves(n *node) []Act {
	s := &n.state
	if s.Status == care.EnrollmentEnded {
		return nil
	}
	m := mover{x: x, s: s, now: n.now, act: x.actingTime(n)}
	m.time()
	for _, st := range s.Steps {
		if st.Status == care.StepOpen && x.view.has(st.ID) {
			m.step(st)
		}
	}
	m.world()
	return m.acts
}

// mover collects the moves of one state.
type mover struct {
	x    *explorer
	s    *engine.State
	now  time.Time
	act  time.Time // when people would act
	acts []Act
}

func (m *mover) add(ev engine.Event) { m.at(m.act, ev) }

func (m *mover) at(when time.Time, ev engine.Event) {
	m.acts = append(m.acts, Act{At: when, Event: ev})
}

// time lets nobody act until the pathway itself does something.
func (m *mover) time() {
	if wake := m.x.nextMoment(m.s); wake != nil {
		m.at(*wake, engine.Event{Kind: engine.Tick, Actor: care.TheEngine})
	}
}

// actingTime is the next morning, where nothing of the pathway comes before it; else half an hour
// from now, or at once.
func (x *explorer) actingTime(n *node) time.Time {
	wake := x.nextMoment(&n.state)
	free := func(t time.Time) bool { return wake == nil || t.Before(*wake) }
	local := n.now.In(x.zone)
	morning := time.Date(local.Year(), local.Month(), local.Day(), opensAt, 0, 0, 0, x.zone).UTC()
	if !morning.After(n.now) {
		morning = time.Date(local.Year(), local.Month(), local.Day()+1, opensAt, 0, 0, 0, x.zone).UTC()
	}
	for _, t := range []time.Time{morning, n.now.Add(31 * time.Minute), n.now.Add(time.Minute)} {
		if free(t) {
			return t
		}
	}
	return n.now
}

// nextMoment is when the pathway will next do something that the view shows by itself. The engine
// knows when it next does anything; a view that leaves steps out sleeps through theirs.
func (x *explorer) nextMoment(s *engine.State) *time.Time {
	if x.view.whole || s.Status != care.EnrollmentActive {
		return x.eng.Wake(*s)
	}
	var next *time.Time
	consider := func(t time.Time) {
		if t.After(s.At) && (next == nil || t.Before(*next)) {
			next = &t
		}
	}
	for _, c := range s.Clocks {
		if c.Step == "" || x.view.has(c.Step) && !over(s, c) {
			clockMoments(c, consider)
		}
	}
	for _, st := range s.Steps {
		if st.Status == care.StepWaiting && st.OpensAt != nil && x.view.has(st.ID) {
			consider(*st.OpensAt)
		}
	}
	return next
}

func clockMoments(c *engine.Clock, consider func(time.Time)) {
	if c.Status == care.ClockRunning {
		consider(c.Due)
	}
	for _, rung := range c.Rungs {
		if !rung.Fired {
			consider(rung.At)
		}
	}
}

// step lists what people and partners can do about an open step.
func (m *mover) step(st *engine.Step) {
	if st.Task != nil && st.Task.Status.Open() {
		m.task(st)
	}
	if spec := m.x.def.StepByID(st.ID); spec != nil && spec.Questionnaire != nil && spec.Questionnaire.AsksPatient() {
		m.questions(st, spec)
	}
	if st.Sub != nil {
		m.other(st)
	}
	if st.Referral != nil && st.Referral.Current != nil {
		m.service(st)
	}
	if st.Referral != nil && st.Referral.Phase != "consent" {
		m.consentRevoked(st)
	}
}

// task tries every outcome of a task with every answer that makes a difference, calls it off, and
// logs another try at a contact where tries are counted.
func (m *mover) task(st *engine.Step) {
	for _, outcome := range st.Task.Outcomes {
		for _, answers := range m.answers(st, outcome) {
			ev := engine.Event{Kind: engine.TaskComplete, Actor: person, TaskID: st.Task.ID, Step: st.ID, Outcome: outcome, Answers: answers}
			if spec := m.x.def.StepByID(st.ID); spec != nil && spec.Interactive {
				ev.Mode = care.ByPhone
			}
			m.at(m.whenDone(st, outcome), ev)
		}
	}
	m.add(engine.Event{Kind: engine.TaskCancel, Actor: person, TaskID: st.Task.ID, Step: st.ID, Reason: "it is called off"})
	if len(st.Attempts) < m.x.triesAsked[st.ID] {
		m.tries(st)
	}
}

// questions lets the patient answer, in every way that makes a difference.
func (m *mover) questions(st *engine.Step, spec *pathways.Step) {
	form := m.x.def.FormByName(spec.Questionnaire.Form)
	if form == nil {
		return
	}
	for _, answers := range m.x.formAnswers(st.ID, form, "answered") {
		m.add(engine.Event{Kind: engine.QuestionsAnswered, Actor: care.Actor{Kind: care.Subject, ID: patientID}, Step: st.ID, Occurrence: st.Occurrence, Answers: answers})
	}
}

// tries logs a try that reached nobody, and where it is asked, one that reached somebody.
func (m *mover) tries(st *engine.Step) {
	reached := []bool{false}
	if mentions(m.x.view.asks, "attempts.reached") {
		reached = append(reached, true)
	}
	for _, r := range reached {
		m.add(engine.Event{
			Kind: engine.TaskAttempt, Actor: person, TaskID: st.Task.ID, Step: st.ID,
			Attempt: &care.Attempt{Mode: care.ByPhone, Who: "patient", Reached: r},
		})
	}
}

// whenDone is when a visit is said to have been kept or missed: after it began.
func (m *mover) whenDone(st *engine.Step, outcome string) time.Time {
	if a := st.Appointment; a != nil && a.Start != nil && outcome != "booked" && outcome != "cancelled" && a.Start.After(m.act) {
		return a.Start.Add(time.Hour)
	}
	return m.act
}

// answers gives what may be answered with an outcome: to the task's form, when the visit is, why it
// was missed.
func (m *mover) answers(st *engine.Step, outcome string) [][]care.FactValue {
	if st.Kind == pathways.KindAppointment {
		return m.visitAnswers(st, outcome)
	}
	form := m.x.def.TaskForm(st.Task.Form)
	if form == nil {
		return [][]care.FactValue{nil}
	}
	return m.x.formAnswers(st.ID, form, outcome)
}

func (m *mover) visitAnswers(st *engine.Step, outcome string) [][]care.FactValue {
	switch outcome {
	case "booked":
		start := m.act.AddDate(0, 0, 2).Format(time.RFC3339)
		return [][]care.FactValue{{{Name: "start", Value: start}}}
	case "no_show", "cancelled":
		return m.barriers(st)
	}
	return [][]care.FactValue{nil}
}

// barriers gives why a visit was missed: no answer, and what expressions ask for.
func (m *mover) barriers(st *engine.Step) [][]care.FactValue {
	all := [][]care.FactValue{nil}
	for _, v := range comparedWith(m.x.view.asks, st.ID+".barrier") {
		all = append(all, []care.FactValue{{Name: "barrier", Value: v}})
	}
	return all
}

// maxAnswers bounds how many ways a form is filled in with one outcome.
const (
	maxAnswers      = 64
	maxAnswersWhole = 12 // where the whole pathway is looked at
)

// formAnswers gives the ways to fill in a form that the view's expressions can tell apart.
func (x *explorer) formAnswers(step string, form *pathways.Form, outcome string) [][]care.FactValue {
	var names []string
	var choices [][]any
	for _, f := range form.Fields {
		applies := len(f.For) == 0 || contains(f.For, outcome)
		if !applies {
			continue
		}
		names = append(names, f.ID)
		choices = append(choices, x.choices(step, form, f))
	}
	limit := maxAnswers
	if x.view.whole {
		limit = maxAnswersWhole
	}
	combos, missed := combinations(choices, limit)
	if missed > 0 {
		x.leftOut(fmt.Sprintf("%d of %d ways to answer the form of %s", missed, missed+len(combos), step))
	}
	all := make([][]care.FactValue, len(combos))
	for i, combo := range combos {
		for j, v := range combo {
			if v != nil {
				all[i] = append(all[i], care.FactValue{Name: names[j], Value: v})
			}
		}
	}
	return all
}

// choices gives the answers to one question that make a difference: to a condition, to the score of
// the form, or to whether another question is asked at all.
func (x *explorer) choices(step string, form *pathways.Form, f pathways.Field) []any {
	q := question{name: step + "." + f.ID, typ: f.Type, values: f.Values, optional: !f.Required || f.When != ""}
	values := x.toldByAnswers(step, f, interesting(q, x.view.asks))
	scored := form.Score != nil && x.asksScore(step)
	if scored && f.Type == pathways.TypeCode {
		values = nil
		for _, v := range f.Values {
			values = append(values, v)
		}
	}
	asksOthers := slices.ContainsFunc(form.Fields, func(other pathways.Field) bool { return strings.Contains(other.When, "answer."+f.ID) })
	if scored || asksOthers {
		values = widest(q, values)
	}
	if f.When != "" && f.Required { // to be answered where it is asked, and nowhere else
		values = widest(question{typ: f.Type, values: f.Values, optional: true}, values)
	}
	return withinLimits(f, values)
}

// toldByAnswers adds the answers that make a difference to what waits for them: there they are asked
// as event.<question>.
func (x *explorer) toldByAnswers(step string, f pathways.Field, values []any) []any {
	var asks []pathways.Asked
	for _, a := range x.view.asks {
		if a.Event == pathways.AnsweredEvent(step) {
			asks = append(asks, a)
		}
	}
	told := question{name: "event." + f.ID, typ: f.Type, values: f.Values, optional: !f.Required || f.When != ""}
	if !mentions(asks, told.name) {
		return values
	}
	for _, v := range interesting(told, asks) {
		if !slices.ContainsFunc(values, func(have any) bool { return reflect.DeepEqual(have, v) }) {
			values = append(values, v)
		}
	}
	return values
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// service lists what a community service can answer, and that staff call the referral off.
func (m *mover) service(st *engine.Step) {
	cur := st.Referral.Current
	for _, kind := range []engine.EventKind{engine.ReferralAccept, engine.ReferralDecline, engine.ReferralStart, engine.ReferralHold, engine.ReferralResume, engine.ReferralComplete, engine.ReferralFail} {
		if to := partnerTargets[kind]; cur.Status != to && cur.Status.MayBecome(to) {
			m.add(engine.Event{Kind: kind, Actor: partner, ReferralID: cur.ID, Step: st.ID})
		}
	}
	if cur.Status.Open() {
		m.add(engine.Event{Kind: engine.ReferralCancel, Actor: person, ReferralID: cur.ID, Step: st.ID, Reason: "it is called off"})
	}
}

var partnerTargets = map[engine.EventKind]care.ReferralStatus{
	engine.ReferralAccept: care.ReferralAccepted, engine.ReferralDecline: care.ReferralRejected,
	engine.ReferralStart: care.ReferralInProgress, engine.ReferralHold: care.ReferralOnHold,
	engine.ReferralResume: care.ReferralInProgress, engine.ReferralComplete: care.ReferralCompleted,
	engine.ReferralFail: care.ReferralFailed,
}

func (m *mover) consentRevoked(st *engine.Step) {
	for _, c := range m.s.Consents {
		if c.Purpose == st.Referral.Need && c.Given {
			m.add(engine.Event{Kind: engine.ConsentRevoked, Actor: person, Purpose: c.Purpose, Step: st.ID})
		}
	}
}

// world lists what other systems can tell, and what our own messages and searches come to.
func (m *mover) world() {
	for _, eff := range engine.Unanswered(*m.s) {
		switch {
		case eff.Search != nil && m.x.view.has(eff.Search.Step):
			m.found(*eff.Search)
		case eff.Message != nil && m.x.view.has(eff.Message.Step):
			m.delivered(*eff.Message)
		}
	}
	m.offers()
	m.hospital()
	m.died()
	m.listeners()
}

// found gives the search two services, or none.
func (m *mover) found(search engine.Search) {
	two := []engine.Candidate{{ServiceID: care.KeyID("service", "first"), Name: "The first service"}, {ServiceID: care.KeyID("service", "second"), Name: "The second service"}}
	for _, candidates := range [][]engine.Candidate{two, nil} {
		m.at(m.now, engine.Event{Kind: engine.ReferralCandidates, Actor: care.TheEngine, Step: search.Step, Occurrence: search.Occurrence, Candidates: candidates})
	}
}

// delivered lets a message arrive or not. Only those that make a difference are left open until
// here; see answer.
func (m *mover) delivered(msg care.Message) {
	status := []care.MessageStatus{care.MessageSent, care.MessageFailed}
	if msg.Purpose != "message" { // that it arrives changes nothing
		status = status[1:]
	}
	for _, st := range status {
		m.at(m.now, engine.Event{Kind: engine.MessageDelivered, Actor: care.TheEngine, MessageID: msg.ID, Step: msg.Step, Delivery: &engine.Delivery{Status: st}})
	}
}

// hospital admits the patient to another stay and lets them go home again; and takes back, and
// gives again, the discharge that started the pathway.
func (m *mover) hospital() {
	if !m.x.view.waitsFor(engine.EncounterAdmitted) && !m.x.view.waitsFor(engine.EncounterDischarge) {
		m.correction()
		return
	}
	patient := m.s.Patient
	stay := &care.Encounter{ID: otherStay, PatientID: patientID, Class: care.Inpatient, Status: care.EncounterInProgress, AdmittedAt: &m.act, Revision: 1, UpdatedAt: m.act}
	if !patient.InHospital {
		patient.InHospital = true
		m.add(engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: stay, Patient: &patient})
	} else {
		patient.InHospital = false
		stay.Status, stay.DischargedAt, stay.Disposition = care.EncounterDischarged, &m.act, care.ToHome
		m.add(engine.Event{Kind: engine.EncounterDischarge, Actor: system, Encounter: stay, Patient: &patient})
	}
	m.correction()
}

func (m *mover) correction() {
	own := m.s.Encounter
	if !m.x.view.whole || own == nil || m.x.def.Launch.On != string(engine.EncounterDischarge) {
		return
	}
	told := *own
	told.Revision++
	switch own.Status {
	case care.EncounterDischarged:
		told.Status = care.EncounterInProgress
	default:
		told.Status = care.EncounterDischarged
	}
	m.add(engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: &told})
}

func (m *mover) died() {
	if m.s.Patient.Deceased || !m.x.view.whole && !m.x.view.waitsFor(engine.PatientDied) {
		return
	}
	m.add(engine.Event{Kind: engine.PatientDied, Actor: system})
}

// listeners lets the other events happen that something waits for, with every attribute that makes
// a difference to who waits.
func (m *mover) listeners() {
	for _, kind := range m.x.view.events {
		switch k := engine.EventKind(kind); k {
		case engine.ObservationMade:
			m.observations(kind)
		case engine.NeedIdentified:
			for _, need := range append([]any{"sdoh-category-unspecified"}, comparedWith(m.x.view.asks, "event.need")...) {
				text, _ := need.(string)
				m.add(engine.Event{Kind: k, Actor: system, Need: text})
			}
		case engine.AppointmentBooked, engine.AppointmentKept, engine.AppointmentNoShow, engine.AppointmentCancel:
			start := m.act
			if k == engine.AppointmentBooked {
				start = m.act.AddDate(0, 0, 2)
			}
			m.add(engine.Event{Kind: k, Actor: system, Appointment: &care.Appointment{Start: &start}})
		}
	}
}

// observations are results with every code, value and mark that conditions ask for.
func (m *mover) observations(kind string) {
	all, missed := results(m.asksOn(kind))
	if missed > 0 {
		m.x.leftOut(fmt.Sprintf("%d of %d kinds of result", missed, missed+len(all)))
	}
	for _, o := range all {
		m.add(engine.Event{Kind: engine.ObservationMade, Actor: system, Observation: o})
	}
}

// ownResult is the identity of the result that launches a pathway.
const ownResult = "own result"

// results are those that the expressions can tell apart; missed tells how many it left out.
func results(asks []pathways.Asked) (all []*care.ObservationReport, missed int) {
	questions := []question{
		{name: "event.code", typ: pathways.TypeString}, {name: "event.value", typ: pathways.TypeString},
		{name: "event.number", typ: pathways.TypeNumber}, {name: "event.critical", typ: pathways.TypeBool}, {name: "event.status", typ: pathways.TypeString},
	}
	choices := make([][]any, len(questions))
	for i, q := range questions {
		choices[i] = interesting(q, asks)
	}
	combos, missed := combinations(choices, maxAnswers)
	for _, c := range combos {
		o := &care.ObservationReport{Status: "final", Identifier: care.Identifier{Value: ownResult}}
		o.Code.Code, _ = c[0].(string)
		o.Value, _ = c[1].(string)
		if mentions(asks, "event.number") {
			o.Value = strings.TrimSpace(fmt.Sprint(c[2]))
		}
		o.Critical, _ = c[3].(bool)
		if mentions(asks, "event.status") {
			o.Status, _ = c[4].(string)
		}
		all = append(all, o)
	}
	return all, missed
}

// asksOn are the expressions that are asked when an event of the kind comes.
func (m *mover) asksOn(kind string) []pathways.Asked {
	var asks []pathways.Asked
	for _, a := range m.x.view.asks {
		if a.Event == kind && !strings.HasPrefix(a.Path, "launch") {
			asks = append(asks, a)
		}
	}
	return asks
}
