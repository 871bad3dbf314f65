package engine

import (
	"time"

	"throughline/care"
	"throughline/pathways"
)

// morning is the local hour at which something meant "on that day" is done, so that nobody is
// reminded at midnight.
const morning = 9

// moment gives when "4 hours before due" or "1 business day after start" is. A distance in days is
// the morning of that local day, one in hours is exact. It is not known while its anchor is not.
func (r *run) moment(text string, resolve func(anchor string) (time.Time, bool)) (time.Time, bool) {
	m, err := pathways.ParseMoment(text)
	if err != nil {
		return time.Time{}, false
	}
	base, ok := resolve(m.Anchor)
	if !ok {
		return time.Time{}, false
	}
	if m.Offset.IsZero() {
		return base, true
	}
	off := m.Offset
	if m.Before {
		off = off.Negate()
	}
	return r.shift(base, off), true
}

// shift moves an instant by an offset.
func (r *run) shift(base time.Time, off care.Offset) time.Time {
	switch off.Unit {
	case care.Hours:
		return base.Add(time.Duration(off.N) * time.Hour)
	case care.Minutes:
		return base.Add(time.Duration(off.N) * time.Minute)
	case care.EndOfDay:
		return care.DateOf(base, r.zone).EndOf(r.zone).UTC()
	}
	day := care.DateOf(base, r.zone)
	if off.Unit == care.BusinessDays {
		day, _ = r.s.Calendar.AddBusinessDays(day, off.N)
	} else {
		day = day.AddDays(off.N)
	}
	return time.Date(day.Year, day.Month, day.Day, morning, 0, 0, 0, r.zone).UTC()
}

// Wake gives when the engine must be asked again at the latest, in logical time; nil where nothing
// is to come.
func (e *Engine) Wake(s State) *time.Time {
	zone, err := zoneNamed(s.Zone)
	if err != nil {
		return nil
	}
	r := &run{Engine: e, s: s, zone: zone, at: s.At, now: s.At}
	return r.nextMoment()
}

// nextMoment is the earliest moment at which something is due, whether past or to come.
func (r *run) nextMoment() *time.Time {
	if r.s.Status == care.EnrollmentEnded || r.s.Status == "" {
		return nil
	}
	var earliest time.Time
	found := false
	consider := func(t time.Time) {
		if !found || t.Before(earliest) {
			earliest, found = t, true
		}
	}
	for _, c := range r.s.Clocks {
		r.clockMoments(c, consider)
	}
	for i := range r.s.Escalations {
		if until := r.s.Escalations[i].SnoozedUntil; r.s.Escalations[i].Status == care.EscalationSnoozed && until != nil {
			consider(*until)
		}
	}
	switch r.s.Status {
	case care.EnrollmentPaused:
		consider(r.s.Pause.Until)
		r.stepMoments(consider)
	case care.EnrollmentSuspended:
		consider(r.s.Suspension.ReviewAt)
	default:
		r.stepMoments(consider)
	}
	if !found {
		return nil
	}
	return &earliest
}

func (r *run) clockMoments(c *Clock, consider func(time.Time)) {
	if c.Status == care.ClockRunning {
		consider(c.Due)
	}
	if !r.rungsRun(c) {
		return
	}
	for _, rung := range c.Rungs {
		if !rung.Fired {
			consider(rung.At)
		}
	}
}

// rungsRun tells whether the clock's ladder may fire: not while the enrollment is suspended, and a
// pause holds those of the clocks that it pauses.
func (r *run) rungsRun(c *Clock) bool {
	if c.Status != care.ClockRunning && c.Status != care.ClockMissed {
		return false
	}
	return r.s.Status != care.EnrollmentSuspended
}

// stepMoments considers when waiting steps may open.
func (r *run) stepMoments(consider func(time.Time)) {
	for _, st := range r.s.Steps {
		if st.Status != care.StepWaiting || st.OpensAt == nil || !st.OpensAt.After(r.s.At) {
			continue
		}
		if spec := r.spec(st.ID); r.s.Status == care.EnrollmentActive || spec != nil && r.beginsIn(r.pauseOf(st, spec)) {
			consider(*st.OpensAt)
		}
	}
}

// fire does what is due at the logical time: deadlines first, then rungs, then the rest.
func (r *run) fire() {
	for _, c := range r.s.Clocks {
		if c.Status == care.ClockRunning && !c.Due.After(r.at) {
			r.overdue(c)
		}
	}
	for _, c := range r.s.Clocks {
		if !r.rungsRun(c) {
			continue
		}
		for i := range c.Rungs {
			if !c.Rungs[i].Fired && !c.Rungs[i].At.After(r.at) {
				c.Rungs[i].Fired = true
				r.fireRung(c, i)
			}
		}
	}
	r.wakeSnoozed()
	r.endPauseIfTime()
	r.reviewSuspension()
}
