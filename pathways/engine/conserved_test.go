package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// Whatever pauses, stays in hospital, holidays, moves of the patient and moves to another version come, in
// whatever order: for a clock that
// may stand still, what has run and what is left add up to what it was given; a clock set by law is
// where the calendar says; and no clock runs that should stand, or stands that should run.
func TestClocksAreConserved(t *testing.T) {
	e := load(t, "testdata/kinds.yaml")
	next := withLongerClocks(t, e.Definition())
	rapid.Check(t, func(rt *rapid.T) {
		start := time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(rt, "start")) * time.Minute)
		c := &conserved{rt: rt, world: simulate.New(e, start), next: next}
		c.do(engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{
			EnrollmentID: "enr-1", PatientID: "pat-1", Zone: c.zone(), Calendar: care.USFederalCalendar(),
			Facts: []care.FactValue{{Name: "hours", Value: rapid.SampledFrom([]string{"8 hours", "24 hours"}).Draw(rt, "hours")}},
		}})
		c.check("the start")
		for range rapid.IntRange(1, 25).Draw(rt, "events") {
			c.sleep()
			if c.world.State.Status == care.EnrollmentEnded {
				return
			}
			c.check(c.something())
		}
	})
}

type conserved struct {
	rt       *rapid.T
	world    *simulate.World
	holidays []care.Holiday
	next     *pathways.Definition // to which it is moved; that taking it back conserves them too, TestStopsAndMovesConverge holds
}

// withLongerClocks is the next version of the pathway: what it gives in days it gives a day more of, some of
// it in the other kind of days, and its ladders say less.
func withLongerClocks(t *testing.T, d *pathways.Definition) *pathways.Definition {
	t.Helper()
	var next pathways.Definition
	if err := json.Unmarshal([]byte(jsonOf(t, d)), &next); err != nil {
		t.Fatal(err)
	}
	next.Version++
	for i, c := range next.Clocks {
		if off, err := care.ParseOffset(c.Within); err == nil && off.WholeDays() {
			off.N++
			if i%2 == 0 { // and in the other kind of days
				off.Unit = map[care.Unit]care.Unit{care.Days: care.BusinessDays, care.BusinessDays: care.Days}[off.Unit]
			}
			next.Clocks[i].Within = off.String()
		}
	}
	for i, l := range next.Ladders {
		next.Ladders[i].Rungs = l.Rungs[:len(l.Rungs)-1]
	}
	return &next
}

func (c *conserved) zone() string {
	return rapid.SampledFrom([]string{"America/New_York", "America/Phoenix", "Pacific/Guam", "Pacific/Honolulu", "America/Santiago"}).Draw(c.rt, "zone")
}

// do lets an event happen; a refusal is none of this test's business.
func (c *conserved) do(ev engine.Event) {
	if err := c.world.Do(ev); err != nil && !care.Permanent(err) {
		c.rt.Fatal(err)
	}
}

func (c *conserved) sleep() {
	d := time.Duration(rapid.IntRange(0, 60).Draw(c.rt, "amount")) * rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour}).Draw(c.rt, "unit")
	if err := c.world.Sleep(c.world.Now.Add(d)); err != nil {
		c.rt.Fatal(err)
	}
}

// something is the next event; its name is for whoever reads a failure.
func (c *conserved) something() string {
	what := rapid.SampledFrom([]string{"pause", "pause", "resume", "admission", "discharge", "holiday", "move", "version"}).Draw(c.rt, "what")
	now := c.world.Now
	switch what {
	case "pause":
		until := now.Add(time.Duration(rapid.IntRange(1, 10*24).Draw(c.rt, "hours")) * time.Hour)
		c.do(engine.Event{Kind: engine.EnrollmentPause, Actor: coordinator, Reason: "travels", Until: &until})
	case "resume":
		c.do(engine.Event{Kind: engine.EnrollmentResume, Actor: coordinator, Reason: "is back"})
	case "admission":
		c.do(engine.Event{
			Kind: engine.EncounterAdmitted, Actor: system, Patient: &engine.PatientFacts{InHospital: true},
			Encounter: &care.Encounter{ID: "enc-2", Class: care.Inpatient, Status: care.EncounterInProgress, AdmittedAt: &now},
		})
	case "discharge":
		c.do(engine.Event{
			Kind: engine.EncounterDischarge, Actor: system, Patient: &engine.PatientFacts{},
			Encounter: &care.Encounter{ID: "enc-2", Class: care.Inpatient, Status: care.EncounterDischarged, DischargedAt: &now},
		})
	case "holiday":
		day := care.DateOf(now, time.UTC).AddDays(rapid.IntRange(-10, 10).Draw(c.rt, "days"))
		c.holidays = append(c.holidays, care.Holiday{Date: day, Name: "Closed"})
		calendar := care.USFederalCalendar()
		calendar.Extra = slices.Clone(c.holidays)
		c.do(engine.Event{Kind: engine.CalendarChanged, Actor: coordinator, Calendar: &calendar})
	case "version":
		c.do(engine.Event{Kind: engine.EnrollmentMigrate, Actor: coordinator, Reason: "a better version", Migration: &engine.Migration{Definition: c.next}})
	default:
		c.do(engine.Event{Kind: engine.PatientUpdated, Actor: system, Patient: &engine.PatientFacts{Zone: c.zone(), InHospital: c.world.State.Patient.InHospital}})
	}
	return what
}

