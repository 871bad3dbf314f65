package pathways

import (
	"fmt"
	"slices"
	"strings"

	"throughline/care"
)

var pauses = []string{PauseNever, PauseEnrollment, PauseHospital}

// clocks checks the deadlines.
func (c *checker) clocks() {
	seen := map[string]bool{}
	for i := range c.d.Clocks {
		k := &c.d.Clocks[i]
		path := "clocks." + k.Name
		c.once(seen, path, k.Line, "clock", k.Name)
		c.partName(path, k.Line, "a clock", k.Name)
		c.anchor(path, k)
		c.within(path, k)
		if k.Pause != "" && !slices.Contains(pauses, k.Pause) {
			c.wrongValue(path+".pause", k.Line, fmt.Sprintf("a clock cannot pause %q", k.Pause), "use: "+strings.Join(pauses, ", "))
		}
		if k.CountsFrom != "" && !slices.Contains(countsFrom, k.CountsFrom) {
			c.wrongValue(path+".counts_from", k.Line, fmt.Sprintf("counts_from cannot be %q", k.CountsFrom), "write day after, or leave it out")
		}
		if k.NotAfter != "" {
			c.moment(path+".not_after", k.Line, k.NotAfter)
		}
		if k.Pause == PauseNever && k.Source == "" {
			c.odd(path, k.Line, "a clock that nothing may pause has no source", "write source: and the rule it comes from")
		}
	}
}

// stepClocks are the clocks, and their ladders, that kinds of step bring.
var stepClocks = []string{"attendance", "consent", "search", "acknowledge", "first_contact", "outcome", "decide", "due", "wait"}

// partName checks the name of a clock or a ladder.
func (c *checker) partName(path string, line int, what, name string) {
	switch {
	case !identifier.MatchString(name):
		c.wrong(path, line, fmt.Sprintf("%q cannot be the name of %s", name, what), nameInstead(name))
	case slices.Contains(stepClocks, name):
		c.wrong(path, line, fmt.Sprintf("%q cannot be the name of %s: appointments, referrals and waits bring one of that name", name, what), "choose another name")
	}
}

// anchor checks what a clock counts from.
func (c *checker) anchor(path string, k *Clock) {
	if k.From == "" {
		c.wrong(path, k.Line, "the clock does not say what it counts from", "write from: and a fact that is a date, start, enrolled, or a step's moment")
		return
	}
	if k.From == "start" || k.From == "enrolled" {
		return
	}
	n, ok := c.moment(path+".from", k.Line, k.From)
	if !ok {
		return
	}
	if f := c.d.fact(n.dotted); f != nil && f.From == "" && f.Default == nil && !f.Required {
		c.odd(path+".from", k.Line, fmt.Sprintf("%s may never be known; until it is, the clock counts from the step's opening", n.dotted), "write required: true at the fact")
	}
}

// moment checks a name that must be a date or an instant.
func (c *checker) moment(path string, line int, dottedName string) (name, bool) {
	known := c.moments()
	i := slices.IndexFunc(known, func(n name) bool { return n.dotted == dottedName })
	if i >= 0 {
		return known[i], true
	}
	names := make([]string, 0, len(known)+2)
	for _, n := range known {
		names = append(names, n.dotted)
	}
	suggestion := suggest(dottedName, append(names, "start", "enrolled"))
	switch {
	case c.d.StepByID(dottedName) != nil && c.d.StepByID(dottedName).Kind() == KindAppointment:
		suggestion = "a visit has several moments: write " + dottedName + ".start for the time of the visit, or " + dottedName + ".ended_at"
	case c.d.StepByID(dottedName) != nil:
		suggestion = "a step has several moments: write " + dottedName + ".ended_at, or " + dottedName + ".opened_at"
	case strings.HasPrefix(dottedName, "event."):
		suggestion = "keep it in a fact, like discharged_on: {type: date, from: event.discharged_at}, and count from that"
	case suggestion == "":
		suggestion = "use a fact that is a date, start, enrolled, or a step's moment like visit.start"
	}
	c.leaning(path, line, fmt.Sprintf("%q is no date or time that is known here", dottedName), suggestion)
	return name{}, false
}

// moments are the names that are a date or an instant and outlast an event.
func (c *checker) moments() []name {
	var out []name
	for _, n := range namesOf(c.d) {
		unknownType := n.typ != typeStatuses && !slices.Contains(answerTypes, n.typ) // said already
		if n.scope&(scopeEvent|scopeAttempts) == 0 && (n.typ == TypeDate || n.typ == TypeDateTime || unknownType) {
			out = append(out, n)
		}
	}
	return out
}

