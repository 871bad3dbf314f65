package router_test

import (
	"strings"
	"testing"

	"throughline/care"
)

const criticalFile = `
pathway: critical-path
version: 1
title: A critical result
owner: nurse
launch: {on: observation.recorded, when: event.critical && event.number > 6, once_per: request}
facts:
  test_code: {type: string, from: event.code, required: true}
clocks:
  period: {from: enrolled, within: 3 days}
steps:
  - {id: tell, task: Tell the clinician, due: 1 hours}
  - {id: changed, on: observation.recorded, when: event.code == test_code, task: Tell the corrected value, due: 1 hours}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// labResult is a message with one result of potassium.
func labResult(control, value, flag, status string) string {
	return strings.Join([]string{
		`MSH|^~\&|LAB|HOSP|THROUGHLINE|CLINIC|20251126200000||ORU^R01|` + control + `|P|2.5.1`,
		`PID|1||4711^^^HOSP^MR||Lovelace^Ada||19501210|F`,
		`OBR|1||F1|2823-3^Potassium^LN|||20251126193000`,
		`OBX|1|NM|2823-3^Potassium^LN||` + value + `|mmol/L|3.5-5.1|` + flag + `|||` + status + `|||20251126193000`,
	}, "\r") + "\r"
}

// A result starts the pathway that asks for it, with what the result says; the same one once.
func TestAResultStartsAPathway(t *testing.T) {
	w := together(t, criticalFile)
	w.post(labResult("L1", "4.1", "", "F"))
	w.post(labResult("L2", "5.9", "HH", "F"))
	started := func() (n int) {
		for _, e := range w.enrollments("4711") {
			if e.Pathway == "critical-path" {
				n++
			}
		}
		return n
	}
	if n := started(); n != 0 {
		t.Fatalf("%d started by results that are not critical enough", n)
	}
	w.post(labResult("L3", "6.9", "HH", "F"))
	w.post(labResult("L4", "6.9", "HH", "F")) // the same result in another message
	if n := started(); n != 1 {
		t.Fatalf("%d started", n)
	}
	var found care.Enrollment
	for _, e := range w.enrollments("4711") {
		if e.Pathway == "critical-path" {
			found = e
		}
	}
	open := func(step string) (is bool) {
		state, _, err := w.store.Snapshot(t.Context(), found.ID)
		w.must(err)
		for _, st := range state.Steps {
			is = is || st.ID == step && st.Status == care.StepOpen
		}
		return is
	}
	if !open("tell") || open("changed") {
		t.Error("its own result is told to it as another one")
	}
	detail, err := w.store.Enrollment(t.Context(), found.ID)
	w.must(err)
	if text := detail.Enrollment.Cause.Text; text != "a result came" {
		t.Errorf("it began because %q", text)
	}
	if len(detail.Enrollment.Facts) != 1 || detail.Enrollment.Facts[0].Value != "2823-3" {
		t.Errorf("it knows %v", detail.Enrollment.Facts)
	}
	w.post(labResult("L5", "7.2", "HH", "C"))
	if !open("changed") {
		t.Error("the corrected result is not heard")
	}
}
