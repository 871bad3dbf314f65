package pathways

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"throughline/care"
)

// steps checks each step by itself and what it refers to.
func (c *checker) steps() {
	if len(c.d.Steps) == 0 {
		c.wrong("steps", 0, "the pathway has no steps", "write steps: and what has to happen")
	}
	seen := map[string]bool{}
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		path := fmt.Sprintf("steps[%d]", i)
		if s.ID == "" {
			c.wrong(path, s.Line, "the step has no id", "write id: and a short name")
			continue
		}
		path = "steps." + s.ID
		c.identifier(path, s.Line, "a step", s.ID)
		c.once(seen, path, s.Line, "step", s.ID)
		if c.d.fact(s.ID) != nil {
			c.wrong(path, s.Line, fmt.Sprintf("%q is the name of a fact and of a step", s.ID), "rename one of them")
		}
		c.step(path, s)
	}
}

func (c *checker) step(path string, s *Step) {
	if !c.oneKind(path, s) {
		return
	}
	c.opening(path, s)
	c.despitePause(path, s)
	c.misplaced(path, s)
	c.discretionary(path, s)
	if s.Owner != "" {
		c.role(path+".owner", s.Line, s.Owner)
	}
	if s.Priority < 0 || s.Priority > 5 {
		c.wrongValue(path+".priority", s.Line, "a priority is 1 (critical) to 5 (low)", "leave it out for 3, normal")
	}
	switch s.Kind() {
	case KindTask:
		c.human(path, s)
		c.outcomes(path, s)
	case KindAppointment:
		c.human(path, s)
		c.noShow(path, s)
	case KindMessage:
		c.message(path, s)
	case KindReferral:
		c.referral(path, s)
	case KindWait:
		c.wait(path, s)
	case KindQuestionnaire:
		c.questionnaire(path, s)
	case KindScore:
		c.score(path, s)
	case KindPathway:
		c.subPathway(path, s)
	}
	if s.Repeat != nil {
		c.repeat(path, s)
	}
}

// oneKind refuses a step that is nothing, or two things.
func (c *checker) oneKind(path string, s *Step) bool {
	var kinds []string
	for _, kind := range Kinds {
		if s.is(kind) {
			kinds = append(kinds, kind)
		}
	}
	switch len(kinds) {
	case 0:
		c.wrong(path, s.Line, fmt.Sprintf("the step %s does nothing", s.ID), "give it one of "+strings.Join(Kinds, ", "))
	case 1:
		return true
	default:
		c.wrong(path, s.Line, fmt.Sprintf("the step %s is %s at once", s.ID, strings.Join(kinds, " and ")), "make it a step each")
	}
	return false
}

// opening checks what a step waits for before it opens.
func (c *checker) opening(path string, s *Step) {
	for i, id := range s.After {
		at := fmt.Sprintf("%s.after[%d]", path, i)
		switch {
		case id == s.ID:
			c.wrongValue(at, s.Line, fmt.Sprintf("the step %s waits for itself", s.ID), "remove it from after")
		case c.d.StepByID(id) == nil:
			c.wrongValue(at, s.Line, fmt.Sprintf("there is no step %q", id), listInstead(id, "after", c.stepIDs()))
		}
	}
	if s.On != "" {
		c.event(path+".on", s.Line, s.On)
	}
	if strings.TrimSpace(s.When) == "false" {
		c.wrongValue(path+".when", s.Line, fmt.Sprintf("the step %s can never open", s.ID), "remove the step, or give it a condition")
	}
}

func (c *checker) stepIDs() []string {
	ids := make([]string, len(c.d.Steps))
	for i := range c.d.Steps {
		ids[i] = c.d.Steps[i].ID
	}
	return ids
}

