package pathways

import (
	"fmt"
	"slices"
	"strings"

	"throughline/care"
)

// questionnaire checks that questions reach somebody, that the answers are waited for only so long,
// and that silence falls to somebody.
func (c *checker) questionnaire(path string, s *Step) {
	q := s.Questionnaire
	at := path + ".questionnaire"
	switch q.To {
	case "":
		c.wrong(at, s.Line, "the questions go to nobody", "write to: patient, owner, or a role")
	case "patient", "owner":
	default:
		c.role(at+".to", s.Line, q.To)
	}
	c.questionnaireForm(at, s)
	c.questionnaireTime(at, s)
	c.questionnaireMessage(at, s)
	switch {
	case q.Unanswered != "" && q.Unanswered != UnansweredCall && q.Unanswered != UnansweredSkip:
		c.wrongValue(at+".unanswered", s.Line, fmt.Sprintf("unanswered cannot be %q", q.Unanswered), "use call (the owner asks by telephone) or skip (it ends without answers)")
	case q.Unanswered != "" && q.To != "" && !q.AsksPatient():
		c.wrongValue(at+".unanswered", s.Line, "a member of staff who does not answer keeps the task, so unanswered means nothing", "leave it out; the ladder says who hears of it")
	}
	if ladder := c.d.LadderByName(s.Ladder); s.Ladder != "" && ladder == nil {
		c.wrongValue(path+".ladder", s.Line, fmt.Sprintf("there is no ladder %q", s.Ladder), suggest(s.Ladder, namesIn(c.d.Ladders, func(l Ladder) string { return l.Name })))
	} else if ladder != nil {
		c.escalatesToOwner(path, s, ladder)
	}
}

func (c *checker) questionnaireForm(path string, s *Step) {
	q := s.Questionnaire
	form := c.d.FormByName(q.Form)
	switch {
	case q.Form == "":
		c.wrong(path, s.Line, "the questionnaire asks nothing", "write form: and the name of a form")
		return
	case form == nil:
		c.wrongValue(path+".form", s.Line, fmt.Sprintf("there is no form %q", q.Form), suggest(q.Form, namesIn(c.d.Forms, func(f Form) string { return f.Name })))
		return
	}
	for _, f := range form.Fields {
		at := fmt.Sprintf("forms.%s.fields.%s", form.Name, f.ID)
		if len(f.For) > 0 {
			c.wrong(at+".for", f.Line, fmt.Sprintf("for means nothing where %s asks the form: its answers have no outcomes to choose from", s.ID), "write when: and a condition on an answer before it")
		}
		if slices.ContainsFunc(QuestionnaireFacts, func(own Fact) bool { return own.Name == f.ID }) {
			c.wrongValue(at+".id", f.Line, fmt.Sprintf("every questionnaire already has %q", f.ID), "choose another name for the answer")
		}
	}
	c.answersAgree(s)
	if q.AsksPatient() {
		c.askedOfPatient(s, form)
	}
}

// answersAgree refuses two events that tell something of the same name and another kind: a
// condition could not know which of them it is asked about.
func (c *checker) answersAgree(s *Step) {
	kind := AnsweredEvent(s.ID)
	if !c.d.waitsFor(kind) {
		return
	}
	for _, mine := range c.d.answersOf(s) {
		for _, other := range c.d.eventKinds() {
			if other.Name == kind {
				break // those that come later say it themselves
			}
			i := slices.IndexFunc(other.Attributes, func(f Fact) bool { return f.Name == mine.Name })
			if i < 0 || sameKind(other.Attributes[i], mine) || !c.worldly(other.Name) && !c.d.waitsFor(other.Name) {
				continue
			}
			c.wrong(fmt.Sprintf("forms.%s.fields.%s", s.FormName(), mine.Name), mine.Line,
				fmt.Sprintf("event.%s is another kind of thing with %s than with %s", mine.Name, other.Name, kind), "rename the question")
		}
	}
}

// worldly tells whether the kind of event is one of those that every pathway knows.
func (c *checker) worldly(kind string) bool {
	return slices.ContainsFunc(EventKinds, func(k EventKind) bool { return k.Name == kind })
}

func sameKind(a, b Fact) bool { return a.Type == b.Type && slices.Equal(a.Values, b.Values) }

func (c *checker) questionnaireTime(path string, s *Step) {
	q := s.Questionnaire
	if q.Within == "" {
		c.wrong(path, s.Line, "the questionnaire does not say how long it waits for answers", "write within: 24 hours")
		return
	}
	within, ok := c.offset(path+".within", s.Line, q.Within)
	if !ok || s.Repeat == nil {
		return
	}
	every, err := care.ParseOffset(s.Repeat.Every)
	if err == nil && every.Unit == within.Unit && within.N > every.N {
		c.odd(path+".within", s.Line, fmt.Sprintf("%s asks again before it has given up waiting", s.ID), "make within shorter than repeat.every")
	}
}

