package sheet

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"throughline/pathways"
)

// What is sent for a bool.
const (
	yes = "yes"
	no  = "no"
)

// maxText is how long an answer in words may be, in characters: about a page.
const maxText = 2000

// maxNumber is far beyond everything that is measured of people, and exact as a whole number.
const maxNumber = 1e9

// read gives the answer that was sent, nil where there is none; or, in words, what is wrong with it.
func (p Paper) read(f pathways.Field, given []string, w words) (answer any, fault string) {
	answer, fault = p.typed(f, given, w)
	if fault == "" {
		fault = w.beyond(f, answer, p.Language)
	}
	return answer, fault
}

// typed reads an answer by its type.
func (p Paper) typed(f pathways.Field, given []string, w words) (answer any, fault string) {
	if f.Type == pathways.TypeCodes {
		return several(f, given, w)
	}
	text := ""
	if len(given) > 0 {
		text = clean(given[0])
	}
	if text == "" {
		if f.Required {
			return nil, w.missing(f.Type)
		}
		return nil, ""
	}
	switch f.Type {
	case pathways.TypeBool:
		if text != yes && text != no {
			return nil, w.choose
		}
		return text == yes, ""
	case pathways.TypeCode:
		if !slices.Contains(f.Values, text) {
			return nil, w.choose
		}
		return text, ""
	case pathways.TypeInt:
		return p.whole(f, text, w)
	case pathways.TypeNumber:
		return p.decimal(f, text, w)
	case pathways.TypeDate:
		return date(text, p.Language, w)
	case pathways.TypeDateTime:
		return moment(text, p.Zone, w)
	}
	if utf8.RuneCountInString(text) > maxText {
		return nil, w.tooLong
	}
	return text, ""
}

// several takes any of the values, in their own order.
func several(f pathways.Field, given []string, w words) (answer any, fault string) {
	chosen := []any{}
	for _, v := range f.Values {
		if slices.Contains(given, v) {
			chosen = append(chosen, v)
		}
	}
	for _, v := range given {
		if v != "" && !slices.Contains(f.Values, v) {
			return nil, w.choose
		}
	}
	switch {
	case len(chosen) > 0:
		return chosen, ""
	case f.Required:
		return nil, w.chooseSome
	}
	return nil, ""
}

// clean makes of what was sent a text: no control characters, lines ended as ours are.
func clean(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, text))
}

var (
	grouped = regexp.MustCompile(`^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$`)
	comma   = regexp.MustCompile(`^[-+]?\d+,\d+$`)
	plain   = regexp.MustCompile(`^[-+]?\d+(\.\d+)?$`)
)

// number reads a number as people type it: with its unit, 1,200 in English, 37,5 elsewhere.
func (p Paper) number(f pathways.Field, text string) (float64, bool) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\u2212", "-"))
	for _, unit := range []string{f.In(p.Language).Unit, f.Unit} {
		if rest, cut := strings.CutSuffix(strings.ToLower(text), strings.ToLower(unit)); unit != "" && cut {
			text = strings.TrimSpace(rest)
		}
	}
	english := isEnglish(p.Language)
	switch {
	case grouped.MatchString(text) && english:
		text = strings.ReplaceAll(text, ",", "")
	case comma.MatchString(text) && !grouped.MatchString(text):
		text = strings.Replace(text, ",", ".", 1)
	case !plain.MatchString(text):
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && math.Abs(n) <= maxNumber
}

func (p Paper) whole(f pathways.Field, text string, w words) (answer any, fault string) {
	n, ok := p.number(f, text)
	if !ok || n != math.Trunc(n) {
		return nil, w.whole
	}
	return int64(n), ""
}

func (p Paper) decimal(f pathways.Field, text string, w words) (answer any, fault string) {
	n, ok := p.number(f, text)
	if !ok {
		return nil, w.number
	}
	return n, ""
}

// date reads what a browser's date field sends, and in English also what people in the United States
// type where theirs has none.
func date(text, language string, w words) (answer any, fault string) {
	layouts := []string{time.DateOnly}
	if isEnglish(language) {
		layouts = append(layouts, "1/2/2006")
	}
	for _, layout := range layouts {
		if d, err := time.Parse(layout, text); err == nil && d.Year() >= 1880 && d.Year() < 2200 {
			return d.Format(time.DateOnly), ""
		}
	}
	return nil, w.date
}

func moment(text string, zone *time.Location, w words) (answer any, fault string) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at.Format(time.RFC3339), ""
		}
	}
	return nil, w.moment
}