// misplaced refuses keys that mean nothing on this kind of step.
func (c *checker) misplaced(path string, s *Step) {
	kind := s.Kind()
	for _, k := range []struct {
		key   string
		given bool
		kinds []string
	}{
		{"form", s.Form != "", []string{KindTask}},
		{"outcomes", s.Outcomes != nil, []string{KindTask}},
		{"excused", s.Excused != nil, []string{KindTask}},
		{"interactive", s.Interactive, []string{KindTask}},
		{"clock", s.Clock != "", []string{KindTask, KindAppointment}},
		{"due", s.Due != "", []string{KindTask, KindAppointment, KindScore}},
		{"ladder", s.Ladder != "", []string{KindTask, KindAppointment, KindQuestionnaire, KindScore}},
		{"on_no_show", s.OnNoShow != nil, []string{KindAppointment}},
		{"instructions", s.Instructions != "", []string{KindTask, KindAppointment, KindReferral, KindQuestionnaire, KindScore}},
	} {
		if k.given && !slices.Contains(k.kinds, kind) {
			c.wrong(path+"."+k.key, s.Line, fmt.Sprintf("%s means nothing on %s", k.key, withArticle(kind)), "it belongs to: "+strings.Join(k.kinds, ", "))
		}
	}
}

// human checks that work for people has a deadline and a ladder. Its owner is at least the pathway's,
// which header asks for.
func (c *checker) human(path string, s *Step) {
	c.deadline(path, s)
	switch ladder := c.d.LadderByName(s.Ladder); {
	case s.Ladder == "" && s.Due != "":
		// Without a ladder of its own, what is late is escalated to the supervisor when due.
	case s.Ladder == "" && s.Clock == "":
		// Without a deadline nothing is late, said already.
	case s.Ladder == "":
		c.wrong(path, s.Line, fmt.Sprintf("nothing happens when %s is late", s.ID), "write ladder: and the name of a ladder")
	case ladder == nil:
		c.wrongValue(path+".ladder", s.Line, fmt.Sprintf("there is no ladder %q", s.Ladder), suggest(s.Ladder, namesIn(c.d.Ladders, func(l Ladder) string { return l.Name })))
	default:
		c.escalatesToOwner(path, s, ladder)
	}
}

func (c *checker) deadline(path string, s *Step) {
	clock := c.d.ClockByName(s.Clock)
	if s.Due != "" {
		c.offset(path+".due", s.Line, s.Due)
	}
	switch {
	case s.Due != "" && s.Clock != "":
		c.wrong(path+".due", s.Line, fmt.Sprintf("%s has two deadlines, due and clock", s.ID), "keep one")
		return
	case s.Due != "":
		return
	case s.Clock == "":
		c.wrong(path, s.Line, fmt.Sprintf("%s has no deadline", s.ID), "write clock: and the name of a clock, or due: and an amount of time")
		return
	case clock == nil:
		c.wrongValue(path+".clock", s.Line, fmt.Sprintf("there is no clock %q", s.Clock), suggest(s.Clock, namesIn(c.d.Clocks, func(k Clock) string { return k.Name })))
		return
	}
	anchor, _, isMoment := strings.Cut(clock.From, ".")
	if isMoment && c.d.StepByID(anchor) != nil && anchor != s.ID && !slices.Contains(s.After, anchor) {
		c.odd(path+".clock", s.Line, fmt.Sprintf("the clock %s counts from %s, which may not be known when %s opens; until it is, it counts from the opening", s.Clock, clock.From, s.ID), "")
	}
}

// escalatesToOwner warns where late work is escalated to the one who is late.
func (c *checker) escalatesToOwner(path string, s *Step, ladder *Ladder) {
	for _, r := range ladder.Rungs {
		if r.Escalate != "" && r.Escalate == c.d.OwnerOf(s) {
			c.odd(path+".ladder", s.Line, fmt.Sprintf("the ladder %s escalates %s to %s, who owns it", s.Ladder, s.ID, r.Escalate), "use a ladder that escalates to somebody else")
			return
		}
	}
}

func namesIn[T any](list []T, nameOf func(T) string) []string {
	names := make([]string, len(list))
	for i, x := range list {
		names[i] = nameOf(x)
	}
	return names
}

