package hl7v2

import (
	"errors"
	"strings"
	"time"
)

// Precision is how exactly a timestamp was given.
type Precision int

// The precisions, coarse to fine.
const (
	Year Precision = iota + 1
	Month
	Day
	Hour
	Minute
	Second
	Fraction
)

// Timestamp is an HL7 date and time (TS, DTM, DT).
type Timestamp struct {
	// Time is the instant; what the sender left out is the first of its kind: 2025 is midnight
	// of 1 January. It is in the facility's zone, whatever offset the sender wrote.
	Time      time.Time
	Precision Precision
	// Zoned tells whether the sender wrote an offset. Without one the facility's zone was used.
	Zoned bool
}

var errNotTimestamp = errors.New("not an HL7 timestamp (YYYY[MM[DD[HH[MM[SS[.ssss]]]]]][+/-ZZZZ])")

// digits is how many digits of a timestamp each precision takes.
var digits = []struct {
	precision Precision
	upTo      int
}{{Year, 4}, {Month, 6}, {Day, 8}, {Hour, 10}, {Minute, 12}, {Second, 14}}

// ParseTimestamp reads an HL7 timestamp of any precision, from the year to fractions of a second,
// with or without an offset (HL7 2.x, chapter 2A, DTM). The zone is the facility's, for
// timestamps without offset; nil is UTC. ISO 8601, which some senders write instead, is read too.
func ParseTimestamp(text string, zone *time.Location) (Timestamp, error) {
	if zone == nil {
		zone = time.UTC
	}
	text = strings.TrimSpace(text)
	if t, ok := parseISO(text, zone); ok {
		return t, nil
	}
	local, offset, err := cutOffset(text)
	if err != nil {
		return Timestamp{}, err
	}
	in := zone
	if offset != nil {
		in = offset
	}
	t, err := parseLocal(local, in)
	if err != nil {
		return Timestamp{}, err
	}
	t.Time, t.Zoned = t.Time.In(zone), offset != nil
	return t, nil
}

// cutOffset separates the offset from UTC, +0215 or Z, from the date and time.
func cutOffset(text string) (string, *time.Location, error) {
	if local, found := strings.CutSuffix(text, "Z"); found {
		return local, time.UTC, nil
	}
	i := strings.IndexAny(text, "+-")
	if i < 0 {
		return text, nil, nil
	}
	sign, hhmm := 1, text[i+1:]
	if text[i] == '-' {
		sign = -1
	}
	n, ok := number(hhmm)
	if !ok || len(hhmm) != 4 || n/100 > 14 || n%100 > 59 {
		return "", nil, errNotTimestamp
	}
	return text[:i], time.FixedZone("", sign*(n/100*3600+n%100*60)), nil
}

func parseLocal(text string, zone *time.Location) (Timestamp, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	if len(whole) > 14 {
		// Hundredths without their point, as some senders write them.
		whole, fraction = whole[:14], whole[14:]
	}
	precision := Precision(0)
	for _, d := range digits {
		if len(whole) == d.upTo {
			precision = d.precision
		}
	}
	if precision == 0 {
		return Timestamp{}, errNotTimestamp
	}
	parts := [6]int{0, 1, 1}
	for i, from := 0, 0; i < int(precision); i++ {
		to := digits[i].upTo
		n, ok := number(whole[from:to])
		if !ok {
			return Timestamp{}, errNotTimestamp
		}
		parts[i], from = n, to
	}
	nanos, ok := nanoseconds(fraction)
	if !ok || fraction != "" && precision != Second || !validParts(parts) {
		return Timestamp{}, errNotTimestamp
	}
	if fraction != "" {
		precision = Fraction
	}
	t := time.Date(parts[0], time.Month(parts[1]), parts[2], parts[3], parts[4], parts[5], nanos, zone)
	return Timestamp{Time: t, Precision: precision}, nil
}

// validParts refuses the 30th of February. 24:00 and a leap second are read as the instant after.
func validParts(p [6]int) bool {
	date := time.Date(p[0], time.Month(p[1]), p[2], 0, 0, 0, 0, time.UTC)
	sameDay := date.Year() == p[0] && int(date.Month()) == p[1] && date.Day() == p[2]
	midnight := p[3] == 24 && p[4] == 0 && p[5] == 0
	return p[0] > 0 && sameDay && (p[3] < 24 || midnight) && p[4] < 60 && p[5] <= 60
}

func nanoseconds(fraction string) (int, bool) {
	if len(fraction) > 9 {
		fraction = fraction[:9]
	}
	n, ok := number(fraction + strings.Repeat("0", 9-len(fraction)))
	return n, ok
}

// number reads a text of digits only.
func number(text string) (int, bool) {
	if text == "" || len(text) > 9 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// isoForms are the ISO 8601 forms that HL7 timestamps are confused with.
var isoForms = []struct {
	layout    string
	precision Precision
	zoned     bool
}{
	{time.RFC3339Nano, Second, true},
	{"2006-01-02T15:04:05", Second, false},
	{"2006-01-02 15:04:05", Second, false},
	{"2006-01-02T15:04", Minute, false},
	{"2006-01-02", Day, false},
}

func parseISO(text string, zone *time.Location) (Timestamp, bool) {
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return Timestamp{}, false
	}
	for _, form := range isoForms {
		t, err := time.ParseInLocation(form.layout, text, zone)
		if err == nil && t.Year() > 0 {
			return Timestamp{Time: t.In(zone), Precision: form.precision, Zoned: form.zoned}, true
		}
	}
	return Timestamp{}, false
}

// dateOf gives the calendar date as precisely as it is known: 2025, 2025-11 or 2025-11-26. It is
// the date the sender wrote, so it is taken from the text and not from an instant.
func dateOf(text string) (string, error) {
	written := time.UTC
	local, _, err := cutOffset(strings.TrimSpace(text))
	if iso, ok := parseISO(strings.TrimSpace(text), written); ok {
		return iso.Time.Format(time.DateOnly), nil
	}
	if err != nil {
		return "", err
	}
	t, err := parseLocal(local, written)
	if err != nil {
		return "", err
	}
	switch t.Precision {
	case Year:
		return t.Time.Format("2006"), nil
	case Month:
		return t.Time.Format("2006-01"), nil
	default:
		return t.Time.Format(time.DateOnly), nil
	}
}
