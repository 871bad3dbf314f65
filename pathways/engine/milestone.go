package engine

import (
	"throughline/care"
	"throughline/pathways"
)

// milestoneKind is something reached: it opens when its condition holds and is done at once.
var milestoneKind = kind{open: func(r *run, st *Step, _ *pathways.Step) {
	r.endStep(st, care.StepDone, "reached", r.at, "")
}}
