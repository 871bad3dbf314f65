package pathways

import (
	"fmt"
	"slices"
	"strings"

	"throughline/care"
)

// ClaimTCM is the claim that a pathway gives what Medicare's Transitional Care Management asks
// for (CPT 99495 and 99496; CMS, MLN 908628).
const ClaimTCM = "cms-tcm"

var claims = []string{ClaimTCM}

// The requirements of cms-tcm that a step can fulfil.
const (
	TCMContact        = ClaimTCM + ".contact"                   // live contact within 2 business days
	TCMReconciliation = ClaimTCM + ".medication_reconciliation" // no later than the visit
	TCMVisit          = ClaimTCM + ".visit"                     // within 7 or 14 days
)

// Requirements are what a step's fulfils may name.
var Requirements = []string{TCMContact, TCMReconciliation, TCMVisit}

// claims holds the pathway to what it claims to conform to.
func (c *checker) claims() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if s.Fulfils == "" {
			continue
		}
		path := "steps." + s.ID + ".fulfils"
		claim, _, _ := strings.Cut(s.Fulfils, ".")
		switch {
		case !slices.Contains(Requirements, s.Fulfils):
			c.wrongValue(path, s.Line, fmt.Sprintf("nothing requires %q", s.Fulfils), suggest(s.Fulfils, Requirements))
		case !slices.Contains(c.d.ConformsTo, claim):
			c.wrongValue(path, s.Line, fmt.Sprintf("the pathway does not claim %s", claim), "add it to conforms_to")
		}
	}
	if slices.Contains(c.d.ConformsTo, ClaimTCM) && c.lang != nil {
		c.claimTCM()
	}
}

// claimTCM checks the rules of TCM, facts.md 4.1: a live contact within two business days of the
// discharge, reconciliation by the visit, the visit by day 7 or 14, thirty days in all.
func (c *checker) claimTCM() {
	if c.d.Launch.On != "encounter.discharged" {
		c.unclaimed("launch", c.d.Launch.Line, "it must start with a discharge", "write on: encounter.discharged")
		return
	}
	contact, reconciliation, visit := c.fulfilling(TCMContact), c.fulfilling(TCMReconciliation), c.fulfilling(TCMVisit)
	if contact != nil {
		c.tcmContact(contact)
	}
	if visit != nil {
		c.tcmVisit(visit)
	}
	if reconciliation != nil {
		c.tcmReconciliation(reconciliation, visit)
	}
	c.tcmPeriod()
	c.tcmEligible()
}

func (c *checker) unclaimed(path string, line int, why, suggestion string) {
	c.wrong(path, line, "the claim "+ClaimTCM+" does not hold: "+why, suggestion)
}

// fulfilling finds the step for a requirement. It must open for every patient.
func (c *checker) fulfilling(requirement string) *Step {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if s.Fulfils != requirement {
			continue
		}
		if s.Optional || c.d.TrackOf(s.ID) != nil || s.When != "" || s.On != "" {
			c.unclaimed("steps."+s.ID, s.Line, s.ID+" may be left out for some patients", "remove optional, when and on, and take it out of tracks")
		}
		return s
	}
	c.unclaimed("conforms_to", 0, "no step fulfils "+requirement, "write fulfils: "+requirement+" at the step that does")
	return nil
}

// statutory gives the clock of a step where it counts from the discharge and nothing stops it.
func (c *checker) statutory(path, name string, line int) *Clock {
	k := c.d.ClockByName(name)
	if k == nil {
		return nil // said already
	}
	if f := c.d.fact(k.From); f == nil || f.Type != TypeDate || strings.TrimSpace(f.From) != "event.discharged_at" {
		c.unclaimed(path, line, "the clock "+name+" does not count from the date of discharge", "count from a date fact with from: event.discharged_at")
	}
	if k.Pause != PauseNever {
		c.unclaimed(path, line, "the clock "+name+" may be paused", "write pause: never")
	}
	return k
}

func (c *checker) tcmContact(s *Step) {
	path := "steps." + s.ID
	if s.Kind() != KindTask || !s.Interactive {
		c.unclaimed(path, s.Line, s.ID+" is no live, two-way contact by a person", "make it a task with interactive: true")
	}
	c.tcmExcuse(path, s)
	k := c.statutory(path+".clock", s.Clock, s.Line)
	if k == nil {
		return
	}
	off, ok := k.Offset()
	if !ok || off.Unit != care.BusinessDays || off.N > 2 || off.N < 1 {
		c.unclaimed("clocks."+k.Name+".within", k.Line, "the contact is not due within 2 business days", "write within: 2 business days")
	}
	if k.CountsFrom != "day after" {
		c.unclaimed("clocks."+k.Name, k.Line, "a contact on the day of discharge would count", "write counts_from: day after")
	}
}

// tcmExcuse refuses an excuse after fewer than two live attempts.
func (c *checker) tcmExcuse(path string, s *Step) {
	if s.Excused == nil {
		return
	}
	compiled, f := c.lang.compile(s.Excused.When, condition)
	if f != nil {
		return // said already
	}
	_, verdict := compiled.eval(c.lang, trial{
		{name: "attempts.all", value: 9}, {name: "attempts.live", value: 1}, {name: "attempts.reached", value: 0},
	})
	if verdict.True || !compiled.mentions("attempts.live") {
		c.unclaimed(path+".excused.when", s.Excused.Line, "the contact is excused after fewer than two live attempts", "write when: attempts.live >= 2")
	}
}

