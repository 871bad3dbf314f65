package hl7v2

import "strings"

// Delimiters are the separators one message declares in MSH-1 and MSH-2. Zero means that the
// message declares none of that kind.
type Delimiters struct {
	Field, Component, Repetition, Escape, Subcomponent, Truncation rune
}

// StandardDelimiters are the recommended ones: |^~\&.
var StandardDelimiters = Delimiters{Field: '|', Component: '^', Repetition: '~', Escape: '\\', Subcomponent: '&'}

// encodingCharacters is MSH-2 for these delimiters.
func (d Delimiters) encodingCharacters() string {
	var b strings.Builder
	for _, r := range []rune{d.Component, d.Repetition, d.Escape, d.Subcomponent, d.Truncation} {
		if r != 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// readDelimiters takes the delimiters from an MSH, FHS or BHS segment. A short MSH-2 is filled
// from the standard ones; a character written twice (the "^~\\&" of senders that escaped their
// backslash) counts once.
func readDelimiters(header string) (Delimiters, bool) {
	runes := []rune(header)
	if len(runes) < 4 || !isSeparator(runes[3]) {
		return Delimiters{}, false
	}
	d := Delimiters{Field: runes[3]}
	slots := []*rune{&d.Component, &d.Repetition, &d.Escape, &d.Subcomponent, &d.Truncation}
	used := map[rune]bool{d.Field: true}
	next := 0
	for _, r := range runes[4:] {
		if r == d.Field || next == len(slots) {
			break
		}
		if used[r] || !isSeparator(r) {
			continue
		}
		used[r] = true
		*slots[next] = r
		next++
	}
	fillFromStandard(&d, used)
	return d, true
}

func fillFromStandard(d *Delimiters, used map[rune]bool) {
	std := StandardDelimiters
	for _, s := range []struct {
		have *rune
		want rune
	}{{&d.Component, std.Component}, {&d.Repetition, std.Repetition}, {&d.Escape, std.Escape}, {&d.Subcomponent, std.Subcomponent}} {
		if *s.have == 0 && !used[s.want] {
			*s.have = s.want
			used[s.want] = true
		}
	}
}

// isSeparator tells whether a character may delimit: printable ASCII that is neither a letter, a
// digit nor a space.
func isSeparator(r rune) bool {
	switch {
	case r <= ' ', r > '~':
		return false
	case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
		return false
	}
	return true
}
