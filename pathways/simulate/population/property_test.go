package population

import (
	"bytes"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/care"
)

// The same seed gives the same bytes, on however many processors; another seed gives others.
func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	def, s := shipped(t, "post-discharge-tcm")
	s.Patients = 40
	all := func(processors int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		r := run(t, def, s, Options{})
		var err error
		if r.Staffing, err = StaffFor(def, s, Wanted{Share: 0.7}); err != nil {
			t.Fatal(err)
		}
		out := bytes.NewBuffer(bytesOf(t, r))
		for _, write := range []func() error{func() error { return r.WriteText(out) }, func() error { return r.WriteCSV(out) }, func() error { return r.WriteSVG(out) }} {
			if err := write(); err != nil {
				t.Fatal(err)
			}
		}
		return out.Bytes()
	}
	first := all(1)
	if !bytes.Equal(first, all(1)) || !bytes.Equal(first, all(4)) {
		t.Error("the same seed gave other bytes")
	}
	s.Seed = 2
	if bytes.Equal(first, all(4)) {
		t.Error("another seed gave the same bytes")
	}
}

// Whatever the scenario: no task is lost, no deadline is counted twice or not at all, every
// enrollment has an end or runs still, and nobody works longer than they are there.
func TestNothingIsLostAndNobodyWorksMoreThanTheyCan(t *testing.T) {
	def, base := shipped(t, "post-discharge-tcm")
	rapid.Check(t, func(t *rapid.T) {
		s := *base
		s.Patients, s.Seed, s.Days = rapid.IntRange(1, 12).Draw(t, "patients"), rapid.IntRange(0, 1000).Draw(t, "seed"), rapid.IntRange(1, 40).Draw(t, "days")
		s.Readmitted.Share, s.Died.Share = Share(rapid.Float64Range(0, 1).Draw(t, "readmitted")), Share(rapid.Float64Range(0, 0.5).Draw(t, "died"))
		s.Undelivered = Share(rapid.Float64Range(0, 0.5).Draw(t, "undelivered"))
		s.Arrivals.PerDay = Number(rapid.Float64Range(0.2, 30).Draw(t, "per_day"))
		s.Staff = append([]Staff(nil), base.Staff...)
		for i := range s.Staff {
			s.Staff[i].People = Number(rapid.Float64Range(0.05, 3).Draw(t, s.Staff[i].Name))
			s.Staff[i].Spread = Share(rapid.Float64Range(0, 0.5).Draw(t, "spread"))
		}
		w, err := newWorld(def, &s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.run(); err != nil {
			t.Fatal(err)
		}
		conserved(t, w)
	})
}

func conserved(t rapid.TB, w *world) {
	r := w.summarize()
	for _, p := range w.pools {
		opened, done, cancelled, open := 0, 0, 0, 0
		for _, who := range slices.Concat(w.patients, w.children) {
			for _, it := range who.items {
				if it.pool != p {
					continue
				}
				opened++
				switch it.task.Status {
				case care.TaskCompleted:
					done++
				case care.TaskCancelled:
					cancelled++
				default:
					open++
				}
			}
		}
		for _, role := range r.Roles {
			if role.Role == p.role && (role.Opened != opened || role.Done != done || role.Cancelled != cancelled || role.Open != open || opened != done+cancelled+open) {
				t.Fatalf("%s: %d opened, %d done, %d cancelled, %d open, and it is told %+v", p.role, opened, done, cancelled, open, role)
			}
		}
		for i, seconds := range p.seconds {
			const rounding = 60 // every piece of work is rounded to a second
			if len(p.people) > 0 && seconds > p.capacity(i)+rounding {
				t.Fatalf("%s worked %d seconds on %s, where there is room for %d", p.role, seconds, w.days.list[i].date, p.capacity(i))
			}
		}
	}
	for _, d := range r.Deadlines {
		if d.Set != d.OnTime+d.Late+d.Cancelled+d.Open {
			t.Fatalf("the deadline %+v does not add up", d)
		}
	}
	ended := 0
	for _, e := range r.Ends {
		ended += e.Count
	}
	if ended != r.Enrollments || r.Enrollments < r.Patients-countOf(r.NotStarted) {
		t.Fatalf("%d enrollments of %d patients, %d ends", r.Enrollments, r.Patients, ended)
	}
}

func countOf(counts []Count) int {
	n := 0
	for _, c := range counts {
		n += c.Count
	}
	return n
}

// More people never keep fewer of one call's deadlines: the same patients come with the same luck.
func TestMorePeopleKeepMore(t *testing.T) {
	def := definition(t, calls)
	rapid.Check(t, func(t *rapid.T) {
		s := *scenario4(t)
		s.Patients, s.Arrivals.PerDay, s.Seed = rapid.IntRange(1, 40).Draw(t, "patients"), Number(rapid.IntRange(1, 12).Draw(t, "per_day")), rapid.IntRange(0, 99).Draw(t, "seed")
		people := rapid.IntRange(1, 5).Draw(t, "people")
		kept := func(n int) float64 {
			r, err := Run(def, &s, Options{People: []Headcount{{Role: "nurse", People: float64(n)}}})
			if err != nil {
				t.Fatal(err)
			}
			return r.kept()
		}
		if few, more := kept(people), kept(people+1); more < few {
			t.Fatalf("%d keep %v, one more keeps %v", people, few, more)
		}
	})
}

func scenario4(t *rapid.T) *Scenario {
	s := &Scenario{
		Title: "Drawn", Patients: 1, Days: 12, Start: care.Date{Year: 2026, Month: time.January, Day: 5}, Zone: defaultZone,
		Arrivals: Arrivals{Between: Hours{shift{9 * 3600, 15 * 3600}}}, Staff: []Staff{{Name: "nurse", People: 1, Hours: officeHours}},
		Steps: []Behaviour{{Name: "call", Minutes: minutes(60, 60)}},
	}
	s.Arrivals.Even = rapid.Bool().Draw(t, "even")
	return s
}

func TestDiceAreFair(t *testing.T) {
	const rolls, bins = 100_000, 10
	var counts [bins]int
	sum := 0.0
	for patient := range rolls {
		x := diceOf(7, patient).roll("reached", "contact", 1)
		if x < 0 || x >= 1 {
			t.Fatalf("rolled %v", x)
		}
		counts[int(x*bins)]++
		y := diceOf(7, patient).roll("reached", "contact", 2)
		sum += (x - 0.5) * (y - 0.5)
	}
	for i, n := range counts {
		if n < rolls/bins*95/100 || n > rolls/bins*105/100 {
			t.Errorf("tenth %d came %d times", i, n)
		}
	}
	if correlation := sum / rolls * 12; correlation > 0.01 || correlation < -0.01 {
		t.Errorf("one occasion tells of the next: %v", correlation)
	}
	if diceOf(7, 3).roll("a", "b", 1) != diceOf(7, 3).roll("a", "b", 1) || diceOf(7, 3).roll("a", "b", 1) == diceOf(8, 3).roll("a", "b", 1) {
		t.Error("the dice do not follow the seed")
	}
}