func (c *checker) tcmVisit(s *Step) {
	path := "steps." + s.ID
	if s.Kind() != KindAppointment {
		c.unclaimed(path, s.Line, s.ID+" is no visit", "make it an appointment")
	}
	k := c.statutory(path+".clock", s.Clock, s.Line)
	if k == nil || slices.Contains(c.broken, k.Within) {
		return
	}
	if off, literal := k.Offset(); literal {
		c.tcmVisitWithin(k, off.String(), 14)
		return
	}
	high := false
	c.tryAll(k.Within, func(vals Values, result any) {
		within, _ := result.(string)
		complexity, known := vals.Value("complexity")
		if known && complexity == "high" {
			high = true
			c.tcmVisitWithin(k, within, 7)
			return
		}
		c.tcmVisitWithin(k, within, 14)
	})
	if !high {
		c.odd("clocks."+k.Name+".within", k.Line, "the visit does not depend on a fact complexity that may be high: 99496 asks for 7 days then", "")
	}
}

func (c *checker) tcmVisitWithin(k *Clock, within string, limit int) {
	off, err := care.ParseOffset(within)
	if days, ok := offsetDays(off); err != nil || !ok || days > limit {
		c.unclaimed("clocks."+k.Name+".within", k.Line, fmt.Sprintf("the visit may be later than %d days (%s)", limit, within),
			`write within: 'complexity == "high" ? "7 days" : "14 days"'`)
	}
}

// tcmReconciliation asks that medicines are reconciled no later than the date of the visit: by the
// visit's own deadline, and by the visit itself once it is known.
func (c *checker) tcmReconciliation(s, visit *Step) {
	path := "steps." + s.ID
	if s.Kind() != KindTask {
		c.unclaimed(path, s.Line, s.ID+" is no work of a person", "make it a task")
	}
	k := c.statutory(path+".clock", s.Clock, s.Line)
	if k == nil || visit == nil {
		return
	}
	of := c.d.ClockByName(visit.Clock)
	if of != nil && (k.Within != of.Within || k.From != of.From) {
		c.unclaimed("clocks."+k.Name+".within", k.Line, fmt.Sprintf("%s may be due later than the visit", s.ID), "give it the from and within of the clock "+visit.Clock)
	}
	if k.NotAfter != visit.ID+".start" {
		c.unclaimed("clocks."+k.Name, k.Line, fmt.Sprintf("%s may be later than the date of the visit", s.ID), "write not_after: "+visit.ID+".start")
	}
}

// tcmPeriod asks for an end on the thirtieth day: the date of discharge and the next 29.
func (c *checker) tcmPeriod() {
	for i, e := range c.d.Ends {
		if e.Clock == "" || e.As == "" {
			continue
		}
		k := c.statutory(fmt.Sprintf("ends[%d].clock", i), e.Clock, e.Line)
		if k == nil {
			return
		}
		if off, ok := k.Offset(); !ok || off != (care.Offset{N: 29, Unit: care.Days}) {
			c.unclaimed("clocks."+k.Name+".within", k.Line, "the period is not the date of discharge and the next 29 days", "write within: 29 days")
		}
		return
	}
	c.unclaimed("ends", 0, "the 30-day period does not end it", "add - {clock: period, as: finished-incomplete}")
}

// tcmEligible tries launches that must and must not start the pathway.
func (c *checker) tcmEligible() {
	for _, t := range []struct {
		class, disposition string
		starts             bool
		why                string
	}{
		{"inpatient", "home", true, "an inpatient who goes home does not start it"},
		{"observation", "home", true, "a patient under observation who goes home does not start it"},
		{"inpatient", "snf", false, "a patient who goes to a skilled nursing facility starts it"},
		{"inpatient", "expired", false, "a patient who died starts it"},
		{"inpatient", "hospital", false, "a patient who goes to another hospital starts it"},
		{"emergency", "home", false, "a visit to the emergency department alone starts it"},
	} {
		starts, decided := c.starts(trial{
			{name: "event.class", value: t.class}, {name: "event.disposition", value: t.disposition},
			{name: "event.same_stay", value: false}, {name: "patient.deceased", value: t.disposition == "expired"},
			{name: "patient.in_hospital", value: false}, {name: "patient.readmitted", value: false},
		})
		if decided && starts != t.starts {
			c.unclaimed("launch", c.d.Launch.Line, t.why, "mend when and unless")
		}
	}
}

// starts tells whether a launch with the values starts the pathway; decided is false where an
// expression is broken.
func (c *checker) starts(t trial) (starts, decided bool) {
	holds := func(text string) bool {
		compiled, f := c.lang.compile(text, condition)
		if f != nil {
			decided = false
			return false
		}
		_, verdict := compiled.eval(c.lang, t)
		return verdict.True
	}
	decided = true
	starts = c.d.Launch.When == "" || holds(c.d.Launch.When)
	for _, x := range c.d.Launch.Unless {
		if holds(x.When) {
			starts = false
		}
	}
	return starts, decided
}
