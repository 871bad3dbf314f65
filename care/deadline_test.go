package care_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
)

// The deadlines of transitional care management (CPT 99495 and 99496) for
// eight discharges around weekends and holidays.
func TestTransitionalCareDeadlines(t *testing.T) {
	cases := []struct{ discharged, contact, visit7, visit14, period string }{
		{"2025-09-09", "2025-09-11", "2025-09-16", "2025-09-23", "2025-10-08"},
		{"2025-07-02", "2025-07-07", "2025-07-09", "2025-07-16", "2025-07-31"},
		{"2025-07-03", "2025-07-08", "2025-07-10", "2025-07-17", "2025-08-01"},
		{"2025-07-05", "2025-07-08", "2025-07-12", "2025-07-19", "2025-08-03"},
		{"2025-11-26", "2025-12-01", "2025-12-03", "2025-12-10", "2025-12-25"},
		{"2025-12-24", "2025-12-29", "2025-12-31", "2026-01-07", "2026-01-22"},
		{"2026-01-16", "2026-01-21", "2026-01-23", "2026-01-30", "2026-02-14"},
		{"2026-07-01", "2026-07-06", "2026-07-08", "2026-07-15", "2026-07-30"},
	}
	c := care.USFederalCalendar()
	newYork := zone(t, "America/New_York")
	for _, tc := range cases {
		for _, clock := range []string{"00:00:00", "14:30:00", "23:59:59"} {
			anchor, err := time.ParseInLocation(time.DateTime, tc.discharged+" "+clock, newYork)
			if err != nil {
				t.Fatal(err)
			}
			for offset, want := range map[string]string{
				"2 business days": tc.contact,
				"7 days":          tc.visit7,
				"14 days":         tc.visit14,
				"29 days":         tc.period,
			} {
				got := c.Deadline(anchor.UTC(), parseOffset(t, offset), newYork)
				if local := got.Due.In(newYork).Format(time.DateTime); local != want+" 23:59:59" {
					t.Errorf("%s after %s: due %s, want the end of %s", offset, anchor, local, want)
				}
				if got.Due.Location() != time.UTC || got.Zone != "America/New_York" {
					t.Errorf("due %s in %s, want UTC and America/New_York", got.Due, got.Zone)
				}
			}
		}
	}
}

func TestDeadlineReason(t *testing.T) {
	newYork := zone(t, "America/New_York")
	noon := func(date string) time.Time { return day(t, date).In(newYork).Add(12 * time.Hour) }
	cases := []struct {
		anchor time.Time
		offset string
		want   string
	}{
		{noon("2025-11-26"), "2 business days", "2 business days after Wed 2025-11-26: Thu 27 Nov is a holiday (Thanksgiving Day), Sat and Sun are no business days; due by the end of Mon 2025-12-01 (America/New_York)"},
		{noon("2026-07-01"), "2 business days", "2 business days after Wed 2026-07-01: Fri 3 Jul is a holiday (Independence Day, observed), Sat and Sun are no business days; due by the end of Mon 2026-07-06 (America/New_York)"},
		{noon("2025-07-05"), "2 business days", "2 business days after Sat 2025-07-05: Sun is no business day; due by the end of Tue 2025-07-08 (America/New_York)"},
		{noon("2025-09-09"), "2 business days", "2 business days after Tue 2025-09-09; due by the end of Thu 2025-09-11 (America/New_York)"},
		{noon("2025-09-09"), "10 business days", "10 business days after Tue 2025-09-09: Sat and Sun are no business days; due by the end of Tue 2025-09-23 (America/New_York)"},
		{noon("2025-12-01"), "-2 business days", "2 business days before Mon 2025-12-01: Thu 27 Nov is a holiday (Thanksgiving Day), Sun and Sat are no business days; due by the end of Wed 2025-11-26 (America/New_York)"},
		{noon("2025-11-26"), "1 week", "7 days after Wed 2025-11-26; due by the end of Wed 2025-12-03 (America/New_York)"},
		{noon("2025-11-26"), "1 day", "1 day after Wed 2025-11-26; due by the end of Thu 2025-11-27 (America/New_York)"},
		{noon("2025-11-26"), "end of day", "due by the end of Wed 2025-11-26 (America/New_York)"},
		{noon("2025-11-26"), "4 hours", "4 hours after Wed 2025-11-26 12:00; due at Wed 2025-11-26 16:00 (America/New_York)"},
		{noon("2025-11-26"), "-90 minutes", "90 minutes before Wed 2025-11-26 12:00; due at Wed 2025-11-26 10:30 (America/New_York)"},
	}
	c := care.USFederalCalendar()
	for _, tc := range cases {
		if diff := cmp.Diff(tc.want, c.Deadline(tc.anchor, parseOffset(t, tc.offset), newYork).Reason); diff != "" {
			t.Error(diff)
		}
	}
	threeDayWeekend := care.Calendar{Rules: care.RulesNone, Weekend: []time.Weekday{time.Friday, time.Saturday, time.Sunday}}
	got := threeDayWeekend.Deadline(noon("2025-09-10"), parseOffset(t, "2 business days"), newYork)
	if want := "2 business days after Wed 2025-09-10: Fri, Sat and Sun are no business days; due by the end of Mon 2025-09-15 (America/New_York)"; got.Reason != want {
		t.Errorf("got %s", got.Reason)
	}
}

