package care_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
)

func TestFederalHolidaysObserved(t *testing.T) {
	cases := []struct{ date, name string }{
		{"2020-07-03", "Independence Day, observed"},
		{"2021-06-18", "Juneteenth National Independence Day, observed"},
		{"2021-07-05", "Independence Day, observed"},
		{"2021-12-31", "New Year's Day, observed"},
		{"2023-01-02", "New Year's Day, observed"},
		{"2025-11-27", "Thanksgiving Day"},
		{"2026-01-19", "Birthday of Martin Luther King, Jr."},
		{"2026-07-03", "Independence Day, observed"},
		{"2028-11-10", "Veterans Day, observed"},
	}
	c := care.USFederalCalendar()
	for _, want := range cases {
		if got, ok := c.HolidayOn(day(t, want.date)); !ok || got != want.name {
			t.Errorf("%s is %q, want %q", want.date, got, want.name)
		}
	}
	for _, date := range []string{"2020-06-19", "1985-01-21", "2021-01-20", "2022-01-01", "2026-07-04", "2025-12-26"} {
		if name, ok := c.HolidayOn(day(t, date)); ok {
			t.Errorf("%s is %q, want no holiday", date, name)
		}
	}
}

func TestFederalHolidaysAreInOrderOnWeekdays(t *testing.T) {
	for year := 1900; year <= 2400; year++ {
		days := care.FederalHolidays(year)
		for i, h := range days {
			if w := h.Date.Weekday(); w == time.Saturday || w == time.Sunday {
				t.Errorf("%s is observed on a %s", h.Name, w)
			}
			if h.Date.Year != year || i > 0 && !h.Date.After(days[i-1].Date) {
				t.Errorf("%d: %v is out of place", year, h)
			}
		}
	}
}

// Both sources list a holiday on its own date and on the day on which it is
// observed. The date on a weekend closes nothing, so only weekdays are
// compared. Where a source leaves out an observed day, the test says which and
// why.

func TestFederalHolidaysAgainstPythonHolidays(t *testing.T) {
	var days map[string]string
	readShared(t, "python-holidays-2024-10/US_COMMON.json", &days)
	notFederal := []string{
		"Groundhog Day", "Valentine's Day", "Saint Patrick's Day", "Halloween", // customs
		"Election Day", // a holiday of states
	}
	theirs := map[string]bool{}
	for date, names := range days {
		for name := range strings.SplitSeq(names, "; ") {
			// Columbus Day was a holiday of states until 1971.
			if slices.Contains(notFederal, name) || name == "Columbus Day" && date < "1971" {
				continue
			}
			theirs[date] = true
		}
	}
	// Of the two holidays that moved to Mondays in 1971 they list no observed
	// days in the years before.
	leftOut := func(h care.Holiday) bool {
		return h.Date.Year < 1971 && (h.Name == "Washington's Birthday, observed" || h.Name == "Memorial Day, observed")
	}
	compareHolidays(t, theirs, 1950, 2050, leftOut)
}

func TestFederalHolidaysAgainstDateHolidays(t *testing.T) {
	const first, last = 2015, 2025
	theirs := map[string]bool{}
	for year := first; year <= last; year++ {
		var days []struct{ Date, Name, Type string }
		readShared(t, fmt.Sprintf("date-holidays/US-%d.json", year), &days)
		for _, d := range days {
			date, _, _ := strings.Cut(d.Date, " ")
			if d.Type == "public" {
				theirs[date] = true
			}
		}
	}
	// They have no rule that moves Veterans Day off a weekend. The Office of
	// Personnel Management kept it on 2017-11-10, 2018-11-12 and 2023-11-10.
	leftOut := func(h care.Holiday) bool { return h.Name == "Veterans Day, observed" }
	compareHolidays(t, theirs, first, last, leftOut)
}

// compareHolidays compares the closed weekdays of the years from first to
// last, those apart that the source leaves out.
func compareHolidays(t *testing.T, theirs map[string]bool, first, last int, leftOut func(care.Holiday) bool) {
	t.Helper()
	var want, got []string
	for date := range theirs {
		if w := day(t, date).Weekday(); w != time.Saturday && w != time.Sunday {
			want = append(want, date)
		}
	}
	slices.Sort(want)
	if len(want) < 9*(last-first+1) {
		t.Fatalf("the source lists only %d weekdays", len(want))
	}
	for year := first; year <= last; year++ {
		for _, h := range care.FederalHolidays(year) {
			if !leftOut(h) {
				got = append(got, h.Date.String())
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-source +ours):\n%s", diff)
	}
}

func readShared(t *testing.T, name string, into any) {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "data", "10-calendar", name)
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("%s is not here; the shared data lies beside the project", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("reading %s: %v", path, err)
	}
}
