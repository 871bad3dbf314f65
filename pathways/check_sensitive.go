package pathways

import (
	"fmt"
	"slices"
	"strings"
)

// Sensitivity is a class of facts whose disclosure the law, or a person's safety, binds more
// tightly than that of others.
type Sensitivity struct {
	Label string // what an author writes: sensitive: part2
	Is    string // what it is, for a reader
}

// Sensitivities are the classes that facts, questions and steps may be labelled with.
var Sensitivities = []Sensitivity{
	{Label: "part2", Is: "treatment of a substance use disorder (42 CFR Part 2)"},
	{Label: "ipv", Is: "intimate-partner violence"},
	{Label: "elder_abuse", Is: "abuse of an elder"},
	{Label: "mental_health", Is: "mental health"},
	{Label: "hiv", Is: "HIV"},
	{Label: "reproductive_health", Is: "reproductive health"},
}

func sensitivityLabels() []string {
	return namesIn(Sensitivities, func(s Sensitivity) string { return s.Label })
}

// sensitivityInWords says what the first of the labels is.
func sensitivityInWords(labels []string) string {
	for _, s := range Sensitivities {
		if slices.Contains(labels, s.Label) {
			return s.Is
		}
	}
	return strings.Join(labels, " and ")
}

// sensitive checks the labels, and that no channel which others read tells what they mark.
func (c *checker) sensitive() {
	for _, f := range c.d.Facts {
		c.labels("facts."+f.Name, f.Line, f.Sensitive)
		c.derived(f)
	}
	for _, form := range c.d.Forms {
		for _, f := range form.Fields {
			c.labels("forms."+form.Name+".fields."+f.ID, f.Line, f.Sensitive)
		}
	}
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		c.sensitiveStep("steps."+s.ID, s)
	}
}

func (c *checker) sensitiveStep(path string, s *Step) {
	c.labels(path, s.Line, s.Sensitive)
	c.tellsPatient(path, s)
	c.scoresSensitive(path, s)
	c.tellsPartner(path, s)
	c.remindsPatient(path, s)
}

func (c *checker) labels(path string, line int, labels []string) {
	seen := map[string]bool{}
	for i, l := range labels {
		at := fmt.Sprintf("%s.sensitive[%d]", path, i)
		if !slices.Contains(sensitivityLabels(), l) {
			c.wrongValue(at, line, fmt.Sprintf("there is no class of sensitive facts %q", l), suggest(l, sensitivityLabels()))
		}
		c.once(seen, at, line, "class", l)
	}
}

// derived asks that a fact made from a labelled one is labelled as well.
func (c *checker) derived(f Fact) {
	path := "facts." + f.Name
	for _, from := range c.asked[path+".from"] {
		n, _ := c.lang.named(from)
		for _, l := range n.sensitive {
			if !slices.Contains(f.Sensitive, l) {
				c.wrong(path, f.Line, fmt.Sprintf("the fact %s is made from %s, which is labelled %s, and has no such label itself", f.Name, from, l), "write sensitive: "+l)
			}
		}
	}
}

// marked finds a labelled name that one of the expressions asks.
func (c *checker) marked(paths ...string) (path string, n name, found bool) {
	for _, p := range paths {
		for _, asked := range c.asked[p] {
			if n, ok := c.lang.named(asked); ok && len(n.sensitive) > 0 {
				return p, n, true
			}
		}
	}
	return "", name{}, false
}

// openedBy lists the conditions that the step opens by.
func (c *checker) openedBy(s *Step) []string {
	paths := []string{"steps." + s.ID + ".when"}
	if t := c.d.TrackOf(s.ID); t != nil {
		paths = append(paths, "tracks."+t.Name+".when")
	}
	return paths
}

// tellsPatient refuses a message to the patient whose coming would tell something sensitive: it
// lies on a table, and others read it.
func (c *checker) tellsPatient(path string, s *Step) {
	kind := s.Kind()
	if (s.Message == nil || s.Message.To != "patient") && (s.Questionnaire == nil || !s.Questionnaire.AsksPatient()) {
		return
	}
	const instead = "make it a task for somebody who speaks with the patient alone"
	if len(s.Sensitive) > 0 {
		c.wrongValue(path+"."+kind+".to", s.Line, fmt.Sprintf("a message to the patient cannot be about %s: others read it too", sensitivityInWords(s.Sensitive)), instead)
		return
	}
	at, n, found := c.marked(append(c.openedBy(s), path+".message.stops_when")...)
	if !found {
		return
	}
	c.wrongValue(at, s.Line, fmt.Sprintf("the message goes to the patient because of %s (%s): that it comes would tell those who see it", n.dotted, sensitivityInWords(n.sensitive)), instead)
}

// scoresSensitive asks that a score made from labelled facts is labelled as well.
func (c *checker) scoresSensitive(path string, s *Step) {
	if s.Score == nil {
		return
	}
	for _, in := range s.Score.Inputs {
		_, n, found := c.marked(path + ".score.inputs." + in.Name)
		if !found {
			continue
		}
		for _, l := range n.sensitive {
			if !slices.Contains(s.Sensitive, l) {
				c.wrong(path+".score.inputs."+in.Name, in.Line, fmt.Sprintf("the score %s is made from %s, which is labelled %s, and has no such label itself", s.ID, n.dotted, l), "write sensitive: "+l+" at the step")
			}
		}
	}
}

// remindsPatient refuses a ladder that writes to the patient about a sensitive step.
func (c *checker) remindsPatient(path string, s *Step) {
	ladder := c.d.LadderByName(s.Ladder)
	if ladder == nil || !slices.ContainsFunc(ladder.Rungs, func(r Rung) bool { return r.Remind == "patient" }) {
		return
	}
	labels := s.Sensitive
	if _, n, found := c.marked(c.openedBy(s)...); found && len(labels) == 0 {
		labels = n.sensitive
	}
	if len(labels) > 0 {
		c.wrongValue(path+".ladder", s.Line, fmt.Sprintf("the ladder %s writes to the patient, and %s is about %s", s.Ladder, s.ID, sensitivityInWords(labels)), "use a ladder that does not remind the patient")
	}
}

// tellsPartner asks for the patient's word before a community service hears of something sensitive.
func (c *checker) tellsPartner(path string, s *Step) {
	if s.Referral == nil || s.Referral.Consent != "on file" {
		return
	}
	labels := s.Sensitive
	if _, n, found := c.marked(append(c.openedBy(s), path+".referral.need")...); found && len(labels) == 0 {
		labels = n.sensitive
	}
	if len(labels) > 0 {
		c.wrongValue(path+".referral.consent", s.Line, fmt.Sprintf("the referral %s tells a service of %s, and nobody asks the patient", s.ID, sensitivityInWords(labels)), "write consent: required")
	}
}
