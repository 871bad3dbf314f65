package population

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// One nurse: calls end at 10:30, 12:00, 13:30 and 15:00, and are due at 13:00. Two a day are late.
func TestOneNurseByHand(t *testing.T) {
	def := definition(t, calls)
	r := run(t, def, scenario(t, def, four), Options{})
	d := deadline(t, r, "call")
	if d.Set != 8 || d.OnTime != 4 || d.Late != 4 || d.Share != 0.5 || d.LateByWeekday != [7]int{1: 2, 2: 2} || d.DueByWeekday != [7]int{1: 4, 2: 4} {
		t.Errorf("the calls' deadline: %+v", d)
	}
	nurse := role(t, r, "nurse")
	if nurse.Opened != 8 || nurse.Done != 8 || nurse.Workdays != 2 || nurse.MinutesPerDay != (Spread{Mean: 360, P50: 360, P90: 360, Max: 360}) || nurse.Capacity != 480 || nurse.Busy != 0.75 {
		t.Errorf("the nurse: %+v", nurse)
	}
	if len(r.Rungs) != 1 || r.Rungs[0].Count != 4 || r.Rungs[0].Share != 0.5 || r.Rungs[0].To != "supervisor" {
		t.Errorf("the ladder: %+v", r.Rungs)
	}
	if diff := cmp.Diff([]Count{{"completed", 8, 1}}, r.Ends); diff != "" {
		t.Error(diff)
	}
	if want := "1 nurse keeps 50% of the deadlines of 8 patients; most often late is call, half."; r.Summary != want {
		t.Errorf("it says %q", r.Summary)
	}
}

// Six a day need 540 minutes of 480: the sixth does not fit into the half hour that is left, and is
// the first on the next day.
func TestWorkThatTheDayHasNoRoomForWaits(t *testing.T) {
	def := definition(t, calls)
	r := run(t, def, scenario(t, def, strings.NewReplacer("patients: 8", "patients: 12", "per_day: 4", "per_day: 6").Replace(four)), Options{})
	nurse := role(t, r, "nurse")
	if len(nurse.PerDay) != 2 || nurse.PerDay[0].Minutes != 450 || nurse.PerDay[0].Done != 5 || nurse.PerDay[0].Backlog != 1 || nurse.PerDay[1].Minutes != 450 || nurse.PerDay[1].Backlog != 2 {
		t.Errorf("the days: %+v", nurse.PerDay)
	}
	// On Tuesday Monday's is done first (till 10:30); so but one of Tuesday's (till 12:00) are late.
	if d := deadline(t, r, "call"); d.OnTime != 3 || d.Late != 9 || nurse.Done != 12 {
		t.Errorf("the calls' deadline: %+v", d)
	}
}

// The second person's part of the day: 0.4 is until 12:12, time for two calls; 0.3 until 11:24, for one.
func TestPartOfAPerson(t *testing.T) {
	def := definition(t, calls)
	for people, onTime := range map[string]int{"1.1": 4, "1.2": 6, "1.3": 6, "1.4": 8, "2": 8, "2.1": 8} {
		s := scenario(t, def, strings.Replace(four, "people: 1,", "people: "+people+",", 1))
		if d := deadline(t, run(t, def, s, Options{}), "call"); d.OnTime != onTime {
			t.Errorf("%s nurses keep %d of 8", people, d.OnTime)
		}
	}
	s := scenario(t, def, strings.Replace(four, "hours:", "share: 50%, hours:", 1))
	if nurse := role(t, run(t, def, s, Options{}), "nurse"); nurse.Capacity != 240 || nurse.MinutesPerDay.Max != 180 {
		t.Errorf("with half of their time: %+v", nurse)
	}
}

// Two calls of the second person take three hours of eight: 0.4 of a person, in tenths.
func TestStaffByHand(t *testing.T) {
	def := definition(t, calls)
	found, err := StaffFor(def, scenario(t, def, four), Wanted{Step: "call", Share: 1})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Staffing{{Role: "nurse", Step: "call", Target: 1, People: 1.4, Share: 1, Fewer: 1.2, FewerShare: 0.75, Limit: 1}}, found); diff != "" {
		t.Error(diff)
	}
	if want := "1.4 nurses keep 100% of “call” on time; with 1.2, one in four is late."; found[0].sentence() != want {
		t.Errorf("it says %q", found[0].sentence())
	}
}

