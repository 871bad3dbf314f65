package population

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"throughline/care"
)

// Timetable is when somebody works in a week. It is written "mon-fri 08:30-17:00, sat 09:00-12:00".
// A day without hours is free; a day has one stretch of work.
type Timetable [7]shift

// shift is a day's work in seconds from midnight; both 0: none.
type shift struct{ from, to int }

var dayNames = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// UnmarshalText reads a timetable.
func (t *Timetable) UnmarshalText(text []byte) error {
	*t = Timetable{}
	for part := range strings.SplitSeq(string(text), ",") {
		words := strings.Fields(strings.ToLower(part))
		if len(words) != 2 {
			return fmt.Errorf(`%q are no working hours: write "mon-fri 08:30-17:00, sat 09:00-12:00"`, strings.TrimSpace(part))
		}
		days, err := weekdays(words[0])
		if err != nil {
			return err
		}
		hours, err := parseShift(words[1])
		if err != nil {
			return err
		}
		for _, d := range days {
			if t[d] != (shift{}) {
				return fmt.Errorf("%s is given twice: write each day once", dayNames[d])
			}
			t[d] = hours
		}
	}
	return nil
}

// weekdays reads "mon", "monday" or "mon-fri".
func weekdays(text string) ([]time.Weekday, error) {
	first, last, ranged := strings.Cut(text, "-")
	from, ok := weekday(first)
	to, okTo := from, ok
	if ranged {
		to, okTo = weekday(last)
	}
	if !ok || !okTo {
		return nil, fmt.Errorf("%q is no day of the week: write mon, tue, wed, thu, fri, sat, sun, or mon-fri", text)
	}
	days := []time.Weekday{from}
	for d := from; d != to; {
		d = (d + 1) % 7
		days = append(days, d)
	}
	return days, nil
}

func weekday(text string) (time.Weekday, bool) {
	const short = 3
	if len(text) < short {
		return 0, false
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.HasPrefix(strings.ToLower(d.String()), strings.ToLower(text)) {
			return d, true
		}
	}
	return 0, false
}

// parseShift reads "08:30-17:00".
func parseShift(text string) (shift, error) {
	first, last, ok := strings.Cut(text, "-")
	from, err := parseHour(first)
	to, errTo := parseHour(last)
	if !ok || errors.Join(err, errTo) != nil || from >= to {
		return shift{}, fmt.Errorf(`%q are no hours of a day: write "08:30-17:00"`, text)
	}
	return shift{from, to}, nil
}

const secondsOfDay = 24 * 60 * 60

// parseHour reads "08:30" as seconds from midnight; "24:00" is the end of the day.
func parseHour(text string) (int, error) {
	if text == "24:00" {
		return secondsOfDay, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of day: write it like 08:30", text)
	}
	return t.Hour()*3600 + t.Minute()*60, nil
}

// week gives the seconds of work in a week without holidays.
func (t Timetable) week() int {
	sum := 0
	for _, s := range t {
		sum += s.to - s.from
	}
	return sum
}

// Hours is a stretch of a day, written "10:00-19:00".
type Hours struct{ shift }

// UnmarshalText reads hours.
func (h *Hours) UnmarshalText(text []byte) (err error) {
	if h.shift, err = parseShift(strings.TrimSpace(string(text))); err == nil {
		return nil
	}
	// One moment, "09:00", is a stretch without length.
	at, single := parseHour(strings.TrimSpace(string(text)))
	if single != nil {
		return err
	}
	h.shift = shift{at, at}
	return nil
}

// day is one local day as the simulation sees it: seconds since 1970.
type day struct {
	date    care.Date
	starts  int64 // the first second of it
	open    bool  // a business day of the calendar
	holiday bool
}

// days are the local days of a simulation, in order, with the clock changes of their zone.
type days struct {
	zone  *time.Location
	list  []day
	first care.Date
}

// daysFrom gives the days from the first, so many of them.
func daysFrom(first care.Date, n int, zone *time.Location, calendar care.Calendar) *days {
	d := &days{zone: zone, first: first, list: make([]day, n)}
	date := first
	for i := range d.list {
		_, holiday := calendar.HolidayOn(date)
		d.list[i] = day{date: date, starts: date.In(zone).Unix(), open: calendar.IsBusinessDay(date), holiday: holiday}
		date = date.AddDays(1)
	}
	return d
}

// of gives the number of the day that an instant lies on; the last one for what lies beyond.
func (d *days) of(at int64) int {
	guess := int((at - d.list[0].starts) / secondsOfDay)
	guess = max(0, min(guess, len(d.list)-1))
	for guess > 0 && d.list[guess].starts > at {
		guess--
	}
	for guess+1 < len(d.list) && d.list[guess+1].starts <= at {
		guess++
	}
	return guess
}

// at gives the instant that a clock on the wall shows so many seconds after midnight on a day.
func (d *days) at(i, seconds int) int64 {
	date := d.list[i].date
	if seconds == secondsOfDay {
		return date.AddDays(1).In(d.zone).Unix()
	}
	return time.Date(date.Year, date.Month, date.Day, 0, 0, seconds, 0, d.zone).Unix()
}

// secondOfDay gives what the clock on the wall shows.
func (d *days) secondOfDay(at int64) int {
	t := time.Unix(at, 0).In(d.zone)
	return t.Hour()*3600 + t.Minute()*60 + t.Second()
}
