package care_test

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata" // the zones must be the same wherever the tests run

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
)

func TestParseDate(t *testing.T) {
	got, err := care.ParseDate("2024-02-29")
	if err != nil || got != (care.Date{Year: 2024, Month: time.February, Day: 29}) {
		t.Fatalf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "2025-02-29", "2025-2-9", "26.11.2025", "2025-11-26T00:00:00Z"} {
		if got, err := care.ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", bad, got)
		}
	}
}

func TestDateInJSON(t *testing.T) {
	type holder struct {
		On   care.Date
		None care.Date
	}
	in := holder{On: day(t, "2025-11-26")}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"On":"2025-11-26","None":""}`; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	var out holder
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Error(diff)
	}
	if err := json.Unmarshal([]byte(`{"On":"soon"}`), &out); err == nil {
		t.Error("a word was read as a date")
	}
}

func TestDateCompare(t *testing.T) {
	days := []care.Date{{}, day(t, "2024-12-31"), day(t, "2025-01-01"), day(t, "2025-01-02"), day(t, "2025-02-01")}
	for i, a := range days {
		for j, b := range days {
			if a.Before(b) != (i < j) || a.After(b) != (i > j) || (a.Compare(b) == 0) != (i == j) {
				t.Errorf("%v and %v are in the wrong order", a, b)
			}
		}
	}
}

func TestDayAcrossClockChanges(t *testing.T) {
	cases := []struct{ name, zone, date, start, end string }{
		{"ordinary", "America/New_York", "2025-11-26", "2025-11-26T00:00:00-05:00", "2025-11-26T23:59:59-05:00"},
		{"23 hours", "America/New_York", "2025-03-09", "2025-03-09T00:00:00-05:00", "2025-03-09T23:59:59-04:00"},
		{"25 hours", "America/New_York", "2025-11-02", "2025-11-02T00:00:00-04:00", "2025-11-02T23:59:59-05:00"},
		{"no summer time", "America/Phoenix", "2025-03-09", "2025-03-09T00:00:00-07:00", "2025-03-09T23:59:59-07:00"},
		{"west of the date line", "Pacific/Guam", "2025-11-26", "2025-11-26T00:00:00+10:00", "2025-11-26T23:59:59+10:00"},
		{"far south-west", "Pacific/Pago_Pago", "2025-11-26", "2025-11-26T00:00:00-11:00", "2025-11-26T23:59:59-11:00"},
		{"midnight left out", "America/Santiago", "2025-09-07", "2025-09-07T01:00:00-03:00", "2025-09-07T23:59:59-03:00"},
		{"before midnight is left out", "America/Santiago", "2025-09-06", "2025-09-06T00:00:00-04:00", "2025-09-06T23:59:59-04:00"},
		{"last hour comes twice", "America/Santiago", "2025-04-05", "2025-04-05T00:00:00-03:00", "2025-04-05T23:59:59-04:00"},
		{"midnight comes twice", "America/Havana", "2025-11-02", "2025-11-02T00:00:00-04:00", "2025-11-02T23:59:59-05:00"},
		{"back into the day before at 00:01", "America/St_Johns", "2008-11-01", "2008-11-01T00:00:00-02:30", "2008-11-01T23:59:59-03:30"},
		{"the day after a skipped day", "Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00", "2011-12-31T23:59:59+14:00"},
		{"the day before a skipped day", "Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00", "2011-12-29T23:59:59-10:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			loc := zone(t, c.zone)
			d := day(t, c.date)
			if got := d.In(loc).Format(time.RFC3339); got != c.start {
				t.Errorf("starts at %s, want %s", got, c.start)
			}
			if got := d.EndOf(loc).Format(time.RFC3339); got != c.end {
				t.Errorf("ends at %s, want %s", got, c.end)
			}
		})
	}
}

// Every instant of a day has that date, and the second before its start and
// the second after its end have not.
func TestDayIsWhatTheWallClockShows(t *testing.T) {
	zones := []string{"America/New_York", "America/Phoenix", "Pacific/Guam", "America/Santiago", "Asia/Kathmandu", "UTC"}
	rapid.Check(t, func(rt *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(rt, "zone"))
		d := drawDate(rt, "date")
		start, end := d.In(loc), d.EndOf(loc)
		within := start.Add(time.Duration(rapid.Int64Range(0, int64(end.Sub(start))).Draw(rt, "within")))
		for _, at := range []time.Time{start, within, end} {
			if got := care.DateOf(at, loc); got != d {
				rt.Fatalf("%s is on %v, want %v", at, got, d)
			}
		}
		if got := care.DateOf(start.Add(-time.Second), loc); got != d.AddDays(-1) {
			rt.Fatalf("the second before %v is on %v", d, got)
		}
		if got := care.DateOf(end.Add(time.Second), loc); got != d.AddDays(1) {
			rt.Fatalf("the second after %v is on %v", d, got)
		}
	})
}

func TestAddDays(t *testing.T) {
	cases := []struct {
		from string
		n    int
		want string
	}{
		{"2024-02-28", 1, "2024-02-29"},
		{"2025-12-31", 1, "2026-01-01"},
		{"2026-01-01", -1, "2025-12-31"},
		{"2025-09-09", 29, "2025-10-08"},
		{"2025-09-09", 0, "2025-09-09"},
	}
	for _, c := range cases {
		if got := day(t, c.from).AddDays(c.n); got != day(t, c.want) {
			t.Errorf("%s %+d days = %v, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestAddBusinessDays(t *testing.T) {
	federal := care.USFederalCalendar()
	got, skipped := federal.AddBusinessDays(day(t, "2025-11-26"), 2)
	if want := day(t, "2025-12-01"); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	want := []care.Skipped{
		{Date: day(t, "2025-11-27"), Reason: "Thanksgiving Day"},
		{Date: day(t, "2025-11-29"), Reason: care.SkippedWeekend},
		{Date: day(t, "2025-11-30"), Reason: care.SkippedWeekend},
	}
	if diff := cmp.Diff(want, skipped); diff != "" {
		t.Error(diff)
	}

	back, skipped := federal.AddBusinessDays(day(t, "2025-12-01"), -2)
	if want := day(t, "2025-11-26"); back != want || len(skipped) != 3 {
		t.Errorf("two business days before Monday: %v with %v, want %v", back, skipped, want)
	}
	if same, skipped := federal.AddBusinessDays(day(t, "2025-11-29"), 0); same != day(t, "2025-11-29") || skipped != nil {
		t.Errorf("no business days after a Saturday: %v, %v, want the Saturday", same, skipped)
	}
}

func TestCalendarOfAnOrganization(t *testing.T) {
	c := care.USFederalCalendar()
	c.Extra = []care.Holiday{{Date: day(t, "2025-11-28"), Name: "Day after Thanksgiving"}, {Date: day(t, "2025-12-01"), Name: "Stocktaking"}}
	c.Removed = []care.Date{day(t, "2025-11-27"), day(t, "2025-11-29"), day(t, "2025-12-01")}

	want := map[string]bool{
		"2025-11-26": true,
		"2025-11-27": true,  // a holiday, worked here
		"2025-11-28": false, // closed here
		"2025-11-29": true,  // a Saturday, worked here
		"2025-11-30": false,
		"2025-12-01": true, // worked wins over closed
	}
	for date, open := range want {
		if got := c.IsBusinessDay(day(t, date)); got != open {
			t.Errorf("%s open: %v, want %v", date, got, open)
		}
	}
	if name, ok := c.HolidayOn(day(t, "2025-11-28")); !ok || name != "Day after Thanksgiving" {
		t.Errorf("got %q, %v", name, ok)
	}
	if name, ok := c.HolidayOn(day(t, "2025-11-27")); ok {
		t.Errorf("a worked day is the holiday %q", name)
	}
	if _, ok := c.HolidayOn(day(t, "2025-11-30")); ok {
		t.Error("an ordinary Sunday is a holiday")
	}
}

func TestCalendarSurvivesJSON(t *testing.T) {
	in := care.USFederalCalendar()
	in.Extra = []care.Holiday{{Date: day(t, "2025-11-28"), Name: "Day after Thanksgiving"}}
	in.Removed = []care.Date{day(t, "2025-10-13")}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"name":"US federal holidays, observed","weekend":[6,0],"rules":"us-federal-observed",` +
		`"extra":[{"date":"2025-11-28","name":"Day after Thanksgiving"}],"removed":["2025-10-13"]}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
	var out care.Calendar
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Error(diff)
	}
}

func TestCalendarValidate(t *testing.T) {
	week := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	cases := []struct {
		name  string
		c     care.Calendar
		valid bool
	}{
		{"default", care.USFederalCalendar(), true},
		{"always open", care.Calendar{Rules: care.RulesNone}, true},
		{"no rules", care.Calendar{}, false},
		{"unknown rules", care.Calendar{Rules: "bavaria"}, false},
		{"unknown weekday", care.Calendar{Rules: care.RulesNone, Weekend: []time.Weekday{7}}, false},
		{"never open", care.Calendar{Rules: care.RulesNone, Weekend: week}, false},
		{"holiday without a name", care.Calendar{Rules: care.RulesNone, Extra: []care.Holiday{{Date: day(t, "2025-11-28")}}}, false},
		{"holiday without a date", care.Calendar{Rules: care.RulesNone, Extra: []care.Holiday{{Name: "Closed"}}}, false},
	}
	for _, c := range cases {
		if err := c.c.Validate(); (err == nil) != c.valid {
			t.Errorf("%s: %v, want valid %v", c.name, err, c.valid)
		}
	}
	neverOpen := care.Calendar{Rules: care.RulesNone, Weekend: week}
	if got, _ := neverOpen.AddBusinessDays(day(t, "2025-11-26"), 2); got != day(t, "2025-11-28") {
		t.Errorf("a calendar that is never open gives %v, want a deadline all the same", got)
	}
}

// From a business day, going n business days and back leads home, and what was
// passed over on the way is the same in reverse.
func TestBusinessDaysThereAndBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCalendar(rt)
		n := rapid.IntRange(-60, 60).Draw(rt, "n")
		from := drawDate(rt, "from")
		for !c.IsBusinessDay(from) {
			from = from.AddDays(1)
		}
		there, out := c.AddBusinessDays(from, n)
		if !c.IsBusinessDay(there) {
			rt.Fatalf("%v is no business day", there)
		}
		home, back := c.AddBusinessDays(there, -n)
		if home != from {
			rt.Fatalf("%v %+d = %v, and back = %v", from, n, there, home)
		}
		if len(out) != len(back) {
			rt.Fatalf("skipped %v going and %v coming", out, back)
		}
		for i, s := range out {
			if back[len(back)-1-i] != s {
				rt.Fatalf("skipped %v going and %v coming", out, back)
			}
		}
	})
}

// More days, or a later start, never give an earlier end; and every day on the
// way is either counted or skipped.
func TestBusinessDaysAreMonotone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCalendar(rt)
		from := drawDate(rt, "from")
		n := rapid.IntRange(1, 60).Draw(rt, "n")
		end, skipped := c.AddBusinessDays(from, n)
		if further, _ := c.AddBusinessDays(from, n+1); !further.After(end) {
			rt.Fatalf("%d days reach %v, %d reach %v", n, end, n+1, further)
		}
		later := from.AddDays(rapid.IntRange(0, 30).Draw(rt, "later"))
		if after, _ := c.AddBusinessDays(later, n); after.Before(end) {
			rt.Fatalf("from %v to %v, but from the later %v to %v", from, end, later, after)
		}
		if want := from.AddDays(n + len(skipped)); end != want {
			rt.Fatalf("%d counted and %d skipped days reach %v, want %v", n, len(skipped), end, want)
		}
		for _, s := range skipped {
			if c.IsBusinessDay(s.Date) {
				rt.Fatalf("the business day %v was skipped", s.Date)
			}
		}
	})
}

func drawCalendar(rt *rapid.T) care.Calendar {
	c := care.Calendar{
		Rules:   rapid.SampledFrom([]string{care.RulesUSFederal, care.RulesNone}).Draw(rt, "rules"),
		Weekend: rapid.SampledFrom([][]time.Weekday{nil, {0}, {6, 0}, {5, 6}, {0, 1, 2, 3, 4, 5}}).Draw(rt, "weekend"),
	}
	for range rapid.IntRange(0, 5).Draw(rt, "extra") {
		c.Extra = append(c.Extra, care.Holiday{Date: drawDate(rt, "closed"), Name: "Closed"})
	}
	for range rapid.IntRange(0, 5).Draw(rt, "removed") {
		c.Removed = append(c.Removed, drawDate(rt, "worked"))
	}
	return c
}

func drawDate(rt *rapid.T, label string) care.Date {
	return care.Date{Year: 2024, Month: time.January, Day: 1}.AddDays(rapid.IntRange(0, 1500).Draw(rt, label))
}

func day(t *testing.T, s string) care.Date {
	t.Helper()
	d, err := care.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
