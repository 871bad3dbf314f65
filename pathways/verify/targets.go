package verify

import (
	"fmt"
	"slices"
	"strings"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// What has to be met at least once: a step opens, a task ends with an outcome, an end comes. An
// end's target is the rule that the engine names: ends[1].
const (
	targetStep    = "step "
	targetOutcome = "outcome "
)

// targets looks for what was not met by the way, one by one, in what can make a difference to it.
// Where that was explored to the end without meeting it, it is refuted; else it is said that it was
// not met.
func (c *checker) targets() {
	for i := range c.def.Steps {
		c.step(&c.def.Steps[i])
	}
	for i := range c.def.Ends {
		c.end(i)
	}
}

func (c *checker) step(s *pathways.Step) {
	view := coneOfStep(c.def, c.asks, s.ID)
	x, verdict := c.look(targetStep+s.ID, view)
	switch verdict {
	case unknown:
		c.unmet("a course of events that opens "+s.ID, pathways.Problem{Path: "steps." + s.ID, Line: s.Line, Message: fmt.Sprintf("no course of events was found that opens the step %s", s.ID), Suggestion: "write a scenario that opens it, or mend what it waits for"})
		return
	case never:
		c.refute(Finding{
			Kind: Unreachable, Problem: pathways.Problem{Path: "steps." + s.ID, Line: s.Line, Message: fmt.Sprintf("the step %s can never open: %s", s.ID, x.whyNever(c.waitsFor(s))), Suggestion: "mend what it waits for, or remove it"},
			Story: x.tried(),
		})
		return
	}
	for _, o := range s.Outcomes {
		x, verdict := c.look(targetOutcome+s.ID+"."+o, view)
		switch verdict {
		case unknown:
			c.note(fmt.Sprintf("a course of events in which %s ends as %s", s.ID, o))
		case never:
			c.refute(Finding{
				Kind: Unreachable, Problem: pathways.Problem{Path: "steps." + s.ID + ".outcomes", Line: s.Line, Message: fmt.Sprintf("%s can never end as %s: nothing that was tried allows it", s.ID, o), Suggestion: "mend the condition of its excuse, or remove the outcome"},
				Story: x.tried(),
			})
		}
	}
}

// waitsFor gives the condition that keeps a step waiting.
func (c *checker) waitsFor(s *pathways.Step) pathways.Asked {
	for _, a := range c.asks {
		if a.Path == "steps."+s.ID+".when" {
			return a
		}
	}
	if t := c.def.TrackOf(s.ID); t != nil {
		for _, a := range c.asks {
			if a.Path == "tracks."+t.Name+".when" {
				return a
			}
		}
	}
	return pathways.Asked{}
}

func (c *checker) end(i int) {
	e := c.def.Ends[i]
	name := e.As
	if e.Suspend != "" {
		name = "suspended"
	}
	x, verdict := c.look(fmt.Sprintf("ends[%d]", i+1), coneOfEnd(c.def, c.asks, i))
	path := fmt.Sprintf("ends[%d]", i)
	switch verdict {
	case unknown:
		c.unmet("a course of events that ends as "+name, pathways.Problem{Path: path, Line: e.Line, Message: fmt.Sprintf("no course of events was found that ends here as %s", name), Suggestion: "write a scenario that ends so, or mend what it waits for"})
	case never:
		var asked pathways.Asked
		for _, a := range c.asks {
			if a.Path == path+".when" {
				asked = a
			}
		}
		c.refute(Finding{
			Kind: Unreachable, Problem: pathways.Problem{Path: path, Line: e.Line, Message: fmt.Sprintf("the end %s can never come: %s", name, x.whyNever(asked)), Suggestion: "mend what it waits for, or remove it"},
			Story: x.tried(),
		})
	}
}

// unmet warns of what was not met and not refuted either.
func (c *checker) unmet(what string, p pathways.Problem) {
	c.note(what)
	p.Severity = pathways.SeverityWarning
	c.findings = append(c.findings, Finding{Kind: NotMet, Problem: p, note: leftOutInWords(what)})
}

type verdict int

const (
	found verdict = iota
	never
	unknown
)

// look searches a view for a target.
func (c *checker) look(target string, v *view) (*explorer, verdict) {
	if c.met[target] {
		return nil, found
	}
	if c.whole != nil && v.whole && len(c.whole.queue) == 0 && !c.whole.cut && !c.whole.stopped {
		return c.whole, never
	}
	rank := ranking(inOrder)
	if v.whole {
		rank = byProgress
	}
	x := c.newExplorer(v, rank)
	x.goal = target
	x.search(c.limits.Target)
	switch {
	case c.met[target]:
		return x, found
	case len(x.queue) == 0 && !x.cut:
		return x, never
	}
	return x, unknown
}

// whyNever says what was seen of what a condition asks.
func (x *explorer) whyNever(asked pathways.Asked) string {
	if asked.Text == "" {
		return "what it waits for never comes"
	}
	var parts []string
	for _, name := range asked.Names {
		switch seen := x.seen[name]; {
		case name == "required":
		case len(seen) == 0:
			parts = append(parts, name+" is never known")
		default:
			slices.Sort(seen)
			parts = append(parts, name+" was "+orList(seen))
		}
	}
	if len(parts) == 0 {
		return "its condition never held, whatever was tried"
	}
	return "its condition never held, whatever was tried; " + strings.Join(parts, ", ")
}

func orList(words []string) string {
	if len(words) == 1 {
		return "always " + words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// valueIn gives what a state has for a name, in words.
func valueIn(s *engine.State, name string) (string, bool) {
	for _, f := range s.Facts {
		if f.Name == name {
			return inWords(f.Value), true
		}
	}
	step, field, dotted := strings.Cut(name, ".")
	if !dotted {
		return "", false
	}
	for i, st := range slices.Backward(s.Steps) {
		if st.ID != step || st.Status == care.StepWaiting && i > 0 && field != "status" {
			continue
		}
		switch field {
		case "outcome":
			return plain(st.Outcome), st.Outcome != ""
		case "status":
			return string(st.Status), true
		case "ended":
			return inWords(st.Status.Ended()), true
		case "done":
			return inWords(st.Status == care.StepDone), true
		case "missed":
			return inWords(st.Missed), true
		case "kept":
			return inWords(st.Outcome == "kept"), true
		case "booked":
			return inWords(st.Appointment != nil), true
		}
	}
	return "", false
}
