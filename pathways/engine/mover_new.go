package engine

import (
	"fmt"
	"slices"

	"throughline/care"
	"throughline/pathways"
)

// newcomers places the steps that the new version adds. They begin by the ordinary rules, but not after
// the fact: one whose moment has passed is skipped, unless the plan has it begin.
func (m *mover) newcomers() {
	var placed []*Step
	for i := range m.def.Steps {
		spec := &m.def.Steps[i]
		track := m.def.TrackOf(spec.ID)
		name := ""
		if track != nil {
			if name = track.Name; !m.trackRunning(*track) {
				continue
			}
		}
		if m.present(spec.ID, name) {
			continue
		}
		cause := m.causeOf("steps."+spec.ID, spec.Line, "")
		cause.Text = fmt.Sprintf("new in version %d", m.def.Version)
		placed = append(placed, m.place(spec, m.freeOccurrence(spec.ID), name, cause))
	}
	m.skipPassed(placed)
}

// present tells whether a step is in the plan already; a track's, since it was last started.
func (m *mover) present(id, track string) bool {
	for _, st := range m.s.Steps {
		if st.ID == id && (track == "" || st.Track == track) {
			return true
		}
	}
	return false
}

// skipPassed skips the new steps whose moment has passed, and then those that come after them alone.
func (m *mover) skipPassed(placed []*Step) {
	passed := map[*Step]bool{} // looked up, never ranged over
	for again := true; again; {
		again = false
		for _, st := range placed {
			if passed[st] || slices.Contains(m.ev.Migration.Plan.Begin, st.ID) || !m.momentPassed(st, passed) {
				continue
			}
			passed[st], again = true, true
		}
	}
	for _, st := range placed {
		if passed[st] {
			m.endBy(st, care.StepSkipped, fmt.Sprintf("its moment had passed when the pathway moved to version %d", m.def.Version))
		}
	}
}

// momentPassed tells whether a new step would have begun before the move. One that watches a condition
// or an event has no such moment; a message has the one that it is to go out at.
func (m *mover) momentPassed(st *Step, passed map[*Step]bool) bool {
	spec := m.def.StepByID(st.ID)
	for _, id := range spec.After {
		if !m.wasOver(id, passed) {
			return false
		}
	}
	switch {
	case len(spec.After) == 0 && (spec.When != "" || spec.On != ""), spec.On != "":
		return false
	case spec.Kind() == pathways.KindMessage && spec.Message.At != "":
		at, _, known := m.messageMoment(st, spec.Message)
		return known && !at.After(m.at)
	}
	return true
}

// wasOver tells whether all occurrences of a step were over before the move, or were passed over by it.
func (m *mover) wasOver(id string, passed map[*Step]bool) bool {
	found := false
	for i, st := range m.s.Steps {
		if st.ID != id {
			continue
		}
		found = true
		if !passed[st] && (i >= len(m.left.s.Steps) || !m.left.s.Steps[i].Status.Ended()) {
			return false
		}
	}
	return found
}

// learnFacts takes what the new version asks of its enrollments: defaults, and what can be derived. A
// value that does not fit its new type is let go of, and a person is asked.
func (m *mover) learnFacts() {
	derive := false
	for _, f := range m.def.Facts {
		before := m.left.declared(f.Name)
		known, ok := m.fact(f.Name)
		if ok && before != nil && (before.Type != f.Type || !slices.Equal(before.Values, f.Values)) {
			m.retype(f, known)
		}
		derive = derive || !ok && f.From != "" || before != nil && before.From != f.From
	}
	if derive {
		m.ended = m.deriveFacts() || m.ended
	}
	for _, f := range m.def.Facts {
		if _, known := m.fact(f.Name); !known {
			m.learnDefault(f)
		}
	}
}

// learnDefault takes a fact's default; where it has none and the pathway needs it, a person is asked.
func (m *mover) learnDefault(f pathways.Fact) {
	if v, err := typed(f, f.Default, m.zone); f.Default != nil && err == nil {
		m.ended = m.learn(f.Name, v, "default") || m.ended
	} else if f.Required {
		m.asks = append(m.asks, fmt.Sprintf("Version %d needs to know: %s.", m.def.Version, m.nameInWords(f.Name)))
	}
}

func (m *mover) retype(f pathways.Fact, known care.FactValue) {
	v, err := typed(f, known.Value, m.zone)
	if err == nil {
		if !sameValue(v, known.Value) {
			m.ended = m.learn(f.Name, v, known.From) || m.ended
		}
		return
	}
	m.ended = true
	m.s.Facts = slices.DeleteFunc(m.s.Facts, func(v care.FactValue) bool { return v.Name == f.Name })
	m.asks = append(m.asks, fmt.Sprintf("What is known of %s is no value that version %d knows: say it anew.", quoted(m.nameInWords(f.Name)), m.def.Version))
}
