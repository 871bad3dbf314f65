package population

import (
	"fmt"
	"slices"
	"time"

	"throughline/pathways"
)

func (c *checker) behaviours() {
	s := c.scenario
	c.behaviour("otherwise", &s.Otherwise, nil)
	ids := make([]string, len(c.def.Steps))
	for i := range c.def.Steps {
		ids[i] = c.def.Steps[i].ID
	}
	for i := range s.Steps {
		b := &s.Steps[i]
		step := c.def.StepByID(b.Name)
		if step == nil {
			c.unknown("steps."+b.Name, fmt.Sprintf("the pathway has no step %q", b.Name), pathways.Suggest(b.Name, ids))
			continue
		}
		c.behaviour("steps."+b.Name, b, step)
	}
}

func (c *checker) behaviour(path string, b *Behaviour, step *pathways.Step) {
	for i := range b.ReachedAt {
		a := &b.ReachedAt[i]
		if err := a.hours.UnmarshalText([]byte(a.Name)); err != nil {
			c.wrong(path+".reached_at."+a.Name, err.Error(), "")
		}
	}
	if len(b.ReachedAt) > 0 && b.Reached == nil {
		c.wrong(path+".reached_at", "the chance at other hours is missing", "write reached: 40% beside it")
	}
	if b.NoShow+b.Cancelled > 1 {
		c.wrong(path, "more visits are missed and cancelled than there are", "let no_show and cancelled come to less than 100%")
	}
	if step == nil {
		if len(b.Outcomes)+len(b.Answers)+len(b.Barrier) > 0 {
			c.wrong(path, "outcomes and answers belong to one step", "write them under steps:")
		}
		return
	}
	if b.Reached != nil && *b.Reached == 0 && step.Excused == nil && len(b.ReachedAt) == 0 {
		c.wrong(path+".reached", "nobody is ever reached, and the step has no outcome for that", "write a chance above 0%")
	}
	if (b.Replies != nil || b.ReplyAfter.set) && (step.Questionnaire == nil || !step.Questionnaire.AsksPatient()) {
		c.wrong(path+".replies", "only a patient who is asked by message replies", "leave it out; of staff, write reached: and outcomes:")
	}
	if b.Declined > 0 && step.Kind() != pathways.KindAppointment {
		c.wrong(path+".declined", "only a visit is declined when it is to be booked", "write outcomes: with the share of declined")
	}
	c.outcomes(path, b, step)
	c.answers(path, b, step)
	if len(b.Barrier) > 0 {
		if step.OnNoShow == nil {
			c.wrong(path+".barrier", "the step asks for no barrier", "leave it out")
			return
		}
		c.draw(path+".barrier", &b.Barrier, pathways.TypeCode, step.OnNoShow.Values)
	}
}

// outcomes checks that outcomes are ones that people may give by themselves.
func (c *checker) outcomes(path string, b *Behaviour, step *pathways.Step) {
	if len(b.Outcomes) == 0 {
		return
	}
	possible := step.Outcomes
	switch step.Kind() {
	case pathways.KindTask:
	case pathways.KindQuestionnaire:
		possible = []string{outcomeAnswered, outcomeUnanswered}
	case pathways.KindScore:
		possible = []string{outcomeSupplied, outcomeNotAvailable}
	default:
		c.wrong(path+".outcomes", "only the outcomes of tasks, questions and scores are drawn; this is a "+step.Kind(), "leave them out")
		return
	}
	if len(possible) == 0 {
		possible = []string{"done"}
	}
	if ex := step.Excused; ex != nil {
		for _, o := range b.Outcomes {
			if o.Name == ex.Outcome {
				c.wrong(path+".outcomes."+o.Name, o.Name+" comes of its own when nobody is reached", "leave it out, and write reached: with the chance of one try")
				return
			}
		}
		possible = slices.DeleteFunc(slices.Clone(possible), func(o string) bool { return o == ex.Outcome })
	}
	c.draw(path+".outcomes", &b.Outcomes, pathways.TypeCode, possible)
}