// Where calls take longer than the deadline allows, nobody can keep it, and it is said why.
func TestNoNumberOfPeopleIsEnough(t *testing.T) {
	def := definition(t, calls)
	found, err := StaffFor(def, scenario(t, def, strings.Replace(four, "90 minutes", "5 hours", 1)), Wanted{Share: 0.9})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].People != 0 || found[0].Limit != 0 || !strings.Contains(found[0].sentence(), "not for want of people") {
		t.Errorf("found %+v", found)
	}
	if _, err := StaffFor(def, scenario(t, def, four), Wanted{Step: "cal", Share: 1}); err == nil || !strings.Contains(err.Error(), "call") {
		t.Errorf("a step that is none: %v", err)
	}
}

// On a closed day nobody works: 19 January 2026 is a federal holiday, a Monday.
func TestHolidays(t *testing.T) {
	def := definition(t, calls)
	holiday := strings.NewReplacer("2026-01-05", "2026-01-19", "patients: 8", "patients: 4").Replace(four)
	if d := deadline(t, run(t, def, scenario(t, def, holiday), Options{}), "call"); d.OnTime != 0 {
		t.Errorf("on the holiday: %+v", d)
	}
	if d := deadline(t, run(t, def, scenario(t, def, strings.Replace(holiday, "people: 1,", "people: 1, holidays: true,", 1)), Options{}), "call"); d.OnTime != 2 {
		t.Errorf("where they work on holidays: %+v", d)
	}
	closed := strings.Replace(four, "arrivals:", "closed: [{date: 2026-01-05, name: Stocktaking}]\narrivals:", 1)
	if d := deadline(t, run(t, def, scenario(t, def, closed), Options{}), "call"); d.LateByWeekday[1] != 4 {
		t.Errorf("on a closed Monday: %+v", d)
	}
}

// A comparison with itself finds nothing; with a tighter deadline it finds who is late now.
func TestCompareByHand(t *testing.T) {
	def, s := definition(t, calls), scenario(t, definition(t, calls), four)
	same, err := Compare(def, def, s, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range same.Differences {
		if d.Change != 0 {
			t.Errorf("with itself: %+v", d)
		}
	}
	tighter := definition(t, strings.NewReplacer("version: 1", "version: 2", "within: 4 hours", "within: 2 hours").Replace(calls))
	c, err := Compare(def, tighter, s, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Due at 11:00 instead of 13:00: the calls that end at 12:00 are late now, one a day.
	if diff := cmp.Diff([]Paired{{Step: "call", Worse: 2, Same: 6}}, c.Patients); diff != "" {
		t.Error(diff)
	}
	if d := c.Differences[0]; d.What != "deadlines kept" || d.Before != 0.5 || d.After != 0.25 || d.Change != -0.25 {
		t.Errorf("the first difference: %+v", d)
	}
	if want := "calls version 2 keeps fewer deadlines than calls version 1: 25% instead of 50%"; !strings.HasPrefix(c.Summary, want) {
		t.Errorf("it says %q", c.Summary)
	}
}

func TestArrivals(t *testing.T) {
	def := definition(t, calls)
	s := scenario(t, def, strings.NewReplacer("patients: 8", "patients: 20", "per_day: 4", "per_day: 2, weekdays: {sat: 0, sun: 0}").Replace(four))
	r := run(t, def, s, Options{})
	// Two a day on average over seven days are 14 in five: 2.8 a day, and what is left over is carried on.
	var opened []int
	for _, day := range role(t, r, "nurse").PerDay {
		opened = append(opened, day.Opened)
	}
	if got := fmt.Sprint(opened); got != "[2 3 3 3 3 0 0 2 3 1]" && got != "[2 3 3 3 3 0 0 2 3]" && got != "[2 3 3 3 3 0 0 2 1]" {
		t.Errorf("they come %s", got)
	}
	total := 0
	for _, n := range opened {
		total += n
	}
	if total != 20 {
		t.Errorf("%d have come", total)
	}
}
