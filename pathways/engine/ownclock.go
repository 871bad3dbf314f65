package engine

import (
	"throughline/pathways"
)

// roleSupervisor is who hears of what the step kinds' own clocks miss.
const roleSupervisor = "supervisor"

func rungs(name string, rungs ...pathways.Rung) *pathways.Ladder {
	return &pathways.Ladder{Name: name, Rungs: rungs}
}

// ownLadders are the ladders of the step kinds' own clocks, by the clock's name.
var ownLadders = map[string]*pathways.Ladder{
	clockConsent: rungs(clockConsent,
		pathways.Rung{At: "1 business day after start", Remind: "owner"},
		pathways.Rung{At: "due", Escalate: roleSupervisor}),
	clockDue: rungs(clockDue, pathways.Rung{At: "due", Escalate: roleSupervisor}),
	clockDecide: rungs(clockDecide,
		pathways.Rung{At: "1 business day after start", Remind: "owner"},
		pathways.Rung{At: "due", Escalate: roleSupervisor}),
	clockAttendance: rungs(clockAttendance,
		pathways.Rung{At: "1 business day after due", Remind: "owner"},
		pathways.Rung{At: "3 business days after due", Escalate: roleSupervisor}),
}

// longestWait is how long a step of its kind waits at most.
func longestWait(step *pathways.Step) string {
	switch {
	case step.Questionnaire != nil:
		return step.Questionnaire.Within
	case step.Pathway != nil:
		return step.Pathway.Within
	}
	return step.Wait.For
}

// ownClock defines the clocks that step kinds bring. They count from "now", the moment they were
// armed, from "sent", when the present referral was, or as the pathway's own clocks do.
func (r *run) ownClock(c *Clock) (pathways.Clock, bool) {
	spec := pathways.Clock{Name: c.Name, From: "start", Pause: pathways.PauseEnrollment}
	step := r.spec(c.Step)
	if step == nil {
		return spec, false
	}
	switch c.Name {
	case clockAttendance:
		spec.From, spec.Within = c.Step+".start", "end of day"
	case clockDue:
		spec.Within = step.Due
		if step.Questionnaire != nil {
			spec.Within = step.Questionnaire.Within
		}
	case clockWait:
		spec.Within = longestWait(step)
	case clockConsent, clockDecide:
		spec.From, spec.Within = "now", "2 business days"
	case clockSearch:
		spec.From, spec.Within = "now", "4 hours"
	case clockAcknowledge:
		spec.From, spec.Within = "sent", step.Referral.Acknowledge
	case clockFirstContact:
		spec.From, spec.Within = "sent", step.Referral.FirstContact
	case clockOutcome:
		spec.From, spec.Within = "sent", step.Referral.Outcome
	default:
		return spec, false
	}
	return spec, true
}
