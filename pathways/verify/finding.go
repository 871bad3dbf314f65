package verify

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Kind names what is wrong.
type Kind string

// The kinds of finding.
const (
	NothingStarts Kind = "nothing_starts" // no launch starts the pathway
	Unreachable   Kind = "unreachable"    // a step, an outcome or an end that never comes
	NotMet        Kind = "not_met"        // one that was not met, and not refuted either
	NotHeld       Kind = "not_held"       // a state without clock or owner
	NoWayOut      Kind = "no_way_out"     // a state from which no end can be reached
	Outlives      Kind = "outlives"       // the pathway goes on though the patient died
	TooMuch       Kind = "too_much"       // a turn, or a day, that does too much
	BrokenDown    Kind = "broken_down"    // the engine failed
)

// Finding is one thing that is wrong, with how it comes about.
type Finding struct {
	pathways.Problem

	Kind Kind `json:"kind"`
	// Story tells how it comes about, a sentence each.
	Story []string `json:"story,omitempty"`
	// Replay are the events of the story, to be played again from nothing.
	Replay []Act `json:"replay,omitempty"`

	note  string // what is said to be left out because of it
	depth int    // how many acts it takes; the shortest is kept
}

// refute keeps a finding, once for each kind and line: the one that comes about soonest.
func (c *checker) refute(f Finding) {
	f.Severity = pathways.SeverityError
	i := slices.IndexFunc(c.findings, func(have Finding) bool { return have.Kind == f.Kind && have.Path == f.Path })
	switch {
	case i < 0:
		c.findings = append(c.findings, f)
	case f.depth < c.findings[i].depth:
		c.findings[i] = f
	}
}

// maxFindings bounds how many are told of one kind: what is wrong once is often wrong in every
// place that follows from it.
const maxFindings = 3

// sorted gives the findings in the file's order, the first few of each kind.
func (c *checker) sorted() []Finding {
	slices.SortStableFunc(c.findings, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(a.Line, b.Line)) })
	kept := []Finding{}
	counts := map[Kind]int{} // looked up, never ranged over
	for _, f := range c.findings {
		counts[f.Kind]++
		if counts[f.Kind] <= maxFindings || f.Kind == Unreachable || f.Kind == NotMet {
			kept = append(kept, f)
		}
	}
	slices.SortStableFunc(kept, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return kept
}

// soonest tells whether a finding of the kind at the path would be told, so that no story is made
// for one that would not.
func (c *checker) soonest(kind Kind, path string, depth int) bool {
	for _, have := range c.findings {
		if have.Kind == kind && have.Path == path {
			return depth < have.depth
		}
	}
	return true
}

// notHeld refutes a state that nothing holds.
func (x *explorer) notHeld(n *node, turn engine.Turn) {
	path, line := x.placeOf(n, turn)
	if !x.soonest(NotHeld, path, n.depth) {
		return
	}
	shortest := x.shortened(x.actsTo(n), func(t trail) bool { return t.rescued })
	x.refute(Finding{
		Kind: NotHeld, depth: n.depth,
		Problem: pathways.Problem{
			Path: path, Line: line, Message: "patients can fall through here: there is a course of events after which no deadline runs and nobody owns the next step",
			Suggestion: "say what follows, or add an end by a clock: {clock: period, as: finished-incomplete}",
		},
		Story: append(x.story(shortest), "From then on nobody owns the next step, and no deadline is left: the pathway stands still."), Replay: shortest,
	})
}

// outlives refutes a pathway that goes on after the patient's death.
func (x *explorer) outlives(n *node) {
	if !x.soonest(Outlives, "ends", n.depth) {
		return
	}
	line := 0
	if len(x.def.Ends) > 0 {
		line = x.def.Ends[0].Line
	}
	shortest := x.shortened(x.actsTo(n), func(t trail) bool { return t.state.Patient.Deceased && t.state.Status != care.EnrollmentEnded })
	x.refute(Finding{
		Kind: Outlives, depth: n.depth,
		Problem: pathways.Problem{Path: "ends", Line: line, Message: "the pathway goes on after the patient has died", Suggestion: "add - {on: patient.died, as: deceased}"},
		Story:   append(x.story(shortest), "The pathway goes on: work stays open for a patient who has died."), Replay: shortest,
	})
}

