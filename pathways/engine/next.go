package engine

import (
	"time"

	"throughline/care"
	"throughline/pathways"
)

// upcoming is what happens at a moment if nobody acts. Most of what is upcoming is never said, because
// something else comes first: the words are made only of what is.
type upcoming struct {
	at    time.Time
	step  *Step  // the work; nil: the enrollment itself
	clock *Clock // what runs out; nil: the step opens, or the pause is over
	rung  int    // of the clock's ladder, from 1; 0: its deadline
}

// sooner keeps what comes first; of two at the same moment, what was found first.
func (u *upcoming) sooner(other upcoming, found bool, known *bool) {
	if found && (!*known || other.at.Before(u.at)) {
		*u, *known = other, true
	}
}

// nextOfStep says what happens to a step's work if nobody acts.
func (r *run) nextOfStep(st *Step) *care.Next {
	if r.s.Status == care.EnrollmentSuspended {
		return &care.Next{At: &r.s.Suspension.ReviewAt, Text: "Stands still while the pathway is suspended; looked at again on " + r.day(r.s.Suspension.ReviewAt) + "."}
	}
	var next upcoming
	known := false
	for _, c := range r.s.Clocks {
		if c.Step != st.ID || c.Occurrence != st.Occurrence || !r.rungsRun(c) {
			continue
		}
		u, found := r.nextOfClock(st, c)
		next.sooner(u, found, &known)
	}
	if !known {
		return &care.Next{Text: "Nothing more happens by itself: it stays with " + r.holder(st) + "."}
	}
	return &care.Next{At: &next.at, Text: r.onThatDay(next) + r.upcomingInWords(next) + "."}
}

// nextOfClock finds what a clock does next; found is false where it does nothing more.
func (r *run) nextOfClock(st *Step, c *Clock) (next upcoming, found bool) {
	next, found = r.nextRung(st, c)
	if c.Status != care.ClockRunning || found && !c.Due.Before(next.at) {
		return next, found
	}
	return upcoming{at: c.Due, step: st, clock: c}, true
}

func (r *run) nextRung(st *Step, c *Clock) (next upcoming, found bool) {
	ladder := r.ladder(c.Ladder)
	if ladder == nil {
		return upcoming{}, false
	}
	for i, rung := range c.Rungs {
		if rung.Fired || found && !rung.At.Before(next.at) {
			continue
		}
		if act, _ := ladder.Rungs[i].Act(); needless(st, c, i, act) {
			continue
		}
		next, found = upcoming{at: rung.At, step: st, clock: c, rung: i + 1}, true
	}
	return next, found
}

// onThatDay begins the sentence of what is upcoming.
func (r *run) onThatDay(u upcoming) string { return "On " + r.inWords(u.at) + " " }

// upcomingInWords goes on with it, of a step's clock.
func (r *run) upcomingInWords(u upcoming) string {
	if u.rung == 0 {
		return dueInWords(u.step, u.clock)
	}
	act, to := r.ladder(u.clock.Ladder).Rungs[u.rung-1].Act()
	if to == "owner" {
		to = r.ownerOf(u.step)
	}
	return rungInWords(act, inRole(to))
}

func rungInWords(act, who string) string {
	switch act {
	case "remind":
		return who + " is reminded"
	case "warn":
		return who + " is warned"
	case "reassign":
		return "it passes to " + who
	}
	return "it is escalated to " + who
}

// dueInWords says what the end of a clock means where no rung does anything then.
func dueInWords(st *Step, c *Clock) string {
	switch {
	case c.Name == clockWait && st.Kind == pathways.KindQuestionnaire:
		return "the time for the answers is over"
	case c.Name == clockWait && st.Kind == pathways.KindPathway:
		return "it is asked what became of the other pathway"
	case c.Name == clockSearch && st.Kind == pathways.KindPathway:
		return "it is given to a person to start the other pathway"
	}
	switch c.Name {
	case clockAttendance:
		return "the day of the visit is over, and it is asked whether it was kept"
	case clockWait:
		return "the wait is over"
	case clockSearch:
		return "the search for services is given to a person"
	case clockAcknowledge:
		return "the service's time to answer is over, and another way is tried"
	case clockFirstContact, clockOutcome:
		if st.Referral != nil && st.Referral.Current != nil {
			return st.Referral.Current.ServiceName + " is asked what became of it"
		}
	}
	return "it is late, and stays open"
}

func (r *run) nextOfEscalation(esc *care.Escalation) *care.Next {
	if esc.Status == care.EscalationSnoozed && esc.SnoozedUntil != nil {
		return &care.Next{At: esc.SnoozedUntil, Text: "It comes back on " + r.inWords(*esc.SnoozedUntil) + "."}
	}
	st := r.stepByNumber(esc.Step, esc.Occurrence)
	if st == nil || st.Status.Ended() {
		return &care.Next{Text: "It stays with " + inRole(esc.Level) + " until it is resolved."}
	}
	return r.nextOfStep(st)
}

// nextOfEnrollment says what happens first if nobody acts.
func (r *run) nextOfEnrollment() *care.Next {
	switch r.s.Status {
	case care.EnrollmentEnded:
		return nil
	case care.EnrollmentSuspended:
		return &care.Next{At: &r.s.Suspension.ReviewAt, Text: "It is looked at again on " + r.day(r.s.Suspension.ReviewAt) + "."}
	}
	var next upcoming
	known := false
	if r.s.Pause != nil {
		next, known = upcoming{at: r.s.Pause.Until}, true
	}
	for _, c := range r.s.Clocks {
		if r.rungsRun(c) {
			u, found := r.nextOfItsClock(c)
			next.sooner(u, found, &known)
		}
	}
	for _, st := range r.s.Steps {
		if r.s.Pause == nil && st.Status == care.StepWaiting && st.OpensAt != nil {
			next.sooner(upcoming{at: *st.OpensAt, step: st}, true, &known)
		}
	}
	if !known {
		return nil
	}
	return &care.Next{At: &next.at, Text: r.nextInWords(next)}
}

// nextOfItsClock finds what a clock does next, a step's or the enrollment's own.
func (r *run) nextOfItsClock(c *Clock) (upcoming, bool) {
	if st := r.stepOf(c); st != nil {
		return r.nextOfClock(st, c)
	}
	return upcoming{at: c.Due, clock: c}, c.Status == care.ClockRunning
}

// nextInWords says what happens first to the enrollment, with the work that it happens to.
func (r *run) nextInWords(u upcoming) string {
	switch {
	case u.clock == nil && u.step == nil:
		return r.onThatDay(u) + "it goes on by itself."
	case u.clock == nil:
		return r.onThatDay(u) + "it is time for " + quoted(r.stepTitle(u.step)) + "."
	case u.step == nil:
		return r.onThatDay(u) + "the " + plain(u.clock.Name) + " of the pathway is over."
	}
	return quoted(r.title(u.step)) + ": on " + r.inWords(u.at) + " " + r.upcomingInWords(u) + "."
}
