package engine

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// changed tells whether the turn left anything else than it found, apart from the time.
func (r *run) changed() bool {
	a, b := r.before, r.s
	a.At, b.At, a.Seen, b.Seen = time.Time{}, time.Time{}, nil, nil
	return !reflect.DeepEqual(a, b)
}

// describe brings the items' derived words up to date and adds a row for each one that changed.
func (r *run) describe(wake *time.Time) {
	r.describeTasks()
	for i := range r.s.Escalations {
		r.s.Escalations[i].Next = r.nextOfEscalation(&r.s.Escalations[i])
	}
	r.stepRows()
	r.clockRows()
	r.escalationRows()
	r.effects = append(r.effects, Effect{Kind: EnrollmentRow, Enrollment: r.enrollmentRow(wake)})
}

func (r *run) describeTasks() {
	for _, st := range r.s.Steps {
		if st.Task == nil || !st.Task.Status.Open() {
			continue
		}
		st.Task.Next = r.nextOfStep(st)
		r.describeDue(st)
	}
}

// describeDue notes on a step's task by when it must be done.
func (r *run) describeDue(st *Step) {
	c := r.mainClock(st)
	if c == nil {
		st.Task.DueAt, st.Task.DueReason = nil, ""
		return
	}
	due := c.Due
	st.Task.DueAt, st.Task.DueReason = &due, c.Reason
	if c.Status == care.ClockPaused {
		st.Task.DueReason = "stands still while the pathway does"
	}
}

// mainClock is the clock that a step's task is shown with: what must be done soonest.
func (r *run) mainClock(st *Step) *Clock {
	var main *Clock
	for _, c := range r.s.Clocks {
		if c.Step != st.ID || c.Occurrence != st.Occurrence {
			continue
		}
		if c.Status != care.ClockRunning && c.Status != care.ClockMissed && c.Status != care.ClockPaused {
			continue
		}
		if c.Name == clockAttendance {
			continue
		}
		if main == nil || c.Status == care.ClockRunning && main.Status != care.ClockRunning || c.Status == main.Status && c.Due.Before(main.Due) {
			main = c
		}
	}
	return main
}

// nextOfStep says what happens to a step's work if nobody acts.
func (r *run) nextOfStep(st *Step) *care.Next {
	if r.s.Status == care.EnrollmentSuspended {
		return &care.Next{At: &r.s.Suspension.ReviewAt, Text: "Stands still while the pathway is suspended; looked at again on " + r.day(r.s.Suspension.ReviewAt) + "."}
	}
	var next *care.Next
	for _, c := range r.s.Clocks {
		if c.Step != st.ID || c.Occurrence != st.Occurrence || !r.rungsRun(c) {
			continue
		}
		next = r.sooner(next, r.nextOfClock(st, c))
	}
	if next == nil {
		return &care.Next{Text: "Nothing more happens by itself: it stays with " + r.holder(st) + "."}
	}
	return next
}

func (r *run) sooner(a, b *care.Next) *care.Next {
	if b == nil || a != nil && !b.At.Before(*a.At) {
		return a
	}
	return b
}

// nextOfClock says what a clock does next; nil where it does nothing more.
func (r *run) nextOfClock(st *Step, c *Clock) *care.Next {
	next := r.nextRung(st, c)
	if c.Status != care.ClockRunning || next != nil && !c.Due.Before(*next.At) {
		return next
	}
	due := c.Due
	return &care.Next{At: &due, Text: fmt.Sprintf("On %s %s.", r.inWords(due), dueInWords(st, c))}
}

