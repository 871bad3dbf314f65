package engine_test

import (
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// BenchmarkAdvance is one turn of a pathway in full swing: an attempt at a contact is recorded.
func BenchmarkAdvance(b *testing.B) {
	w := discharge(b, load(b, "../library/post-discharge-tcm.yaml"), "2025-11-26T15:00:00-05:00", "2025-11-26T16:00:00-05:00")
	sleep(b, w, "2025-11-28T12:00:00-05:00")
	ev := engine.Event{ID: "try", Kind: engine.TaskAttempt, Actor: coordinator, TaskID: step(b, w, "contact").Task.ID, Attempt: &care.Attempt{Mode: care.ByPhone, Who: "patient"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Engine.Advance(w.State, ev, w.Now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEnrollmentMonth is the thirty days of a patient for whom nobody does anything.
func BenchmarkEnrollmentMonth(b *testing.B) {
	e := load(b, "../library/post-discharge-tcm.yaml")
	b.ReportAllocs()
	for b.Loop() {
		w := discharge(b, e, "2025-11-26T15:00:00-05:00", "2025-11-26T16:00:00-05:00")
		sleep(b, w, "2025-12-27T00:00:00-05:00")
		if w.State.Status != care.EnrollmentEnded {
			b.Fatal("the month did not end")
		}
	}
}

// BenchmarkAdvanceOld is a turn of an enrollment that has repeated a step for two years: it must
// not cost much more than a young one's.
func BenchmarkAdvanceOld(b *testing.B) {
	w := simulate.New(parse(b, longRepeat), at(b, "2025-01-01T10:00:00-05:00"))
	do(b, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar()}})
	for range 100 {
		sleep(b, w, w.Now.Add(7*24*time.Hour).Format(time.RFC3339))
		complete(b, w, "weekly", "done")
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Engine.Advance(w.State, engine.Event{Kind: engine.Tick}, w.Now); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(jsonOf(b, w.State))), "state-bytes")
}

const longRepeat = `
pathway: long-repeat
version: 1
title: A call every week
owner: nurse
languages: [en]
launch: {once_per: request}
clocks:
  period: {from: enrolled, within: 1000 days}
steps:
  - {id: weekly, task: Weekly call, due: 1 day, repeat: {every: 7 days, times: 120}}
ends:
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`
