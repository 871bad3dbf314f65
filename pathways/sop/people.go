package sop

import (
	"slices"
	"strings"

	"throughline/pathways"
)

// role is what one role has to do, and what it is told of.
type role struct {
	Title string
	Work  []work
	Told  []told
}

// work is one thing to be done, by when.
type work struct {
	Number                  int
	Title, Opens, Due, Late string
	Optional                bool
}

// told is what a role hears as the time of a step runs out.
type told struct{ About, When string }

// rolesOf gives the roles: who answers for the pathway, then as the steps name them, then those who
// are only told.
func rolesOf(d *pathways.Definition) []role {
	var names []string
	add := func(name string) {
		if name != "" && name != "owner" && name != "patient" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	add(d.Owner)
	for i := range d.Steps {
		if worked(&d.Steps[i]) {
			add(d.OwnerOf(&d.Steps[i]))
		}
	}
	for _, name := range d.Roles() {
		add(name)
	}
	out := make([]role, 0, len(names))
	for _, name := range names {
		out = append(out, roleOf(d, name))
	}
	return out
}

func roleOf(d *pathways.Definition, name string) role {
	r := role{Title: upperFirst(pathways.Plain(name))}
	for i := range d.Steps {
		s := &d.Steps[i]
		if worked(s) && d.OwnerOf(s) == name {
			r.Work = append(r.Work, workOf(d, i))
		}
		l := d.LadderByName(s.Ladder)
		if l == nil {
			continue
		}
		var when []string
		for _, rung := range l.Rungs {
			if act, to := rung.Act(); to == name {
				when = append(when, d.MomentInWords(rung.At)+" "+toldAs(act))
			}
		}
		if len(when) > 0 {
			r.Told = append(r.Told, told{About: s.InWords(), When: strings.Join(when, ", ")})
		}
	}
	return r
}

func toldAs(act string) string {
	switch act {
	case "warn":
		return "(a warning)"
	case "escalate":
		return "(an escalation)"
	case "reassign":
		return "(the work is handed over)"
	}
	return "(a reminder)"
}

func workOf(d *pathways.Definition, i int) work {
	s := &d.Steps[i]
	return work{
		Number: i + 1, Title: s.InWords(), Opens: upperFirst(d.OpensInWords(s)), Due: upperFirst(dueOf(d, s)),
		Late: ladderInWords(d, s), Optional: s.Optional,
	}
}

// dueOf says by when a step is to be done; a referral has three such times.
func dueOf(d *pathways.Definition, s *pathways.Step) string {
	if r := s.Referral; r != nil {
		return "the service acknowledges within " + r.Acknowledge + ", contacts the patient within " + r.FirstContact +
			", and tells the outcome within " + r.Outcome + " of the sending"
	}
	if due := d.DueInWords(s); due != "" {
		return due
	}
	if q := s.Questionnaire; q != nil {
		return "answers are waited for: " + q.Within
	}
	if s.Wait != nil && s.Wait.For != "" {
		return s.Wait.For + " after the opening of the step, at the latest"
	}
	return "no deadline"
}

// ladderInWords says what happens as the time of a step runs out.
func ladderInWords(d *pathways.Definition, s *pathways.Step) string {
	if r := s.Referral; r != nil {
		return otherwiseInWords(r.Otherwise)
	}
	l := d.LadderByName(s.Ladder)
	if l == nil && s.Due != "" {
		return "At the deadline: escalate to the supervisor." // which the engine does where nothing else is said
	}
	if l == nil {
		return ""
	}
	parts := make([]string, 0, len(l.Rungs))
	for _, rung := range l.Rungs {
		parts = append(parts, upperFirst(d.MomentInWords(rung.At))+": "+rung.ActInWords())
	}
	return strings.Join(parts, ". ") + "."
}

func otherwiseInWords(otherwise string) string {
	switch otherwise {
	case "next_best":
		return "After a refusal or silence the next best service is asked."
	case "ask":
		return "After a refusal or silence a person decides."
	}
	return "After a refusal or silence: " + pathways.Plain(otherwise) + "."
}

// sendsOf gives what goes out without anybody's hand.
func sendsOf(d *pathways.Definition) []work {
	var out []work
	for i := range d.Steps {
		if s := &d.Steps[i]; s.Kind() == pathways.KindMessage {
			w := workOf(d, i)
			w.Due = upperFirst(sentInWords(d, s))
			w.Late = "To " + pathways.RoleInWords(s.Message.To)
			out = append(out, w)
		}
	}
	return out
}

func sentInWords(d *pathways.Definition, s *pathways.Step) string {
	text := "at once"
	if s.Message.At != "" {
		text = d.MomentInWords(s.Message.At)
	}
	if s.Message.StopsWhen != "" {
		text += ", unless " + d.ExpressionInWords(s.Message.StopsWhen)
	}
	return text
}

// nobodyActs tells what the pathway does by itself while nobody does anything.
func nobodyActs(d *pathways.Definition) []string {
	lines := []string{"No deadline closes any work: what is late stays open with its owner until a person or a rule ends it."}
	for i := range d.Steps {
		s := &d.Steps[i]
		if !worked(s) {
			continue
		}
		if late := lateInWords(d, s); late != "" {
			lines = append(lines, pathways.Quoted(s.InWords())+": "+late)
		}
	}
	for i := range d.Ends {
		if e := &d.Ends[i]; e.Clock != "" {
			lines = append(lines, "In the end: "+sentence(d.EndInWords(e)))
		}
	}
	return lines
}

// lateInWords says who hears of it when a step is late.
func lateInWords(d *pathways.Definition, s *pathways.Step) string {
	if s.Referral != nil {
		return strings.ToLower(otherwiseInWords(s.Referral.Otherwise)[:1]) + otherwiseInWords(s.Referral.Otherwise)[1:]
	}
	l := d.LadderByName(s.Ladder)
	if l == nil {
		return ""
	}
	var parts []string
	for _, rung := range l.Rungs {
		switch act, to := rung.Act(); act {
		case "escalate":
			parts = append(parts, d.MomentInWords(rung.At)+" "+pathways.RoleInWords(to)+" is told")
		case "reassign":
			parts = append(parts, d.MomentInWords(rung.At)+" the work passes to "+pathways.RoleInWords(to))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "."
}
