package engine

import (
	"throughline/care"
	"throughline/pathways"
)

// offer tells the coordinator that a discretionary step may begin, or no longer may. It begins by
// nothing but a person's word. What an event has offered stays offered.
func (r *run) offer(st *Step, spec *pathways.Step) bool {
	if spec.On != "" && (st.Offered || !r.came(spec.On)) {
		return false
	}
	verdict := r.holds(spec.When, values{r: r, step: st, on: spec.On})
	if verdict.True == st.Offered {
		return false
	}
	st.Offered = verdict.True
	if !st.Offered {
		cause := r.causeOf("steps."+spec.ID, spec.Line, "")
		cause.Text = verdict.words()
		r.tell("step.not_offered", st.ID, "No longer offered: "+r.titleOf(spec)+".", cause)
		return true
	}
	st.Cause = r.openingCause(st, spec, verdict)
	r.tell("step.offered", st.ID, "May be begun: "+r.titleOf(spec)+".", st.Cause)
	return true
}

// stillOffered tells whether a discretionary step of a track waits for a person's word already.
func (r *run) stillOffered(spec *pathways.Step, track string) bool {
	if !spec.Discretionary {
		return false
	}
	for _, st := range r.s.Steps {
		if st.ID == spec.ID && st.Track == track && st.Status == care.StepWaiting {
			return true
		}
	}
	return false
}
