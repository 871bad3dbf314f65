package engine_test

import (
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// gains asks for both gains, with a track for each.
const gains = `
pathway: gains
version: 1
title: Gains
owner: nurse
launch: {once_per: request}
clocks:
  period: {from: enrolled, within: 30 days}
steps:
  - {id: watch, task: Watch, due: 20 days}
  - {id: day, task: More than a kilo in a day, due: 1 day}
  - {id: week, task: More than two kilos in a week, due: 1 day}
tracks:
  day: {on: observation.recorded, when: 'event.code == "29463-7" && event.gain_1_day > 1.0', steps: [day]}
  week: {on: observation.recorded, when: 'event.code == "29463-7" && event.gain_7_days > 2.0', steps: [week]}
ends:
  - {on: patient.died, as: deceased}
  - {clock: period, as: finished-incomplete}
`

// weight is one weighing, told when it was made.
type weight struct {
	at     string // local time
	value  string
	status string
	code   string
}

func TestGains(t *testing.T) {
	tests := []struct {
		name      string
		weights   []weight
		day, week bool
	}{
		{"the first has nothing to compare with", []weight{{at: "2025-12-01 08:00", value: "90"}}, false, false},
		{"a kilo exactly", []weight{{at: "2025-12-01 08:00", value: "80"}, {at: "2025-12-02 08:00", value: "81"}}, false, false},
		{"more than a kilo over night", []weight{{at: "2025-12-01 20:00", value: "80"}, {at: "2025-12-02 07:00", value: "81.1"}}, true, false},
		{"more than a kilo in two days", []weight{{at: "2025-12-01 08:00", value: "80"}, {at: "2025-12-03 08:00", value: "81.5"}}, false, false},
		{"little by little", []weight{
			{at: "2025-12-01 08:00", value: "80"}, {at: "2025-12-03 08:00", value: "80.9"},
			{at: "2025-12-05 08:00", value: "81.7"}, {at: "2025-12-08 08:00", value: "82.1"},
		}, false, true},
		{"the lowest of the week lies eight days back", []weight{{at: "2025-12-01 08:00", value: "80"}, {at: "2025-12-09 08:00", value: "83"}}, false, false},
		{"another code", []weight{{at: "2025-12-01 08:00", value: "80", code: "other"}, {at: "2025-12-02 08:00", value: "85"}}, false, false},
		{"no number", []weight{{at: "2025-12-01 08:00", value: "eighty"}, {at: "2025-12-02 08:00", value: "85"}}, false, false},
		{"the one before was taken back", []weight{
			{at: "2025-12-01 08:00", value: "60"}, {at: "2025-12-01 08:00", value: "60", status: "entered-in-error"}, {at: "2025-12-02 08:00", value: "80"},
		}, false, false},
		{"the one before was corrected", []weight{
			{at: "2025-12-01 08:00", value: "60"}, {at: "2025-12-01 08:00", value: "79.5", status: "corrected"}, {at: "2025-12-02 08:00", value: "80"},
		}, false, false},
		{"an earlier one that is told late", []weight{{at: "2025-12-02 08:00", value: "85"}, {at: "2025-12-01 08:00", value: "80"}}, false, false},
		{"the day on which the clock is put forward", []weight{{at: "2026-03-07 08:00", value: "80"}, {at: "2026-03-08 08:00", value: "82"}}, true, false},
	}
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			def, problems := pathways.Load("gains.yaml", []byte(gains))
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			e, err := engine.For(def)
			if err != nil {
				t.Fatal(err)
			}
			state := weigh(t, e, zone, tc.weights)
			for step, want := range map[string]bool{"day": tc.day, "week": tc.week} {
				if got := begun(state, step); got != want {
					t.Errorf("the track of the %s has begun: %v, want %v (remembered: %v)", step, got, want, state.Readings)
				}
			}
		})
	}
}

func weigh(t *testing.T, e *engine.Engine, zone *time.Location, weights []weight) engine.State {
	t.Helper()
	first, err := time.ParseInLocation("2006-01-02 15:04", weights[0].at, zone)
	if err != nil {
		t.Fatal(err)
	}
	now := first.Add(-time.Hour)
	turn, err := e.Advance(engine.State{}, engine.Event{ID: "start", Kind: engine.Started, Launch: &engine.Launch{
		EnrollmentID: "e", PatientID: "p", Zone: zone.String(), Calendar: care.USFederalCalendar(),
	}}, now)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range weights {
		at, err := time.ParseInLocation("2006-01-02 15:04", w.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if at.After(now) {
			now = at
		}
		code, status := w.code, w.status
		if code == "" {
			code = "29463-7"
		}
		if status == "" {
			status = "final"
		}
		turn, err = e.Advance(turn.State, engine.Event{ID: "weight-" + string(rune('a'+i)), Kind: engine.ObservationMade, Observation: &care.ObservationReport{
			Code: care.Coding{Code: code}, Value: w.value, Status: status, ObservedAt: &at,
		}}, now)
		if err != nil {
			t.Fatal(err)
		}
	}
	return turn.State
}

func begun(s engine.State, step string) bool {
	for _, st := range s.Steps {
		if st.ID == step && st.OpenedAt != nil {
			return true
		}
	}
	return false
}

// An enrollment remembers a week and no more, and one that compares nothing remembers nothing.
func TestReadingsAreFew(t *testing.T) {
	zone := time.UTC
	def, problems := pathways.Load("gains.yaml", []byte(gains))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	e, err := engine.For(def)
	if err != nil {
		t.Fatal(err)
	}
	var daily []weight
	for day := range 25 {
		at := time.Date(2025, 12, 1, 8, 0, 0, 0, zone).AddDate(0, 0, day)
		daily = append(daily, weight{at: at.Format("2006-01-02 15:04"), value: "80"})
	}
	if got := len(weigh(t, e, zone, daily).Readings); got != 8 {
		t.Errorf("remembered %d weights, want 8: today's and those of the seven days before", got)
	}
	other := load(t, "../library/critical-lab-result.yaml")
	turn, err := other.Advance(engine.State{}, engine.Event{ID: "start", Kind: engine.Started, Launch: &engine.Launch{
		EnrollmentID: "e", PatientID: "p", Zone: "UTC", Calendar: care.USFederalCalendar(),
		Facts: []care.FactValue{{Name: "available_at", Value: "2025-12-01T08:00:00Z"}, {Name: "test_code", Value: "POT"}},
	}}, time.Date(2025, 12, 1, 9, 0, 0, 0, zone))
	if err != nil {
		t.Fatal(err)
	}
	turn, err = other.Advance(turn.State, engine.Event{ID: "result", Kind: engine.ObservationMade, Observation: &care.ObservationReport{
		Code: care.Coding{Code: "POT"}, Value: "4", Status: "final",
	}}, time.Date(2025, 12, 1, 10, 0, 0, 0, zone))
	if err != nil {
		t.Fatal(err)
	}
	if len(turn.State.Readings) > 0 {
		t.Errorf("remembered %v, though the pathway compares nothing", turn.State.Readings)
	}
}
