package engine_test

import (
	"strings"
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// The eight vectors of CMS TCM (facts of the field 4.1), through the engine.
func TestDeadlinesOfTransitionalCare(t *testing.T) {
	cases := []struct{ discharged, contact, week, fortnight, period string }{
		{"2025-09-09", "2025-09-11", "2025-09-16", "2025-09-23", "2025-10-08"},
		{"2025-07-02", "2025-07-07", "2025-07-09", "2025-07-16", "2025-07-31"},
		{"2025-07-03", "2025-07-08", "2025-07-10", "2025-07-17", "2025-08-01"},
		{"2025-07-05", "2025-07-08", "2025-07-12", "2025-07-19", "2025-08-03"},
		{"2025-11-26", "2025-12-01", "2025-12-03", "2025-12-10", "2025-12-25"},
		{"2025-12-24", "2025-12-29", "2025-12-31", "2026-01-07", "2026-01-22"},
		{"2026-01-16", "2026-01-21", "2026-01-23", "2026-01-30", "2026-02-14"},
		{"2026-07-01", "2026-07-06", "2026-07-08", "2026-07-15", "2026-07-30"},
	}
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	e := load(t, "../library/post-discharge-tcm.yaml")
	for _, c := range cases {
		for complexity, visit := range map[string]string{"high": c.week, "moderate": c.fortnight} {
			t.Run(c.discharged+" "+complexity, func(t *testing.T) {
				day, err := care.ParseDate(c.discharged)
				if err != nil {
					t.Fatal(err)
				}
				// Late in the evening, when UTC has the next day already.
				left := time.Date(day.Year, day.Month, day.Day, 22, 30, 0, 0, zone)
				turn, err := e.Advance(engine.State{}, engine.Event{ID: "start", Kind: engine.Started, Launch: &engine.Launch{
					EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar(),
					Encounter: &care.Encounter{ID: "enc-1", Class: care.Inpatient, Status: care.EncounterDischarged, Disposition: care.ToHome, DischargedAt: &left},
					Facts:     []care.FactValue{{Name: "complexity", Value: complexity}},
				}}, left.Add(time.Hour))
				if err != nil {
					t.Fatal(err)
				}
				want := map[string]string{"contact": c.contact, "visit": visit, "medicines": visit, "period": c.period}
				for _, k := range turn.State.Clocks {
					if want[k.Name] == "" {
						continue
					}
					if got := k.Due.In(zone).Format("2006-01-02 15:04:05"); got != want[k.Name]+" 23:59:59" {
						t.Errorf("%s is due %s, want the end of %s: %s", k.Name, got, want[k.Name], k.Reason)
					}
					delete(want, k.Name)
				}
				if len(want) > 0 {
					t.Errorf("no clocks for %v", want)
				}
			})
		}
	}
}

func TestDischargeCorrectedLateMovesTheDeadlines(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-12-02T09:30:00-05:00")
	if got := raised(w, "contact"); got != 3 {
		t.Fatalf("%d escalations before the correction", got)
	}
	do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterDischarged, 2, "2025-12-01T10:00:00-05:00")})

	due(t, w, "contact", "contact", "2025-12-03T23:59:59-05:00")
	due(t, w, "", "period", "2025-12-30T23:59:59-05:00")
	if st := step(t, w, "contact"); st.Missed || st.Task.Missed {
		t.Error("the contact is still missed")
	}
	if len(w.State.Escalations) != 0 {
		t.Errorf("still escalated: %+v", w.State.Escalations)
	}
	told(t, w, "The escalation to the supervisor was withdrawn: the deadline moved.")
	told(t, w, "because the stay was corrected")

	// The rungs come again for the new deadline, as the same escalations.
	sleep(t, w, "2025-12-04T00:00:00-05:00")
	if got := raised(w, "contact"); got != 3 {
		t.Errorf("%d different escalations after the new deadline, want the same 3", got)
	}
	ids := map[care.ID]bool{}
	for _, m := range w.Messages() {
		if ids[m.ID] {
			t.Errorf("two messages have the id %s", m.ID)
		}
		ids[m.ID] = true
	}
}

// What a correction makes due at once comes after the correction, not before it.
func TestWhatIsDueAtOnceIsDueNow(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-11-28T10:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterDischarged, 2, "2025-11-19T10:00:00-05:00")})
	due(t, w, "contact", "contact", "2025-11-21T23:59:59-05:00")
	if len(w.State.Escalations) == 0 {
		t.Fatal("nobody is told of the missed contact")
	}
	for _, esc := range w.State.Escalations {
		if !esc.RaisedAt.Equal(w.Now) {
			t.Errorf("the escalation to the %s was raised %s, want with the correction, %s", esc.Level, esc.RaisedAt, w.Now)
		}
	}
}

func TestCorrectionJudgesDoneWorkAnew(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-12-03T10:00:00-05:00")
	complete(t, w, "contact", "reached", answered("transport_barrier", false))
	if c := clock(t, w, "contact", "contact"); c.Status != care.ClockMissed {
		t.Fatalf("a late contact is %s", c.Status)
	}
	do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterDischarged, 2, "2025-12-01T10:00:00-05:00")})
	if c := clock(t, w, "contact", "contact"); c.Status != care.ClockMet {
		t.Errorf("with the corrected discharge the contact is %s", c.Status)
	}
	told(t, w, "was in time after all")
	do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterDischarged, 3, "2025-11-26T15:00:00-05:00")})
	if c := clock(t, w, "contact", "contact"); c.Status != care.ClockMissed {
		t.Errorf("corrected back, the contact is %s", c.Status)
	}
	before := len(w.Escalations())
	sleep(t, w, "2025-12-09T10:00:00-05:00")
	if got := len(w.Escalations()); got != before {
		t.Errorf("finished work escalates: %d, before %d", got, before)
	}
}

