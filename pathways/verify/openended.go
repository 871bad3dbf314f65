package verify

import (
	"fmt"
	"slices"
	"strings"

	"throughline/pathways"
)

// leaveOutOpenEnded notes what a view asks whose values cannot be gone through: a number or a text
// that is held against no fixed value but against another fact, an earlier result, or what a score
// adds up. What was not met because of it is not refuted; a scenario can show it.
func (x *explorer) leaveOutOpenEnded() {
	for _, a := range x.asked {
		if len(a.literals) == 0 && openEnded(x.def, a.name) {
			x.leftOut(fmt.Sprintf("every value of %s, which is held against no fixed one", a.name))
		}
	}
	for _, id := range x.view.steps {
		s := x.def.StepByID(id)
		if s == nil {
			continue
		}
		if f := x.def.FormByName(s.FormName()); f != nil && f.Score != nil && x.asksScore(id) && !addsChoices(f) {
			x.leftOut(fmt.Sprintf("every score that the answers to %s can come to", id))
		}
	}
}

// asksScore tells whether something depends on what a step's answers come to.
func (x *explorer) asksScore(step string) bool {
	return mentions(x.view.asks, step+".score") || mentions(x.view.asks, step+".band")
}

// addsChoices tells whether a form's score is a sum over questions with a few answers each: then
// going through the answers goes through the scores.
func addsChoices(f *pathways.Form) bool {
	if f.Score.By != pathways.BySum {
		return false
	}
	return !slices.ContainsFunc(f.Fields, func(q pathways.Field) bool {
		return q.Scored() && q.Type != pathways.TypeBool && q.Type != pathways.TypeCode
	})
}

// openEnded tells whether a name is of a number or of a text that is no choice among some.
func openEnded(d *pathways.Definition, name string) bool {
	head, tail, dotted := strings.Cut(name, ".")
	unbounded := func(typ string) bool {
		return typ == pathways.TypeInt || typ == pathways.TypeNumber || typ == pathways.TypeString
	}
	if !dotted {
		return slices.ContainsFunc(d.Facts, func(f pathways.Fact) bool { return f.Name == name && unbounded(f.Type) })
	}
	if head == "event" {
		return slices.ContainsFunc(pathways.EventKinds, func(k pathways.EventKind) bool {
			return slices.ContainsFunc(k.Attributes, func(f pathways.Fact) bool { return f.Name == tail && unbounded(f.Type) })
		})
	}
	s := d.StepByID(head)
	if s == nil {
		return false
	}
	form := d.FormByName(s.FormName())
	return form != nil && slices.ContainsFunc(form.Fields, func(f pathways.Field) bool { return f.ID == tail && unbounded(f.Type) })
}