// brokeDown refutes a definition on which the engine fails, or does too much at once.
func (x *explorer) brokeDown(n *node, why string) {
	path, line := x.placeOf(n, engine.Turn{})
	if !x.soonest(BrokenDown, path, n.depth) {
		return
	}
	acts := x.actsTo(n)
	last := acts[len(acts)-1]
	text := cmp.Or(x.actInWords(trail{zone: x.zone}, last), onDay(last.At, x.zone)+", while nobody acts, something is due")
	x.refute(Finding{
		Kind: BrokenDown, depth: n.depth,
		Problem: pathways.Problem{Path: path, Line: line, Message: why + ", and a patient's pathway would stop there", Suggestion: "split the step, or ask for less at once"},
		Story:   append(x.story(acts[:len(acts)-1]), sentence(text), sentence(why)), Replay: acts,
	})
}

// placeOf gives the step after which it happened: the one that ended last, else the one acted on,
// else the pathway's ends.
func (x *explorer) placeOf(n *node, turn engine.Turn) (path string, line int) {
	id := n.acts[len(n.acts)-1].Event.Step
	for i := range turn.Effects {
		st := turn.Effects[i].Step
		if st != nil && st.Status.Ended() && st.EndedAt != nil && st.EndedAt.Equal(turn.State.At) && x.def.StepByID(st.Step) != nil && id == "" {
			id = st.Step
		}
	}
	if s := x.def.StepByID(id); s != nil {
		return "steps." + s.ID, s.Line
	}
	if len(x.def.Ends) > 0 {
		return "ends", x.def.Ends[0].Line
	}
	return "steps", x.def.Steps[0].Line
}

// actsTo gives all that led to a state, from its launch.
func (x *explorer) actsTo(n *node) []Act {
	var parts [][]Act
	for at := n; ; at = x.nodes[at.parent] {
		parts = append(parts, at.acts)
		if at.parent < 0 {
			break
		}
	}
	slices.Reverse(parts)
	return slices.Concat(parts...)
}

// alone lets the plainest enrollment run while nobody acts, and refutes a pathway that floods people
// with work and messages, or asks to be woken for nothing.
func (c *checker) alone() {
	v := wholeView(c.def, c.asks)
	x := c.newExplorer(v, inOrder)
	l := c.launches[0]
	n := &node{parent: -1, now: c.start}
	if !x.take(n, Act{At: c.start, Event: engine.Event{Kind: engine.Started, Actor: system, Launch: &l}}) {
		return
	}
	day, made := "", 0
	for range longestSleep {
		wake := x.eng.Wake(n.state)
		if wake == nil || n.broken || n.ended {
			return
		}
		if today := care.DateOf(*wake, c.zone).String(); today != day {
			day, made = today, 0
		}
		before := n.state
		if !x.take(n, Act{At: *wake, Event: engine.Event{Kind: engine.Tick, Actor: care.TheEngine}}) || n.broken {
			return
		}
		made += newItems(&before, &n.state)
		if again := x.eng.Wake(n.state); made > c.limits.PerDay || again != nil && !again.After(*wake) {
			x.flood(n, day, made)
			return
		}
	}
}

// newItems counts the tasks, messages and escalations that a turn made.
func newItems(before, after *engine.State) int {
	made := max(len(after.Outbox)-len(before.Outbox), 0) + max(len(after.Escalations)-len(before.Escalations), 0)
	for i, st := range after.Steps {
		if st.OpenedAt != nil && (i >= len(before.Steps) || before.Steps[i].OpenedAt == nil) {
			made++
		}
	}
	return made
}

func (x *explorer) flood(n *node, day string, made int) {
	path, line := "steps", x.def.Steps[0].Line
	for _, st := range n.state.Steps {
		if spec := x.def.StepByID(st.ID); spec != nil && spec.Repeat != nil && st.OpenedAt != nil {
			path, line = "steps."+st.ID+".repeat", spec.Line
		}
	}
	acts := n.acts[:min(len(n.acts), 6)]
	x.refute(Finding{
		Kind: TooMuch,
		Problem: pathways.Problem{
			Path: path, Line: line, Message: fmt.Sprintf("nobody does anything, and on one day the pathway makes more than %d tasks, messages and escalations", x.limits.PerDay),
			Suggestion: "let it repeat less often, like every: 1 day",
		},
		Story: append(x.story(acts), fmt.Sprintf("So it goes on: on %s it is %d tasks, messages and escalations.", dayInWords(day), made)), Replay: n.acts,
	})
}

func dayInWords(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("Monday 2 January")
}