func (r *run) nextRung(st *Step, c *Clock) *care.Next {
	ladder := r.ladder(c.Ladder)
	if ladder == nil {
		return nil
	}
	var next *care.Next
	for i, rung := range c.Rungs {
		act, to := ladder.Rungs[i].Act()
		if rung.Fired || needless(st, c, i, act) || next != nil && !rung.At.Before(*next.At) {
			continue
		}
		if to == "owner" {
			to = r.ownerOf(st)
		}
		at := rung.At
		next = &care.Next{At: &at, Text: fmt.Sprintf("On %s %s.", r.inWords(at), rungInWords(act, inRole(to)))}
	}
	return next
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

// referralWaits notes on each open referral what it waits for, and until when.
func (r *run) referralWaits() {
	for _, st := range r.s.Steps {
		if st.Referral == nil || st.Referral.Current == nil || !st.Referral.Current.Status.Open() {
			continue
		}
		cur := st.Referral.Current
		cur.DueAt, cur.WaitsFor, cur.Next = nil, "", nil
		for _, name := range []string{clockAcknowledge, clockFirstContact, clockOutcome} {
			c := r.clockFor(st, name)
			if c == nil || c.Status != care.ClockRunning || cur.DueAt != nil && !c.Due.Before(*cur.DueAt) {
				continue
			}
			due := c.Due
			cur.DueAt, cur.WaitsFor = &due, name
		}
		if cur.DueAt != nil {
			cur.Next = &care.Next{At: cur.DueAt, Text: r.referralNext(st, *cur)}
		}
	}
}

func (r *run) referralNext(st *Step, cur care.Referral) string {
	if cur.WaitsFor != clockAcknowledge {
		return fmt.Sprintf("On %s %s asks the service what became of it.", r.inWords(*cur.DueAt), inRole(r.ownerOf(st)))
	}
	if r.spec(st.ID).Referral.Otherwise == "next_best" && len(st.Referral.Candidates) > 0 {
		return fmt.Sprintf("Without an answer by %s the next service is asked.", r.inWords(*cur.DueAt))
	}
	return fmt.Sprintf("Without an answer by %s %s has to decide.", r.inWords(*cur.DueAt), inRole(r.ownerOf(st)))
}

func (r *run) stepRows() {
	for i, st := range r.s.Steps {
		var old *Step
		if i < len(r.before.Steps) {
			old = r.before.Steps[i]
		}
		if old != nil && sameStep(old, st) {
			continue
		}
		row := r.stepRow(st)
		if old == nil || !reflect.DeepEqual(r.stepRowBefore(old), row) {
			r.effects = append(r.effects, Effect{Kind: StepRow, Step: &row})
		}
		if st.Task != nil && (old == nil || old.Task == nil || !reflect.DeepEqual(*old.Task, *st.Task)) {
			task := *st.Task
			r.effects = append(r.effects, Effect{Kind: TaskRow, Task: &task})
		}
		if st.Referral == nil || st.Referral.Current == nil {
			continue
		}
		if old == nil || old.Referral == nil || old.Referral.Current == nil || !reflect.DeepEqual(*old.Referral.Current, *st.Referral.Current) {
			referral := *st.Referral.Current
			r.effects = append(r.effects, Effect{Kind: ReferralRow, Referral: &referral})
		}
	}
}

func (r *run) stepRow(st *Step) care.Step {
	return care.Step{
		EnrollmentID: r.s.EnrollmentID, Step: st.ID, Occurrence: st.Occurrence, Kind: st.Kind, Title: r.stepTitle(st), Track: st.Track,
		Status: st.Status, Outcome: st.Outcome, Reason: st.Reason, OpenedAt: st.OpenedAt, EndedAt: st.EndedAt, OpensAt: st.OpensAt,
		Personal: st.Personal, Score: st.Score, Offered: st.Offered, Discretionary: r.isDiscretionary(st), Child: childOf(st), Cause: st.Cause,
	}
}

func (r *run) isDiscretionary(st *Step) bool {
	spec := r.spec(st.ID)
	return spec != nil && spec.Discretionary
}

func childOf(st *Step) care.ID {
	if st.Sub == nil {
		return ""
	}
	return st.Sub.EnrollmentID
}

func (r *run) clockRows() {
	for i, c := range r.s.Clocks {
		if i < len(r.before.Clocks) && sameClock(r.before.Clocks[i], c) {
			continue
		}
		row := r.clockRow(c)
		if i < len(r.before.Clocks) && reflect.DeepEqual(r.clockRow(r.before.Clocks[i]), row) {
			continue
		}
		r.effects = append(r.effects, Effect{Kind: ClockRow, Clock: &row})
	}
}

func (r *run) clockRow(c *Clock) care.Clock {
	return care.Clock{
		EnrollmentID: r.s.EnrollmentID, Clock: c.Name, Step: c.Step, Occurrence: c.Occurrence, Status: c.Status,
		Anchor: c.Anchor, Offset: c.Offset, DueAt: c.Due, Zone: r.zone.String(), Pause: c.Pause, Source: c.Source,
		Reason: c.Reason, NextRungAt: armedUntil(c), Cause: c.Cause,
	}
}

func (r *run) escalationRows() {
	for i := range r.s.Escalations {
		known := false
		for j := range r.before.Escalations {
			if reflect.DeepEqual(r.before.Escalations[j], r.s.Escalations[i]) {
				known = true
				break
			}
		}
		if !known {
			esc := r.s.Escalations[i]
			r.effects = append(r.effects, Effect{Kind: EscalationRow, Escalation: &esc})
		}
	}
}

func (r *run) enrollmentRow(wake *time.Time) *care.Enrollment {
	e := &care.Enrollment{
		ID: r.s.EnrollmentID, PatientID: r.s.PatientID, EncounterID: r.s.EncounterID,
		Pathway: r.def.Pathway, Version: r.def.Version, Title: r.def.Title, Status: r.s.Status, Outcome: r.s.Outcome,
		Reason: r.s.Reason, Owner: r.def.Owner, StartedAt: r.s.StartedAt, EndedAt: r.s.EndedAt, Zone: r.s.Zone, Seq: r.s.Seq,
		WakesAt: wake, Facts: r.s.Facts, Holds: Holds(r.s), Cause: r.s.Cause,
	}
	switch {
	case r.s.Pause != nil:
		e.ResumesAt = &r.s.Pause.Until
	case r.s.Suspension != nil:
		e.Reason = r.s.Suspension.Reason
	}
	e.Next = r.nextOfEnrollment()
	return e
}

// nextOfEnrollment says what happens first if nobody acts.
func (r *run) nextOfEnrollment() *care.Next {
	switch r.s.Status {
	case care.EnrollmentEnded:
		return nil
	case care.EnrollmentSuspended:
		return &care.Next{At: &r.s.Suspension.ReviewAt, Text: "It is looked at again on " + r.day(r.s.Suspension.ReviewAt) + "."}
	}
	var next *care.Next
	if r.s.Pause != nil {
		next = &care.Next{At: &r.s.Pause.Until, Text: "On " + r.inWords(r.s.Pause.Until) + " it goes on by itself."}
	}
	for _, c := range r.s.Clocks {
		if r.rungsRun(c) {
			next = r.sooner(next, r.nextOfItsClock(c))
		}
	}
	for _, st := range r.s.Steps {
		if r.s.Pause == nil && st.Status == care.StepWaiting && st.OpensAt != nil {
			next = r.sooner(next, &care.Next{At: st.OpensAt, Text: fmt.Sprintf("On %s it is time for %s.", r.inWords(*st.OpensAt), quoted(r.stepTitle(st)))})
		}
	}
	return next
}

// nextOfItsClock says what a clock does next, with the work that it times.
func (r *run) nextOfItsClock(c *Clock) *care.Next {
	st := r.stepOf(c)
	if st == nil {
		if c.Status != care.ClockRunning {
			return nil
		}
		return &care.Next{At: &c.Due, Text: fmt.Sprintf("On %s the %s of the pathway is over.", r.inWords(c.Due), plain(c.Name))}
	}
	next := r.nextOfClock(st, c)
	if next == nil {
		return nil
	}
	return &care.Next{At: next.At, Text: quoted(r.title(st)) + ": " + strings.ToLower(next.Text[:1]) + next.Text[1:]}
}

// safetyNet is the work that is opened where nothing else holds an enrollment.
func safetyNet(owner string) pathways.Step {
	return pathways.Step{
		ID: stepSafetyNet, Task: "Decide what is to become of this pathway: nothing else holds it", Owner: owner,
		Instructions: "End it with its outcome, or add what is still to be done.", Due: "1 business day", Outcomes: []string{"decided"},
	}
}
