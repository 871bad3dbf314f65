package router_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/intake/router"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// hospitalReport is one report of a hospital about a stay.
type hospitalReport struct {
	name   string
	report router.Report
}

func instantOf(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// report makes a report that was recorded at a time.
func reportOf(t *testing.T, name string, act care.EncounterAct, recorded, discharged string, to care.Disposition) hospitalReport {
	t.Helper()
	r := care.EncounterReport{Act: act, Identifier: care.Identifier{System: "visit", Value: "1"}, Class: care.Inpatient, Disposition: to}
	if discharged != "" {
		when := instantOf(t, discharged)
		r.DischargedAt = &when
	}
	return hospitalReport{name: name, report: router.Report{OccurredAt: instantOf(t, recorded), EncounterReport: r}}
}

// Whatever order a hospital's messages arrive in, the pathway ends in the same place.
func TestEveryOrderOfReportsEndsAlike(t *testing.T) {
	admission := reportOf(t, "A01", care.ActAdmit, "2025-11-20T10:00:00-05:00", "", "")
	sets := map[string][]hospitalReport{
		"a discharge corrected, cancelled and told again": {
			admission,
			reportOf(t, "A03", care.ActDischarge, "2025-11-26T15:05:00-05:00", "2025-11-26T15:00:00-05:00", care.ToHome),
			reportOf(t, "A08", care.ActUpdate, "2025-11-26T16:00:00-05:00", "2025-11-25T23:30:00-05:00", ""),
			reportOf(t, "A13", care.ActCancelDischarge, "2025-11-26T17:00:00-05:00", "", ""),
			reportOf(t, "A03 again", care.ActDischarge, "2025-11-28T11:10:00-05:00", "2025-11-28T11:00:00-05:00", care.ToHome),
		},
		"a discharge that is cancelled for good": {
			admission,
			reportOf(t, "A03", care.ActDischarge, "2025-11-26T15:05:00-05:00", "2025-11-26T15:00:00-05:00", care.ToHome),
			reportOf(t, "A08", care.ActUpdate, "2025-11-26T16:00:00-05:00", "2025-11-25T23:30:00-05:00", ""),
			reportOf(t, "A13", care.ActCancelDischarge, "2025-11-26T17:00:00-05:00", "", ""),
		},
		"a destination corrected twice": {
			admission,
			reportOf(t, "A03", care.ActDischarge, "2025-11-26T15:05:00-05:00", "2025-11-26T15:00:00-05:00", care.ToHome),
			reportOf(t, "A08 nursing facility", care.ActUpdate, "2025-11-26T16:00:00-05:00", "", care.ToSNF),
			reportOf(t, "A08 home", care.ActUpdate, "2025-11-26T17:00:00-05:00", "", care.ToHomeHealth),
		},
		"a discharge told by its correction only": {
			admission,
			reportOf(t, "A08", care.ActUpdate, "2025-11-26T16:00:00-05:00", "2025-11-26T15:30:00-05:00", care.ToHome),
			reportOf(t, "A03", care.ActDischarge, "2025-11-26T17:05:00-05:00", "", ""),
		},
	}
	for name, messages := range sets {
		t.Run(name, func(t *testing.T) {
			orders := ordersOf(messages)
			e := library(t, pathway)
			want := arrive(t, e, messages)
			for _, order := range orders {
				got := arrive(t, e, order)
				if name == "a discharge that is cancelled for good" {
					// Nothing starts where it was cancelled before it was heard of, and what was told of it
					// after that is not learned: there is no discharge that it could be about.
					if got.Started && got.Status != care.EnrollmentSuspended {
						t.Fatalf("%v ends %s", namesOf(order), got.Status)
					}
					continue
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%v ends otherwise than the order in which it happened:\n%s", namesOf(order), diff)
				}
			}
		})
	}
}

func namesOf(messages []hospitalReport) []string {
	var out []string
	for _, m := range messages {
		out = append(out, m.name)
	}
	return out
}

func ordersOf(messages []hospitalReport) [][]hospitalReport {
	if len(messages) < 2 {
		return [][]hospitalReport{slices.Clone(messages)}
	}
	var all [][]hospitalReport
	for i := range messages {
		rest := slices.Delete(slices.Clone(messages), i, i+1)
		for _, tail := range ordersOf(rest) {
			all = append(all, append([]hospitalReport{messages[i]}, tail...))
		}
	}
	return all
}

// standingOfPathway is where an enrollment stands, without how it came there.
type standingOfPathway struct {
	Started bool
	Status  care.EnrollmentStatus
	Steps   []string
	Clocks  []string
	Tasks   []string
	Facts   []string
}

// arrive folds the messages one by one, each as it arrives, and tells the pathway as the router
// does: what is known of the stay now, and a launch where there is a discharge.
func arrive(t *testing.T, e *engine.Engine, messages []hospitalReport) standingOfPathway {
	t.Helper()
	now := instantOf(t, "2025-11-28T12:00:00-05:00")
	var state engine.State
	var arrived []router.Report
	for i, m := range messages {
		arrived = append(arrived, m.report)
		slices.SortStableFunc(arrived, func(a, b router.Report) int { return a.OccurredAt.Compare(b.OccurredAt) })
		enc := router.Fold("enc-1", "pat-1", arrived)
		ev := engine.Event{ID: fmt.Sprintf("message-%d", i), Kind: engine.EncounterUpdated, OccurredAt: m.report.OccurredAt, Encounter: &enc, Patient: &engine.PatientFacts{}}
		if state.Status == "" {
			l := engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Encounter: &enc, Zone: "America/New_York", Calendar: care.USFederalCalendar()}
			if enc.Status != care.EncounterDischarged || !e.Decide(l).Start {
				continue
			}
			ev = engine.Event{ID: "start", Kind: engine.Started, OccurredAt: *enc.DischargedAt, Launch: &l}
		}
		turn, err := e.Advance(state, ev, now)
		if err != nil {
			t.Fatalf("%s: %v", m.name, err)
		}
		state = turn.State
	}
	return outcomeOf(state)
}

func outcomeOf(s engine.State) standingOfPathway {
	out := standingOfPathway{Started: s.Status != "", Status: s.Status}
	for _, st := range s.Steps {
		if st.Status == care.StepSkipped {
			continue // began with what was known for a while, and was taken back
		}
		out.Steps = append(out.Steps, fmt.Sprint(st.ID, " ", st.Status, " ", st.Missed))
		if st.Task != nil {
			out.Tasks = append(out.Tasks, fmt.Sprint(st.ID, " ", st.Task.Status, " ", st.Task.DueAt))
		}
	}
	for _, c := range s.Clocks {
		if c.Status == care.ClockCancelled {
			continue
		}
		out.Clocks = append(out.Clocks, fmt.Sprint(c.Step, " ", c.Name, " ", c.Status, " ", c.Due, " ", c.Anchor))
	}
	for _, f := range s.Facts {
		out.Facts = append(out.Facts, fmt.Sprint(f.Name, " ", f.Value))
	}
	slices.Sort(out.Clocks)
	slices.Sort(out.Steps)
	return out
}

func library(t *testing.T, key string) *engine.Engine {
	t.Helper()
	file := "../../pathways/library/" + key + ".yaml"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, problems := pathways.Load(file, src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	e, err := engine.For(d)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
