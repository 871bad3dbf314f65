package engine

import (
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// keepsNames is the engine's version from which a step that goes on under another name is still known by
// the one it had. Before, a patient's link to it and the end of a pathway that it had started were lost.
const keepsNames = 4

// FormerName is a name that a step had in another version of the pathway. A patient's link, another
// enrollment that the step started, or a search for services may still call it so.
type FormerName struct {
	Step          string    `json:"step"`
	Occurrence    int       `json:"occurrence"`
	Now           string    `json:"now"`
	NowOccurrence int       `json:"now_occurrence"`
	Since         time.Time `json:"since,omitzero"` // from when it was called so; zero: from the start
	At            time.Time `json:"at"`             // until when
}

func (f FormerName) name() name { return name{f.Step, f.Occurrence} }

func (f FormerName) now() name { return name{f.Now, f.NowOccurrence} }

// StepName is a step's id and which of its occurrences.
type StepName struct {
	Step       string `json:"step"`
	Occurrence int    `json:"occurrence"`
}

// NameNow gives the name that a step has now which was called step, with its occurrence, at the moment. No
// name is ever given to two steps; but where the occurrence is 0, the latest, the id alone is known, and
// another step may have it since. The moment tells which is meant; zero: the one that has the id now, if
// there is one.
func (s State) NameNow(step string, occurrence int, at time.Time) (string, int) {
	if step == "" || len(s.Former) == 0 {
		return step, occurrence
	}
	present := slices.ContainsFunc(s.Steps, func(st *Step) bool {
		return st.ID == step && (occurrence == 0 || st.Occurrence == occurrence)
	})
	if occurrence > 0 {
		i := slices.IndexFunc(s.Former, func(f FormerName) bool { return f.name() == name{step, occurrence} })
		if present || i < 0 {
			return step, occurrence
		}
		return s.Former[i].Now, s.Former[i].NowOccurrence
	}
	i := slices.IndexFunc(s.Former, func(f FormerName) bool {
		return f.Step == step && (at.IsZero() && !present || !at.Before(f.Since) && at.Before(f.At) && !at.IsZero())
	})
	if i < 0 {
		return step, 0
	}
	return s.Former[i].Now, 0
}

// Brings names the questions that a message leads its patient to, by the version that the enrollment
// follows and by the names that steps have now. The occurrence is 0 where the message brings another
// step's questions: the latest. It is empty where the message leads to none.
func Brings(d *pathways.Definition, s State, m care.Message) (step string, occurrence int) {
	r := &run{Engine: &Engine{def: d}, s: s}
	id, n := s.NameNow(m.Step, m.Occurrence, time.Time{})
	brought := r.spec(id).Brings()
	if brought != id {
		n = 0
	}
	return brought, n
}

// followName gives an event about a step the name that the step has now.
func (r *run) followName() {
	if r.ev.Kind != StepAdd {
		r.ev.Step, r.ev.Occurrence = r.s.NameNow(r.ev.Step, r.ev.Occurrence, time.Time{})
	}
}

// formerly tells whether a step other than the one called except was called so.
func (s State) formerly(n, except name) bool {
	return slices.ContainsFunc(s.Former, func(f FormerName) bool { return f.name() == n && f.now() != except })
}

// freeFrom is the first number, from one on, by which no occurrence of the step is or was called.
func (r *run) freeFrom(id string, occurrence int) int {
	for len(r.s.Former) > 0 && (r.s.formerly(name{id, occurrence}, name{}) || r.stepByNumber(id, occurrence) != nil) {
		occurrence++
	}
	return occurrence
}

// renaming is one step's change of name.
type renaming struct{ from, to name }

// keepNames remembers by which names the steps were known that go on under others.
func (m *mover) keepNames(changed []renaming) {
	if m.s.Engine < keepsNames || len(changed) == 0 {
		return
	}
	var kept []FormerName
	for _, f := range m.s.Former {
		if i := slices.IndexFunc(changed, func(c renaming) bool { return c.from == f.now() }); i >= 0 {
			f.Now, f.NowOccurrence = changed[i].to.step, changed[i].to.occurrence
		}
		if f.name() != f.now() {
			kept = append(kept, f)
		}
	}
	for _, c := range changed {
		f := FormerName{Step: c.from.step, Occurrence: c.from.occurrence, Now: c.to.step, NowOccurrence: c.to.occurrence, At: m.at}
		for _, before := range m.s.Former {
			if before.now() == c.from {
				f.Since = later(f.Since, before.At)
			}
		}
		kept = append(kept, f)
	}
	m.s.Former = kept
}

// forgetNames lets go of the names of steps that are no more.
func (m *mover) forgetNames() {
	m.s.Former = slices.DeleteFunc(slices.Clone(m.s.Former), func(f FormerName) bool { return m.stepByNumber(f.Now, f.NowOccurrence) == nil })
	if len(m.s.Former) == 0 {
		m.s.Former = nil
	}
}

// keepAsked keeps the name under which a step asked for another pathway: whoever asks again asks for the
// same enrollment.
func (m *mover) keepAsked(st *Step, from, to name) {
	if m.s.Engine < keepsNames || st.Kind != pathways.KindPathway || st.Sub == nil || m.done[st] {
		return
	}
	sub := st.changeSub()
	if sub.As == nil {
		sub.As = &StepName{from.step, from.occurrence}
	}
	if *sub.As == (StepName{to.step, to.occurrence}) {
		sub.As = nil
	}
}