// One instant is two dates: the zone decides which day is day 0.
func TestDeadlineCountsInTheGivenZone(t *testing.T) {
	at := time.Date(2025, time.November, 26, 3, 0, 0, 0, time.UTC)
	cases := []struct{ zone, due string }{
		{"America/New_York", "2025-11-29T04:59:59Z"}, // still Tuesday there
		{"America/Phoenix", "2025-11-29T06:59:59Z"},
		{"Pacific/Guam", "2025-12-01T13:59:59Z"}, // already Wednesday, and a day ahead
		{"UTC", "2025-12-01T23:59:59Z"},
	}
	c := care.USFederalCalendar()
	for _, tc := range cases {
		if got := c.Deadline(at, parseOffset(t, "2 business days"), zone(t, tc.zone)).Due.Format(time.RFC3339); got != tc.due {
			t.Errorf("%s: due %s, want %s", tc.zone, got, tc.due)
		}
	}
	if got := c.Deadline(at, parseOffset(t, "2 business days"), nil); got.Zone != "UTC" || got.Due.Format(time.RFC3339) != "2025-12-01T23:59:59Z" {
		t.Errorf("without a zone: %v", got)
	}
}

// Around every clock change of the contiguous states, a deadline in days ends
// at 23:59:59 of the wall clock, and one in hours is exact.
func TestDeadlinesAcrossUSClockChanges(t *testing.T) {
	var file struct {
		Zones map[string]struct {
			Transitions []struct {
				UTCStart time.Time `json:"utc_start"`
				Abbr     string    `json:"abbr"`
				Offset   int       `json:"utc_offset_minutes"`
			} `json:"transitions"`
		} `json:"zones"`
	}
	readShared(t, "us_timezone_transitions.json", &file)
	if len(file.Zones) != 4 {
		t.Fatalf("%d zones, want 4", len(file.Zones))
	}
	c := care.Calendar{Rules: care.RulesNone}
	for name, z := range file.Zones {
		loc := zone(t, name)
		if len(z.Transitions) != 40 {
			t.Fatalf("%s: %d transitions, want two a year for 20 years", name, len(z.Transitions))
		}
		for _, change := range z.Transitions {
			abbr, offset := change.UTCStart.In(loc).Zone()
			if abbr != change.Abbr || offset != 60*change.Offset {
				t.Fatalf("%s at %s: %s %d, want %s %d", name, change.UTCStart, abbr, offset/60, change.Abbr, change.Offset)
			}
			changed := care.DateOf(change.UTCStart, loc)
			length := 25 * time.Hour
			if change.UTCStart.In(loc).IsDST() {
				length = 23 * time.Hour
			}
			if got := changed.AddDays(1).In(loc).Sub(changed.In(loc)); got != length {
				t.Errorf("%s: %v lasts %s, want %s", name, changed, got, length)
			}
			eve := changed.AddDays(-1).In(loc).Add(20 * time.Hour)
			due := c.Deadline(eve, care.Offset{N: 1, Unit: care.Days}, loc).Due.In(loc)
			if want := changed.String() + " 23:59:59"; due.Format(time.DateTime) != want {
				t.Errorf("%s: a day after %s is due %s, want %s", name, eve, due, want)
			}
			if got := c.Deadline(eve, care.Offset{N: 24, Unit: care.Hours}, loc).Due.Sub(eve); got != 24*time.Hour {
				t.Errorf("%s: 24 hours after %s take %s", name, eve, got)
			}
		}
	}
}

// A longer offset is never due earlier, a later anchor neither, and whole days
// never end before the day they are counted from.
func TestDeadlinesAreMonotone(t *testing.T) {
	zones := []string{"America/New_York", "America/Phoenix", "Pacific/Guam", "America/Santiago"}
	units := []care.Unit{care.BusinessDays, care.Days, care.Hours, care.Minutes, care.EndOfDay}
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCalendar(rt)
		loc := zone(t, rapid.SampledFrom(zones).Draw(rt, "zone"))
		anchor := drawDate(rt, "anchor").In(time.UTC).Add(time.Duration(rapid.IntRange(0, 86_399).Draw(rt, "second")) * time.Second)
		off := care.Offset{N: rapid.IntRange(0, 60).Draw(rt, "n"), Unit: rapid.SampledFrom(units).Draw(rt, "unit")}
		due := c.Deadline(anchor, off, loc).Due
		if due.Before(anchor) {
			rt.Fatalf("%s after %s is due before, %s", off, anchor, due)
		}
		longer := care.Offset{N: off.N + 1, Unit: off.Unit}
		if c.Deadline(anchor, longer, loc).Due.Before(due) {
			rt.Fatalf("%s is due before %s", longer, off)
		}
		later := anchor.Add(time.Duration(rapid.IntRange(0, 200).Draw(rt, "hours")) * time.Hour)
		if c.Deadline(later, off, loc).Due.Before(due) {
			rt.Fatalf("%s after the later %s is due before %s", off, later, due)
		}
	})
}

