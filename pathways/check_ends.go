package pathways

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"throughline/care"
)

// tracks checks the sets of steps that open together.
func (c *checker) tracks() {
	seen := map[string]bool{}
	member := map[string]string{}
	for _, t := range c.d.Tracks {
		path := "tracks." + t.Name
		c.once(seen, path, t.Line, "track", t.Name)
		if !identifier.MatchString(t.Name) {
			c.wrong(path, t.Line, fmt.Sprintf("%q cannot be the name of a track", t.Name), nameInstead(t.Name))
		}
		if t.On == "" && t.When == "" {
			c.wrong(path, t.Line, fmt.Sprintf("nothing opens the track %s", t.Name), "write on: and an event, or when: and a condition")
		}
		if t.On != "" {
			c.event(path+".on", t.Line, t.On)
		}
		c.begins(path, t.Line, t.Pause)
		if len(t.Steps) == 0 {
			c.wrong(path, t.Line, fmt.Sprintf("the track %s has no steps", t.Name), "write steps: and the ids of its steps")
		}
		for i, id := range t.Steps {
			at := fmt.Sprintf("%s.steps[%d]", path, i)
			if c.d.StepByID(id) == nil {
				c.wrongValue(at, t.Line, fmt.Sprintf("there is no step %q", id), suggest(id, c.stepIDs()))
			}
			if other, twice := member[id]; twice {
				c.wrongValue(at, t.Line, fmt.Sprintf("the step %s is in the track %s already", id, other), "a step belongs to one track")
			}
			member[id] = t.Name
		}
	}
}

// reachability refuses steps that can never open.
func (c *checker) reachability() {
	reached := c.reached()
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if s.ID == "" {
			continue
		}
		if !reached[s.ID] {
			c.unreached(s, reached)
			continue
		}
		c.hangsOnTrack(s)
		c.hangsOnDiscretion(s)
	}
}

// reached finds the steps that can open: those whose after can all end. It goes around until
// nothing changes, so a circle is never reached.
func (c *checker) reached() map[string]bool {
	reached := map[string]bool{}
	for again := true; again; {
		again = false
		for i := range c.d.Steps {
			s := &c.d.Steps[i]
			open := !slices.ContainsFunc(s.After, func(id string) bool { return !reached[id] })
			if open && !reached[s.ID] && strings.TrimSpace(s.When) != "false" {
				reached[s.ID], again = true, true
			}
		}
	}
	return reached
}

func (c *checker) unreached(s *Step, reached map[string]bool) {
	path := "steps." + s.ID + ".after"
	for _, id := range s.After {
		if id == s.ID || c.d.StepByID(id) == nil {
			return // said already
		}
	}
	if circle := c.circle(s); circle != nil {
		c.wrong(path, s.Line, fmt.Sprintf("the step %s can never open: it waits in a circle, %s", s.ID, strings.Join(circle, " → ")), "remove one of them from after")
		return
	}
	for _, id := range s.After {
		if !reached[id] {
			c.wrong(path, s.Line, fmt.Sprintf("the step %s can never open: it waits for %s, which never ends", s.ID, id), "mend "+id+" first")
			return
		}
	}
}

// circle gives the way from the step back to itself along after; nil where there is none.
func (c *checker) circle(s *Step) []string {
	seen := map[string]bool{}
	var walk func(id string, way []string) []string
	walk = func(id string, way []string) []string {
		step := c.d.StepByID(id)
		if step == nil || seen[id] {
			return nil
		}
		seen[id] = true
		for _, next := range step.After {
			if next == s.ID {
				return append(way, next)
			}
			if found := walk(next, append(slices.Clone(way), next)); found != nil {
				return found
			}
		}
		return nil
	}
	return walk(s.ID, []string{s.ID})
}

// hangsOnTrack refuses a required step that waits for one that may never come into being.
func (c *checker) hangsOnTrack(s *Step) {
	own := c.d.TrackOf(s.ID)
	for i, id := range s.After {
		t := c.d.TrackOf(id)
		if t == nil || own != nil && own.Name == t.Name || s.Optional {
			continue
		}
		c.wrongValue(fmt.Sprintf("steps.%s.after[%d]", s.ID, i), s.Line,
			fmt.Sprintf("the step %s waits for %s, which exists only once the track %s opens", s.ID, id, t.Name),
			"put it into the track, or make it optional")
	}
}

