package engine

import (
	"fmt"
	"reflect"
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
		if old == nil {
			r.tellRow(r.stepRow(st))
		} else if before, now := r.stepRowBefore(old), r.stepRow(st); !sameRow(before, now) {
			r.tellRow(now)
		}
		if st.Task != nil && (old == nil || !sameOrNone(old.Task, st.Task, sameTask)) {
			task := *st.Task
			r.effects = append(r.effects, Effect{Kind: TaskRow, Task: &task})
		}
		if st.Referral == nil || st.Referral.Current == nil {
			continue
		}
		if old == nil || old.Referral == nil || !sameOrNone(old.Referral.Current, st.Referral.Current, sameReferral) {
			referral := *st.Referral.Current
			r.effects = append(r.effects, Effect{Kind: ReferralRow, Referral: &referral})
		}
	}
}

func (r *run) tellRow(row care.Step) {
	r.effects = append(r.effects, Effect{Kind: StepRow, Step: &row})
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

// safetyNet is the work that is opened where nothing else holds an enrollment.
func safetyNet(owner string) pathways.Step {
	return pathways.Step{
		ID: stepSafetyNet, Task: "Decide what is to become of this pathway: nothing else holds it", Owner: owner,
		Instructions: "End it with its outcome, or add what is still to be done.", Due: "1 business day", Outcomes: []string{"decided"},
	}
}
