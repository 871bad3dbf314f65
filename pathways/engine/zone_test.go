package engine_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// beginIn starts an enrollment that no stay led to, for a patient who lives in a zone.
func beginIn(t testing.TB, zone, now string) *simulate.World {
	t.Helper()
	w := simulate.New(load(t, "testdata/kinds.yaml"), at(t, now))
	do(t, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{
		EnrollmentID: "enr-1", PatientID: "pat-1", Zone: zone, Calendar: care.USFederalCalendar(),
	}})
	return w
}

func moveTo(t testing.TB, w *simulate.World, zone string) {
	t.Helper()
	do(t, w, engine.Event{Kind: engine.PatientUpdated, Actor: system, Patient: &engine.PatientFacts{Zone: zone}})
}

func holiday(t testing.TB, w *simulate.World, date string) {
	t.Helper()
	day, err := care.ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	calendar := w.State.Calendar
	calendar.Extra = append([]care.Holiday{{Date: day, Name: "Closed"}}, calendar.Extra...)
	do(t, w, engine.Event{Kind: engine.CalendarChanged, Actor: coordinator, Calendar: &calendar})
}

// In every zone a clock in days ends with the local day and one in hours takes exactly as long,
// over both changes of the year and where there is none.
func TestClocksInEveryZone(t *testing.T) {
	cases := []struct{ name, zone, start, law, work, exact string }{
		{"into summer time", "America/New_York", "2026-03-06T20:00:00-05:00", "2026-03-11T23:59:59-04:00", "2026-03-10T23:59:59-04:00", "2026-03-07T04:00:00-05:00"},
		{"into winter time", "America/New_York", "2026-10-30T20:00:00-04:00", "2026-11-04T23:59:59-05:00", "2026-11-03T23:59:59-05:00", "2026-10-31T04:00:00-04:00"},
		{"over the missing hour", "America/Chicago", "2026-03-07T22:00:00-06:00", "2026-03-12T23:59:59-05:00", "2026-03-10T23:59:59-05:00", "2026-03-08T07:00:00-05:00"},
		{"over the hour that comes twice", "America/Los_Angeles", "2026-10-31T22:00:00-07:00", "2026-11-05T23:59:59-08:00", "2026-11-03T23:59:59-08:00", "2026-11-01T05:00:00-08:00"},
		{"Phoenix, when others change", "America/Phoenix", "2026-03-07T22:00:00-07:00", "2026-03-12T23:59:59-07:00", "2026-03-10T23:59:59-07:00", "2026-03-08T06:00:00-07:00"},
		{"Guam, a day ahead", "Pacific/Guam", "2026-07-01T23:30:00+10:00", "2026-07-06T23:59:59+10:00", "2026-07-06T23:59:59+10:00", "2026-07-02T07:30:00+10:00"},
		{"Samoa, a day behind", "Pacific/Pago_Pago", "2026-07-01T23:30:00-11:00", "2026-07-06T23:59:59-11:00", "2026-07-06T23:59:59-11:00", "2026-07-02T07:30:00-11:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := beginIn(t, c.zone, c.start)
			due(t, w, "lawful", "law", c.law)
			due(t, w, "ask", "work", c.work)
			due(t, w, "measured", "exact", c.exact)
			// One second before its end it has not run out; a second after, it has.
			sleep(t, w, at(t, c.law).Add(-time.Second).Format(time.RFC3339))
			if got := clock(t, w, "lawful", "law").Status; got != care.ClockRunning {
				t.Errorf("before its end the clock is %s", got)
			}
			sleep(t, w, at(t, c.law).Add(time.Second).Format(time.RFC3339))
			if got := clock(t, w, "lawful", "law").Status; got != care.ClockMissed {
				t.Errorf("after its end the clock is %s", got)
			}
		})
	}
}

