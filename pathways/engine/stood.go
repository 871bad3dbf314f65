package engine

import (
	"fmt"
	"time"

	"throughline/care"
)

// What a clock lost while it stood still is given back in the clock's own units: one in hours gets
// the very time, one in days gets days, so that it still ends with a local day, and business days
// for business days. A stop within one day costs a clock in days nothing.

// extended gives a deadline in whole days the days back that it stood still.
func (r *run) extended(c *Clock, off care.Offset, d care.Deadline) care.Deadline {
	if c.LostDays == 0 {
		return d
	}
	back := care.Offset{N: c.LostDays, Unit: dayUnit(off.Unit)}
	reason := d.Reason
	d = r.s.Calendar.Deadline(d.Due, back, r.zone)
	d.Reason = fmt.Sprintf("%s; it stood still for %s, so it is due by the end of %s", reason, back, r.day(d.Due))
	return d
}

// extendedAnchor is the moment from which a clock's rungs count, moved by what it stood still.
func (r *run) extendedAnchor(c *Clock) time.Time {
	anchor := c.Anchor.Add(c.Lost)
	if c.LostDays == 0 {
		return anchor
	}
	off, err := care.ParseOffset(c.Offset)
	if err != nil {
		return anchor
	}
	day := care.DateOf(anchor, r.zone)
	moved := day.AddDays(c.LostDays)
	if off.Unit == care.BusinessDays {
		moved, _ = r.s.Calendar.AddBusinessDays(day, c.LostDays)
	}
	return moved.In(r.zone).UTC()
}

// daysBetween counts the days of the unit that began between two instants.
func (r *run) daysBetween(from, to time.Time, unit care.Unit) int {
	last := care.DateOf(to, r.zone)
	n := 0
	for day := care.DateOf(from, r.zone); day.Before(last); {
		day = day.AddDays(1)
		if unit != care.BusinessDays || r.s.Calendar.IsBusinessDay(day) {
			n++
		}
	}
	return n
}

func dayUnit(unit care.Unit) care.Unit {
	if unit == care.BusinessDays {
		return unit
	}
	return care.Days
}

// recount lets the calendar or the zone change, counts anew the days that every clock stood still,
// and places repetitions anew: each counts days by what is known now, whenever it was told.
func (r *run) recount(change func()) {
	before := make([]int, len(r.s.Clocks))
	for i, c := range r.s.Clocks {
		before[i] = r.daysStood(c)
	}
	change()
	r.recounted = true
	for i, c := range r.s.Clocks {
		c.LostDays += r.daysStood(c) - before[i]
	}
	r.replaceRepetitions()
}

func (r *run) daysStood(c *Clock) int {
	off, err := care.ParseOffset(c.Offset)
	if err != nil {
		return 0
	}
	days := 0
	for _, s := range c.Stood {
		days += r.daysBetween(s.From, s.To, off.Unit)
	}
	return days
}
