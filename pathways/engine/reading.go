package engine

import (
	"cmp"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// Reading is a result in numbers that an enrollment remembers, to compare later ones with. Only a
// pathway that asks for gains keeps any.
type Reading struct {
	Code   string    `json:"code"`
	At     time.Time `json:"at"` // when it was observed, else when it became known
	Number float64   `json:"number"`
}

// readingDays is how far back a gain looks at most.
const readingDays = 7

// observed takes a result. What follows from it is for conditions, tracks and steps to say. A result
// of the same code and moment takes the place of the one before; one that was taken back goes.
func (r *run) observed() error {
	if r.ev.Observation == nil || !r.def.ComparesResults() {
		return nil
	}
	reading, ok := r.readingOf(r.ev.Observation)
	r.s.Readings = slices.DeleteFunc(slices.Clone(r.s.Readings), func(old Reading) bool {
		return old.Code == reading.Code && (old.At.Equal(reading.At) || r.longBefore(old.At, reading.At, readingDays))
	})
	if !ok {
		return nil
	}
	r.s.Readings = append(r.s.Readings, reading)
	slices.SortStableFunc(r.s.Readings, func(a, b Reading) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), a.At.Compare(b.At))
	})
	return nil
}

// readingOf gives the result's number with its moment; ok is false where it has none that counts.
func (r *run) readingOf(o *care.ObservationReport) (reading Reading, ok bool) {
	reading = Reading{Code: o.Code.Code, At: r.at}
	if o.ObservedAt != nil {
		reading.At = o.ObservedAt.UTC()
	}
	value, isNumber := parseNumber(o.Value)
	reading.Number, _ = value.(float64)
	return reading, isNumber && o.Status != "cancelled" && o.Status != "entered-in-error"
}

// gain is how much a result lies above the lowest of the same code within the local days before it;
// known is false where there is none to compare with.
func (r *run) gain(o *care.ObservationReport, days int) (above any, known bool) {
	now, ok := r.readingOf(o)
	if !ok {
		return nil, false
	}
	lowest := now.Number
	for _, before := range r.s.Readings {
		if before.Code != now.Code || !before.At.Before(now.At) || r.longBefore(before.At, now.At, days) {
			continue
		}
		if !known || before.Number < lowest {
			lowest, known = before.Number, true
		}
	}
	return now.Number - lowest, known
}

// longBefore tells whether a moment lies more than some local days before another.
func (r *run) longBefore(early, late time.Time, days int) bool {
	return care.DateOf(early, r.zone).AddDays(days).Before(care.DateOf(late, r.zone))
}

// gainFact answers event.gain_…; ok is false where the attribute is another one.
func (r *run) gainFact(o *care.ObservationReport, name string) (v any, known, ok bool) {
	switch name {
	case pathways.GainOneDay:
		v, known = r.gain(o, 1)
	case pathways.GainSevenDays:
		v, known = r.gain(o, readingDays)
	default:
		return nil, false, false
	}
	return v, known, true
}
