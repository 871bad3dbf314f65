package care

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Unit is what an Offset counts.
type Unit string

// The units of an Offset. Business days, days and the end of the day reach to
// the end of a local day; hours and minutes are exact.
const (
	BusinessDays Unit = "business_days"
	Days         Unit = "days"
	Hours        Unit = "hours"
	Minutes      Unit = "minutes"
	EndOfDay     Unit = "end_of_day"
)

// Offset is an amount of time from an anchor: "2 business days", "14 days",
// "4 hours", "30 minutes", "end of day". A negative N reaches back, "-2
// business days". EndOfDay has no number.
type Offset struct {
	N    int
	Unit Unit
}

// maxOffsetDays keeps deadlines within a century, so that a slip of the
// keyboard is refused and no computation runs for long.
const maxOffsetDays = 36_525

const offsetHelp = `write a number and a unit, like "2 business days", "14 days", "1 week", "4 hours" or "30 minutes", or "end of day"`

// ParseOffset reads an amount of time as a pathway's author writes it. Weeks
// are read as seven days each. Every error says what to write instead.
func ParseOffset(s string) (Offset, error) {
	if off, ok := plainOffset(s); ok {
		return off, nil
	}
	if !mayBeOffset(s) {
		return Offset{}, offsetError(s)
	}
	words := strings.Fields(strings.ToLower(s))
	if len(words) == 0 {
		return Offset{}, errors.New("an amount of time is missing: " + offsetHelp)
	}
	if slices.Equal(words, []string{"end", "of", "day"}) {
		return Offset{Unit: EndOfDay}, nil
	}
	n, err := strconv.Atoi(words[0])
	if errors.Is(err, strconv.ErrRange) {
		return Offset{}, fmt.Errorf("%q is more than a century: %s", s, offsetHelp)
	}
	if err != nil || len(words) == 1 {
		return Offset{}, offsetError(s)
	}
	off, err := offsetIn(n, strings.Join(words[1:], " "))
	if err != nil {
		return Offset{}, fmt.Errorf("%q is not an amount of time: %w", s, err)
	}
	return off, nil
}

// plainOffset reads an offset as it is mostly written, one space between its words and all in small
// letters. Engines read offsets all the time, and this way makes nothing.
func plainOffset(s string) (Offset, bool) {
	if s == "end of day" {
		return Offset{Unit: EndOfDay}, true
	}
	number, unit, two := strings.Cut(s, " ")
	if !two || len(number) > len("36525000") {
		return Offset{}, false
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return Offset{}, false
	}
	off, err := offsetIn(n, unit)
	return off, err == nil
}

// mayBeOffset is false of what begins neither with a number nor as the end of the day does, as
// expressions do that stand where an amount of time may stand; and true of nothing at all, which has
// an error of its own.
func mayBeOffset(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || strings.ContainsRune("+-0123456789eE", rune(s[0]))
}

// offsetError is the text that was read as one. What it says is only made when it is asked.
type offsetError string

// Error implements error.
func (s offsetError) Error() string {
	return fmt.Sprintf("%q is not an amount of time: %s", string(s), offsetHelp)
}

func offsetIn(n int, unit string) (Offset, error) {
	var off Offset
	perDay := 1
	switch unit {
	case "business day", "business days":
		off = Offset{N: n, Unit: BusinessDays}
	case "day", "days":
		off = Offset{N: n, Unit: Days}
	case "week", "weeks":
		if n > maxOffsetDays || n < -maxOffsetDays {
			return Offset{}, errors.New("it is more than a century")
		}
		off = Offset{N: 7 * n, Unit: Days}
	case "hour", "hours":
		off, perDay = Offset{N: n, Unit: Hours}, 24
	case "minute", "minutes":
		off, perDay = Offset{N: n, Unit: Minutes}, 24*60
	case "month", "months", "year", "years":
		return Offset{}, fmt.Errorf("%s differ in length: write days, like \"30 days\"", strings.TrimSuffix(unit, "s")+"s")
	default:
		return Offset{}, fmt.Errorf("unknown unit %q: %s", unit, offsetHelp)
	}
	if off.N > maxOffsetDays*perDay || off.N < -maxOffsetDays*perDay {
		return Offset{}, errors.New("it is more than a century")
	}
	return off, nil
}

// String writes the offset as ParseOffset reads it.
func (o Offset) String() string {
	if o.Unit == EndOfDay {
		return "end of day"
	}
	unit := strings.ReplaceAll(string(o.Unit), "_", " ")
	if o.N == 1 || o.N == -1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return strconv.Itoa(o.N) + " " + unit
}

// IsZero tells whether no offset was given.
func (o Offset) IsZero() bool { return o == Offset{} }