func (c *checker) questionnaireMessage(path string, s *Step) {
	q := s.Questionnaire
	switch {
	case q.Template != "" && q.To != "" && !q.AsksPatient():
		c.wrongValue(path+".template", s.Line, "a member of staff is given a task, not a message, so the template means nothing", "leave it out")
	case q.Template != "" && c.d.TemplateByName(q.Template) == nil:
		c.wrongValue(path+".template", s.Line, fmt.Sprintf("there is no message %q", q.Template), suggest(q.Template, namesIn(c.d.Templates, func(t Template) string { return t.Name })))
	case q.Template == "" && q.AsksPatient():
		for _, l := range c.d.languages() {
			if head, _, _ := strings.Cut(l, "-"); !slices.Contains(QuestionnaireLanguages, head) && languageTag.MatchString(l) {
				c.wrong(path, s.Line, fmt.Sprintf("nothing is written in %s that would bring the patient the questions", l), "write template: and the name of a message of your own")
			}
		}
	}
}

// coded checks the codes by which other systems know a question.
func (c *checker) coded(path string, f Field) {
	if len(f.Codes) == 0 {
		return
	}
	switch {
	case f.Type != TypeCode && f.Type != TypeCodes:
		c.wrong(path+".codes", f.Line, "only a code has codes for its values", "write type: code, or leave the codes out")
	case len(f.Codes) != len(f.Values):
		c.wrong(path+".codes", f.Line, fmt.Sprintf("there are %d values and %d codes for them", len(f.Values), len(f.Codes)), "write one code for each value, in the order of values")
	}
}

// points checks what the answers to a question count.
func (c *checker) points(path string, form *Form, f Field) {
	if !f.Scored() {
		return
	}
	want, why := 1, "one number: what a yes counts"
	switch f.Type {
	case TypeCode, TypeCodes:
		want, why = len(f.Values), "one number for each value, in the order of values"
	case TypeInt:
		why = "one number: what each one of it counts"
	case TypeBool:
	default:
		c.wrong(path+".points", f.Line, "points are counted for codes, whole numbers, and yes or no only", "change the type, or leave the points out")
		return
	}
	switch {
	case len(f.Points) != want:
		c.wrong(path+".points", f.Line, fmt.Sprintf("there are %d points where %d belong", len(f.Points), want), "write "+why)
	case form.Score == nil || form.Score.By != BySum:
		c.wrong(path+".points", f.Line, fmt.Sprintf("the form %s is not scored by sum, so the points count for nothing", form.Name), "write score: {by: sum} at the form")
	}
}

// branching checks a form in which a question depends on other answers.
func (c *checker) branching(path string, form *Form) {
	name := strings.TrimSuffix(answerPrefix, ".")
	if form.branches() && c.d.StepByID(name) != nil {
		c.wrong(path, form.Line, fmt.Sprintf("a question asks %s…, which is also what the step %s would be asked by", answerPrefix, name), "rename the step")
	}
}

// scored checks how a form's answers become a score. A score that could be missing without anybody
// hearing of it would be a red flag that nobody sees.
func (c *checker) scored(path string, form *Form) {
	k := form.Score
	if k == nil {
		return
	}
	for _, f := range form.Fields {
		if slices.ContainsFunc(form.scoreFacts(), func(own Fact) bool { return own.Name == f.ID }) {
			c.wrongValue(fmt.Sprintf("%s.fields.%s.id", path, f.ID), f.Line, fmt.Sprintf("%q is the name of what the form comes to", f.ID), "choose another name for the answer")
		}
	}
	if k.By != BySum {
		c.scoredBy(path, form)
		return
	}
	if k.Variant != "" {
		c.wrong(path+".score.variant", k.Line, "a sum has no variants", "leave it out")
	}
	if k.Missing != "" && k.Missing != MissingZero {
		c.wrongValue(path+".score.missing", k.Line, fmt.Sprintf("a missing answer cannot count %q", k.Missing), "write missing: zero, or make the questions required")
	}
	if !slices.ContainsFunc(form.Fields, Field.Scored) {
		c.wrong(path+".score", k.Line, "no question of the form has points, so its sum says nothing", "write points: at the questions that count")
	}
	for _, f := range form.Fields {
		at := fmt.Sprintf("%s.fields.%s", path, f.ID)
		if f.Scored() && !f.Required && k.Missing == "" {
			c.wrong(at, f.Line, fmt.Sprintf("the score does not say what it is without an answer to %s", f.ID), "write required: true at the question, or missing: zero at the score")
		}
	}
}

// unaskableAnswer says why a condition may not ask an answer: it belongs to another form, or the
// question comes later.
func (c *checker) unaskableAnswer(u use, n name) (why, instead string) {
	asked := strings.TrimPrefix(n.dotted, answerPrefix)
	if u.scopes&scopeAnswer == 0 {
		return fmt.Sprintf("%s can be asked by a question of its form only", n.dotted), "ask <step>." + asked
	}
	form := c.d.FormByName(u.form)
	place := func(id string) int { return slices.IndexFunc(form.Fields, func(f Field) bool { return f.ID == id }) }
	i := place(asked)
	switch {
	case i < 0:
		return fmt.Sprintf("the form %s has no question %s", u.form, asked), suggest(asked, namesIn(form.Fields, func(f Field) string { return f.ID }))
	case i >= place(u.field):
		return fmt.Sprintf("the question %s comes later in the form", asked), "move it up"
	case !sameKind(Fact{Type: n.typ, Values: n.values}, Fact{Type: form.Fields[i].Type, Values: form.Fields[i].Values}):
		return fmt.Sprintf("another form has a question %s of another type", asked), "rename one of them"
	}
	return "", ""
}
