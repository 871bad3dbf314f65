package engine

import (
	"fmt"
	"slices"
	"strings"

	"throughline/care"
	"throughline/pathways"
)

// moveStep gives a step that waits or is open its rules in the new version.
func (m *mover) moveStep(st, was *Step) {
	old, spec := m.left.spec(was.ID), m.def.StepByID(st.ID)
	switch {
	case old == nil && spec == nil: // a message on its way, which a version before no longer had
	case st.Personal:
		m.keepOwn(st, was)
	case spec == nil || spec.Kind() != st.Kind && st.Status == care.StepOpen:
		m.removed(st, was)
	case st.Status == care.StepWaiting:
		m.stillAhead(st, old, spec)
	case old != nil && !same(old, spec):
		m.stillOpen(st, old, spec)
	}
}

// stillAhead asks anew when a waiting step begins, where its rule has changed.
func (m *mover) stillAhead(st *Step, old, spec *pathways.Step) {
	st.Kind = spec.Kind()
	track := ""
	if t := m.def.TrackOf(spec.ID); t != nil {
		track = t.Name
	}
	if track != st.Track {
		if track != "" && !m.trackRunning(*m.def.TrackOf(spec.ID)) {
			m.endBy(st, care.StepSkipped, "it now begins with "+quoted(reasonOr(m.def.TrackOf(spec.ID).Title, plain(track))))
			return
		}
		st.Track = track
	}
	switch {
	case old != nil && same(old, spec):
	case st.Round > 1:
		m.repeatAhead(st, old, spec)
	default:
		st.Ready, st.OpensAt = false, nil
	}
}

// repeatAhead keeps the place in a series whose rule has changed.
func (m *mover) repeatAhead(st *Step, old, spec *pathways.Step) {
	if spec.Repeat == nil || st.Round > spec.Repeat.Times {
		m.endBy(st, care.StepSkipped, fmt.Sprintf("no longer repeated in version %d", m.def.Version))
		return
	}
	before := m.stepByNumber(st.ID, st.Occurrence-1)
	if old == nil || old.Repeat == nil || old.Repeat.Every == spec.Repeat.Every || before == nil || before.OpenedAt == nil {
		return
	}
	off, err := care.ParseOffset(spec.Repeat.Every)
	if err != nil {
		return
	}
	opens := m.shift(*before.OpenedAt, off)
	st.OpensAt = &opens
}

// stillOpen brings the words of open work up to date. It keeps its id, its owner and who holds it.
func (m *mover) stillOpen(st *Step, old, spec *pathways.Step) {
	if old.Repeat == nil && spec.Repeat != nil {
		m.repeatsNow(st, spec)
	}
	t := st.Task
	if t == nil || !t.Status.Open() {
		return
	}
	if begin, ok := strings.CutSuffix(t.Title, old.Title()); ok {
		t.Title = begin + spec.Title()
	}
	if t.Instructions == old.Instructions {
		t.Instructions = spec.Instructions
	}
	if t.Form == old.Form {
		t.Form = spec.Form
	}
	if old.Priority != spec.Priority {
		t.Priority = priorityOf(spec)
	}
	if spec.Kind() == pathways.KindTask {
		t.Outcomes = taskOutcomes(spec)
	}
}

// repeatsNow places the next repetition of open work that is now repeated: the first that lies ahead.
func (m *mover) repeatsNow(st *Step, spec *pathways.Step) {
	off, err := care.ParseOffset(spec.Repeat.Every)
	if err != nil || st.OpenedAt == nil {
		return
	}
	round, opens := st.Round, *st.OpenedAt
	for round < spec.Repeat.Times {
		round++
		next := m.shift(opens, off)
		if !next.After(opens) {
			return
		}
		if opens = next; opens.After(m.at) {
			break
		}
	}
	if !opens.After(m.at) {
		return
	}
	n := m.freeOccurrence(spec.ID)
	cause := m.causeOf("steps."+spec.ID+".repeat", spec.Line, "")
	cause.Text = m.moveInWords()
	placed := m.place(spec, n, st.Track, cause)
	placed.Round, placed.OpensAt = round, &opens
}

// freeOccurrence is the first number of a step's occurrence that nothing has or had.
func (m *mover) freeOccurrence(id string) int {
	n := 1
	for _, st := range m.s.Steps {
		if st.ID == id {
			n = max(n, st.Occurrence+1)
		}
	}
	for m.used(name{id, n}, nil) {
		n++
	}
	return n
}