// outcomes checks how a task may end and what it asks.
func (c *checker) outcomes(path string, s *Step) {
	seen := map[string]bool{}
	for i, o := range s.Outcomes {
		at := fmt.Sprintf("%s.outcomes[%d]", path, i)
		if !identifier.MatchString(o) {
			c.wrongValue(at, s.Line, fmt.Sprintf("%q cannot be an outcome", o), outcomeInstead(o))
		}
		c.once(seen, at, s.Line, "outcome", o)
	}
	c.outcomesNamed(path, s)
}

// outcomesNamed checks the outcomes that an excuse and the questions of a form are for.
func (c *checker) outcomesNamed(path string, s *Step) {
	legible := !slices.ContainsFunc(s.Outcomes, func(o string) bool { return !identifier.MatchString(o) })
	if x := s.Excused; x != nil {
		if legible && !slices.Contains(s.Outcomes, x.Outcome) {
			c.wrongValue(path+".excused.outcome", x.Line, fmt.Sprintf("the excuse %q is none of the outcomes", x.Outcome), suggest(x.Outcome, s.Outcomes))
		}
		if x.When == "" {
			c.wrong(path+".excused", x.Line, "the excuse has no condition", "write when: attempts.live >= 2")
		}
	}
	if s.Form == "" {
		return
	}
	form := c.d.FormByName(s.Form)
	if form == nil {
		c.wrongValue(path+".form", s.Line, fmt.Sprintf("there is no form %q", s.Form), suggest(s.Form, namesIn(c.d.Forms, func(f Form) string { return f.Name })))
		return
	}
	for _, f := range form.Fields {
		for i, o := range f.For {
			if legible && !slices.Contains(s.Outcomes, o) {
				c.wrongValue(fmt.Sprintf("forms.%s.fields.%s.for[%d]", form.Name, f.ID, i), f.Line, fmt.Sprintf("%s has no outcome %q", s.ID, o), suggest(o, s.Outcomes))
			}
		}
	}
}

func (c *checker) noShow(path string, s *Step) {
	n := s.OnNoShow
	if n == nil {
		c.odd(path, s.Line, fmt.Sprintf("nobody is asked why the patient missed %s", s.ID), "write on_no_show: {ask: barrier, values: [transportation, …]}")
		return
	}
	if n.Ask != "barrier" {
		c.wrongValue(path+".on_no_show.ask", s.Line, "a missed visit asks for the barrier", "write ask: barrier")
	}
	seen := map[string]bool{}
	for i, v := range n.Values {
		c.once(seen, fmt.Sprintf("%s.on_no_show.values[%d]", path, i), s.Line, "barrier", v)
	}
}

func (c *checker) message(path string, s *Step) {
	m := s.Message
	atOnce := m.At == "" && len(s.After) == 0 && s.When == "" && s.On == "" && s.Repeat == nil && c.d.TrackOf(s.ID) == nil
	if m.StopsWhen != "" && atOnce {
		c.odd(path+".message.stops_when", s.Line, s.ID+" goes out as soon as the pathway starts: nothing can stop it before", "leave stops_when out, or say at: when it goes out")
	}
	path += ".message"
	switch m.To {
	case "":
		c.wrong(path, s.Line, "the message goes to nobody", "write to: patient, owner, or a role")
	case "patient", "owner":
	default:
		c.role(path+".to", s.Line, m.To)
	}
	switch {
	case m.Template == "":
		c.wrong(path, s.Line, "the message has no text", "write template: and the name of a message")
	case c.d.TemplateByName(m.Template) == nil:
		c.wrongValue(path+".template", s.Line, fmt.Sprintf("there is no message %q", m.Template), suggest(m.Template, namesIn(c.d.Templates, func(t Template) string { return t.Name })))
	}
	c.bringsQuestions(path, s)
	if m.At == "" {
		return
	}
	moment, err := ParseMoment(m.At)
	switch {
	case err != nil:
		message, instead := unreadableMoment(m.At, err)
		c.wrongValue(path+".at", s.Line, message, instead)
	case moment.Anchor == AnchorStart && moment.Before:
		c.wrongValue(path+".at", s.Line, "nothing happens before the step opens", "use after start")
	case moment.Anchor == AnchorDue:
		c.wrongValue(path+".at", s.Line, "a message has no deadline of its own", "tell the moment from start or from another step, like visit.start")
	case moment.Anchor != AnchorStart:
		c.moment(path+".at", s.Line, moment.Anchor)
	}
}