func TestHolidayAddedMovesTheDeadline(t *testing.T) {
	w := followed(t)
	calendar := care.USFederalCalendar()
	calendar.Extra = append(calendar.Extra, care.Holiday{Date: care.Date{Year: 2025, Month: 12, Day: 1}, Name: "Snow"})
	do(t, w, engine.Event{Kind: engine.CalendarChanged, Actor: coordinator, Calendar: &calendar})
	due(t, w, "contact", "contact", "2025-12-02T23:59:59-05:00")
	if reason := step(t, w, "contact").Task.DueReason; !strings.Contains(reason, "Snow") {
		t.Errorf("the reason does not name the holiday: %s", reason)
	}
	refused(t, w, engine.Event{Kind: engine.CalendarChanged, Actor: coordinator}, care.Invalid, "calendar")
}

func TestPatientMovesToAnotherZone(t *testing.T) {
	w := followed(t)
	do(t, w, engine.Event{Kind: engine.PatientUpdated, Actor: system, Patient: &engine.PatientFacts{Zone: "America/Phoenix"}})
	due(t, w, "contact", "contact", "2025-12-01T23:59:59-07:00")
	told(t, w, "America/Phoenix")
	do(t, w, engine.Event{Kind: engine.PatientUpdated, Actor: system, Patient: &engine.PatientFacts{Zone: "Nowhere/Atall"}})
	due(t, w, "contact", "contact", "2025-12-01T23:59:59-07:00")
}

func TestDeadlinesAcrossClockChanges(t *testing.T) {
	cases := []struct{ name, discharged, contact, warned string }{
		{"into summer time", "2026-03-06T15:00:00-05:00", "2026-03-10T23:59:59-04:00", "2026-03-10T19:59:59-04:00"},
		{"into winter time", "2025-10-31T15:00:00-04:00", "2025-11-04T23:59:59-05:00", "2025-11-04T19:59:59-05:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := discharge(t, load(t, "testdata/tcm.yaml"), c.discharged, c.discharged)
			due(t, w, "contact", "contact", c.contact)
			if got := clock(t, w, "contact", "contact").Rungs[1].At; !got.Equal(at(t, c.warned)) {
				t.Errorf("the warning comes %s, want %s", got, c.warned)
			}
		})
	}
	// An exact amount of time is exact: eight hours over the night that lacks one.
	w := begin(t, "testdata/kinds.yaml", "2026-03-07T22:00:00-05:00")
	due(t, w, "measured", "exact", "2026-03-08T07:00:00-04:00")
}

func TestClockFromWhatIsNotKnownYet(t *testing.T) {
	w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
	due(t, w, "dated", "after_ask", "2025-12-02T23:59:59-05:00")
	if reason := clock(t, w, "dated", "after_ask").Reason; !strings.Contains(reason, "not known yet") {
		t.Errorf("the reason hides it: %s", reason)
	}
	sleep(t, w, "2025-12-02T09:00:00-05:00")
	complete(t, w, "ask", "asked")
	due(t, w, "dated", "after_ask", "2025-12-03T23:59:59-05:00")
	due(t, w, "follow", "after_ask", "2025-12-03T23:59:59-05:00")
}

// For a clock that may pause, what has run and what is left add up to the same, however often the
// enrollment stands still.
func TestPauseConservesWhatIsLeft(t *testing.T) {
	w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
	total := clock(t, w, "measured", "exact").Due.Sub(w.Now)
	law := clock(t, w, "lawful", "law").Due
	var stood time.Duration
	for _, until := range []string{"2025-12-01T13:00:00-05:00", "2025-12-03T09:30:00-05:00"} {
		sleep(t, w, w.Now.Add(time.Hour).Format(time.RFC3339))
		end := at(t, until)
		stood += end.Sub(w.Now)
		do(t, w, engine.Event{Kind: engine.EnrollmentPause, Actor: coordinator, Reason: "travels", Until: &end})
		if c := clock(t, w, "measured", "exact"); c.Status != care.ClockPaused {
			t.Fatalf("the clock is %s", c.Status)
		}
		sleep(t, w, until)
		status(t, w, care.EnrollmentActive)
	}
	c := clock(t, w, "measured", "exact")
	if got := c.Due.Sub(at(t, "2025-12-01T10:00:00-05:00")) - stood; got != total {
		t.Errorf("it ran %s without the pauses, want %s", got, total)
	}
	if got := clock(t, w, "lawful", "law").Due; !got.Equal(law) {
		t.Errorf("the pause moved a deadline set by law to %s", got)
	}
	if c := clock(t, w, "bedside", "ward"); c.Lost != 0 {
		t.Errorf("a clock that only a hospital stay pauses stood still for %s", c.Lost)
	}
	sleep(t, w, "2026-01-01T00:00:00-05:00")
	if got := clock(t, w, "lawful", "law").Status; got != care.ClockMissed {
		t.Errorf("the law's clock is %s", got)
	}
}

func TestLawsClockRunsOutWhilePaused(t *testing.T) {
	w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
	end := at(t, "2025-12-20T10:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.EnrollmentPause, Actor: coordinator, Reason: "travels", Until: &end})
	sleep(t, w, "2025-12-15T10:00:00-05:00")
	if got := clock(t, w, "lawful", "law").Status; got != care.ClockMissed {
		t.Errorf("the law's clock is %s", got)
	}
	if raised(w, "lawful") == 0 || raised(w, "measured") != 0 {
		t.Errorf("raised %d for the law's work and %d for what stands still", raised(w, "lawful"), raised(w, "measured"))
	}
}