// removed deals with what the new version no longer has. What waits is dropped; a message on its way
// is let go; open work is called off only where the plan says so. Everything else stays with who has it,
// and a person is asked.
func (m *mover) removed(st, was *Step) {
	move := m.plan.of(was.ID)
	work := st.Task != nil && st.Task.Status.Open() || st.Referral != nil && st.Kind == pathways.KindReferral ||
		st.Kind == pathways.KindQuestionnaire || st.Kind == pathways.KindPathway // a patient, or another pathway, will answer
	switch {
	case st.Status == care.StepWaiting:
		m.endBy(st, care.StepSkipped, m.goneInWords())
	case st.Kind == pathways.KindMessage:
	case move.Open == CalledOff:
		m.endBy(st, care.StepCancelled, move.Reason)
	case !work:
		m.endBy(st, care.StepCancelled, m.goneInWords())
	default:
		m.asks = append(m.asks, fmt.Sprintf("%s is not in version %d: finish it, or call it off.", m.left.title(was), m.def.Version))
		m.keepPersonal(st, was)
	}
}

// keepPersonal makes open work that the new version no longer has a step of this enrollment alone, with
// its owner, its deadline and its ladder.
func (m *mover) keepPersonal(st, was *Step) {
	spec := *m.left.spec(was.ID)
	spec.After, spec.When, spec.On, spec.Repeat, spec.Fulfils = nil, "", "", nil, ""
	if spec.Owner == "" {
		spec.Owner = m.left.def.Owner
	}
	if m.def.StepByID(st.ID) != nil { // another kind of step has the id now
		i := slices.Index(m.s.Steps, st)
		n := name{st.ID + "_before", st.Occurrence}
		for m.spec(n.step) != nil {
			n.step += "_before"
		}
		m.renameStep(i, nameOf(was), n)
		m.keepNames([]renaming{{nameOf(was), n}})
	}
	spec.ID = st.ID
	m.keepQuestions(st, &spec)
	st.Personal, st.Track = true, ""
	m.s.Personal = append(slices.Clone(m.s.Personal), spec)
	m.keepRules(st, was)
}

// keepQuestions sees to it that what is asked stays what it was.
func (m *mover) keepQuestions(st *Step, spec *pathways.Step) {
	name := spec.FormName()
	if name == "" {
		return
	}
	kept := m.keepForm(st.ID, name)
	if spec.Questionnaire != nil {
		asked := *spec.Questionnaire
		asked.Form = kept
		spec.Questionnaire = &asked
	} else {
		spec.Form = kept
	}
	if st.Task != nil && st.Task.Form == name {
		st.Task.Form = kept
	}
}

// keepOwn sees to it that a step that a person added still has the rules that it refers to.
func (m *mover) keepOwn(st, was *Step) {
	i := slices.IndexFunc(m.s.Personal, func(p pathways.Step) bool { return p.ID == st.ID })
	if i < 0 {
		return
	}
	spec := m.s.Personal[i]
	clock, ladder := m.ruleGone(m.left.def.ClockByName(spec.Clock), m.def.ClockByName(spec.Clock)), m.ruleGone(m.left.def.LadderByName(spec.Ladder), m.def.LadderByName(spec.Ladder))
	switch {
	case !clock && !ladder:
	case st.Status == care.StepOpen:
		m.keepRules(st, was)
	default:
		m.s.Personal = slices.Clone(m.s.Personal)
		m.s.Personal[i] = m.withoutRules(spec, clock, ladder)
	}
}

// ruleGone tells whether a rule that there was is another one now, or none.
func (m *mover) ruleGone(before, now any) bool { return !same(before, now) }

// withoutRules gives a step that has not begun its deadline itself, where it referred to a clock that
// is no more.
func (m *mover) withoutRules(spec pathways.Step, clock, ladder bool) pathways.Step {
	if c := m.left.def.ClockByName(spec.Clock); clock && c != nil && m.def.ClockByName(spec.Clock) == nil {
		spec.Clock, spec.Due = "", m.left.within(*c, nil)
		if _, err := care.ParseOffset(spec.Due); err != nil {
			spec.Due = "2 business days"
		}
	}
	if ladder && m.def.LadderByName(spec.Ladder) == nil {
		spec.Ladder = ""
	}
	return spec
}