// Every change of clocks from 2018 to 2037 in four zones: a clock that runs across it ends with its
// local day, and exact time stays exact.
func TestClocksAcrossEveryChange(t *testing.T) {
	e := load(t, "testdata/kinds.yaml")
	crossed := 0
	for zone, changes := range transitions(t) {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range changes {
			start := change.Add(-30 * time.Hour)
			w := simulate.New(e, start)
			do(t, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{
				EnrollmentID: "enr-1", PatientID: "pat-1", Zone: zone, Calendar: care.USFederalCalendar(),
				Facts: []care.FactValue{{Name: "hours", Value: "24 hours"}},
			}})
			day := care.DateOf(start, loc).AddDays(5).String()
			law := clock(t, w, "lawful", "law")
			if got := law.Due.In(loc).Format(time.DateTime); got != day+" 23:59:59" {
				t.Errorf("%s: five days after %s end %s, want the end of %s", zone, start.In(loc), got, day)
			}
			if got := clock(t, w, "measured", "exact").Due.Sub(start); got != 24*time.Hour {
				t.Errorf("%s: 24 hours from %s take %s", zone, start.In(loc), got)
			}
			if _, before := start.In(loc).Zone(); before == offsetAt(law.Due, loc) {
				t.Errorf("%s: the clock from %s crosses no change", zone, start.In(loc))
			}
			crossed++
		}
	}
	if crossed < 100 {
		t.Errorf("%d changes were crossed", crossed)
	}
}

func offsetAt(at time.Time, loc *time.Location) int {
	_, offset := at.In(loc).Zone()
	return offset
}

