package population

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// patient is one enrollment, with what the world is about to do to it.
type patient struct {
	number  int // of the patient, from 0 in the order of arrival
	episode int // of the patient's enrollments, from 0
	course  *course
	parent  *patient // the enrollment whose step started this one; nil: none did
	dice    dice
	state   engine.State
	begun   int64
	until   int64      // nothing is looked at afterwards
	next    *time.Time // when the engine wants to be asked again; nil: never
	wake    int64      // the tick that is arranged
	events  int
	left    bool // followed to the end: nothing happens any more
	away    bool // in hospital
	items   []*item
	clocks  []clockTold
	asked   []care.Referral // every referral, as it was last told
	rungs   []rungTold
	sent    map[string]int // messages by template, to tell them apart; looked up only
	toThem  int            // messages that reached the patient
	reason  string         // why nothing started
}

// clockTold is a deadline as it was last told.
type clockTold struct {
	clock, step string
	occurrence  int
	status      care.ClockStatus
	due         time.Time
}

// rungTold is a rung that fired.
type rungTold struct{ rule, step, act, to string }

func newPatient(c *course, number, episode int, seed uint64) *patient {
	return &patient{course: c, number: number, episode: episode, dice: diceOf(seed+uint64(episode)*golden, number), sent: map[string]int{}}
}

func (p *patient) id(what string) care.ID {
	return care.KeyID("simulated "+what, strconv.Itoa(p.number), strconv.Itoa(p.episode))
}

func (p *patient) running() bool {
	return p.state.Status != "" && p.state.Status != care.EnrollmentEnded
}

// step finds an occurrence of a step.
func (p *patient) step(id string, occurrence int) *engine.Step {
	for _, st := range p.state.Steps {
		if st.ID == id && st.Occurrence == occurrence {
			return st
		}
	}
	return nil
}

func (p *patient) escalationOpen(id care.ID) bool {
	return slices.ContainsFunc(p.state.Escalations, func(e care.Escalation) bool { return e.ID == id })
}

func (p *patient) itemOf(task care.ID) *item {
	for _, it := range p.items {
		if it.task.ID == task && task != "" {
			return it
		}
	}
	return nil
}

// letGo forgets all of a patient who is followed no more but what is counted in the end: of five
// thousand patients only those of a month are in memory.
func (p *patient) letGo() {
	s := p.state
	p.state = engine.State{Status: s.Status, Outcome: s.Outcome, PatientID: s.PatientID, Patient: s.Patient, Escalations: s.Escalations}
	for _, st := range s.Steps {
		if st.Referral != nil {
			p.state.Steps = append(p.state.Steps, &engine.Step{ID: st.ID, Occurrence: st.Occurrence, Kind: st.Kind, Status: st.Status, Outcome: st.Outcome, Referral: &engine.ReferralRun{Need: st.Referral.Need}})
		}
	}
}

// advance lets an event happen, and everything that follows at once: messages are delivered,
// searches answered.
func (w *world) advance(p *patient, ev engine.Event) error {
	if p.left {
		return care.Errorf(care.Conflict, "the patient is no longer followed")
	}
	p.events++
	ev.ID = strconv.Itoa(p.events)
	turn, err := p.course.eng.Advance(p.state, ev, time.Unix(w.now, 0).UTC())
	if err != nil {
		return err
	}
	w.turns++
	if w.observe != nil {
		w.observe(turn)
	}
	p.state, p.next = turn.State, turn.Wake
	for i := range turn.Effects {
		if err := w.follow(p, &turn.Effects[i]); err != nil {
			return err
		}
	}
	w.arrangeWake(p)
	return nil
}

func (w *world) arrangeWake(p *patient) {
	at := int64(never)
	if wake := p.next; wake != nil {
		at = wake.Unix()
		if wake.Nanosecond() > 0 {
			at++
		}
	}
	if at == p.wake {
		return
	}
	p.wake = at
	if at <= p.until {
		w.later(max(at, w.now), func() error { return w.tick(p, at) })
	}
}

// tick lets what is due happen, unless another tick was arranged since.
func (w *world) tick(p *patient, at int64) error {
	if p.wake != at || !p.running() || p.left {
		return nil
	}
	before := p.state.Seq
	if err := w.advance(p, engine.Event{Kind: engine.Tick, Actor: care.TheEngine}); err != nil {
		return err
	}
	if p.wake == at && p.state.Seq == before {
		return fmt.Errorf("on %s the engine asks to be woken again and again for nothing", time.Unix(at, 0).UTC().Format(time.RFC3339))
	}
	if p.wake == at { // there is more at the same moment
		w.later(w.now, func() error { return w.tick(p, at) })
	}
	return nil
}

// follow does what the engine asked of the world, and notes what it told.
func (w *world) follow(p *patient, eff *engine.Effect) error {
	switch eff.Kind {
	case engine.TaskRow:
		w.taskTold(p, eff.Task)
	case engine.ClockRow:
		p.clockTold(eff.Clock)
	case engine.ReferralRow:
		w.referralTold(p, eff.Referral)
	case engine.MessageRow:
		if eff.Message.Status == care.MessageQueued {
			return w.send(p, *eff.Message)
		}
	case engine.StartPathway, engine.EndPathway, engine.TellParent:
		return w.elsewhere(p, eff)
	case engine.FindServices:
		return w.search(p, eff.Search)
	case engine.Told:
		if eff.Timeline.Kind == "task.reassigned" && isRung(eff.Timeline.Cause.Rule) {
			p.rungs = append(p.rungs, rungTold{rule: eff.Timeline.Cause.Rule, step: eff.Timeline.Step, act: "reassign"})
		}
	}
	return nil
}

func (p *patient) clockTold(c *care.Clock) {
	told := clockTold{clock: c.Clock, step: c.Step, occurrence: c.Occurrence, status: c.Status, due: c.DueAt}
	for i := range p.clocks {
		if p.clocks[i].clock == c.Clock && p.clocks[i].step == c.Step && p.clocks[i].occurrence == c.Occurrence {
			p.clocks[i] = told
			return
		}
	}
	p.clocks = append(p.clocks, told)
}
