package engine

import (
	"slices"

	"throughline/care"
	"throughline/pathways"
)

// waitKind waits for a time at most, and ends earlier when its condition or its event comes.
var waitKind = kind{open: openWait, ranOut: waitOver, watch: watchWait}

// clockWait is the clock that every wait has.
const clockWait = "wait"

func openWait(r *run, st *Step, spec *pathways.Step) {
	r.arm(armPlan{
		spec: pathways.Clock{Name: clockWait, From: "start", Within: spec.Wait.For, Pause: pathways.PauseEnrollment},
		step: st, cause: r.causeOf("steps."+st.ID+".wait", spec.Line, clockWait),
	})
}

func waitOver(r *run, st *Step, _ *Clock) bool {
	r.endStep(st, care.StepDone, "elapsed", r.at, "")
	return true
}

func watchWait(r *run, st *Step, spec *pathways.Step) bool {
	if spec.Wait.On != "" && r.came(spec.Wait.On) && !slices.Contains(r.opened, st) {
		r.endStep(st, care.StepDone, "came", r.at, r.eventInWords(spec.Wait.On))
		return true
	}
	if spec.Wait.Until == "" {
		return false
	}
	if v := r.holds(spec.Wait.Until, values{r: r, step: st}); v.True {
		r.endStep(st, care.StepDone, "came", r.at, v.words())
		return true
	}
	return false
}
