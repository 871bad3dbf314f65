package engine

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"throughline/care"
	"throughline/pathways"
)

// mendsMoves is the engine's version from which a clock that a move gives time again stands still with the
// pathway, and from which a person is asked where taking a move back cannot bring back the message that it
// had withdrawn.
const mendsMoves = 4

// mover brings every item of a state from the rules of one version to those of another.
type mover struct {
	*run
	plan  MovePlan
	ended bool // something ended that would go on without the move
	late  []lateness

	// The items that have their rules already.
	done map[any]bool
	// Moving back only: of the steps that the move had brought those that go and those that stay, and
	// what each position's step is called.
	going map[*Step]bool
	stays map[*Step]bool
	names map[int]name
	// untouched: nothing has happened at all since the move.
	untouched bool
	// without are the clocks that go, undecided the referrals whose request had been withdrawn.
	without   []*Clock
	undecided []*Step
}

// name is the identity of a step's occurrence.
type name struct {
	step       string
	occurrence int
}

func nameOf(st *Step) name { return name{st.ID, st.Occurrence} }

// goOnWith makes the run go on with another engine, and keeps what it leaves.
func (r *run) goOnWith(to *Engine, plan MovePlan) *mover {
	left := *r
	left.s = r.s.clone(true)
	r.left, r.moving, r.Engine = &left, true, to
	return &mover{run: r, plan: plan, done: map[any]bool{}, going: map[*Step]bool{}, stays: map[*Step]bool{}, names: map[int]name{}}
}

func (m *mover) tellOfMove(kind, text string) {
	cause := m.causeOf("", 0, "")
	cause.Text = m.ev.Reason
	m.tell(kind, "", text, cause)
	status := string(m.s.Status)
	m.moved(m.s.EnrollmentID, "enrollment", status, status, m.def.Owner, clause(text)+": "+clause(m.ev.Reason), m.at)
}

// moveAll gives steps and clocks their new rules.
func (m *mover) moveAll() {
	for i, was := range m.left.s.Steps {
		if st := m.s.Steps[i]; !st.Status.Ended() && !m.done[st] && !m.going[st] {
			m.moveStep(st, was)
		}
	}
	m.moveClocks()
}

// end asks a person about what is left open, and lets everything run on.
func (m *mover) end() {
	m.askAboutDeferred()
	m.askAPerson()
	m.moving = false
	if m.ended {
		m.recompute(m.moveInWords())
	}
}

func (m *mover) moveInWords() string {
	return fmt.Sprintf("the pathway moved to version %d", m.def.Version)
}

func (m *mover) goneInWords() string {
	return fmt.Sprintf("version %d no longer has it", m.def.Version)
}

// endBy ends a step because of the move.
func (m *mover) endBy(st *Step, status care.StepStatus, why string) {
	m.ended = true
	m.endStep(st, status, "", m.at, why)
}

// rename gives the steps that go on as others their new ids, and with them their tasks, clocks,
// escalations and messages. What was known by an id stays known by it: ids of tasks and messages never
// change, and no id is given twice.
func (m *mover) rename() {
	names := m.newNames()
	var changed []renaming
	for i, was := range m.left.s.Steps {
		if names[i] != nameOf(was) {
			m.renameStep(i, nameOf(was), names[i])
			changed = append(changed, renaming{nameOf(was), names[i]})
		}
	}
	m.keepNames(changed)
	m.joinSteps()
}

func (m *mover) newNames() []name {
	names := make([]name, len(m.s.Steps))
	taken := map[name]bool{} // looked up, never ranged over
	later := []int{}
	for i, st := range m.s.Steps {
		to := m.plan.of(st.ID).To
		given, fixed := m.names[i]
		switch {
		case fixed:
			names[i] = given
		case m.done[st] || st.Personal || to == "" || to == st.ID:
			names[i] = nameOf(st)
		default:
			later = append(later, i)
			continue
		}
		taken[names[i]] = true
	}
	for _, i := range later {
		st := m.s.Steps[i]
		n := name{m.plan.of(st.ID).To, st.Occurrence}
		for taken[n] || m.used(n, st) {
			n.occurrence++
		}
		names[i], taken[n] = n, true
	}
	return names
}

// used tells whether an item of another step has an id that was made from the name, or something outside
// may know another step by it.
func (m *mover) used(n name, except *Step) bool {
	task := care.DeriveID(m.s.StartedAt, m.s.EnrollmentID, n.step, strconv.Itoa(n.occurrence), "task", "")
	message := care.DeriveID(m.s.StartedAt, m.s.EnrollmentID, n.step, strconv.Itoa(n.occurrence), "message")
	if m.s.Engine >= keepsNames && m.known(n, except) {
		return true
	}
	for _, st := range m.s.Steps {
		if st != except && (st.Task != nil && st.Task.ID == task || st.MessageID == message) {
			return true
		}
	}
	return false
}

// known tells whether another step is or was called so.
func (m *mover) known(n name, except *Step) bool {
	own := name{}
	if except != nil {
		own = nameOf(except)
	}
	other := m.stepByNumber(n.step, n.occurrence)
	return other != nil && other != except || m.s.formerly(n, own)
}