func TestParseOffset(t *testing.T) {
	cases := []struct {
		text    string
		want    care.Offset
		written string
	}{
		{"2 business days", care.Offset{N: 2, Unit: care.BusinessDays}, "2 business days"},
		{"1 business day", care.Offset{N: 1, Unit: care.BusinessDays}, "1 business day"},
		{"-2 business days", care.Offset{N: -2, Unit: care.BusinessDays}, "-2 business days"},
		{"14 days", care.Offset{N: 14, Unit: care.Days}, "14 days"},
		{"1 week", care.Offset{N: 7, Unit: care.Days}, "7 days"},
		{" 2  Weeks ", care.Offset{N: 14, Unit: care.Days}, "14 days"},
		{"4 hours", care.Offset{N: 4, Unit: care.Hours}, "4 hours"},
		{"1 hour", care.Offset{N: 1, Unit: care.Hours}, "1 hour"},
		{"30 minutes", care.Offset{N: 30, Unit: care.Minutes}, "30 minutes"},
		{"end of day", care.Offset{Unit: care.EndOfDay}, "end of day"},
	}
	for _, c := range cases {
		got := parseOffset(t, c.text)
		if got != c.want || got.String() != c.written {
			t.Errorf("%q is %+v, written %q; want %+v, %q", c.text, got, got, c.want, c.written)
		}
	}
}

func TestParseOffsetSaysWhatToWrite(t *testing.T) {
	cases := []struct{ text, says string }{
		{"", "write a number and a unit"},
		{"soon", "write a number and a unit"},
		{"2", "write a number and a unit"},
		{"2.5 hours", "write a number and a unit"},
		{"2h", "write a number and a unit"},
		{"2 fortnights", `unknown unit "fortnights": write a number and a unit`},
		{"1 month", "months differ in length: write days"},
		{"2 years", "years differ in length: write days"},
		{"40000 days", "more than a century"},
		{"-40000 days", "more than a century"},
		{"9000000000000000000 weeks", "more than a century"},
		{"99999999999999999999 days", "more than a century"},
		{"99999999 hours", "more than a century"},
	}
	for _, c := range cases {
		got, err := care.ParseOffset(c.text)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("ParseOffset(%q) = %v, %v; want an error with %q", c.text, got, err, c.says)
		}
	}
}

func TestOffsetThereAndBack(t *testing.T) {
	units := []care.Unit{care.BusinessDays, care.Days, care.Hours, care.Minutes}
	rapid.Check(t, func(rt *rapid.T) {
		in := care.Offset{N: rapid.IntRange(-36_525, 36_525).Draw(rt, "n"), Unit: rapid.SampledFrom(units).Draw(rt, "unit")}
		text, err := json.Marshal(in)
		if err != nil {
			rt.Fatal(err)
		}
		var out care.Offset
		if err := json.Unmarshal(text, &out); err != nil {
			rt.Fatal(err)
		}
		if out != in || in.Negate().Negate() != in {
			rt.Fatalf("%+v became %+v", in, out)
		}
	})
	var none care.Offset
	if err := json.Unmarshal([]byte(`""`), &none); err != nil || !none.IsZero() {
		t.Errorf("an empty text is %v, %v, want no offset", none, err)
	}
	if text, err := json.Marshal(none); err != nil || string(text) != `""` {
		t.Errorf("no offset is written %s, %v", text, err)
	}
	if err := json.Unmarshal([]byte(`"soon"`), &none); err == nil {
		t.Error(`"soon" was read as an offset`)
	}
}

func FuzzParseOffset(f *testing.F) {
	for _, seed := range []string{"2 business days", "end of day", "-1 week", "0 hours", "1 month", "9999999999 days"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		off, err := care.ParseOffset(text)
		if err != nil {
			return
		}
		again, err := care.ParseOffset(off.String())
		if err != nil || again != off {
			t.Fatalf("%q is %+v, written %q and read back as %+v, %v", text, off, off, again, err)
		}
	})
}

// The same deadline in JSON is what the journal keeps and screens read.
func TestDeadlineInJSON(t *testing.T) {
	newYork := zone(t, "America/New_York")
	in := care.USFederalCalendar().Deadline(day(t, "2025-11-26").In(newYork), parseOffset(t, "2 business days"), newYork)
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), `{"due":"2025-12-02T04:59:59Z","zone":"America/New_York","reason":"2 business days after`) {
		t.Errorf("got %s", text)
	}
	var out care.Deadline
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSortedFunc(out.Skipped, func(a, b care.Skipped) int { return a.Date.Compare(b.Date) }) {
		t.Errorf("skipped days out of order: %v", out.Skipped)
	}
}

func parseOffset(t *testing.T, s string) care.Offset {
	t.Helper()
	off, err := care.ParseOffset(s)
	if err != nil {
		t.Fatal(err)
	}
	return off
}
