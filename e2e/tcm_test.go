package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// tcmVector is a row of the table of transitional care's deadlines: each ends with its day, in New York.
type tcmVector struct {
	discharged, contact, within7, within14, period string
	skipped                                        string // what the contact's reason must name
}

var tcmVectors = []tcmVector{
	{"2025-07-02", "2025-07-07", "2025-07-09", "2025-07-16", "2025-07-31", "Independence Day"},
	{"2025-07-03", "2025-07-08", "2025-07-10", "2025-07-17", "2025-08-01", "Independence Day"},
	{"2025-07-05", "2025-07-08", "2025-07-12", "2025-07-19", "2025-08-03", "Sun is no business day"},
	{"2025-09-09", "2025-09-11", "2025-09-16", "2025-09-23", "2025-10-08", ""},
	{"2025-11-26", "2025-12-01", "2025-12-03", "2025-12-10", "2025-12-25", "Thanksgiving"},
	{"2025-12-24", "2025-12-29", "2025-12-31", "2026-01-07", "2026-01-22", "Christmas"},
	{"2026-01-16", "2026-01-21", "2026-01-23", "2026-01-30", "2026-02-14", "Martin Luther King"},
	{"2026-07-01", "2026-07-06", "2026-07-08", "2026-07-15", "2026-07-30", "Independence Day"},
}

// The eight vectors of transitional care, through the API, each on its own day.
func TestTransitionalCareDeadlines(t *testing.T) {
	t.Parallel()
	s := start(t, options{args: []string{"--demo", "--demo-start", "2025-07-01T12:00:00-04:00"}})
	if now := s.clockNow(t); now.Format(time.DateOnly) != "2025-07-01" {
		t.Fatalf("the demonstration begins on %s", now)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range tcmVectors {
		t.Run(v.discharged, func(t *testing.T) {
			day, err := time.ParseInLocation(time.DateOnly, v.discharged, newYork)
			if err != nil {
				t.Fatal(err)
			}
			s.advanceTo(t, day.Add(18*time.Hour))
			moderate := s.discharge(t, fmt.Sprintf("TCM-%d-M", i), "01", day.Add(14*time.Hour))
			v.check(t, s.onlyEnrollment(t, moderate), v.within14, newYork)
			v.check(t, s.highlyComplex(t, fmt.Sprintf("TCM-%d-H", i), v.discharged, day.Add(14*time.Hour)), v.within7, newYork)
			s.startsNothing(t, fmt.Sprintf("TCM-%d-SNF", i), "03", "skilled nursing facility", day.Add(14*time.Hour))
			s.startsNothing(t, fmt.Sprintf("TCM-%d-DEAD", i), "20", "died", day.Add(14*time.Hour))
		})
	}
}

// check compares every deadline of an enrollment with the table.
func (v tcmVector) check(t *testing.T, e enrollment, visit string, zone *time.Location) {
	t.Helper()
	if e.Status != "active" {
		t.Fatalf("the enrollment is %s %s: %s", e.Status, e.Outcome, e.Reason)
	}
	for name, day := range map[string]string{"contact": v.contact, "visit": visit, "medicines": visit, "period": v.period} {
		c := clockNamed(t, e, name)
		if due := c.DueAt.In(zone).Format(time.DateTime); due != day+" 23:59:59" {
			t.Errorf("%s is due %s, want the end of %s (%s)", name, due, day, c.Reason)
		}
		if c.Zone != zone.String() || !strings.Contains(c.Source, "CMS TCM") {
			t.Errorf("%s has the zone %q and the source %q", name, c.Zone, c.Source)
		}
		if len(strings.Fields(c.Reason)) < 4 {
			t.Errorf("%s gives no reason in words: %q", name, c.Reason)
		}
	}
	if c := clockNamed(t, e, "contact"); !strings.Contains(c.Reason, v.skipped) {
		t.Errorf("the contact's reason does not name %s: %q", v.skipped, c.Reason)
	}
}

// discharge tells of an inpatient discharge, and gives the patient's record number.
func (c client) discharge(t *testing.T, mrn, disposition string, at time.Time) string {
	t.Helper()
	c.taken(t, stayOf(mrn, disposition, at).message("A03", at.Add(10*time.Minute)))
	return mrn
}

func stayOf(mrn, disposition string, discharged time.Time) stay {
	return stay{
		mrn: mrn, visit: "V" + mrn, family: "Vector", given: "Any", phone: "5550100500", email: strings.ToLower(mrn) + "@patients.example",
		disposition: disposition, admitted: discharged.AddDate(0, 0, -3), discharged: discharged,
	}
}

// highlyComplex puts a patient on the pathway by hand, with what a clinician judged.
func (c client) highlyComplex(t *testing.T, mrn, discharged string, at time.Time) enrollment {
	t.Helper()
	known := stayOf(mrn, "", time.Time{})
	known.class, known.admitted = "O", at.AddDate(0, 0, -3)
	c.taken(t, known.message("A04", known.admitted))
	made := post[enrollment](t, c, "/enrollments", map[string]any{
		"patient_id": c.patientByMRN(t, mrn).ID, "pathway": "post-discharge-tcm", "reason": "told by telephone",
		"facts": map[string]any{"discharged_on": discharged, "disposition": "home", "complexity": "high"},
	})
	return get[enrollment](t, c, "/enrollments/"+made.ID)
}

// startsNothing tests that a discharge starts no pathway, and that the reason is recorded.
func (c client) startsNothing(t *testing.T, mrn, disposition, because string, at time.Time) {
	t.Helper()
	c.discharge(t, mrn, disposition, at)
	p := c.patientByMRN(t, mrn)
	if found := c.enrollmentsOf(t, p.ID); len(found) != 0 {
		t.Errorf("a discharge with the disposition %s started %+v", disposition, found)
	}
	decided := get[struct{ Items []launchDecision }](t, c, "/patients/"+p.ID+"/launches").Items
	i := slices.IndexFunc(decided, func(d launchDecision) bool { return d.Pathway == "post-discharge-tcm" })
	if i < 0 || decided[i].Decision != "not_started" || !strings.Contains(decided[i].Reason, because) {
		t.Errorf("with the disposition %s the recorded decision is %+v", disposition, decided)
	}
}

// Time that is skipped is for demonstrations.
func TestTheClockMovesInADemonstrationOnly(t *testing.T) {
	s := shared(t)
	s.refused(t, http.StatusForbidden, http.MethodPost, "/demo/clock", map[string]string{"advance": "2 days"})
	runs(t, 2, "serve", "--data", t.TempDir(), "--demo-start", "2025-07-01T12:00:00-04:00")
}