func (m *mover) renameStep(i int, from, to name) {
	st := m.s.Steps[i]
	m.leaveRows(i, to)
	st.ID, st.Occurrence = to.step, to.occurrence
	m.keepAsked(st, from, to)
	if st.Task != nil {
		st.Task.Step, st.Task.Occurrence = to.step, to.occurrence
	}
	if st.Referral != nil && st.Referral.Current != nil {
		st.Referral.Current.Step, st.Referral.Current.Occurrence = to.step, to.occurrence
	}
	for j, c := range m.left.s.Clocks {
		if c.Step == from.step && c.Occurrence == from.occurrence && !m.done[m.s.Clocks[j]] {
			m.s.Clocks[j].Step, m.s.Clocks[j].Occurrence = to.step, to.occurrence
		}
	}
	for j, esc := range m.left.s.Escalations {
		if esc.Step == from.step && esc.Occurrence == from.occurrence {
			m.s.Escalations[j].Step, m.s.Escalations[j].Occurrence = to.step, to.occurrence
		}
	}
	for j, msg := range m.left.s.Outbox {
		if msg.Step == from.step && msg.Occurrence == from.occurrence {
			m.s.Outbox[j].Step, m.s.Outbox[j].Occurrence = to.step, to.occurrence
		}
	}
	m.renameHeard(from.step, to.step)
	for _, f := range m.left.s.Facts {
		if answer, ok := strings.CutPrefix(f.Name, from.step+"."); ok && from.step != to.step {
			m.learn(to.step+"."+answer, f.Value, f.From)
		}
	}
}

// leaveRows says of the rows under the old name that they go on under another.
func (m *mover) leaveRows(i int, to name) {
	was := m.left.s.Steps[i]
	row, at := m.left.stepRow(was), m.at
	title := plain(to.step)
	if spec := m.spec(to.step); spec != nil {
		title = m.titleOf(spec)
	}
	row.Status, row.EndedAt, row.OpensAt = care.StepCancelled, &at, nil
	row.Reason = fmt.Sprintf("goes on as %s in version %d", quoted(title), m.def.Version)
	m.effects = append(m.effects, Effect{Kind: StepRow, Step: &row})
	for _, c := range m.left.s.Clocks {
		if c.Step == was.ID && c.Occurrence == was.Occurrence {
			m.leaveClockRow(m.left.clockRow(c))
		}
	}
}

func (m *mover) leaveClockRow(row care.Clock) {
	row.Status, row.NextRungAt = care.ClockCancelled, nil
	m.effects = append(m.effects, Effect{Kind: ClockRow, Clock: &row})
}

// joinSteps sees to it that two steps that go on as one do not wait beside each other.
func (m *mover) joinSteps() {
	for i, st := range m.s.Steps {
		if st.Status != care.StepWaiting || st.Round > 1 {
			continue
		}
		for j, other := range m.s.Steps {
			joined := other.ID == st.ID && m.left.s.Steps[j].ID != m.left.s.Steps[i].ID
			if joined && (other.Status == care.StepOpen || other.Status == care.StepDone || other.Status == care.StepWaiting && j < i) {
				m.endBy(st, care.StepSkipped, "goes on together with "+quoted(m.stepTitle(other)))
				break
			}
		}
	}
}

// stepRowBefore is a step's row as it stood before the turn, so that a change of words in another
// version is noticed.
func (r *run) stepRowBefore(old *Step) care.Step {
	if r.left != nil && !old.Status.Ended() {
		return r.left.stepRow(old)
	}
	return r.stepRow(old)
}

// formerTitle is what people call a step that the version no longer has.
func (r *run) formerTitle(st *Step) string {
	if r.left == nil {
		return plain(st.ID)
	}
	for i, was := range r.left.s.Steps {
		if i < len(r.s.Steps) && r.s.Steps[i] == st && r.left.spec(was.ID) != nil {
			return r.left.stepTitle(was)
		}
	}
	if spec := r.left.spec(st.ID); spec != nil {
		return r.left.titleOf(spec)
	}
	return plain(st.ID)
}

// same tells whether two parts of definitions say the same, wherever they stand in their files.
func same(a, b any) bool { return reflect.DeepEqual(saying(a), saying(b)) }

// saying is a part of a definition without the lines that it was read from.
func saying(part any) any {
	raw, err := json.Marshal(part)
	if err != nil {
		return part
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return part
	}
	return lineless(v)
}

func lineless(v any) any {
	switch x := v.(type) {
	case map[string]any:
		delete(x, "line")
		for key := range x {
			x[key] = lineless(x[key])
		}
	case []any:
		for i := range x {
			x[i] = lineless(x[i])
		}
	}
	return v
}

// stepReview is the step by which a person is asked about what a move left open.
const stepReview = "move_review"

// askAPerson opens one task for all that a person has to decide after the move.
func (m *mover) askAPerson() {
	if len(m.asks) == 0 {
		return
	}
	spec := pathways.Step{
		ID: fmt.Sprintf("%s_%d", stepReview, m.def.Version), Task: fmt.Sprintf("Look at what the move to version %d left open", m.def.Version),
		Instructions: strings.Join(m.asks, "\n"), Owner: m.def.Owner, Due: "1 business day", Outcomes: []string{"decided"},
	}
	m.s.Personal = append(slices.DeleteFunc(slices.Clone(m.s.Personal), func(p pathways.Step) bool { return p.ID == spec.ID }), spec)
	occurrence := 1
	for _, st := range m.s.Steps {
		if st.ID == spec.ID {
			occurrence = max(occurrence, st.Occurrence+1)
		}
	}
	cause := m.causeOf("", 0, "")
	cause.Text = m.moveInWords()
	m.openStep(m.place(m.spec(spec.ID), occurrence, "", cause), m.spec(spec.ID))
}
