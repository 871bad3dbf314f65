package verify

import (
	"fmt"
	"slices"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// What a person may do to any enrollment, whatever its definition, is not among the moves: everywhere and
// together with everything else it would multiply the states by as many as there are. It is tried once, in
// the states that showed something new: a pause that runs out, and each step skipped that waits or is open.
// What follows by itself is then held to the same: nobody falls through.

// sample is a state that showed something new, with what it was come by.
type sample struct {
	node  int
	state engine.State
}

const (
	pauseDays   = 14
	nightsAfter = 12 // turns of the engine that are waited for after a person meddled
)

// meddle lets a person pause and skip in the samples, evenly among them, within a tenth of the turns. Where
// something is refuted already, the hole is known and its plainer story told.
func (c *checker) meddle(x *explorer) {
	if slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Severity == pathways.SeverityError }) {
		return
	}
	until := c.turns + c.limits.Turns/10
	for _, i := range evenly(len(x.samples)) {
		if c.turns >= until {
			return
		}
		s := x.samples[i]
		if s.state.Status != care.EnrollmentActive {
			continue
		}
		c.meddled++
		x.paused(s)
		for _, id := range skippable(x, &s.state) {
			if c.turns >= until {
				return
			}
			x.meddledBy(s, engine.Event{Kind: engine.StepSkip, Actor: person, Step: id, Reason: "it is not needed"})
		}
	}
}

func (x *explorer) paused(s sample) {
	until := x.actingTime(&node{state: s.state, now: x.nodes[s.node].now}).AddDate(0, 0, pauseDays)
	x.meddledBy(s, engine.Event{Kind: engine.EnrollmentPause, Actor: person, Until: &until, Reason: "the patient is away"})
}

// meddledBy lets a person do something in a state, and then nobody anything for a while.
func (x *explorer) meddledBy(s sample, ev engine.Event) {
	from := x.nodes[s.node]
	n := &node{state: s.state, now: from.now, parent: s.node, launch: from.launch, depth: from.depth + 1}
	if !x.take(n, Act{At: x.actingTime(n), Event: ev}) {
		return
	}
	for range nightsAfter {
		if n.broken || n.ended {
			return
		}
		wake := x.nextMoment(&n.state)
		if wake == nil || !x.take(n, Act{At: *wake, Event: engine.Event{Kind: engine.Tick, Actor: care.TheEngine}}) {
			return
		}
	}
}

// skippable are the steps of the definition that wait or are open, each once.
func skippable(x *explorer, s *engine.State) []string {
	var ids []string
	for _, st := range s.Steps {
		if !st.Status.Ended() && x.def.StepByID(st.ID) != nil && !slices.Contains(ids, st.ID) {
			ids = append(ids, st.ID)
		}
	}
	return ids
}

// evenly orders so many places so that any number of the first lie evenly among them all.
func evenly(n int) []int {
	var order []int
	taken := make([]bool, n)
	step := 1
	for step < n {
		step *= 2
	}
	for ; step > 0; step /= 2 {
		for i := 0; i < n; i += step {
			if !taken[i] {
				taken[i] = true
				order = append(order, i)
			}
		}
	}
	return order
}

// beyond says what no exploration of the definition tries, or not everywhere, a sentence each.
func (c *checker) beyond() []string {
	told := []string{
		fmt.Sprintf("A person pauses the pathway, or skips a step: tried in %s of the %d states that were met, each by itself.", counted(c.meddled, "none"), c.states),
		"A person changes the plan for one patient (adds a step, moves a deadline, says a fact anew, begins a track), withdraws the patient, or two records are merged: not tried.",
		"The patient is moved to another version of the pathway: not tried; the move's own preview says what it would do.",
		"Holidays, the days on which the clocks change, other time zones: not tried. It begins on one Tuesday in September, in New York.",
		"People act in the morning and one at a time; two who act at the same moment were not tried. Of answers that no condition tells apart one was tried.",
	}
	if x := c.whole; x != nil && !x.view.waitsFor(engine.EncounterAdmitted) && !x.view.waitsFor(engine.EncounterDischarge) {
		told = append(told, "The patient is admitted to hospital again: not tried, since nothing in the pathway listens to it.")
	}
	for i := range c.def.Steps {
		if c.def.Steps[i].Pathway != nil {
			return append(told, "What happens within the pathways that it starts: not tried; they start or are refused, and end.")
		}
	}
	return told
}

func counted(n int, none string) string {
	if n == 0 {
		return none
	}
	return fmt.Sprint(n)
}