// stands gives when a clock stood still and ran on again, as the turns show it.
func (c *conserved) stands(step, name string) []engine.Stand {
	var all []engine.Stand
	var since *time.Time
	for _, turn := range c.world.Turns {
		i := slices.IndexFunc(turn.State.Clocks, func(k *engine.Clock) bool { return k.Step == step && k.Name == name })
		if i < 0 {
			continue
		}
		paused := turn.State.Clocks[i].PausedAt
		if since != nil && (paused == nil || !paused.Equal(*since)) {
			all = append(all, engine.Stand{From: *since, To: turn.State.At})
		}
		since = paused
	}
	return all
}

func (c *conserved) check(after string) {
	s := c.world.State
	if s.Status == care.EnrollmentEnded {
		return
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		c.rt.Fatal(err)
	}
	for _, k := range s.Clocks {
		off, err := care.ParseOffset(k.Offset)
		if err != nil {
			c.rt.Fatal(err)
		}
		c.checkStanding(k, after)
		stood := c.stands(k.Step, k.Name)
		switch {
		case k.Pause == pathways.PauseNever:
			if want := s.Calendar.Deadline(k.Anchor, off, zone).Due; !k.Due.Equal(want) || len(stood) > 0 {
				c.rt.Fatalf("after the %s the clock %s is due %s and stood %d times, want %s and never", after, k.Name, k.Due, len(stood), want)
			}
		case off.WholeDays():
			c.checkDays(k, off, stood, zone, after)
		default:
			ran := k.Due.Sub(k.Anchor)
			for _, stand := range stood {
				ran -= stand.To.Sub(stand.From)
			}
			if want := time.Duration(off.N) * time.Hour; ran != want {
				c.rt.Fatalf("after the %s the clock %s has run and has left %s in all, want %s; it stood %v", after, k.Name, ran, want, stood)
			}
		}
	}
}

// checkStanding holds that a clock stands still exactly while its policy says so.
func (c *conserved) checkStanding(k *engine.Clock, after string) {
	stops := c.world.State.Status == care.EnrollmentSuspended || c.world.State.Status == care.EnrollmentPaused && k.Pause == pathways.PauseEnrollment
	if k.Pause == pathways.PauseNever {
		stops = false
	}
	if k.Status == care.ClockRunning && stops || k.Status == care.ClockPaused && !stops {
		c.rt.Fatalf("after the %s the enrollment is %s, and the clock %s (%s) is %s", after, c.world.State.Status, k.Name, k.Pause, k.Status)
	}
}

// checkDays counts, in the clock's own kind of days and by what is known now, the days from its
// anchor to its end, without those that began while it stood.
func (c *conserved) checkDays(k *engine.Clock, off care.Offset, stood []engine.Stand, zone *time.Location, after string) {
	count := func(from, to time.Time) int {
		n := 0
		for day := care.DateOf(from, zone).AddDays(1); !day.After(care.DateOf(to, zone)); day = day.AddDays(1) {
			if off.Unit != care.BusinessDays || c.world.State.Calendar.IsBusinessDay(day) {
				n++
			}
		}
		return n
	}
	days := count(k.Anchor, k.Due)
	told := ""
	for _, s := range stood {
		days -= count(s.From, s.To)
		told += fmt.Sprintf(" from %s to %s", s.From.In(zone), s.To.In(zone))
	}
	want := off.N
	if off.Unit == care.EndOfDay {
		want = 0
	}
	if days != want {
		c.rt.Fatalf("after the %s the clock %s of %d %s from %s to %s has %d of them; it stood%s", after, k.Name, want, off.Unit, k.Anchor.In(zone), k.Due.In(zone), days, told)
	}
}
