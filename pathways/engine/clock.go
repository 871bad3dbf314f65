package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// armPlan is what a clock is armed with.
type armPlan struct {
	spec   pathways.Clock
	ladder *pathways.Ladder
	step   *Step // nil: the enrollment's own clock
	cause  care.Cause
}

// arm starts a clock, or starts it anew where it ran before for the same step.
func (r *run) arm(p armPlan) *Clock {
	c := &Clock{Name: p.spec.Name, Status: care.ClockRunning, Pause: p.spec.Pause, Source: p.spec.Source, Cause: p.cause}
	if c.Pause == "" {
		c.Pause = pathways.PauseEnrollment
	}
	if p.step != nil {
		c.Step, c.Occurrence = p.step.ID, p.step.Occurrence
	}
	if p.ladder != nil {
		c.Ladder = p.ladder.Name
		c.Rungs = make([]RungRun, len(p.ladder.Rungs))
	}
	r.compute(c, p.spec, p.step)
	r.passOver(c, p.ladder, p.step)
	r.standIfStopped(c)
	for i, old := range r.s.Clocks {
		if old.Name == c.Name && old.Step == c.Step && old.Occurrence == c.Occurrence {
			r.s.Clocks[i] = c
			return c
		}
	}
	r.s.Clocks = append(r.s.Clocks, c)
	return c
}

// compute sets a clock's anchor, deadline and rungs from what is known now.
func (r *run) compute(c *Clock, spec pathways.Clock, st *Step) {
	r.computeFrom(c, spec, st, r.basisOf(c, spec, st))
}

// basis is what a clock counts, and from when.
type basis struct {
	offset string
	anchor time.Time
	note   string // why it counts from there, where that is not its anchor
}

func (r *run) basisOf(c *Clock, spec pathways.Clock, st *Step) basis {
	b := basis{offset: r.within(spec, st)}
	anchor, known := c.Anchor, !c.Anchor.IsZero()
	if spec.From != "now" {
		anchor, known = r.anchor(spec.From, st)
	} else if !known {
		anchor, known = r.at, true
	}
	if !known {
		anchor = r.at
		if st != nil && st.OpenedAt != nil {
			anchor = *st.OpenedAt
		}
		b.note = quoted(r.nameInWords(spec.From)) + " is not known yet, so it counts from " + r.day(anchor) + "; "
	}
	b.anchor = anchor
	return b
}

func (r *run) computeFrom(c *Clock, spec pathways.Clock, st *Step, from basis) {
	anchor, note := from.anchor, from.note
	c.Offset, c.Anchor = from.offset, anchor
	off, err := care.ParseOffset(c.Offset)
	if err != nil {
		off = care.Offset{Unit: care.EndOfDay}
		note += "the amount of time " + quoted(c.Offset) + " could not be read; "
	}
	if !c.Moved {
		deadline := r.notAfter(spec, st, r.extended(c, off, r.s.Calendar.Deadline(anchor, off, r.zone)))
		c.Due = deadline.Due.Add(c.Lost)
		c.Reason = note + deadline.Reason
		if c.Lost > 0 {
			c.Reason += fmt.Sprintf("; it stood still for %s", duration(c.Lost))
		}
	}
	if ladder := r.ladder(c.Ladder); ladder != nil {
		r.placeRungs(c, ladder)
	}
}

// within gives the offset in words: as written, or as its expression says.
func (r *run) within(spec pathways.Clock, st *Step) string {
	if _, err := care.ParseOffset(spec.Within); err == nil {
		return spec.Within
	}
	return cmp.Or(r.amount(spec, st), spec.Within)
}

