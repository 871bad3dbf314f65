package engine

import (
	"fmt"

	"throughline/care"
)

// Misjudged names a clock that the engine would take for unmoved, and that comes out otherwise when it
// is computed anew; empty where there is none.
func (e *Engine) Misjudged(s State) string {
	r := e.runOf(s.clone(true))
	for _, c := range r.s.Clocks {
		spec, ok := r.clockSpec(c)
		st := r.stepOf(c)
		if !ok || r.fixed(c, st) || s.Status == care.EnrollmentEnded {
			continue
		}
		from := r.basisOf(c, spec, st)
		if !r.unmoved(c, spec, from) {
			continue
		}
		anew := *c
		anew.Rungs = append([]RungRun(nil), c.Rungs...)
		r.computeFrom(&anew, spec, st, from)
		if !sameClock(c, &anew) {
			return fmt.Sprintf("%s of %s: %+v, anew %+v", c.Name, c.Step, *c, anew)
		}
	}
	return ""
}

// CompiledSize is the size of the shelf of engines, CompiledKept how many stand on it.
var CompiledSize = compiled.size

// CompiledKept counts the engines that are kept.
func CompiledKept() int {
	compiled.mu.Lock()
	defer compiled.mu.Unlock()
	return len(compiled.young) + len(compiled.old)
}