// ends checks that every enrollment can end, and how.
func (c *checker) ends() {
	if len(c.d.Ends) == 0 {
		c.wrong("ends", 0, "the pathway never ends", "write ends: with - {when: all(required), as: completed}")
		return
	}
	seen := map[string]bool{}
	finishes, bounded, death := false, false, false
	for i, e := range c.d.Ends {
		path := fmt.Sprintf("ends[%d]", i)
		c.end(path, e)
		key := e.When + "|" + e.On + "|" + e.Clock
		if seen[key] {
			c.wrong(path, e.Line, "two ends have the same trigger", "remove one")
		}
		seen[key] = true
		finishes = finishes || e.As != "" && e.On == ""
		bounded = bounded || e.As != "" && e.Clock != ""
		death = death || e.On == "patient.died"
	}
	if !finishes {
		c.wrong("ends", c.d.Ends[0].Line, "the pathway ends only if an event comes", "add - {when: all(required), as: completed} or an end by a clock")
	} else if !bounded {
		c.odd("ends", c.d.Ends[0].Line, "no clock ends the pathway: work that nobody finishes keeps it open for ever", "add - {clock: period, as: finished-incomplete}")
	}
	if !death {
		c.odd("ends", c.d.Ends[0].Line, "the pathway does not end when the patient dies", "add - {on: patient.died, as: deceased}")
	}
}

func (c *checker) end(path string, e End) {
	c.endTrigger(path, e)
	switch {
	case e.As == "" && e.Suspend == "":
		c.wrong(path, e.Line, "the end has no name", "write as: completed, or another of "+strings.Join(care.Ends, ", "))
	case e.Suspend != "":
		c.event(path+".as", e.Line, e.Suspend)
		if e.On == "" {
			c.wrong(path, e.Line, "only an event suspends a pathway", "write on: encounter.admitted")
		}
		if e.Suspend == e.On && e.On != "" {
			c.wrongValue(path+".as", e.Line, "the suspension ends with the event that begins it", "write as: {suspend: until encounter.discharged}")
		}
	case !slices.Contains(care.Ends, e.As):
		c.wrongValue(path+".as", e.Line, fmt.Sprintf("no end is called %q", e.As), suggest(e.As, care.Ends))
	}
}

func (c *checker) endTrigger(path string, e End) {
	switch {
	case e.When == "" && e.On == "" && e.Clock == "":
		c.wrong(path, e.Line, "nothing brings this end about", "write when:, on: or clock:")
	case e.Clock != "" && (e.When != "" || e.On != ""):
		c.wrong(path, e.Line, "an end by a clock has no other trigger", "make it two ends")
	}
	if e.On != "" {
		c.event(path+".on", e.Line, e.On)
	}
	if e.Clock == "" {
		return
	}
	clock := c.d.ClockByName(e.Clock)
	if clock == nil {
		c.wrongValue(path+".clock", e.Line, fmt.Sprintf("there is no clock %q", e.Clock), suggest(e.Clock, namesIn(c.d.Clocks, func(k Clock) string { return k.Name })))
		return
	}
	if clock.From == "start" {
		c.wrongValue(path+".clock", e.Line, fmt.Sprintf("the clock %s counts from the start of a step, and an end belongs to none", e.Clock), "count from enrolled, or from a fact")
	}
}

// unused warns about parts that nothing refers to: often a misspelt reference elsewhere.
func (c *checker) unused() {
	used := references(c.d)
	warn := func(kind, what, name string, line int) {
		if !used[kind+"."+name] {
			c.note(finding{idle: true, Problem: Problem{
				Path: kind + "." + name, Line: line, Message: fmt.Sprintf("nothing uses the %s %s", what, name), Suggestion: "use it or remove it", Severity: SeverityWarning,
			}})
		}
	}
	for _, x := range c.d.Clocks {
		warn("clocks", "clock", x.Name, x.Line)
	}
	for _, x := range c.d.Ladders {
		warn("ladders", "ladder", x.Name, x.Line)
	}
	for _, x := range c.d.Forms {
		warn("forms", "form", x.Name, x.Line)
	}
	for _, x := range c.d.Templates {
		warn("messages", "message", x.Name, x.Line)
	}
	for _, x := range c.d.ValueSets {
		warn("value_sets", "value set", x.Name, x.Line)
	}
}

// askedSets finds the value sets that an expression's text asks for, also before it is compiled.
var askedSets = regexp.MustCompile(`\bevent\.(?:principal_)?diagnosis\.([a-z][a-z0-9_]*)`)

// references tells which parts are referred to, as "clocks.visit".
func references(d *Definition) map[string]bool {
	used := map[string]bool{}
	for i := range d.Steps {
		s := &d.Steps[i]
		used["clocks."+s.Clock] = true
		used["ladders."+s.Ladder] = true
		used["forms."+s.FormName()] = true
		if s.Message != nil {
			used["messages."+s.Message.Template] = true
		}
		if s.Questionnaire != nil {
			used["messages."+s.Questionnaire.Template] = true
		}
	}
	for _, e := range d.Ends {
		used["clocks."+e.Clock] = true
	}
	for _, u := range expressionsOf(d) {
		for _, m := range askedSets.FindAllStringSubmatch(u.text, -1) {
			used["value_sets."+m[1]] = true
		}
	}
	return used
}