// anchor gives the moment that a clock counts from.
func (r *run) anchor(from string, st *Step) (time.Time, bool) {
	switch from {
	case "enrolled":
		return r.s.StartedAt, true
	case "start":
		if st == nil || st.OpenedAt == nil {
			return r.s.StartedAt, st == nil
		}
		return *st.OpenedAt, true
	case "sent":
		if st == nil || st.Referral == nil || st.Referral.Current == nil {
			return time.Time{}, false
		}
		return timeOf(st.Referral.Current.SentAt)
	}
	v, ok := values{r: r, step: st}.Value(from)
	if !ok {
		return time.Time{}, false
	}
	return r.instant(v)
}

func timeOf(t *time.Time) (time.Time, bool) {
	if t == nil {
		return time.Time{}, false
	}
	return *t, true
}

// instant reads a date (the start of that local day) or a time.
func (r *run) instant(v any) (time.Time, bool) {
	switch t := v.(type) {
	case time.Time:
		return t.UTC(), true
	case string:
		if d, err := care.ParseDate(t); err == nil {
			return d.In(r.zone).UTC(), true
		}
		if at, err := time.Parse(time.RFC3339, t); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// placeRungs computes when each rung comes. A rung that fired keeps its mark, unless its new
// moment lies ahead: then it will fire again, under the same identity.
func (r *run) placeRungs(c *Clock, ladder *pathways.Ladder) {
	for i, rung := range ladder.Rungs {
		at := r.rungMoment(c, rung)
		if c.Rungs[i].Fired && at.After(r.at) && !at.Equal(c.Rungs[i].At) {
			c.Rungs[i].Fired = false
			r.withdrawRung(c, i, "the deadline moved")
		}
		c.Rungs[i].At = at
	}
}

// rungMoment is when a rung comes; one whose anchor is not known comes with the deadline.
func (r *run) rungMoment(c *Clock, rung pathways.Rung) time.Time {
	at, ok := r.moment(rung.At, func(anchor string) (time.Time, bool) {
		switch anchor {
		case "due":
			return c.Due, true
		case "start":
			return r.extendedAnchor(c), true
		}
		return r.anchor(anchor, r.stepOf(c))
	})
	if !ok {
		return c.Due
	}
	return at
}

// passOver marks the reminders and warnings whose moment had passed before the clock was armed:
// nobody is helped by them. Escalations are never passed over.
func (r *run) passOver(c *Clock, ladder *pathways.Ladder, st *Step) {
	if ladder == nil || st == nil {
		return
	}
	for i, rung := range ladder.Rungs {
		act, _ := rung.Act()
		if (act == "remind" || act == "warn") && c.Rungs[i].At.Before(r.at) {
			c.Rungs[i].Fired = true
		}
	}
}

// recompute brings every clock to what is known now, and tells what moved and why. A clock whose
// work is done is judged anew: a corrected discharge can make late what was in time, and the other
// way round.
func (r *run) recompute(why string) { r.recomputeAfter(nil, why) }

// recomputeAfter does so when a step has ended. Its own clocks may have been met for long, and were
// left alone since.
func (r *run) recomputeAfter(ended *Step, why string) {
	for _, c := range r.s.Clocks {
		st := r.stepOf(c)
		over := st != nil && st.Status.Ended()
		spec, ok := r.clockSpec(c)
		if !ok || r.fixed(c, st) {
			continue
		}
		before, from := c.Due, r.basisOf(c, spec, st)
		if (st == nil || st != ended) && r.unmoved(c, spec, from) {
			continue
		}
		r.computeFrom(c, spec, st, from)
		if c.Due.Equal(before) {
			continue
		}
		cause := r.causeOf("clocks."+c.Name, spec.Line, c.Name)
		cause.Text = why
		r.tell("clock.moved", c.Step, fmt.Sprintf("The deadline of %s moved from %s to %s, because %s.", r.clockInWords(c), r.inWords(before), r.inWords(c.Due), why), cause)
		switch {
		case over:
			r.judge(c, st)
		case c.Status == care.ClockMissed && c.Due.After(r.at):
			c.Status = care.ClockRunning
			r.unmiss(c)
			r.standIfStopped(c)
		}
	}
}

// fixed tells whether a clock keeps the deadline that it has, whatever becomes known.
func (r *run) fixed(c *Clock, st *Step) bool {
	if c.Status == care.ClockCancelled || c.Settled {
		return true
	}
	if st != nil && st.Status.Ended() {
		return st.Status != care.StepDone || r.def.ClockByName(c.Name) == nil
	}
	return c.Status == care.ClockMet
}

// unmoved tells whether computing a clock anew would surely leave it as it is. Most news is of things
// that most clocks do not count from, and to look at what a clock counts from costs much less than to
// count. It may say no of what does not move, never yes of what does.
func (r *run) unmoved(c *Clock, spec pathways.Clock, from basis) bool {
	switch {
	case r.recounted || r.s.Migration != nil || r.left != nil: // other days, or another rule
		return false
	case from.offset != c.Offset || !identical(from.anchor, c.Anchor):
		return false
	case from.note != "" || spec.NotAfter != "" || c.Lost != 0 || c.LostDays != 0:
		return false
	case c.Moved || !plainReason(c.Reason):
		return false
	}
	ladder := r.ladder(c.Ladder)
	return ladder == nil || !slices.ContainsFunc(ladder.Rungs, func(rung pathways.Rung) bool {
		m, err := pathways.ParseMoment(rung.At)
		return err != nil || m.Anchor != pathways.AnchorDue && m.Anchor != pathways.AnchorStart
	})
}

// plainReason tells whether a deadline's reason is only what the calendar said: "2 business days
// after …; due by …(zone)", without a note before it or after it.
func plainReason(reason string) bool {
	if !strings.HasSuffix(reason, ")") {
		return false
	}
	return '0' <= reason[0] && reason[0] <= '9' || strings.HasPrefix(reason, "due by ")
}

// judge tells anew whether a step that is done was done in time.
func (r *run) judge(c *Clock, st *Step) {
	was := c.Status
	c.Status = care.ClockRunning
	r.stop(c, *st.EndedAt)
	if c.Status == was {
		return
	}
	st.Missed = c.Status == care.ClockMissed
	verdict := "in time after all"
	if st.Missed {
		verdict = "late after all"
	}
	r.tell("step.judged", st.ID, fmt.Sprintf("%s, done on %s, was %s.", r.stepTitle(st), r.inWords(*st.EndedAt), verdict), r.causeOf("clocks."+c.Name, 0, c.Name))
}

// clockInWords names a deadline by the work that it times.
func (r *run) clockInWords(c *Clock) string {
	if st := r.stepOf(c); st != nil {
		return quoted(r.stepTitle(st))
	}
	return "the pathway's " + plain(c.Name)
}

// clockSpec finds what defines a clock: the definition, or a step kind's own clocks.
func (r *run) clockSpec(c *Clock) (pathways.Clock, bool) {
	if kept := r.keptClock(c); kept != nil {
		return *kept, true
	}
	if spec := r.def.ClockByName(c.Name); spec != nil {
		return *spec, true
	}
	return r.ownClock(c)
}

func (r *run) clockFor(st *Step, name string) *Clock {
	for _, c := range r.s.Clocks {
		if c.Name == name && c.Step == st.ID && c.Occurrence == st.Occurrence {
			return c
		}
	}
	return nil
}

func (r *run) enrollmentClock(name string) *Clock {
	for _, c := range r.s.Clocks {
		if c.Name == name && c.Step == "" {
			return c
		}
	}
	return nil
}

func (r *run) stepOf(c *Clock) *Step {
	for _, st := range r.s.Steps {
		if st.ID == c.Step && st.Occurrence == c.Occurrence {
			return st
		}
	}
	return nil
}

// stop ends a clock: met where what it waited for happened by its deadline, missed where later.
func (r *run) stop(c *Clock, happened time.Time) {
	switch c.Status {
	case care.ClockRunning, care.ClockPaused, care.ClockMissed:
	default:
		return
	}
	if happened.Truncate(time.Second).After(c.Due) {
		c.Status = care.ClockMissed
	} else {
		c.Status = care.ClockMet
	}
	c.PausedAt = nil
	for i := range c.Rungs {
		c.Rungs[i].Fired = true
	}
}

// cancelClock ends a clock whose purpose is gone.
func (r *run) cancelClock(c *Clock) {
	if c == nil {
		return
	}
	if c.Status == care.ClockRunning || c.Status == care.ClockPaused {
		c.Status = care.ClockCancelled
	}
	c.PausedAt = nil
	for i := range c.Rungs {
		c.Rungs[i].Fired = true
	}
}

// standStill pauses the clocks that the reason may pause.
func (r *run) standStill(inHospital bool) {
	for _, c := range r.s.Clocks {
		r.standIfMay(c, inHospital)
	}
}

// standIfStopped pauses a clock that begins to run while the enrollment stands still.
func (r *run) standIfStopped(c *Clock) {
	if r.s.Status == care.EnrollmentPaused || r.s.Status == care.EnrollmentSuspended {
		r.standIfMay(c, r.s.Status == care.EnrollmentSuspended)
	}
}

func (r *run) standIfMay(c *Clock, inHospital bool) {
	if c.Status != care.ClockRunning || c.Pause == pathways.PauseNever || c.Pause == pathways.PauseHospital && !inHospital {
		return
	}
	at := r.at
	c.PausedAt = &at
	c.Status = care.ClockPaused
}

// runOn resumes what stood still. What was left of each clock is left still.
func (r *run) runOn() {
	for _, c := range r.s.Clocks {
		if c.Status != care.ClockPaused || c.PausedAt == nil {
			continue
		}
		r.goesOn(c)
		if spec, ok := r.clockSpec(c); ok {
			r.compute(c, spec, r.stepOf(c))
		}
	}
}

// goesOn notes for how long a clock stood still, and lets it run.
func (r *run) goesOn(c *Clock) {
	stood := r.at.Sub(*c.PausedAt)
	off, err := care.ParseOffset(c.Offset)
	switch {
	case c.Moved:
		c.Due = c.Due.Add(stood)
	case err == nil && off.WholeDays():
		c.LostDays += r.daysBetween(*c.PausedAt, r.at, off.Unit)
		c.Stood = append(c.Stood, Stand{From: *c.PausedAt, To: r.at})
	default:
		c.Lost += stood
	}
	c.PausedAt = nil
	c.Status = care.ClockRunning
}

// overdue marks a clock as run out. The work stays open and owned.
func (r *run) overdue(c *Clock) {
	c.Status = care.ClockMissed
	st := r.stepOf(c)
	if st == nil {
		r.tell("clock.missed", "", "The "+plain(c.Name)+" of the pathway is over.", r.overdueCause(c))
		return
	}
	if kind := kinds[st.Kind]; kind.ranOut != nil && kind.ranOut(r, st, c) {
		return
	}
	st.Missed = true
	if st.Task != nil && st.Task.Status.Open() {
		st.Task.Missed = true
	}
	r.tell("clock.missed", st.ID, fmt.Sprintf("%s was due %s and is not done. It stays open with %s.", quoted(r.title(st)), r.inWords(c.Due), r.holder(st)), r.overdueCause(c))
}

func (r *run) overdueCause(c *Clock) care.Cause {
	cause := r.causeOf("clocks."+c.Name, 0, c.Name)
	cause.Text = c.Reason
	return cause
}

// unmiss takes back what overdue marked, after a correction.
func (r *run) unmiss(c *Clock) {
	st := r.stepOf(c)
	if st == nil || st.Status.Ended() {
		return
	}
	st.Missed = false
	if st.Task != nil {
		st.Task.Missed = false
	}
}
