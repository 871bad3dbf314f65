package pathways

import (
	"fmt"
	"slices"
	"strings"

	"throughline/care"
)

// claimTCM checks the rules of TCM: a live contact within two business days of the
// discharge, reconciliation by the visit, the visit by day 7 or 14, thirty days in all.
func (c *checker) claimTCM() {
	if c.d.Launch.On != "encounter.discharged" {
		c.unclaimed(ClaimTCM, "launch", c.d.Launch.Line, "it must start with a discharge", "write on: encounter.discharged")
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

func (c *checker) tcmContact(s *Step) {
	path := "steps." + s.ID
	if s.Kind() != KindTask || !s.Interactive {
		c.unclaimed(ClaimTCM, path, s.Line, s.ID+" is no live, two-way contact by a person", "make it a task with interactive: true")
	}
	c.tcmExcuse(path, s)
	k := c.statutory(path+".clock", s.Clock, s.Line)
	if k == nil {
		return
	}
	off, ok := k.Offset()
	if !ok || off.Unit != care.BusinessDays || off.N > 2 || off.N < 1 {
		c.unclaimed(ClaimTCM, "clocks."+k.Name+".within", k.Line, "the contact is not due within 2 business days", "write within: 2 business days")
	}
	if k.CountsFrom != "day after" {
		c.unclaimed(ClaimTCM, "clocks."+k.Name, k.Line, "a contact on the day of discharge would count", "write counts_from: day after")
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
		c.unclaimed(ClaimTCM, path+".excused.when", s.Excused.Line, "the contact is excused after fewer than two live attempts", "write when: attempts.live >= 2")
	}
}

func (c *checker) tcmVisit(s *Step) {
	path := "steps." + s.ID
	if s.Kind() != KindAppointment {
		c.unclaimed(ClaimTCM, path, s.Line, s.ID+" is no visit", "make it an appointment")
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
		c.unclaimed(ClaimTCM, "clocks."+k.Name+".within", k.Line, fmt.Sprintf("the visit may be later than %d days (%s)", limit, within),
			`write within: 'complexity == "high" ? "7 days" : "14 days"'`)
	}
}

// tcmReconciliation asks that medicines are reconciled no later than the date of the visit: by the
// visit's own deadline, and by the visit itself once it is known.
func (c *checker) tcmReconciliation(s, visit *Step) {
	path := "steps." + s.ID
	if s.Kind() != KindTask {
		c.unclaimed(ClaimTCM, path, s.Line, s.ID+" is no work of a person", "make it a task")
	}
	k := c.statutory(path+".clock", s.Clock, s.Line)
	if k == nil || visit == nil {
		return
	}
	of := c.d.ClockByName(visit.Clock)
	if of != nil && (k.Within != of.Within || k.From != of.From) {
		c.unclaimed(ClaimTCM, "clocks."+k.Name+".within", k.Line, fmt.Sprintf("%s may be due later than the visit", s.ID), "give it the from and within of the clock "+visit.Clock)
	}
	if k.NotAfter != visit.ID+".start" {
		c.unclaimed(ClaimTCM, "clocks."+k.Name, k.Line, fmt.Sprintf("%s may be later than the date of the visit", s.ID), "write not_after: "+visit.ID+".start")
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
			c.unclaimed(ClaimTCM, "clocks."+k.Name+".within", k.Line, "the period is not the date of discharge and the next 29 days", "write within: 29 days")
		}
		return
	}
	c.unclaimed(ClaimTCM, "ends", 0, "the 30-day period does not end it", "add - {clock: period, as: finished-incomplete}")
}

// tcmEligible tries launches that must and must not start the pathway.
func (c *checker) tcmEligible() {
	c.eligible(ClaimTCM, []launchTrial{
		{"inpatient", "home", true, "an inpatient who goes home does not start it"},
		{"observation", "home", true, "a patient under observation who goes home does not start it"},
		{"inpatient", "snf", false, "a patient who goes to a skilled nursing facility starts it"},
		{"inpatient", "expired", false, "a patient who died starts it"},
		{"inpatient", "hospital", false, "a patient who goes to another hospital starts it"},
		{"emergency", "home", false, "a visit to the emergency department alone starts it"},
	})
}

// statutory gives the clock of a step where it counts from the date of discharge and nothing stops it.
func (c *checker) statutory(path, name string, line int) *Clock {
	k := c.d.ClockByName(name)
	if k == nil {
		return nil // said already
	}
	if f := c.d.fact(k.From); f == nil || f.Type != TypeDate || strings.TrimSpace(f.From) != dischargedAt {
		c.unclaimed(ClaimTCM, path, line, "the clock "+name+" does not count from "+dateOfAttribute[dischargedAt], "count from a date fact with from: "+dischargedAt)
	}
	if k.Pause != PauseNever {
		c.unclaimed(ClaimTCM, path, line, "the clock "+name+" may be paused", "write pause: never")
	}
	return k
}
