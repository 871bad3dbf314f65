package engine

import (
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// moveBack takes a move to another version back. What nobody has touched since is again as it was; what
// happened since stays, under the rules of the version before; what cannot go back is left to a person.
func (r *run) moveBack() error {
	if err := r.needReason("enrollment.move_back"); err != nil {
		return err
	}
	rec := r.s.Migration
	to, err := r.wayBack(rec)
	if err != nil {
		return err
	}
	untouched := rec.Seq == r.s.Seq
	m := r.goOnWith(to, rec.inverse())
	m.untouched = untouched
	m.tellOfMove("enrollment.moved_back", fmt.Sprintf("Moved back from version %d to version %d.", m.left.def.Version, m.def.Version))
	m.s.Migration = rec.Before
	gone := m.restoreSteps(rec)
	m.restoreClocks(rec)
	m.restoreFacts(rec)
	m.rename()
	m.restoreEscalations(rec)
	m.restoreOutbox(rec)
	for _, st := range gone {
		m.drop(st)
	}
	m.keepWords()
	m.moveAll()
	m.putInPlace(rec)
	m.restoreLists(rec)
	m.forgetNames()
	m.ended = m.ended || !untouched
	m.end()
	return nil
}

// wayBack gives the engine to go back to.
func (r *run) wayBack(rec *MoveRecord) (*Engine, error) {
	m := r.ev.Migration
	switch {
	case m == nil || m.Definition == nil:
		return nil, care.Errorf(care.Invalid, "to move back needs the version before").At("migration.definition")
	case rec == nil, m.ID != "" && m.ID != rec.ID:
		return nil, care.Errorf(care.Conflict, "there is no such move to take back").By("enrollment.move_back")
	case rec.Until.Before(r.at):
		return nil, care.Errorf(care.Conflict, "the move could be taken back until %s", r.inWords(rec.Until)).By("enrollment.move_back.window")
	case rec.To.Digest != pathways.Digest(r.def):
		return nil, care.Errorf(care.Conflict, "the enrollment is on another version since").By("enrollment.move_back")
	case rec.From.Digest != pathways.Digest(m.Definition):
		return nil, care.Errorf(care.Conflict, "the enrollment came from another version").At("migration.definition").By("enrollment.move_back")
	}
	to, err := For(m.Definition)
	if err != nil {
		return nil, care.Errorf(care.Invalid, "version %d cannot run: %w", m.Definition.Version, err).At("migration.definition")
	}
	return to, nil
}

// inverse is the plan of the way back: what went on as another step goes on as what it was.
func (rec *MoveRecord) inverse() MovePlan {
	var p MovePlan
	for _, move := range rec.Names {
		p.Steps = append(p.Steps, StepMove{Step: move.To, To: move.Step})
	}
	return p
}

// keepsBegunClocks is the engine's version from which work that began by the move, and that somebody is at
// since, keeps its deadline when the move is taken back.
const keepsBegunClocks = 3

// restoreSteps puts the steps back that are as the move left them, and gives those that the move brought
// and that nobody has touched.
func (m *mover) restoreSteps(rec *MoveRecord) (gone []*Step) {
	for _, w := range rec.Steps {
		i := slices.IndexFunc(m.s.Steps, func(st *Step) bool { return st.ID == w.Step && st.Occurrence == w.Occurrence })
		if i < 0 {
			continue
		}
		now := m.s.Steps[i]
		same := digestOfStep(now) == w.Now
		switch {
		case w.Was != nil && same:
			m.restoreStep(i, w.Was.clone(true))
		case w.Was != nil:
			m.names[i] = nameOf(w.Was)
			now.Personal = w.Was.Personal
			m.stays[now] = m.s.Engine >= keepsBegunClocks
		case same, now.Status == care.StepWaiting:
			gone, m.going[now] = append(gone, now), true
		default:
			m.stays[now] = true
		}
	}
	return gone
}

func (m *mover) restoreStep(i int, st *Step) {
	now := m.s.Steps[i]
	m.s.Steps[i], m.done[st], m.names[i] = st, true, nameOf(st)
	m.fitTask(st)
	if st.Status == care.StepOpen && now.Status.Ended() {
		m.tell("step.opened", st.ID, "Goes on: "+m.title(st)+".", st.Cause)
	}
	if st.Task != nil && now.Task != nil && st.Task.ID == now.Task.ID && st.Task.Status != now.Task.Status {
		m.moved(st.Task.ID, "task", string(now.Task.Status), string(st.Task.Status), holderOf(st.Task), m.backInWords(), m.at)
	}
	m.withdrawnQuestions(st)
	if ref := st.Referral; ref != nil && ref.Current != nil && now.Referral != nil && now.Referral.Current != nil && ref.Current.Status.Open() && !now.Referral.Current.Status.Open() {
		// The service was told that nobody asks it any more: that cannot be taken back.
		ref.Current.Status, ref.Current.Reason, ref.Current.EndedAt = now.Referral.Current.Status, now.Referral.Current.Reason, now.Referral.Current.EndedAt
		m.asks = append(m.asks, m.stepTitle(st)+": the request had been withdrawn, and is to be made again.")
		m.undecided = append(m.undecided, st)
	}
}

// withdrawnQuestions asks a person where the message with a step's questions had been withdrawn before it
// went out: whether it did is for its delivery to say, and nothing is sent twice.
func (m *mover) withdrawnQuestions(st *Step) {
	waits := st.Kind == pathways.KindQuestionnaire && st.Status == care.StepOpen && (st.Task == nil || !st.Task.Status.Open())
	if m.s.Engine >= mendsMoves && waits && m.messageNamed(st.MessageID).Status == care.MessageStopped {
		m.asks = append(m.asks, m.stepTitle(st)+": the message with the questions had been withdrawn, and the patient is to be asked another way.")
	}
}

func (m *mover) backInWords() string {
	return fmt.Sprintf("the pathway moved back to version %d", m.def.Version)
}

// fitTask lets a task that is put back stand or run as the pathway does now, for the patient as known now.
func (m *mover) fitTask(st *Step) {
	if st.Referral != nil && st.Referral.Current != nil {
		st.Referral.Current.PatientID = m.s.PatientID
	}
	if st.Task == nil {
		return
	}
	st.Task.PatientID = m.s.PatientID
	switch suspended := m.s.Status == care.EnrollmentSuspended; {
	case !st.Task.Status.Open():
	case suspended:
		st.Task.Status = care.TaskOnHold
	case st.Task.Status == care.TaskOnHold:
		st.Task.Status = care.TaskRequested
	}
}

// restoreClocks puts the clocks back that are as the move left them.
func (m *mover) restoreClocks(rec *MoveRecord) {
	for _, w := range rec.Clocks {
		now := m.clockNamed(w.Name, w.Step, w.Occurrence)
		same := now != nil && digestOfClock(now) == w.Now
		switch {
		case w.Was != nil && same:
			i := slices.Index(m.s.Clocks, now)
			m.s.Clocks[i] = m.restoredClock(w.Was, rec.At)
		case w.Was != nil && now == nil && m.restored(w.Was):
			m.s.Clocks = append(m.s.Clocks, m.restoredClock(w.Was, rec.At))
		case w.Was == nil && now != nil && !m.stays[m.stepOf(now)] && (same || m.going[m.stepOf(now)]):
			m.leaveClockRow(m.left.clockRow(now))
			m.without = append(m.without, now)
			m.done[now] = true
		}
	}
}

// restored tells whether the clock's step was put back as it was.
func (m *mover) restored(c *Clock) bool {
	st := m.stepOf(c)
	return c.Step == "" || st != nil && m.done[st]
}

// restoredClock is a clock as it was. The rungs that only waited for the pathway to go on wait still.
func (m *mover) restoredClock(was *Clock, movedAt time.Time) *Clock {
	c := *was
	c.Rungs, c.Stood = slices.Clone(was.Rungs), slices.Clone(was.Stood)
	m.done[&c] = true
	if !m.untouched {
		m.standAsItMay(&c)
	}
	pending := make([]bool, len(c.Rungs))
	for i, rung := range c.Rungs {
		pending[i] = !rung.Fired && !rung.At.After(movedAt)
	}
	m.late = append(m.late, lateness{clock: &c, pending: pending})
	return &c
}

// restoreFacts puts back what the move changed of what is known.
func (m *mover) restoreFacts(rec *MoveRecord) {
	for _, w := range rec.Facts {
		now, known := m.fact(w.Name)
		if known != (w.Now != "") || known && digestOf(now) != w.Now {
			continue // said anew since
		}
		m.s.Facts = slices.DeleteFunc(m.s.Facts, func(f care.FactValue) bool { return f.Name == w.Name })
		if w.Was == nil {
			continue
		}
		i, _ := slices.BinarySearchFunc(m.s.Facts, w.Name, func(f care.FactValue, name string) int {
			if f.Name < name {
				return -1
			}
			if f.Name > name {
				return 1
			}
			return 0
		})
		m.s.Facts = slices.Insert(m.s.Facts, i, *w.Was)
	}
	for _, f := range m.def.Facts {
		if known, ok := m.fact(f.Name); ok {
			m.retype(f, known)
		}
	}
}

// restoreEscalations opens again what the move had ended, and takes back what it had raised.
func (m *mover) restoreEscalations(rec *MoveRecord) {
	for _, w := range rec.Escalations {
		i := slices.IndexFunc(m.left.s.Escalations, func(e care.Escalation) bool { return e.ID == w.ID })
		same := i >= 0 && digestOfEscalation(&m.left.s.Escalations[i]) == w.Now
		j := slices.IndexFunc(m.s.Escalations, func(e care.Escalation) bool { return e.ID == w.ID })
		switch {
		case w.Was != nil && same && j >= 0:
			m.s.Escalations[j] = m.fitEscalation(*w.Was)
		case w.Was != nil && i < 0 && w.Now == "" && (w.Was.Step == "" || m.stillThere(w.Was)):
			esc := m.fitEscalation(*w.Was)
			m.s.Escalations = slices.Insert(m.s.Escalations, min(w.Place, len(m.s.Escalations)), esc)
			m.moved(esc.ID, "escalation", "", string(esc.Status), esc.Level, m.backInWords(), m.at)
		case w.Was == nil && same && j >= 0:
			m.closeEscalation(w.ID, care.EscalationWithdrawn, m.backInWords())
		}
	}
}

func (m *mover) fitEscalation(esc care.Escalation) care.Escalation {
	esc.PatientID = m.s.PatientID
	return esc
}

func (m *mover) stillThere(esc *care.Escalation) bool {
	st := m.stepByNumber(esc.Step, esc.Occurrence)
	return st != nil && st.Status == care.StepOpen
}

// restoreOutbox withdraws what the move had queued, and gives messages their names back.
func (m *mover) restoreOutbox(rec *MoveRecord) {
	for _, w := range rec.Outbox {
		i := slices.IndexFunc(m.left.s.Outbox, func(msg care.Message) bool { return msg.ID == w.ID })
		if i < 0 {
			continue // it has its result
		}
		if w.Was == nil {
			m.stopQueued(w.ID, m.backInWords())
			continue
		}
		m.s.Outbox[i].Step, m.s.Outbox[i].Occurrence = w.Was.Step, w.Was.Occurrence
	}
}

// drop takes a step out that the move had brought.
func (m *mover) drop(st *Step) {
	if !st.Status.Ended() {
		m.endStep(st, care.StepCancelled, "", m.at, m.backInWords())
	}
	row := m.stepRow(st)
	row.Status, row.Reason = care.StepCancelled, m.backInWords()
	m.effects = append(m.effects, Effect{Kind: StepRow, Step: &row})
	for _, c := range m.s.Clocks {
		if c.Step == st.ID && c.Occurrence == st.Occurrence && !m.done[c] {
			m.leaveClockRow(m.left.clockRow(c))
			m.without = append(m.without, c)
			m.done[c] = true
		}
	}
}

// putInPlace takes out what goes, and puts the clocks where they stood.
func (m *mover) putInPlace(rec *MoveRecord) {
	m.s.Steps = slices.DeleteFunc(m.s.Steps, func(st *Step) bool { return m.going[st] })
	m.s.Clocks = slices.DeleteFunc(m.s.Clocks, func(c *Clock) bool { return slices.Contains(m.without, c) })
	for _, w := range rec.Clocks {
		if w.Was == nil {
			continue
		}
		i := slices.IndexFunc(m.s.Clocks, func(c *Clock) bool {
			return c.Name == w.Was.Name && c.Step == w.Was.Step && c.Occurrence == w.Was.Occurrence
		})
		if i < 0 || i == w.Place {
			continue
		}
		c := m.s.Clocks[i]
		m.s.Clocks = slices.Delete(m.s.Clocks, i, i+1)
		m.s.Clocks = slices.Insert(m.s.Clocks, min(w.Place, len(m.s.Clocks)), c)
	}
	for _, st := range m.undecided {
		m.decide(st, "the request was withdrawn when the pathway moved")
	}
}

// restoreLists lets go of the personal steps, rules and tracks that only the move had made.
func (m *mover) restoreLists(rec *MoveRecord) {
	was := m.s.Personal
	m.s.Personal = nil
	for _, p := range was {
		i := slices.IndexFunc(rec.Personal, func(q pathways.Step) bool { return q.ID == p.ID })
		switch {
		case i >= 0:
			m.s.Personal = append(m.s.Personal, rec.Personal[i])
		case m.def.StepByID(p.ID) == nil && m.stepNamed(p.ID):
			m.s.Personal = append(m.s.Personal, p)
		}
	}
	kept := m.s.Kept
	m.s.Kept = nil
	for _, k := range kept {
		known := slices.ContainsFunc(rec.Kept, func(q Kept) bool { return same(q, k) })
		words := k.Message != "" && !same(k.Template, m.Template(State{}, m.messageNamed(k.Message)))
		if known || words || k.Step != "" && m.def.StepByID(k.Step) == nil && m.stepNamed(k.Step) {
			m.s.Kept = append(m.s.Kept, k)
		}
	}
	tracks := m.s.Tracks
	m.s.Tracks = nil
	for i, t := range tracks {
		brought := i >= rec.Tracks && i < rec.TracksNow
		if !brought || slices.ContainsFunc(m.s.Steps, func(st *Step) bool { return st.Track == t.Track }) {
			m.s.Tracks = append(m.s.Tracks, t)
		}
	}
}

func (m *mover) stepNamed(id string) bool {
	return slices.ContainsFunc(m.s.Steps, func(st *Step) bool { return st.ID == id })
}

func (m *mover) messageNamed(id care.ID) care.Message {
	i := slices.IndexFunc(m.s.Outbox, func(msg care.Message) bool { return msg.ID == id })
	if i < 0 {
		return care.Message{}
	}
	return m.s.Outbox[i]
}
