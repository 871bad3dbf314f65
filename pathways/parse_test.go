package pathways

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
)

const small = `pathway: small
version: 2
title: Small
owner: nurse
launch: {on: request, once_per: request}
facts:
  zeta: {type: bool, default: true}
  alpha: {type: int, default: 3}
  Mid: {type: code, values: one}
clocks:
  soon: {from: enrolled, within: 1 day}
ladders:
  up:
    - {at: due, escalate: supervisor}
messages:
  hello:
    en: {subject: Hi, text: Hello}
    es: {subject: Hola, text: Buenas}
steps:
  - id: call
    task: Call
    clock: soon
    ladder: up
    excused: {outcome: tried, when: attempts.live >= 2}
  - id: after_all
    after: call
    milestone: Done
tracks:
  extra: {on: patient.died, steps: [call]}
ends:
  - {on: encounter.admitted, as: {suspend: until encounter.discharged}}
  - {when: all(required), as: completed}
`

func TestParseKeepsOrderAndLines(t *testing.T) {
	got, problems := Parse("small.yaml", []byte(small))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := &Definition{
		Pathway: "small", Version: 2, Title: "Small", Owner: "nurse",
		Launch: Launch{On: "request", OncePer: "request", Line: 5},
		Facts: []Fact{
			{Name: "zeta", Type: "bool", Default: true, Line: 7},
			{Name: "alpha", Type: "int", Default: 3.0, Line: 8},
			{Name: "Mid", Type: "code", Values: []string{"one"}, Line: 9},
		},
		Clocks:  []Clock{{Name: "soon", From: "enrolled", Within: "1 day", Line: 11}},
		Ladders: []Ladder{{Name: "up", Rungs: []Rung{{At: "due", Escalate: "supervisor", Line: 14}}, Line: 13}},
		Templates: []Template{{Name: "hello", Texts: []Wording{
			{Language: "en", Subject: "Hi", Text: "Hello"}, {Language: "es", Subject: "Hola", Text: "Buenas"},
		}, Line: 16}},
		Steps: []Step{
			{ID: "call", Task: "Call", Clock: "soon", Ladder: "up", Excused: &Excused{Outcome: "tried", When: "attempts.live >= 2", Line: 24}, Line: 20},
			{ID: "after_all", After: []string{"call"}, Milestone: "Done", Line: 25},
		},
		Tracks: []Track{{Name: "extra", On: "patient.died", Steps: []string{"call"}, Line: 29}},
		Ends: []End{
			{On: "encounter.admitted", Suspend: "encounter.discharged", Line: 31},
			{When: "all(required)", As: "completed", Line: 32},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	crlf, problems := Parse("small.yaml", []byte(strings.ReplaceAll(small, "\n", "\r\n")))
	if len(problems) > 0 || cmp.Diff(want, crlf) != "" {
		t.Errorf("with CR LF it reads differently: %v", problems)
	}
}

func TestParseRefusesALargeFile(t *testing.T) {
	d, problems := Parse("big.yaml", []byte(small+strings.Repeat("# filler\n", maxFileBytes/9)))
	if d != nil || len(problems) != 1 || !strings.Contains(problems[0].Message, "larger than 256 KiB") {
		t.Errorf("got %v", problems)
	}
}

func TestDigestIsOfTheContent(t *testing.T) {
	digest := func(src string) string {
		t.Helper()
		d, problems := Parse("small.yaml", []byte(src))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return Digest(d)
	}
	plain := digest(small)
	if !strings.HasPrefix(plain, "sha256:") || len(plain) != len("sha256:")+64 {
		t.Errorf("%q is no digest", plain)
	}
	if digest(strings.Replace(small, "version: 2", "version: 2 # the second", 1)) != plain {
		t.Error("a comment changed the digest")
	}
	if digest("# a comment that moves every line\n"+small) == plain {
		t.Error("causes would cite other lines under the same digest")
	}
	for _, change := range []string{"1 day}|2 days}", "title: Small|title: Smaller", "escalate: supervisor|warn: supervisor", "text: Buenas|text: Buenos"} {
		before, after, _ := strings.Cut(change, "|")
		if digest(strings.Replace(small, before, after, 1)) == plain {
			t.Errorf("%s: the digest is the same", change)
		}
	}
}

func TestParseMoment(t *testing.T) {
	tests := []struct {
		text string
		want Moment
		err  string
	}{
		{"due", Moment{Anchor: "due"}, ""},
		{"4 hours before due", Moment{Before: true, Offset: care.Offset{N: 4, Unit: care.Hours}, Anchor: "due"}, ""},
		{"1 business day after start", Moment{Offset: care.Offset{N: 1, Unit: care.BusinessDays}, Anchor: "start"}, ""},
		{" 2  days before visit.start ", Moment{Before: true, Offset: care.Offset{N: 2, Unit: care.Days}, Anchor: "visit.start"}, ""},
		{"", Moment{}, "is no moment"},
		{"tomorrow morning", Moment{}, "is no moment"},
		{"2 days until due", Moment{}, "is no moment"},
		{"2 fortnights before due", Moment{}, "unknown unit"},
		{"0 days before due", Moment{}, "more than nothing"},
		{"-1 days after due", Moment{}, "more than nothing"},
		{"end of day after start", Moment{}, "more than nothing"},
		{"2 days before Visit.Start", Moment{}, "is no moment"},
	}
	for _, tc := range tests {
		got, err := ParseMoment(tc.text)
		if tc.err != "" {
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%q: got %v, want an error with %q", tc.text, err, tc.err)
			}
			continue
		}
		if err != nil || got != tc.want {
			t.Errorf("%q: got %+v, %v", tc.text, got, err)
		}
		if back, err := ParseMoment(got.String()); err != nil || back != got {
			t.Errorf("%q does not survive its own words: %q", tc.text, got)
		}
	}
}

func TestAccept(t *testing.T) {
	tests := []struct {
		typ  string
		v    any
		want any
		ok   bool
	}{
		{TypeBool, true, true, true},
		{TypeBool, "true", nil, false},
		{TypeInt, 3.0, int64(3), true},
		{TypeInt, 3.5, nil, false},
		{TypeNumber, 3, 3.0, true},
		{TypeCode, "a", "a", true},
		{TypeCode, "c", nil, false},
		{TypeDate, "2025-11-26", "2025-11-26", true},
		{TypeDate, "2025-02-30", nil, false},
		{TypeDateTime, "2025-11-26T09:00:00-05:00", "2025-11-26T14:00:00Z", true},
		{TypeDateTime, "2025-11-26", nil, false},
		{"nonsense", "x", nil, false},
	}
	for _, tc := range tests {
		got, err := Accept(tc.typ, []string{"a", "b"}, tc.v)
		if (err == nil) != tc.ok {
			t.Errorf("%s %v: %v", tc.typ, tc.v, err)
			continue
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s %v: %s", tc.typ, tc.v, diff)
		}
		if err != nil && care.CodeOf(err) != care.Invalid {
			t.Errorf("%s %v: the code is %s", tc.typ, tc.v, care.CodeOf(err))
		}
	}
}

// A file from an old editor ends its lines by a carriage return alone, and one from Windows by two
// signs: what is wrong stands at the same place.
func TestLineEnds(t *testing.T) {
	src, err := os.ReadFile("testdata/invalid/step-clock-unknown.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, want := Load("x.yaml", src)
	for _, end := range []string{"\r\n", "\r"} {
		_, got := Load("x.yaml", []byte("\ufeff"+strings.ReplaceAll(string(src), "\n", end)))
		if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
			t.Errorf("lines that end with %q:\n%s", end, diff)
		}
	}
}

func TestAmountMeant(t *testing.T) {
	for text, want := range map[string]string{
		"48h": "48 hours", "2 buisness days": "2 business days", "two weeks": "2 weeks", "1 wk": "1 week", "one day": "1 day", //nolint:misspell // as beginners write it
		"3 months": "90 days", "2 working days": "2 business days", "14-days": "14 days", "30 min": "30 minutes",
		"5": "", "soon": "", "a few days": "", "-3 days": "", "99999999999999 days": "", "1.5 days": "",
	} {
		if got := amountMeant(text); got != want {
			t.Errorf("%q is taken for %q, not %q", text, got, want)
		}
	}
}