func (c *checker) answers(path string, b *Behaviour, step *pathways.Step) {
	form := formOf(c.def, step)
	for i := range b.Answers {
		a := &b.Answers[i]
		at := path + ".answers." + a.Name
		if form == nil {
			c.wrong(at, "the step has no form, so there are no answers", "leave answers out")
			return
		}
		ids := make([]string, len(form.Fields))
		for j, f := range form.Fields {
			ids[j] = f.ID
		}
		j := slices.Index(ids, a.Name)
		if j < 0 {
			c.unknown(at, fmt.Sprintf("the form %s has no question %q", form.Name, a.Name), pathways.Suggest(a.Name, ids))
			continue
		}
		c.draw(at, &a.Value, form.Fields[j].Type, form.Fields[j].Values)
		c.limits(at, a.Value, form.Fields[j])
	}
}

// limits refuses answers that the question does not take: a server would refuse them too.
func (c *checker) limits(path string, answer Draw, f pathways.Field) {
	for _, option := range answer {
		switch {
		case f.Type == pathways.TypeCodes && f.Breach(codesIn(option.Name)) != pathways.NoBreach:
			c.wrong(path, fmt.Sprintf("%s cannot be chosen together with other answers", f.ExclusiveInWords()), "leave one of them out")
		case f.Limited():
			var amount Range
			if err := amount.UnmarshalText([]byte(option.Name)); err != nil {
				continue // said already
			}
			if f.Breach(amount.From) != pathways.NoBreach || f.Breach(amount.To) != pathways.NoBreach {
				c.wrong(path, fmt.Sprintf("the question takes no %s", option.Name), "write a number "+f.LimitsInWords())
			}
		}
	}
}

func (c *checker) observations() {
	for i := range c.scenario.Observations {
		o := &c.scenario.Observations[i]
		path := "observations." + o.Name
		if o.Code == "" {
			c.wrong(path, "it does not say what is observed", "write code: with the code that the pathway compares, like 29463-7")
		}
		const shortest = time.Hour
		if o.Every.set && (o.Every.From < shortest || o.Every.From != o.Every.To) {
			c.wrong(path+".every", "what is observed again comes at fixed times, an hour apart or more", "write every: 1 day, and at: 06:00-09:00")
		}
		if len(o.Status) > 0 {
			c.draw(path+".status", &o.Status, pathways.TypeCode, []string{"preliminary", "final", "corrected", "amended", "cancelled", "entered-in-error"})
		}
	}
}

func (c *checker) messages() {
	names := make([]string, len(c.def.Templates))
	for i, t := range c.def.Templates {
		names[i] = t.Name
	}
	for _, m := range c.scenario.Messages {
		path := "messages." + m.Name
		if !slices.Contains(names, m.Name) {
			c.unknown(path, fmt.Sprintf("the pathway has no message %q", m.Name), pathways.Suggest(m.Name, names))
			continue
		}
		if step := c.def.StepByID(m.Step); step == nil || step.Kind() != pathways.KindTask {
			c.wrong(path+".step", "a patient who answers is reached for a task, and "+quoted(m.Step)+" is none", "write step: with the task's id")
		}
	}
}

func (c *checker) referrals() {
	named := map[string]bool{}
	for i := range c.scenario.Referrals {
		v := &c.scenario.Referrals[i]
		named[v.Name] = true
		path := "referrals." + v.Name
		if v.Name != "otherwise" && !slices.Contains(pathways.Needs, v.Name) {
			c.unknown(path, fmt.Sprintf("%q is no need", v.Name), pathways.Suggest(v.Name, append([]string{"otherwise"}, pathways.Needs...)))
		}
		if v.Accept+v.Decline > 1 {
			c.wrong(path, "more requests are accepted and declined than are made", "let accept and decline come to at most 100%; the rest is never answered")
		}
		const most = 20
		if v.Known < 0 || v.Known > most {
			c.wrong(path+".known", fmt.Sprintf("a search finds 0 to %d services", most), "write known: 3")
		}
	}
	for i := range c.def.Steps {
		step := &c.def.Steps[i]
		if step.Referral == nil || named["otherwise"] || step.Referral.NeedIsCode() && named[step.Referral.Need] {
			continue
		}
		need := step.Referral.Need
		if !step.Referral.NeedIsCode() {
			need = "otherwise"
		}
		c.wrong("referrals", "it does not say what services do for the step "+step.ID, "write referrals: {"+need+": {known: 3, accept: 70%, decline: 15%, received: 80%}}")
	}
}

func quoted(s string) string { return "“" + s + "”" }