// Negate turns "after" into "before" and back. The end of the day stays the
// end of the day.
func (o Offset) Negate() Offset { return Offset{N: -o.N, Unit: o.Unit} }

// WholeDays tells whether a deadline with this offset falls at the end of a
// local day.
func (o Offset) WholeDays() bool {
	return o.Unit == BusinessDays || o.Unit == Days || o.Unit == EndOfDay
}

// MarshalText writes what String writes; a zero Offset gives an empty text.
func (o Offset) MarshalText() ([]byte, error) {
	if o.IsZero() {
		return []byte{}, nil
	}
	return []byte(o.String()), nil
}

// UnmarshalText reads what ParseOffset reads, and an empty text as the zero
// Offset.
func (o *Offset) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*o = Offset{}
		return nil
	}
	parsed, err := ParseOffset(string(text))
	if err != nil {
		return err
	}
	*o = parsed
	return nil
}

// Deadline is the instant by which something is due, with its reason in words
// that a person can check by hand.
type Deadline struct {
	// Due is in UTC; for offsets in whole days it is the last second of the
	// local day.
	Due time.Time `json:"due"`
	// Zone is the IANA name of the zone in which the days were counted.
	Zone    string    `json:"zone"`
	Reason  string    `json:"reason"`
	Skipped []Skipped `json:"skipped,omitempty"`
}

// Deadline computes what lies off after anchor, counting days on the wall
// calendar of zone (UTC when nil). The anchor's local date is day 0 and is
// never counted. Whole days reach to 23:59:59 of the local day; hours and
// minutes are exact, whatever clocks are changed meanwhile.
func (c Calendar) Deadline(anchor time.Time, off Offset, zone *time.Location) Deadline {
	zone = zoneOrUTC(zone)
	if !off.WholeDays() {
		return exactDeadline(anchor, off, zone)
	}
	day := DateOf(anchor, zone)
	last, skipped := c.lastDay(day, off)
	return Deadline{
		Due:     last.EndOf(zone).UTC(),
		Zone:    zone.String(),
		Reason:  wholeDaysReason(day, off, last, skipped, zone),
		Skipped: skipped,
	}
}

func (c Calendar) lastDay(day Date, off Offset) (Date, []Skipped) {
	switch off.Unit {
	case BusinessDays:
		return c.AddBusinessDays(day, off.N)
	case Days:
		return day.AddDays(off.N), nil
	default:
		return day, nil
	}
}

func exactDeadline(anchor time.Time, off Offset, zone *time.Location) Deadline {
	unit := time.Minute
	if off.Unit == Hours {
		unit = time.Hour
	}
	due := anchor.Add(time.Duration(off.N) * unit)
	const layout = "Mon 2006-01-02 15:04"
	return Deadline{
		Due:    due.UTC(),
		Zone:   zone.String(),
		Reason: fmt.Sprintf("%s %s; due at %s (%s)", distance(off), anchor.In(zone).Format(layout), due.In(zone).Format(layout), zone),
	}
}

func wholeDaysReason(day Date, off Offset, last Date, skipped []Skipped, zone *time.Location) string {
	due := "due by the end of " + longDate(last) + " (" + zone.String() + ")"
	if off.Unit == EndOfDay {
		return due
	}
	from := distance(off) + " " + longDate(day)
	if len(skipped) == 0 {
		return from + "; " + due
	}
	return from + ": " + skippedInWords(skipped) + "; " + due
}

// distance writes the offset with its direction: "2 business days after".
func distance(off Offset) string {
	if off.N < 0 {
		return off.Negate().String() + " before"
	}
	return off.String() + " after"
}

// skippedInWords names each holiday with its date, and the weekend days once
// however many weekends there are.
func skippedInWords(skipped []Skipped) string {
	var parts, weekend []string
	for _, s := range skipped {
		if s.Reason != SkippedWeekend {
			parts = append(parts, fmt.Sprintf("%s is a holiday (%s)", shortDate(s.Date), s.Reason))
			continue
		}
		if name := weekdayName(s.Date); !slices.Contains(weekend, name) {
			weekend = append(weekend, name)
		}
	}
	if len(weekend) > 0 {
		parts = append(parts, weekendInWords(weekend))
	}
	return strings.Join(parts, ", ")
}

func weekendInWords(days []string) string {
	if len(days) == 1 {
		return days[0] + " is no business day"
	}
	last := len(days) - 1
	return strings.Join(days[:last], ", ") + " and " + days[last] + " are no business days"
}

func longDate(d Date) string { return weekdayName(d) + " " + d.String() }

func shortDate(d Date) string { return d.midnightUTC().Format("Mon 2 Jan") }

func weekdayName(d Date) string { return d.Weekday().String()[:3] }
