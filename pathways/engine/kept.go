package engine

import (
	"fmt"
	"slices"
	"strings"

	"throughline/care"
	"throughline/pathways"
)

// Kept are the rules by which open work goes on that the present version no longer has: the deadline
// and the ladder that it began with; and the words of a message that was queued under other ones.
type Kept struct {
	Step     string             `json:"step,omitempty"`
	Message  care.ID            `json:"message,omitempty"`
	Template *pathways.Template `json:"template,omitempty"` // the message's
	Clock    *pathways.Clock    `json:"clock,omitempty"`
	Ladder   *pathways.Ladder   `json:"ladder,omitempty"` // under a name that holds its version
	Form     *pathways.Form     `json:"form,omitempty"`   // the same
}

// keptClock finds the rule of a clock that its step kept.
func (r *run) keptClock(c *Clock) *pathways.Clock {
	for _, k := range r.s.Kept {
		if k.Step == c.Step && k.Clock != nil && k.Clock.Name == c.Name {
			return k.Clock
		}
	}
	return nil
}

// keptLadder finds a ladder that a step kept.
func (r *run) keptLadder(name string) *pathways.Ladder {
	for _, k := range r.s.Kept {
		if k.Ladder != nil && k.Ladder.Name == name {
			return k.Ladder
		}
	}
	return nil
}

// form finds a form by name: the version's, else one that open work kept.
func (r *run) form(name string) *pathways.Form { return r.Form(r.s, name) }

// Form gives a form of the pathway by its name, one that open work kept from a version before among
// them; nil where there is none.
func (e *Engine) Form(s State, name string) *pathways.Form {
	if f := e.def.FormByName(name); f != nil {
		return f
	}
	for _, k := range s.Kept {
		if k.Form != nil && k.Form.Name == name {
			return k.Form
		}
	}
	return nil
}

// keepForm keeps the form of open work, where the new version has none of that name that says the same.
// It gives the name to ask by.
func (m *mover) keepForm(step, name string) string {
	form := m.left.form(name)
	if form == nil || same(form, m.def.FormByName(name)) {
		return name
	}
	copied := *form
	if m.left.def.FormByName(name) != nil { // not one that an earlier move kept
		copied.Name = fmt.Sprintf("%s, version %d", name, m.left.def.Version)
		m.s.Kept = append(slices.Clone(m.s.Kept), Kept{Step: step, Form: &copied})
	}
	return copied.Name
}

// keepRules keeps the clocks and ladders of open work as they are.
func (m *mover) keepRules(st, was *Step) {
	for i, old := range m.left.s.Clocks {
		c := m.s.Clocks[i]
		if old.Step != was.ID || old.Occurrence != was.Occurrence || m.left.keptClock(old) != nil {
			continue
		}
		kept := Kept{Step: st.ID}
		if rule := m.left.def.ClockByName(old.Name); rule != nil {
			kept.Clock = m.frozen(c, *rule)
		}
		if ladder := m.left.def.LadderByName(old.Ladder); ladder != nil {
			copied := *ladder
			copied.Name = fmt.Sprintf("%s, version %d", ladder.Name, m.left.def.Version)
			c.Ladder, kept.Ladder = copied.Name, &copied
		}
		if kept.Clock != nil || kept.Ladder != nil {
			m.s.Kept = append(slices.Clone(m.s.Kept), kept)
		}
		m.done[c] = true
	}
}

// frozen is a clock's rule as it stands, without anything that the new version may not know.
func (m *mover) frozen(c *Clock, rule pathways.Clock) *pathways.Clock {
	if _, err := care.ParseOffset(c.Offset); err == nil {
		rule.Within = c.Offset
	}
	if !m.knows(rule.From) {
		rule.From = "now" // what it counts from is kept
	}
	if rule.NotAfter != "" && !m.knows(rule.NotAfter) {
		rule.NotAfter, c.Moved = "", true // so is what it came to
	}
	return &rule
}

// knows tells whether the new version knows the moment that a clock counts from.
func (m *mover) knows(moment string) bool {
	switch moment {
	case "enrolled", "start", "sent", "now":
		return true
	}
	head, _, dotted := strings.Cut(moment, ".")
	if dotted {
		return m.def.StepByID(head) != nil
	}
	return m.declared(moment) != nil
}

// keepWords keeps the words of the messages that are on their way, where the new version has other ones.
func (m *mover) keepWords() {
	for _, msg := range m.s.Outbox {
		words := m.left.Template(m.left.s, msg)
		if words == nil || same(words, m.Template(m.s, msg)) {
			continue
		}
		m.s.Kept = append(slices.Clone(m.s.Kept), Kept{Message: msg.ID, Template: words})
	}
}

// letGoOfWords forgets a message's words once it has its result.
func (r *run) letGoOfWords(id care.ID) {
	if !slices.ContainsFunc(r.s.Kept, func(k Kept) bool { return k.Message == id }) {
		return
	}
	r.s.Kept = slices.DeleteFunc(slices.Clone(r.s.Kept), func(k Kept) bool { return k.Message == id })
}

// Template gives the words of a message of the pathway's own; nil where it uses one of ours.
func (e *Engine) Template(s State, m care.Message) *pathways.Template {
	for _, k := range s.Kept {
		if k.Message != "" && k.Message == m.ID {
			return k.Template
		}
	}
	return e.def.TemplateByName(m.Template)
}
