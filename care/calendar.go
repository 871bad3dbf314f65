package care

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Date is a civil date: a day on the wall calendar of whoever reads it,
// without a time and without a zone. The zero Date means "no date" and is
// written as an empty text.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf gives the civil date that a clock in loc shows at the instant t.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(zoneOrUTC(loc)).Date()
	return Date{Year: y, Month: m, Day: d}
}

// ParseDate reads an ISO 8601 calendar date, "2025-11-26". Days that do not
// exist, such as 30 February, are refused.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date: write it as year-month-day, like 2025-11-26", s)
	}
	return DateOf(t, time.UTC), nil
}

// String writes the date in ISO 8601, "2025-11-26".
func (d Date) String() string {
	if d.Year < 0 || d.Year > 9999 || d.Month < 0 || d.Month > 99 || d.Day < 0 || d.Day > 99 { // no day at all
		return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
	}
	digit := func(n int) byte { return '0' + byte(n%10) }
	y, m, day := d.Year, int(d.Month), d.Day
	text := [...]byte{digit(y / 1000), digit(y / 100), digit(y / 10), digit(y), '-', digit(m / 10), digit(m), '-', digit(day / 10), digit(day)}
	return string(text[:])
}

// IsZero tells whether d is the zero Date, "no date".
func (d Date) IsZero() bool { return d == Date{} }

// MarshalText writes the date in ISO 8601; the zero Date gives an empty text.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return []byte{}, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Compare is negative when d is before other, zero when they are the same
// day, and positive when d is after other.
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.Year, other.Year), cmp.Compare(d.Month, other.Month), cmp.Compare(d.Day, other.Day))
}

// Before tells whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After tells whether d is a later day than other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// Weekday tells which day of the week d is.
func (d Date) Weekday() time.Weekday { return d.midnightUTC().Weekday() }

// AddDays moves by n calendar days, backwards when n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(d.midnightUTC().AddDate(0, 0, n), time.UTC)
}

func (d Date) midnightUTC() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// In gives the instant at which the day starts in loc. That is midnight, but
// where a clock change removes midnight it is the first instant after the
// change, and where a change repeats the last minutes of the day before it is
// the instant after which that day never returns.
func (d Date) In(loc *time.Location) time.Time {
	loc = zoneOrUTC(loc)
	midnight := d.midnightUTC()
	// No zone is further than 26 hours from UTC, so every stretch of constant
	// offset that could show the day before lies in this window.
	const reach = 26 * time.Hour
	start := midnight.Add(-reach)
	for at := start; at.Before(midnight.Add(reach)); {
		_, offset := at.In(loc).Zone()
		_, end := at.In(loc).ZoneBounds()
		// In this stretch the day before is shown until local midnight or
		// until the stretch ends, whichever comes first.
		until := midnight.Add(-time.Duration(offset) * time.Second)
		if !end.IsZero() && end.Before(until) {
			until = end
		}
		if until.After(at) {
			start = until
		}
		if end.IsZero() {
			break
		}
		at = end
	}
	return start.In(loc)
}

// EndOf gives the last whole second of the day in loc: 23:59:59 on the wall
// clock, also on days of 23 or 25 hours.
func (d Date) EndOf(loc *time.Location) time.Time {
	return d.AddDays(1).In(loc).Add(-time.Second)
}

func zoneOrUTC(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}

// Holiday is a day on which an organization is closed.
type Holiday struct {
	Date Date   `json:"date"`
	Name string `json:"name"`
}

// Rules that a Calendar can follow.
const (
	// RulesUSFederal closes the US federal holidays on the days on which they
	// are observed; see FederalHolidays.
	RulesUSFederal = "us-federal-observed"
	// RulesNone closes no holidays but those listed in Extra.
	RulesNone = "none"
)

