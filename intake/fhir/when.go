package fhir

import (
	"regexp"
	"time"
)

// edge says which end of a day, a month or a year is meant, where a date has no time.
type edge int

const (
	first edge = iota
	last       // FHIR Period: the end is inclusive, "2012-02-03" is the whole of that day
)

// dated is an instant with how precisely the sender gave it.
type dated struct {
	at time.Time
	// coarse: a month or a year only. unzoned: a time of day without an offset, which FHIR forbids.
	coarse, unzoned bool
}

// layouts are FHIR's date, dateTime and instant, and the unzoned times that senders write.
var layouts = []struct {
	layout  string
	years   int
	months  int
	days    int
	unzoned bool
}{
	{layout: time.RFC3339Nano},
	{layout: "2006-01-02", days: 1},
	{layout: "2006-01-02T15:04Z07:00"},
	{layout: "2006-01-02T15:04:05.999999999", unzoned: true},
	{layout: "2006-01-02T15:04", unzoned: true},
	{layout: "2006-01", months: 1},
	{layout: "2006", years: 1},
}

// readWhen reads a FHIR date, dateTime or instant. A date without a time is the first or the last
// second of it in the zone.
func readWhen(text string, zone *time.Location, e edge) (dated, bool) {
	for _, l := range layouts {
		at, err := time.ParseInLocation(l.layout, text, zone)
		if err != nil {
			continue
		}
		if e == last && l.years+l.months+l.days > 0 {
			at = at.AddDate(l.years, l.months, l.days).Add(-time.Second)
		}
		at = at.UTC()
		if at.Year() < 1 || at.Year() > 9999 {
			return dated{}, false
		}
		return dated{at: at, coarse: l.years+l.months > 0, unzoned: l.unzoned}, true
	}
	return dated{}, false
}

// when reads the element of a resource, nil where it is absent.
func (m *message) when(o *origin, element, text string, e edge) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // the element may be absent
	}
	path := o.path + "." + element
	d, ok := readWhen(text, m.zone, e)
	if !ok {
		return nil, invalid(path, "is not a FHIR date or time; write it like 2026-05-01 or 2026-05-01T14:30:00-05:00")
	}
	if d.unzoned {
		m.notes.add(o.kind+"."+element+" has a time without an offset: read in the zone of the facility", path)
	}
	if d.coarse {
		m.notes.add(o.kind+"."+element+" is no more precise than a month: read as its "+map[edge]string{first: "first", last: "last"}[e]+" instant", path)
	}
	return &d.at, nil
}

var birthDates = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?`)

// birthDate gives the date part of what the sender wrote, and whether that was all of it.
func birthDate(text string) (date string, whole bool) {
	date = birthDates.FindString(text)
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if _, err := time.Parse(layout, date); err == nil {
			return date, date == text
		}
	}
	return "", text == ""
}
