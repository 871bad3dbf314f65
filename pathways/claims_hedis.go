package pathways

import (
	"fmt"
	"strings"

	"throughline/care"
)

// claimFUH checks the follow-up after hospitalization for mental illness: seen or spoken with
// within 7 days of the discharge, else within 30, never on the day of discharge itself (NCQA,
// HEDIS FUH). Work that is late stays open, so that one step serves both rates where the pathway
// lasts long enough.
func (c *checker) claimFUH() {
	if !c.startsWith(ClaimFUH, "encounter.discharged", "a discharge") {
		return
	}
	if s := c.fulfilling(FUHFollowUp7); s != nil {
		c.contactOrVisit(ClaimFUH, s)
		c.measured(window{ClaimFUH, dischargedAt, 7, false}, s)
	}
	if s := c.fulfils(FUHFollowUp30); s != nil {
		c.contactOrVisit(ClaimFUH, s)
		c.measured(window{ClaimFUH, dischargedAt, 30, false}, s)
	}
	c.lasts(ClaimFUH, 30)
	c.eligible(ClaimFUH, c.byLaunch([]launchTrial{
		{"inpatient", "home", true, "an inpatient who goes home does not start it"},
		{"inpatient", "expired", false, "a patient who died starts it"},
		{"emergency", "home", false, "a visit to the emergency department alone starts it"},
	}))
}

// claimFMC checks the follow-up after a visit to the emergency department of people with several
// chronic conditions: within 7 days, the day of the visit included (NCQA, HEDIS FMC).
func (c *checker) claimFMC() {
	if !c.startsWith(ClaimFMC, "encounter.discharged", "the end of a visit") {
		return
	}
	if s := c.fulfilling(FMCFollowUp); s != nil {
		c.contactOrVisit(ClaimFMC, s)
		c.measured(window{ClaimFMC, dischargedAt, 7, true}, s)
	}
	c.eligible(ClaimFMC, c.byLaunch([]launchTrial{
		{"emergency", "home", true, "a patient who goes home from the emergency department does not start it"},
		{"emergency", "expired", false, "a patient who died starts it"},
		{"inpatient", "home", false, "a stay in hospital starts it"},
	}))
}

// claimTRC checks transitions of care: the discharge information by 2 days after the discharge,
// the patient spoken with or seen within 30 days and not on the day of discharge, medicines
// reconciled by the thirtieth day; and, where the admission starts the pathway, the notification
// of it by 2 days after (NCQA, HEDIS TRC). A pathway that starts with the discharge cannot hold
// the notification; where it says that it does, it is held to it.
func (c *checker) claimTRC() {
	byAdmission := c.d.Launch.On == "encounter.admitted"
	if !byAdmission && !c.startsWith(ClaimTRC, "encounter.discharged", "an admission or a discharge") {
		return
	}
	notification := c.fulfils(TRCNotification)
	if byAdmission {
		notification = c.fulfilling(TRCNotification)
	}
	if notification != nil {
		c.work(ClaimTRC, notification)
		c.measured(window{ClaimTRC, admittedAt, 2, true}, notification)
	}
	if s := c.fulfilling(TRCInformation); s != nil {
		c.work(ClaimTRC, s)
		c.measured(window{ClaimTRC, dischargedAt, 2, true}, s)
	}
	if s := c.fulfilling(TRCEngagement); s != nil {
		c.contactOrVisit(ClaimTRC, s)
		c.measured(window{ClaimTRC, dischargedAt, 30, false}, s)
	}
	if s := c.fulfilling(TRCReconciliation); s != nil {
		c.work(ClaimTRC, s)
		c.measured(window{ClaimTRC, dischargedAt, 30, true}, s)
	}
	if byAdmission {
		return
	}
	c.eligible(ClaimTRC, c.byLaunch([]launchTrial{
		{"inpatient", "home", true, "an inpatient who goes home does not start it"},
		{"inpatient", "expired", false, "a patient who died starts it"},
	}))
}

// startsWith asks that the event starts the pathway, or a person who gives the date: what a stay
// was for is not in every message that tells of it.
func (c *checker) startsWith(claim, event, what string) bool {
	if c.d.Launch.On == event || c.d.Launch.Asked() {
		return true
	}
	c.unclaimed(claim, "launch", c.d.Launch.Line, "it must start with "+what, "write on: "+event+", or on: request with the date as a required fact")
	return false
}

// byLaunch gives the trials where an event starts the pathway. A person knows whom to start.
func (c *checker) byLaunch(trials []launchTrial) []launchTrial {
	if c.d.Launch.On == "encounter.discharged" {
		return trials
	}
	return nil
}