// Calendar says which days are business days for an organization. It is plain
// data: the same Calendar gives the same answer everywhere and for ever.
//
// Of several statements about one day, Removed wins over Extra, and Extra over
// Rules and Weekend.
type Calendar struct {
	Name string `json:"name"`
	// Weekend lists the days of the week that are never worked, 0 for Sunday
	// to 6 for Saturday.
	Weekend []time.Weekday `json:"weekend"`
	// Rules names the holiday rules: RulesUSFederal or RulesNone.
	Rules string `json:"rules"`
	// Extra lists further closed days.
	Extra []Holiday `json:"extra,omitempty"`
	// Removed lists days that are worked although a rule would close them.
	Removed []Date `json:"removed,omitempty"`
}

// USFederalCalendar is the default calendar: Monday to Friday, except the US
// federal holidays as observed.
func USFederalCalendar() Calendar {
	return Calendar{
		Name:    "US federal holidays, observed",
		Weekend: []time.Weekday{time.Saturday, time.Sunday},
		Rules:   RulesUSFederal,
	}
}

// Validate tells what is wrong with a calendar that someone has edited.
func (c Calendar) Validate() error {
	if c.Rules != RulesUSFederal && c.Rules != RulesNone {
		return fmt.Errorf("calendar rules %q are unknown: write %q or %q", c.Rules, RulesUSFederal, RulesNone)
	}
	for _, day := range c.Weekend {
		if day < time.Sunday || day > time.Saturday {
			return fmt.Errorf("weekend day %d is unknown: write 0 for Sunday to 6 for Saturday", int(day))
		}
	}
	if c.neverOpen() {
		return errors.New("the weekend names all seven days: leave at least one business day")
	}
	for _, h := range c.Extra {
		if h.Date.IsZero() || h.Name == "" {
			return errors.New("an extra holiday needs a date and a name")
		}
	}
	return nil
}

// IsBusinessDay tells whether work is done on d.
func (c Calendar) IsBusinessDay(d Date) bool {
	_, closed := c.closedOn(d)
	return !closed
}

// HolidayOn gives the name of the holiday for which d is closed. An ordinary
// weekend day is no holiday. A federal holiday that falls on a weekend is
// reported on the weekday on which it is observed, and only there.
func (c Calendar) HolidayOn(d Date) (name string, ok bool) {
	if slices.Contains(c.Removed, d) {
		return "", false
	}
	for _, h := range c.Extra {
		if h.Date == d {
			return h.Name, true
		}
	}
	if c.Rules != RulesUSFederal {
		return "", false
	}
	return federalHolidayOn(d)
}

// SkippedWeekend is the Reason of a Skipped weekend day; every other Reason is
// the name of a holiday.
const SkippedWeekend = "weekend"

// Skipped is a day that was passed over because it is no business day.
type Skipped struct {
	Date   Date   `json:"date"`
	Reason string `json:"reason"`
}

// AddBusinessDays moves by n business days, backwards when n is negative, and
// tells which days were passed over on the way, in the order of travel. The
// day d itself is never counted, whether it is a business day or not; with n
// zero the answer is d.
//
// Never counting the first day is the reading of CMS for transitional care
// management: "within two business days following discharge" (CPT 99495 and
// 99496).
func (c Calendar) AddBusinessDays(d Date, n int) (Date, []Skipped) {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	var skipped []Skipped
	for n > 0 {
		d = d.AddDays(step)
		if reason, closed := c.closedOn(d); closed {
			skipped = append(skipped, Skipped{Date: d, Reason: reason})
			continue
		}
		n--
	}
	return d, skipped
}

func (c Calendar) closedOn(d Date) (reason string, closed bool) {
	if slices.Contains(c.Removed, d) {
		return "", false
	}
	if name, ok := c.HolidayOn(d); ok {
		return name, true
	}
	// A calendar that is never open is refused by Validate; here its weekend
	// is ignored, because a deadline must always exist.
	if slices.Contains(c.Weekend, d.Weekday()) && !c.neverOpen() {
		return SkippedWeekend, true
	}
	return "", false
}

func (c Calendar) neverOpen() bool {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if !slices.Contains(c.Weekend, day) {
			return false
		}
	}
	return true
}
