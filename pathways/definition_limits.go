package pathways

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Breach is how an answer of the right type breaks a limit of its question.
type Breach int

// The breaches. NotAlone is an answer that excludes all others, given beside others.
const (
	NoBreach Breach = iota
	TooLow
	TooHigh
	NotAlone
)

// Breach tells how an accepted answer breaks the question's limits: the least and the greatest number
// (FHIR's minValue and maxValue), and the answers that exclude all others (optionExclusive). The
// engine, the patient's page and whoever makes answers up ask it, so that they hold to the same.
func (f Field) Breach(v any) Breach {
	if chosen, several := v.([]any); several {
		if len(chosen) > 1 && slices.ContainsFunc(chosen, f.excludes) {
			return NotAlone
		}
		return NoBreach
	}
	number, _ := toNumber(v)
	n, ok := number.(float64)
	switch {
	case !ok:
		return NoBreach
	case f.Min != nil && n < *f.Min:
		return TooLow
	case f.Max != nil && n > *f.Max:
		return TooHigh
	}
	return NoBreach
}

func (f Field) excludes(v any) bool {
	text, ok := v.(string)
	return ok && slices.Contains(f.Exclusive, text)
}

// Limited tells whether the question's numbers have a least or a greatest one.
func (f Field) Limited() bool { return f.Min != nil || f.Max != nil }

// Within gives the number, or the nearest one that the question's limits allow.
func (f Field) Within(n float64) float64 {
	if f.Min != nil {
		n = math.Max(n, *f.Min)
	}
	if f.Max != nil {
		n = math.Min(n, *f.Max)
	}
	return n
}

// NumberInWords writes a limit as people do: 98.6, 1200.
func NumberInWords(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// LimitsInWords says what numbers the question takes: "from 50 to 700 lb"; empty where it says nothing.
func (f Field) LimitsInWords() string {
	unit := ""
	if f.Unit != "" {
		unit = " " + f.Unit
	}
	switch {
	case f.Min != nil && f.Max != nil:
		return "from " + NumberInWords(*f.Min) + " to " + NumberInWords(*f.Max) + unit
	case f.Min != nil:
		return NumberInWords(*f.Min) + unit + " or more"
	case f.Max != nil:
		return NumberInWords(*f.Max) + unit + " or less"
	}
	return ""
}

// ExclusiveInWords names the answers that exclude all others, as they are read in the pathway's first
// language: “None of these”.
func (f Field) ExclusiveInWords() string { return strings.Join(f.ExclusiveIn(""), ", ") }

// ExclusiveIn names the answers that exclude all others as they are read in the language, "" for the
// pathway's first, each set off by quotes.
func (f Field) ExclusiveIn(language string) []string {
	labels := f.In(language).Labels
	var out []string
	for i, v := range f.Values {
		if slices.Contains(f.Exclusive, v) {
			out = append(out, Quoted(labels[i]))
		}
	}
	return out
}
