package engine

import (
	"slices"

	"throughline/care"
)

// compact lets go of what nobody asks of an occurrence that is over and has a successor: its task,
// its attempts, its clocks. What they were stands in the rows; the state keeps that it was, so that
// a turn of an old enrollment costs what a young one's does.
func (r *run) compact() {
	begun := map[string]int{} // the latest occurrence that has begun; looked up, never ranged over
	for _, st := range r.s.Steps {
		if st.Status != care.StepWaiting {
			begun[st.ID] = max(begun[st.ID], st.Occurrence)
		}
	}
	past := func(st *Step) bool { return st != nil && st.Status.Ended() && st.Occurrence < begun[st.ID] }
	r.s.Clocks = slices.DeleteFunc(r.s.Clocks, func(c *Clock) bool { return c.Occurrence < begun[c.Step] && past(r.stepOf(c)) })
	for _, st := range r.s.Steps {
		if past(st) {
			st.Task, st.Attempts, st.Referral, st.Appointment, st.Cause = nil, nil, nil, nil, care.Cause{}
			st.Score, st.Supplied = nil, nil
		}
	}
}