// transitions reads the clock changes of the shared data, by zone.
func transitions(t *testing.T) map[string][]time.Time {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "10-calendar", "us_timezone_transitions.json")
	raw, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("%s is not here; the shared data lies beside the project", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Zones map[string]struct {
			Transitions []struct {
				UTCStart time.Time `json:"utc_start"`
			} `json:"transitions"`
		} `json:"zones"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatalf("reading %s: %v", path, err)
	}
	changes := map[string][]time.Time{}
	for zone, z := range file.Zones {
		for _, change := range z.Transitions {
			changes[zone] = append(changes[zone], change.UTCStart)
		}
	}
	return changes
}

// A patient who moves takes the running clocks along: days end with the days of the new place, hours
// stay as they were, and moving back is as if nothing had happened.
func TestMovingWhileClocksRun(t *testing.T) {
	cases := []struct{ to, law, work string }{
		{"America/Phoenix", "2025-12-06T23:59:59-07:00", "2025-12-03T23:59:59-07:00"},
		{"Pacific/Guam", "2025-12-07T23:59:59+10:00", "2025-12-04T23:59:59+10:00"}, // it was Tuesday there when it began
		{"Pacific/Honolulu", "2025-12-06T23:59:59-10:00", "2025-12-03T23:59:59-10:00"},
	}
	for _, c := range cases {
		t.Run(c.to, func(t *testing.T) {
			w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
			due(t, w, "lawful", "law", "2025-12-06T23:59:59-05:00")
			sleep(t, w, "2025-12-01T12:00:00-05:00")
			moveTo(t, w, c.to)
			due(t, w, "lawful", "law", c.law)
			due(t, w, "ask", "work", c.work)
			due(t, w, "measured", "exact", "2025-12-01T18:00:00-05:00")
			told(t, w, "because the patient moved to the zone "+c.to)
			moveTo(t, w, "America/New_York")
			due(t, w, "lawful", "law", "2025-12-06T23:59:59-05:00")
			due(t, w, "ask", "work", "2025-12-03T23:59:59-05:00")
		})
	}
}

// Moving does not change the day on which somebody left hospital, however close to midnight it was.
func TestMovingKeepsTheDayOfDischarge(t *testing.T) {
	cases := []struct{ name, discharged, to, contact, period string }{
		{"west, left after midnight", "2025-12-02T00:30:00-05:00", "America/Phoenix", "2025-12-04T23:59:59-07:00", "2025-12-31T23:59:59-07:00"},
		{"far west over the date line, left in the evening", "2025-12-02T22:30:00-05:00", "Pacific/Guam", "2025-12-04T23:59:59+10:00", "2025-12-31T23:59:59+10:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := discharge(t, load(t, "testdata/tcm.yaml"), c.discharged, "2025-12-02T23:00:00-05:00")
			due(t, w, "contact", "contact", "2025-12-04T23:59:59-05:00")
			moveTo(t, w, c.to)
			due(t, w, "contact", "contact", c.contact)
			due(t, w, "", "period", c.period)
			// What is told of the stay again later changes nothing either.
			left := at(t, c.discharged)
			do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: &care.Encounter{
				ID: "enc-1", Class: care.Inpatient, Status: care.EncounterDischarged, Disposition: care.ToHome, DischargedAt: &left, Revision: 2,
			}})
			due(t, w, "contact", "contact", c.contact)
		})
	}
}

// What repeats by days comes on the mornings of the place where the patient now lives, and not on a
// day that was closed meanwhile.
func TestRepetitionsFollowZoneAndCalendar(t *testing.T) {
	weekly := func(t *testing.T, w *simulate.World) string {
		t.Helper()
		st := step(t, w, "weekly")
		if st.OpensAt == nil {
			t.Fatalf("the next call is not placed: %+v", st)
		}
		return st.OpensAt.Format(time.RFC3339)
	}
	w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
	complete(t, w, "ask", "asked", answered("worried", false))
	if got := weekly(t, w); got != "2025-12-08T14:00:00Z" {
		t.Errorf("in New York the next call comes %s", got)
	}
	moveTo(t, w, "America/Phoenix")
	if got := weekly(t, w); got != "2025-12-08T16:00:00Z" {
		t.Errorf("in Phoenix the next call comes %s, want 9 in the morning there", got)
	}
	sleep(t, w, "2025-12-08T16:00:00Z")
	if st := step(t, w, "weekly"); st.Round != 3 || st.OpensAt == nil || st.OpensAt.Format(time.RFC3339) != "2025-12-15T16:00:00Z" {
		t.Errorf("the call after it is %+v", st)
	}
}

// A holiday that is added while clocks run moves those in business days only; one that has run out
// runs again, and what it raised is withdrawn.
func TestHolidayAddedWhileClocksRun(t *testing.T) {
	w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
	due(t, w, "ask", "work", "2025-12-03T23:59:59-05:00")
	sleep(t, w, "2025-12-02T10:00:00-05:00")
	holiday(t, w, "2025-12-03")
	due(t, w, "ask", "work", "2025-12-04T23:59:59-05:00")
	due(t, w, "lawful", "law", "2025-12-06T23:59:59-05:00")
	told(t, w, "because the calendar of business days changed")

	holiday(t, w, "2025-12-25") // nothing reaches so far
	due(t, w, "ask", "work", "2025-12-04T23:59:59-05:00")

	sleep(t, w, "2025-12-05T00:00:00-05:00")
	if c := clock(t, w, "ask", "work"); c.Status != care.ClockMissed {
		t.Fatalf("the clock is %s", c.Status)
	}
	open := len(w.State.Escalations)
	holiday(t, w, "2025-12-04") // told late: it was closed yesterday
	due(t, w, "ask", "work", "2025-12-05T23:59:59-05:00")
	if c := clock(t, w, "ask", "work"); c.Status != care.ClockRunning || step(t, w, "ask").Missed {
		t.Errorf("after the holiday the clock is %s", c.Status)
	}
	if open == 0 || len(w.State.Escalations) >= open {
		t.Errorf("%d escalations before the holiday and %d after", open, len(w.State.Escalations))
	}

	// The day is worked after all: the deadline lies in the past again, and runs out at once.
	calendar := care.USFederalCalendar()
	do(t, w, engine.Event{Kind: engine.CalendarChanged, Actor: coordinator, Calendar: &calendar})
	due(t, w, "ask", "work", "2025-12-03T23:59:59-05:00")
	if c := clock(t, w, "ask", "work"); c.Status != care.ClockMissed {
		t.Errorf("with the old calendar the clock is %s", c.Status)
	}
}

// A holiday told after the work was done judges it anew.
func TestHolidayJudgesDoneWorkAnew(t *testing.T) {
	w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
	sleep(t, w, "2025-12-04T10:00:00-05:00")
	complete(t, w, "ask", "asked", answered("worried", false))
	if c := clock(t, w, "ask", "work"); c.Status != care.ClockMissed {
		t.Fatalf("a day late it is %s", c.Status)
	}
	holiday(t, w, "2025-12-03")
	if c := clock(t, w, "ask", "work"); c.Status != care.ClockMet {
		t.Errorf("with the holiday it is %s", c.Status)
	}
	told(t, w, "was in time after all")
}

// What stood still while the patient moved, or while a holiday was added, still has as much left.
func TestMovingAndHolidaysWhileStanding(t *testing.T) {
	pauseUntil := func(w *simulate.World, until string) {
		t.Helper()
		end := at(t, until)
		do(t, w, engine.Event{Kind: engine.EnrollmentPause, Actor: coordinator, Reason: "travels", Until: &end})
	}
	for _, c := range []struct{ name, holiday, zone, work string }{
		{"nothing else", "", "", "2025-12-09T23:59:59-05:00"},
		{"a holiday before the pause is over", "2025-12-04", "", "2025-12-09T23:59:59-05:00"}, // it stood on that day anyway
		{"a holiday after it", "2025-12-09", "", "2025-12-10T23:59:59-05:00"},
		{"a move", "", "America/Phoenix", "2025-12-09T23:59:59-07:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
			pauseUntil(w, "2025-12-05T10:00:00-05:00") // four business days begin meanwhile
			sleep(t, w, "2025-12-02T10:00:00-05:00")
			if c.holiday != "" {
				holiday(t, w, c.holiday)
			}
			if c.zone != "" {
				moveTo(t, w, c.zone)
			}
			sleep(t, w, "2025-12-05T12:00:00-05:00")
			due(t, w, "ask", "work", c.work)
		})
		// The same news after the pause end alike.
		t.Run(c.name+", told after it", func(t *testing.T) {
			w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
			pauseUntil(w, "2025-12-05T10:00:00-05:00")
			sleep(t, w, "2025-12-05T12:00:00-05:00")
			if c.holiday != "" {
				holiday(t, w, c.holiday)
			}
			if c.zone != "" {
				moveTo(t, w, c.zone)
			}
			due(t, w, "ask", "work", c.work)
		})
	}
}

// CMS counts the days of a discharge where the patient was in hospital. The deadline ends with the
// patient's own day.
func TestTheDayOfDischargeIsTheHospitals(t *testing.T) {
	const ny, la = "America/New_York", "America/Los_Angeles"
	cases := []struct{ name, hospital, patient, left, day, contact string }{
		{"at home where the hospital is", ny, ny, "2025-09-09T23:30:00-04:00", "2025-09-09", "2025-09-11T23:59:59-04:00"},
		{"Phoenix, hours behind", ny, "America/Phoenix", "2025-09-09T23:30:00-04:00", "2025-09-09", "2025-09-11T23:59:59-07:00"},
		{"Guam, the next day already", ny, "Pacific/Guam", "2025-09-09T23:30:00-04:00", "2025-09-09", "2025-09-11T23:59:59+10:00"},
		{"Honolulu, still the day before", ny, "Pacific/Honolulu", "2025-09-10T00:30:00-04:00", "2025-09-10", "2025-09-12T23:59:59-10:00"},
		{"from west to east", la, ny, "2025-09-09T23:30:00-07:00", "2025-09-09", "2025-09-11T23:59:59-04:00"},
		{"on the eve of a holiday", ny, "Pacific/Guam", "2025-11-26T23:30:00-05:00", "2025-11-26", "2025-12-01T23:59:59+10:00"},
		{"a hospital that nobody places", "", "America/Phoenix", "2025-09-09T23:30:00-04:00", "2025-09-09", "2025-09-11T23:59:59-07:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			left := at(t, c.left)
			w := simulate.New(load(t, "../library/post-discharge-tcm.yaml"), left.Add(20*time.Minute))
			do(t, w, engine.Event{Kind: engine.Started, Actor: system, OccurredAt: left, Launch: &engine.Launch{
				EnrollmentID: "enr-1", PatientID: "pat-1", Zone: c.patient, PlaceZone: c.hospital, Calendar: care.USFederalCalendar(),
				Encounter: &care.Encounter{ID: "enc-1", Class: care.Inpatient, Status: care.EncounterDischarged, Disposition: care.ToHome, DischargedAt: &left},
			}})
			dischargedOn(t, w, c.day)
			due(t, w, "contact", "contact", c.contact)
			told(t, w, "discharged on "+at(t, c.day+"T12:00:00Z").Format("Mon 2006-01-02"))
			// A correction and a move tell the same day of the same moment.
			moveTo(t, w, "America/Chicago")
			do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: &care.Encounter{ID: "enc-1", Class: care.Inpatient, Status: care.EncounterDischarged, Disposition: care.ToHome, DischargedAt: &left, Revision: 2}})
			dischargedOn(t, w, c.day)
		})
	}
	w := simulate.New(load(t, "testdata/kinds.yaml"), at(t, "2025-09-09T10:00:00-04:00"))
	refused(t, w, engine.Event{Kind: engine.Started, Actor: system, Launch: &engine.Launch{EnrollmentID: "e", PatientID: "p", Zone: ny, PlaceZone: "Middle/Earth"}}, care.Invalid, "zone")
}

func dischargedOn(t *testing.T, w *simulate.World, want string) {
	t.Helper()
	for _, f := range w.State.Facts {
		if f.Name == "discharged_on" && f.Value != want {
			t.Errorf("discharged on %v, want %s", f.Value, want)
		}
	}
}
