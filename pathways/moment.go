package pathways

import (
	"fmt"
	"strings"

	"throughline/care"
)

// The anchors of a moment that are no step's or fact's.
const (
	AnchorDue   = "due"   // the deadline of the step's clock
	AnchorStart = "start" // the step's opening
)

// Moment is a point in time, told from an anchor: "4 hours before due", "2 days before
// visit.start", "due".
type Moment struct {
	Before bool
	Offset care.Offset // never negative; zero: the anchor itself
	Anchor string      // due, start, or a dotted name that is a date or an instant
}

const momentHelp = `write "due", or an amount of time before or after due, start or a step's moment, like "4 hours before due" or "2 days before visit.start"`

// isAnchor tells whether the text is a name, or two with a dot between.
func isAnchor(s string) bool {
	head, tail, dotted := strings.Cut(s, ".")
	return isName(head) && (!dotted || isName(tail))
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if letter := 'a' <= c && c <= 'z'; !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

// ParseMoment reads a moment as a pathway's author writes it. Every error says what to write
// instead. Whether the anchor exists is for Check to say.
func ParseMoment(s string) (Moment, error) {
	if isAnchor(s) { // most are, and engines read them all the time
		return Moment{Anchor: s}, nil
	}
	if m, ok := plainMoment(s); ok {
		return m, nil
	}
	words := strings.Fields(s)
	if len(words) == 1 && isAnchor(words[0]) {
		return Moment{Anchor: words[0]}, nil
	}
	if len(words) < 3 || !isAnchor(words[len(words)-1]) {
		return Moment{}, fmt.Errorf("%q is no moment: %s", s, momentHelp)
	}
	m := Moment{Anchor: words[len(words)-1]}
	switch words[len(words)-2] {
	case "before":
		m.Before = true
	case "after":
	default:
		return Moment{}, fmt.Errorf("%q is no moment: %s", s, momentHelp)
	}
	off, err := care.ParseOffset(strings.Join(words[:len(words)-2], " "))
	if err != nil {
		return Moment{}, fmt.Errorf("in the moment %q: %w", s, err)
	}
	if off.N <= 0 {
		return Moment{}, fmt.Errorf("in the moment %q the amount of time must be more than nothing: %s", s, momentHelp)
	}
	m.Offset = off
	return m, nil
}

// plainMoment reads a moment as it is mostly written, with one space between its words, and makes
// nothing.
func plainMoment(s string) (Moment, bool) {
	last := strings.LastIndexByte(s, ' ')
	if last < 0 || !isAnchor(s[last+1:]) {
		return Moment{}, false
	}
	amount, before := strings.CutSuffix(s[:last], " before")
	if !before {
		var after bool
		if amount, after = strings.CutSuffix(s[:last], " after"); !after {
			return Moment{}, false
		}
	}
	off, err := care.ParseOffset(amount)
	return Moment{Before: before, Offset: off, Anchor: s[last+1:]}, err == nil && off.N > 0
}

// String writes the moment as ParseMoment reads it.
func (m Moment) String() string {
	switch {
	case m.Offset.IsZero():
		return m.Anchor
	case m.Before:
		return m.Offset.String() + " before " + m.Anchor
	}
	return m.Offset.String() + " after " + m.Anchor
}

// Signed gives the offset with its direction: negative before the anchor.
func (m Moment) Signed() care.Offset {
	if m.Before {
		return m.Offset.Negate()
	}
	return m.Offset
}

// surelyBefore tells whether the moment comes before another of the same anchor, whatever days are
// in between.
func (m Moment) surelyBefore(other Moment) bool {
	if m.Offset.Unit == other.Offset.Unit || m.Offset.IsZero() || other.Offset.IsZero() {
		return m.signedHours(1) < other.signedHours(1)
	}
	// A day of business may be followed by five that are none: a weekend beside holidays.
	const longest = 6
	return max(m.signedHours(1), m.signedHours(longest)) < min(other.signedHours(1), other.signedHours(longest))
}

// signedHours gives the hours from the anchor, where a business day takes so many days.
func (m Moment) signedHours(daysPerBusinessDay float64) float64 {
	hours := map[care.Unit]float64{care.Hours: 1, care.Minutes: 1.0 / 60, care.Days: 24, care.BusinessDays: 24 * daysPerBusinessDay}
	h := hours[m.Offset.Unit] * float64(m.Offset.N)
	if m.Before {
		return -h
	}
	return h
}
