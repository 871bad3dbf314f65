package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// ways holds that from every state an end can be reached. Within what was explored the way is
// looked for backwards from the ends; from the states at its edge, by letting time pass, else by
// doing the work. Where all that can follow from a state was explored and no end is among it, the
// state is a trap.
func (c *checker) ways(x *explorer) {
	x.edgeWays()
	reach := x.backwards(func(n *node) bool { return n.toEnd })
	open := x.backwards(func(n *node) bool { return !n.expanded || n.broken })
	undecided := 0
	for i, n := range x.nodes {
		switch {
		case reach[i] || n.broken:
		case open[i]:
			undecided++
		case c.soonest(NoWayOut, "ends", n.depth):
			c.trap(x, n)
		}
	}
	if undecided > 0 {
		c.note(fmt.Sprintf("a way to an end from %d states", undecided))
	}
}

// backwards marks the states from which one of the wanted can be reached, by what somebody can
// bring about.
func (x *explorer) backwards(wanted func(*node) bool) []bool {
	from := make([][]int, len(x.nodes))
	marked := make([]bool, len(x.nodes))
	var todo []int
	for i, n := range x.nodes {
		for _, e := range n.edges {
			if !e.fate {
				from[e.to] = append(from[e.to], i)
			}
		}
		if wanted(n) {
			marked[i] = true
			todo = append(todo, i)
		}
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, before := range from[i] {
			if !marked[before] {
				marked[before] = true
				todo = append(todo, before)
			}
		}
	}
	return marked
}

// edgeWays tries one state of each sort at the edge of what was explored: those whose own clocks
// stand alike come to the same end by themselves.
func (x *explorer) edgeWays() {
	tried := map[string]bool{} // looked up, never ranged over
	for _, n := range x.nodes {
		if n.expanded {
			continue
		}
		sort := sortOf(&n.state)
		ok, known := tried[sort]
		if !known {
			ok = x.endsAlone(n.state, n.now) || x.escapes(n)
			tried[sort] = ok
		}
		n.toEnd = ok
	}
}

// sortOf names what decides whether an enrollment ends by itself.
func sortOf(s *engine.State) string {
	var b strings.Builder
	b.WriteString(string(s.Status))
	for sus := s.Suspension; sus != nil; sus = sus.Also {
		fmt.Fprintf(&b, "/%s%t", sus.Until, sus.Correction)
	}
	for _, c := range s.Clocks {
		if c.Step == "" {
			b.WriteString("/" + c.Name + string(c.Status))
		}
	}
	return b.String()
}

// endsAlone tells whether an enrollment ends while nobody acts.
func (x *explorer) endsAlone(s engine.State, now time.Time) bool {
	for range 3 { // the engine does all that is due at once; a suspension is looked at again and again
		a := Act{At: now.AddDate(2, 0, 0), Event: engine.Event{Kind: engine.Tick, Actor: care.TheEngine}}
		t := x.advance(s, &a)
		if t.refused || t.turn.State.Status == care.EnrollmentEnded {
			return t.turn.State.Status == care.EnrollmentEnded
		}
		s, now = t.turn.State, a.At
	}
	return false
}

// maxEscape bounds how many turns are spent on the way out of one state.
const maxEscape = 80

// escapes tells whether a few acts lead to a state that ends alone.
func (x *explorer) escapes(from *node) bool {
	until := x.turns + maxEscape
	known := map[string]bool{} // looked up, never ranged over
	todo := []*node{from}
	for len(todo) > 0 && x.turns < until {
		n := todo[0]
		todo = todo[1:]
		acts := x.moves(n)
		slices.SortStableFunc(acts, func(a, b Act) int { return ease(a) - ease(b) })
		for _, a := range acts {
			child := &node{state: n.state, now: n.now}
			if fateful(a.Event.Kind) || x.turns >= until || !x.take(child, a) || child.broken {
				continue
			}
			if child.ended || x.endsAlone(child.state, child.now) {
				return true
			}
			if key := x.keyOf(&child.state); !known[key] {
				known[key] = true
				todo = append(todo, child)
			}
		}
	}
	return false
}

// ease orders what leads out of a state most often: the patient comes home, then work is done.
func ease(a Act) int {
	if a.Event.Kind == engine.EncounterDischarge {
		return 0
	}
	return 1
}

// trap refutes a state from which no end can be reached.
func (c *checker) trap(x *explorer, n *node) {
	acts := x.actsTo(n)
	for i := range acts {
		acts[i].Event.ID = fmt.Sprintf("event-%d", i+1)
	}
	if !c.onlyTrap(n.depth) {
		return
	}
	path, line := c.placeOfTrap(acts)
	c.refute(Finding{
		Kind: NoWayOut, depth: n.depth,
		Problem: pathways.Problem{
			Path: path, Line: line, Message: "there is a course of events after which no end of the pathway can come, whatever anybody does",
			Suggestion: "add an end that can, or one by a clock: {clock: period, as: finished-incomplete}",
		},
		Story: append(x.story(acts), "From then on no end of the pathway can come, whatever anybody does."), Replay: acts,
	})
}

// onlyTrap keeps the trap that comes about soonest: the others mostly follow from it.
func (c *checker) onlyTrap(depth int) bool {
	c.findings = slices.DeleteFunc(c.findings, func(f Finding) bool { return f.Kind == NoWayOut && f.depth > depth })
	return !slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Kind == NoWayOut })
}

// placeOfTrap gives the end that suspends the pathway where it stands suspended, else the step that
// was acted on last.
func (c *checker) placeOfTrap(acts []Act) (path string, line int) {
	if t, ok := c.play(slices.Clone(acts)); ok && t.state.Suspension != nil {
		for i, e := range c.def.Ends {
			if e.Suspend != "" && e.Suspend == t.state.Suspension.Until {
				return fmt.Sprintf("ends[%d]", i), e.Line
			}
		}
	}
	if s := c.def.StepByID(acts[len(acts)-1].Event.Step); s != nil {
		return "steps." + s.ID, s.Line
	}
	if len(c.def.Ends) > 0 {
		line = c.def.Ends[0].Line
	}
	return "ends", line
}
