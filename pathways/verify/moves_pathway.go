package verify

import (
	"throughline/care"
	"throughline/pathways/engine"
)

// childID is the enrollment that a pathway step started.
var childID = care.KeyID("explored other enrollment")

// other lists what becomes of a pathway that a step starts: it starts or is refused, and ends in
// every way that a condition asks for.
func (m *mover) other(st *engine.Step) {
	about := engine.Event{Actor: care.TheEngine, Step: st.ID, Occurrence: st.Occurrence, Child: childID}
	if st.Sub.Asked {
		started, refused := about, about
		started.Kind = engine.SubStarted
		refused.Kind, refused.Child, refused.Reason = engine.SubRefused, "", "its rules do not let it start"
		m.at(m.now, started)
		m.at(m.now, refused)
		return
	}
	if st.Sub.EnrollmentID == "" {
		return
	}
	for _, as := range append([]any{care.EndCompleted, care.EndLost}, comparedWith(m.x.view.asks, st.ID+".outcome")...) {
		ended := about
		ended.Kind = engine.SubEnded
		ended.Outcome, _ = as.(string)
		if contains(care.Ends, ended.Outcome) {
			m.add(ended)
		}
	}
}

// offers lets a person begin the steps that wait for nothing but a person's word.
func (m *mover) offers() {
	for _, st := range m.s.Steps {
		spec := m.x.def.StepByID(st.ID)
		if spec != nil && spec.Discretionary && st.Offered && st.Status == care.StepWaiting && m.x.view.has(st.ID) {
			m.add(engine.Event{Kind: engine.StepStart, Actor: person, Step: st.ID, Occurrence: st.Occurrence, Reason: "it is needed"})
		}
	}
}
