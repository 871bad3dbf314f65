package pathways

import (
	"fmt"
	"slices"
)

// subPathway checks that the other pathway is one, and that waiting for it has an end and an owner.
func (c *checker) subPathway(path string, s *Step) {
	p := s.Pathway
	at := path + ".pathway"
	switch {
	case p.Start == "":
		c.wrong(at, s.Line, "the step does not say which pathway it starts", "write start: and the key of a pathway")
	case !slug.MatchString(p.Start):
		c.wrongValue(at+".start", s.Line, fmt.Sprintf("%q cannot be the key of a pathway", p.Start), "use lower-case letters, digits and hyphens, like social-need-referral")
	case p.Start == c.d.Pathway:
		c.wrongValue(at+".start", s.Line, "the pathway starts itself, and would start itself again for ever", "use repeat on a step, or a track")
	}
	switch {
	case p.Wait && p.Within == "":
		c.wrong(at, s.Line, fmt.Sprintf("%s may wait for the other pathway for ever", s.ID), "write within: and the longest it may take, like 30 days")
	case p.Within != "" && !p.Wait:
		c.wrong(at+".within", s.Line, "within means nothing where the step does not wait", "write wait: true, or leave it out")
	case p.Within != "":
		c.offset(at+".within", s.Line, p.Within)
	}
	seen := map[string]bool{}
	for _, g := range p.With {
		c.once(seen, at+".with."+g.Name, g.Line, "fact", g.Name)
		if !identifier.MatchString(g.Name) {
			c.wrong(at+".with."+g.Name, g.Line, fmt.Sprintf("%q cannot be the name of a fact", g.Name), "use lower-case letters, digits and underscores")
		}
	}
}

// discretionary checks a step that nobody need begin.
func (c *checker) discretionary(path string, s *Step) {
	if !s.Discretionary {
		return
	}
	if s.Fulfils != "" {
		c.wrong(path+".fulfils", s.Line, fmt.Sprintf("%s is left to somebody's discretion, so it fulfils nothing for certain", s.ID), "remove discretionary, or let another step fulfil it")
	}
	if s.Optional {
		c.odd(path+".optional", s.Line, "a discretionary step never holds up the end, so optional says nothing more", "leave optional out")
	}
}

// hangsOnDiscretion refuses a required step that waits for one that perhaps nobody begins.
func (c *checker) hangsOnDiscretion(s *Step) {
	if s.Optional || s.Discretionary {
		return
	}
	for i, id := range s.After {
		if before := c.d.StepByID(id); before != nil && before.Discretionary {
			c.wrongValue(fmt.Sprintf("steps.%s.after[%d]", s.ID, i), s.Line,
				fmt.Sprintf("the step %s waits for %s, which perhaps nobody begins", s.ID, id), "make it optional or discretionary too, or let it wait for another step")
		}
	}
}

// relations checks how the pathway stands to others.
func (c *checker) relations() {
	seen := map[string]bool{}
	for i, r := range c.d.Relations {
		path := fmt.Sprintf("relations[%d]", i)
		switch {
		case r.Pathway == "":
			c.wrong(path, r.Line, "the relation names no pathway", "write pathway: and its key")
		case !slug.MatchString(r.Pathway):
			c.wrongValue(path+".pathway", r.Line, fmt.Sprintf("%q cannot be the key of a pathway", r.Pathway), "")
		case r.Pathway == c.d.Pathway:
			c.wrongValue(path+".pathway", r.Line, "a pathway has no relation to itself", "use launch.while_active for a second launch of the same pathway")
		}
		switch {
		case r.Is == "":
			c.wrong(path, r.Line, "the relation does not say what it is", "write is: overlaps, excludes or follows")
		case !slices.Contains(relationKinds, r.Is):
			c.wrongValue(path+".is", r.Line, fmt.Sprintf("a relation cannot be %q", r.Is), "use overlaps, excludes or follows")
		case r.Is == Excludes && slices.Contains(c.d.Launch.WhileActive.Pathways, r.Pathway):
			c.wrongValue(path+".is", r.Line, fmt.Sprintf("%s is both excluded and dealt with by launch.while_active", r.Pathway), "keep one")
		}
		c.once(seen, path, r.Line, "relation", r.Pathway)
	}
	follows, launched := len(c.d.Following()) > 0, c.d.Launch.On == EnrollmentEnded
	switch {
	case follows && !launched:
		c.wrongValue("launch.on", c.d.Launch.Line, "the pathway follows another one, and its end does not launch it", "write on: "+EnrollmentEnded)
	case launched && !follows:
		c.wrongValue("launch.on", c.d.Launch.Line, "nothing says whose end launches the pathway", "write relations: [{pathway: …, is: follows}]")
	}
	if launched && c.d.Launch.OncePer != "" && c.d.Launch.OncePer != "request" && c.d.Launch.OncePer != "patient" {
		c.wrongValue("launch.once_per", c.d.Launch.Line, "the end of another pathway is no encounter", "write once_per: request (each end is one) or patient")
	}
}