// referral checks that a referral cannot get lost: three clocks, consent, and what comes next.
func (c *checker) referral(path string, s *Step) {
	r := s.Referral
	path += ".referral"
	if r.Need == "" {
		c.wrong(path, s.Line, "the referral does not say for what need", "write need: transportation-insecurity, or an expression")
	} else if !r.NeedIsCode() && strings.Contains(r.Need, "-") && slug.MatchString(r.Need) {
		c.wrongValue(path+".need", s.Line, fmt.Sprintf("there is no need %q", r.Need), cmp.Or(suggest(r.Need, Needs), "use one of: "+joinSorted(Needs)))
	}
	switch {
	case slices.Contains(consents, r.Consent):
	case r.Consent == "":
		c.wrong(path, s.Line, "the referral does not say whether the patient must consent", "write consent: required")
	default:
		c.wrongValue(path+".consent", s.Line, fmt.Sprintf("consent cannot be %q", r.Consent), "use required or on file")
	}
	if r.ConsentFrom != "" && r.Consent != "required" {
		c.wrong(path+".consent_from", s.Line, "consent_from means nothing where consent is not required", "write consent: required")
	}
	c.partnerClocks(path, s)
	switch {
	case slices.Contains(otherwises, r.Otherwise):
	case r.Otherwise == "":
		c.wrong(path, s.Line, "the referral does not say what follows a refusal or silence", "write otherwise: next_best or ask")
	default:
		c.wrongValue(path+".otherwise", s.Line, fmt.Sprintf("otherwise cannot be %q", r.Otherwise), "use next_best or ask")
	}
}

func (c *checker) partnerClocks(path string, s *Step) {
	r := s.Referral
	var before care.Offset
	for _, k := range []struct{ key, text, what string }{
		{"acknowledge", r.Acknowledge, "by when the service must answer"},
		{"first_contact", r.FirstContact, "by when the service must reach the patient"},
		{"outcome", r.Outcome, "by when the outcome must be known"},
	} {
		if k.text == "" {
			c.wrong(path, s.Line, "the referral does not say "+k.what, "write "+k.key+": and an amount of time")
			continue
		}
		off, ok := c.offset(path+"."+k.key, s.Line, k.text)
		if ok && off.Unit == before.Unit && off.N < before.N {
			c.odd(path+"."+k.key, s.Line, k.key+" ends before the clock that should end first", "")
		}
		before = off
	}
}

func (c *checker) wait(path string, s *Step) {
	path += ".wait"
	if s.Wait.For == "" {
		c.wrong(path, s.Line, "the wait may never end", `write for: and the longest it may take, like "7 days"`)
	} else {
		c.offset(path+".for", s.Line, s.Wait.For)
	}
	if s.Wait.On != "" {
		c.event(path+".on", s.Line, s.Wait.On)
	}
}

func (c *checker) repeat(path string, s *Step) {
	path += ".repeat"
	if s.Repeat.Every == "" {
		c.wrong(path, s.Line, "the repetition does not say how often", `write every: 7 days`)
	} else {
		c.offset(path+".every", s.Line, s.Repeat.Every)
	}
	if s.Repeat.Times < 1 || s.Repeat.Times > 366 {
		c.wrongValue(path+".times", s.Line, "a repetition is 1 to 366 times", "write times: 4")
	}
}

// withArticle writes "an appointment".
func withArticle(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}
