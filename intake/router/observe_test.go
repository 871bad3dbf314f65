package router_test

import (
	"os"
	"strings"
	"testing"
	"time"

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

// The laboratory's flag starts the shipped pathway once for each result, with its clock from when the
// result was issued; a correction is told to it, or starts it, or keeps it from starting, in every
// order of the messages.
func TestEveryOrderOfAResultEndsAlike(t *testing.T) {
	final := criticalResult("R1", "202511262015", "6.9", "HH", "F")
	normal := criticalResult("R2", "202511262030", "4.1", "", "C")
	lower := criticalResult("R3", "202511262040", "6.4", "HH", "C")
	taken := criticalResult("R4", "202511262045", "", "", "D")
	for name, c := range map[string]struct {
		messages []string
		orders   [][]int
		started  int
		outcome  string // of the one that started, empty: it runs
		clock    string // due of the read-back, where it runs
	}{
		"final alone":                     {[]string{final}, [][]int{{0}, {0, 0}}, 1, "", "2025-11-27T02:15:00Z"},
		"preliminary":                     {[]string{criticalResult("R5", "202511262010", "6.9", "HH", "P")}, [][]int{{0}}, 0, "", ""},
		"preliminary, then final":         {[]string{criticalResult("R5", "202511262010", "6.9", "HH", "P"), final}, [][]int{{0, 1}, {1, 0}}, 1, "", "2025-11-27T02:15:00Z"},
		"corrected to normal":             {[]string{final, normal}, [][]int{{0, 1}}, 1, care.EndEnteredInError, ""},
		"corrected before it was told":    {[]string{final, normal}, [][]int{{1, 0}, {1, 0, 0}}, 0, "", ""},
		"corrected to critical":           {[]string{final, lower}, [][]int{{0, 1}, {0, 1, 1, 0}}, 1, "", "2025-11-27T02:15:00Z"},
		"critical correction comes first": {[]string{final, lower}, [][]int{{1, 0}}, 1, "", "2025-11-27T02:40:00Z"},
		"taken back":                      {[]string{final, taken}, [][]int{{0, 1}}, 1, care.EndEnteredInError, ""},
		"taken back before it was told":   {[]string{final, taken}, [][]int{{1, 0}}, 0, "", ""},
		"normal and critical after all":   {[]string{final, normal, lower}, [][]int{{1, 2, 0}, {1, 0, 2}, {2, 1, 0}}, 1, "", ""},
	} {
		for _, order := range c.orders {
			w := together(t)
			for _, i := range order {
				w.post(c.messages[i])
			}
			var found []care.Enrollment
			for _, e := range w.enrollments("4711") {
				if e.Pathway == "critical-lab-result" {
					found = append(found, e)
				}
			}
			if len(found) != c.started {
				t.Errorf("%s, %v: %d started", name, order, len(found))
				continue
			}
			if c.started == 0 || name == "normal and critical after all" {
				continue
			}
			if found[0].Outcome != c.outcome {
				t.Errorf("%s, %v: it ended as %q", name, order, found[0].Outcome)
			}
			if got := w.readBackDue(found[0].ID); c.clock != "" && got != c.clock {
				t.Errorf("%s, %v: the read-back is due %s, want %s", name, order, got, c.clock)
			}
		}
	}
}

// A result that is corrected to critical after its pathway has ended is not heard by the ended one: it
// starts anew, once.
func TestACriticalCorrectionAfterTheEnd(t *testing.T) {
	w := together(t)
	w.post(criticalResult("R1", "202511262015", "6.9", "HH", "F"))
	w.post(criticalResult("R2", "202511262030", "4.1", "", "C"))
	w.post(criticalResult("R3", "202511262040", "6.4", "HH", "C"))
	w.post(criticalResult("R3", "202511262040", "6.4", "HH", "C"))
	if got := w.enrollments("4711"); len(got) != 2 || got[0].Outcome != care.EndEnteredInError || got[1].Status != care.EnrollmentActive {
		t.Errorf("%+v", got)
	}
}

// criticalResult is a message about one result of potassium, issued at the time.
func criticalResult(control, at, value, flag, status string) string {
	return strings.Join([]string{
		`MSH|^~\&|LAB|HOSP|THROUGHLINE|CLINIC|` + at + `00||ORU^R01|` + control + `|P|2.5.1`,
		`PID|1||4711^^^HOSP^MR||Lovelace^Ada||19501210|F`,
		`OBR|1||F1|2823-3^Potassium^LN|||20251126193000|||||||||||||||` + at + `00`,
		`OBX|1|NM|2823-3^Potassium^LN||` + value + `|mmol/L|3.5-5.1|` + flag + `|||` + status + `|||20251126193000`,
	}, "\r") + "\r"
}

func (w *world) readBackDue(id care.ID) string {
	w.t.Helper()
	state, _, err := w.store.Snapshot(w.t.Context(), id)
	w.must(err)
	for _, c := range state.Clocks {
		if c.Step == "notify" {
			return c.Due.UTC().Format(time.RFC3339)
		}
	}
	return ""
}

// The files of a laboratory start a pathway for each result that it flags, and none where it flags none.
func TestTheFilesOfALaboratory(t *testing.T) {
	for file, want := range map[string]int{
		"ms-fhir-converter/LRI_2.0-NG_CBC_Typ_Message.hl7": 4,
		"rethinkhealth/oru-r01-lab.hl7":                    0,
	} {
		text, err := os.ReadFile("../../../shared/data/03-hl7v2/" + file)
		if err != nil {
			t.Fatal(err)
		}
		w := together(t)
		for range 2 {
			w.send(strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\r"), "\n", "\r"))
		}
		if got := w.total()["enrollments"]; got != want {
			t.Errorf("%s starts %d: %v", file, got, w.total())
		}
	}
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