// fulfils finds the step for a requirement that a pathway may leave out, or give some patients only.
func (c *checker) fulfils(requirement string) *Step {
	for i := range c.d.Steps {
		if c.d.Steps[i].Fulfils == requirement {
			return &c.d.Steps[i]
		}
	}
	return nil
}

// contactOrVisit asks for a visit, or a live contact by a person.
func (c *checker) contactOrVisit(claim string, s *Step) {
	if s.Kind() == KindAppointment || s.Kind() == KindTask && s.Interactive {
		return
	}
	c.unclaimed(claim, "steps."+s.ID, s.Line, s.ID+" is neither a visit nor a live contact", "make it an appointment, or a task with interactive: true")
}

func (c *checker) work(claim string, s *Step) {
	if s.Kind() != KindTask {
		c.unclaimed(claim, "steps."+s.ID, s.Line, s.ID+" is no work of a person", "make it a task")
	}
}

// window is the time in which a measure counts what was done.
type window struct {
	claim     string
	attribute string // what the event tells of the date that it counts from
	days      int    // after that date
	sameDay   bool   // that date itself counts
}

// measured holds a step's clock to the window.
func (c *checker) measured(w window, s *Step) {
	path := "steps." + s.ID + ".clock"
	k := c.d.ClockByName(s.Clock)
	switch {
	case k == nil && s.Clock != "":
		return // said already
	case k == nil:
		c.unclaimed(w.claim, "steps."+s.ID, s.Line, s.ID+" has no clock that counts from "+dateOfAttribute[w.attribute], "write clock: and the name of one")
		return
	case !c.countsFrom(k, w.attribute):
		c.unclaimed(w.claim, path, s.Line, "the clock "+k.Name+" does not count from "+dateOfAttribute[w.attribute], "count from a date fact with from: "+w.attribute)
	}
	if k.Pause != PauseNever {
		c.unclaimed(w.claim, path, s.Line, "the clock "+k.Name+" may be paused, and the measure's days run on", "write pause: never")
	}
	for _, within := range c.withins(k) {
		off, err := care.ParseOffset(within)
		if err != nil || !neverBeyond(off, w.days) {
			c.unclaimed(w.claim, "clocks."+k.Name+".within", k.Line, fmt.Sprintf("%s may be later than %d days (%s)", s.ID, w.days, within), fmt.Sprintf("write within: %d days", w.days))
		}
	}
	switch after := k.CountsFrom == "day after"; {
	case !w.sameDay && !after:
		c.unclaimed(w.claim, "clocks."+k.Name, k.Line, "what is done on the day of discharge would count", "write counts_from: day after")
	case w.sameDay && after:
		c.odd("clocks."+k.Name, k.Line, fmt.Sprintf("the clock %s does not count its first day, which %s counts", k.Name, w.claim), "leave counts_from out")
	}
}

// countsFrom tells whether a clock counts from a date that the event tells, or that a person must
// give where a person starts the pathway.
func (c *checker) countsFrom(k *Clock, attribute string) bool {
	f := c.d.fact(k.From)
	if f == nil || f.Type != TypeDate {
		return false
	}
	if strings.TrimSpace(f.From) == attribute {
		return true
	}
	byRequest := c.d.Launch.Asked()
	return byRequest && f.Required && f.From == ""
}

// withins are the amounts of time that a clock may have.
func (c *checker) withins(k *Clock) []string {
	if _, literal := k.Offset(); literal {
		return []string{k.Within}
	}
	return c.offsetsOf(k.Within)
}

// neverBeyond tells whether an amount of time never goes beyond a number of days. Business days do
// not: holidays stretch them.
func neverBeyond(off care.Offset, days int) bool {
	switch off.Unit {
	case care.Days:
		return off.N <= days
	case care.Hours:
		return off.N <= days*24
	case care.Minutes:
		return off.N <= days*24*60
	case care.EndOfDay:
		return true
	}
	return false
}

// lasts asks that no clock ends the pathway while the measure still counts.
func (c *checker) lasts(claim string, days int) {
	for _, e := range c.d.Ends {
		k := c.d.ClockByName(e.Clock)
		if e.As == "" || k == nil {
			continue
		}
		for _, within := range c.withins(k) {
			off, err := care.ParseOffset(within)
			if d, ok := offsetDays(off); err == nil && ok && d < days {
				c.unclaimed(claim, "clocks."+k.Name+".within", k.Line, fmt.Sprintf("the pathway may end after %d days, and the measure counts for %d", d, days), fmt.Sprintf("write within: %d days", days))
			}
		}
	}
}