func (c *checker) within(path string, k *Clock) {
	if k.Within == "" {
		c.wrong(path, k.Line, "the clock does not say how long it runs", `write within: 2 business days`)
		return
	}
	if _, literal := k.Offset(); literal || !looksLikeExpression(k.Within) {
		c.offset(path+".within", k.Line, k.Within)
	}
	// What an expression may give is tried by expressions().
}

// looksLikeExpression tells an expression from a misspelt amount of time.
func looksLikeExpression(text string) bool {
	return strings.ContainsAny(text, `?"'=()`) || askable(text)
}

func (d *Definition) fact(name string) *Fact {
	for i := range d.Facts {
		if d.Facts[i].Name == name {
			return &d.Facts[i]
		}
	}
	return nil
}

// ladders checks what happens as a clock runs out.
func (c *checker) ladders() {
	seen := map[string]bool{}
	for _, l := range c.d.Ladders {
		path := "ladders." + l.Name
		c.once(seen, path, l.Line, "ladder", l.Name)
		c.partName(path, l.Line, "a ladder", l.Name)
		if len(l.Rungs) == 0 {
			c.wrong(path, l.Line, "the ladder has no rungs", "begin with - {at: due, escalate: supervisor}")
			continue
		}
		rungs := map[string]bool{}
		var before []Moment
		last := false
		for i, r := range l.Rungs {
			at := fmt.Sprintf("%s[%d]", path, i)
			m, ok := c.rung(at, r)
			if !ok {
				continue
			}
			c.inOrder(at, r, m, before)
			before = append(before, m)
			act, to := r.Act()
			last = last || r.Escalate != "" && m.Anchor == AnchorDue && !m.Before
			key := m.String() + " " + act + " " + to
			if rungs[key] {
				c.wrong(at, r.Line, fmt.Sprintf("two rungs of the ladder do the same at the same time: %s", key), "remove one")
			}
			rungs[key] = true
		}
		if !last && !c.cannotTell(l) {
			c.wrong(path, l.Line, "the ladder does not end in an escalation: late work would wait for nobody", "add - {at: due, escalate: supervisor}")
		}
	}
}

// cannotTell tells whether a rung does nothing or at no moment that is known, which is said already:
// it may be meant to escalate.
func (c *checker) cannotTell(l Ladder) bool {
	return slices.ContainsFunc(l.Rungs, func(r Rung) bool {
		_, err := ParseMoment(r.At)
		_, to := r.Act()
		return err != nil || to == ""
	})
}

func (c *checker) rung(path string, r Rung) (Moment, bool) {
	c.rungAct(path, r)
	if r.At == "" {
		c.wrong(path, r.Line, "the rung does not say when", `write at: due, or at: 4 hours before due`)
		return Moment{}, false
	}
	m, err := ParseMoment(r.At)
	if err != nil {
		message, instead := unreadableMoment(r.At, err)
		c.wrongValue(path+".at", r.Line, message, instead)
		return Moment{}, false
	}
	if m.Anchor != AnchorDue && m.Anchor != AnchorStart {
		c.wrongValue(path+".at", r.Line, fmt.Sprintf("a rung cannot be told from %q", m.Anchor), "tell it from due or start")
		return Moment{}, false
	}
	if m.Anchor == AnchorStart && m.Before {
		c.wrongValue(path+".at", r.Line, "nothing happens before the clock starts", "use after start, or before due")
		return Moment{}, false
	}
	return m, true
}

func (c *checker) rungAct(path string, r Rung) {
	acts := 0
	for _, to := range []string{r.Remind, r.Warn, r.Escalate, r.Reassign} {
		if to != "" {
			acts++
		}
	}
	if acts != 1 {
		c.wrong(path, r.Line, "a rung does exactly one thing", "write one of remind, warn, escalate, reassign")
		return
	}
	act, to := r.Act()
	if act == "remind" && (to == "owner" || to == "patient") {
		return
	}
	if to == "owner" || to == "patient" {
		c.wrongValue(path+"."+act, r.Line, fmt.Sprintf("%s needs a role, and %s is none", act, to), "use supervisor, or another role")
		return
	}
	if act == "remind" {
		c.role(path+"."+act, r.Line, to, "owner", "patient")
		return
	}
	c.role(path+"."+act, r.Line, to)
}

// offsetDays gives the calendar days of an offset; ok is false where it is not told in days.
func offsetDays(off care.Offset) (int, bool) { return off.N, off.Unit == care.Days }

// inOrder refuses a rung that comes before one that stands above it: a ladder is read from the top.
func (c *checker) inOrder(path string, r Rung, m Moment, before []Moment) {
	for _, b := range before {
		if b.Anchor == m.Anchor && m.surelyBefore(b) {
			c.wrongValue(path+".at", r.Line, fmt.Sprintf("the rung %q comes before %q, which stands above it", m, b), "put the rungs in the order in which they come")
			return
		}
	}
}
