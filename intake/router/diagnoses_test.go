package router_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
)

// What a stay was about is told before the discharge, with it or days later, once or again, right or
// not at once: the pathway for it ends in the same place.
func TestEveryOrderOfDiagnosesEndsAlike(t *testing.T) {
	e := library(t, "heart-failure-30-days")
	diagnosed := func(r hospitalReport, use care.DiagnosisUse, codes ...string) hospitalReport {
		for i, code := range codes {
			r.report.Diagnoses = append(r.report.Diagnoses, care.Diagnosis{Coding: care.Coding{System: care.SystemICD10CM, Code: code}, Use: use, Rank: i + 1})
		}
		return r
	}
	admission := reportOf(t, "A01", care.ActAdmit, "2025-11-20T10:00:00-05:00", "", "")
	discharge := reportOf(t, "A03", care.ActDischarge, "2025-11-26T15:05:00-05:00", "2025-11-26T15:00:00-05:00", care.ToHome)
	update := func(name, recorded string) hospitalReport {
		return reportOf(t, name, care.ActUpdate, recorded, "", "")
	}
	sets := map[string][]hospitalReport{
		"coded after the discharge": {
			diagnosed(admission, care.UseAdmission, "R06.02"), discharge,
			update("A08", "2025-11-27T09:00:00-05:00"),
			diagnosed(update("A08 coded", "2025-11-27T10:00:00-05:00"), "", "I50.23", "E11.9"),
		},
		"coded before the discharge, and once more": {
			diagnosed(admission, "", "I11.0"), discharge,
			diagnosed(update("A08 coded", "2025-11-27T10:00:00-05:00"), "", "I50.23", "E11.9"),
			update("A08", "2025-11-27T11:00:00-05:00"),
		},
		"never coded": {admission, discharge, update("A08", "2025-11-27T09:00:00-05:00")},
		"about something else": {
			diagnosed(admission, care.UseAdmission, "R06.02"), discharge,
			diagnosed(update("A08 coded", "2025-11-27T10:00:00-05:00"), "", "J18.9", "I50.23"),
		},
	}
	for name, messages := range sets {
		t.Run(name, func(t *testing.T) {
			want := arrive(t, e, messages)
			if coded := strings.HasPrefix(name, "coded"); want.Started != coded {
				t.Fatalf("started: %v", want.Started)
			}
			for _, order := range ordersOf(messages) {
				if diff := cmp.Diff(want, arrive(t, e, order)); diff != "" {
					t.Fatalf("%v ends otherwise than the order in which it happened:\n%s", namesOf(order), diff)
				}
			}
		})
	}
}

// A discharge starts the general follow-up at once, and what the stay was about its own pathway when
// the codes come, once, with the days counted from the discharge.
func TestTheCodesComeLater(t *testing.T) {
	w := newWorld(t)
	w.post(adt{event: "A03", at: "20251126150500-0500", admitted: "20251120", discharged: "20251126150000-0500", disposition: "01"}.text(w))
	if got := w.followed(); got != "post-discharge-tcm" {
		t.Fatalf("the discharge starts %s", got)
	}
	w.advance(20 * time.Hour)
	coded := adt{event: "A08", at: "20251127110000-0500", admitted: "20251120", more: "DG1|1||I50.23^Acute on chronic systolic heart failure^I10|||F\rDG1|2||J44.9^COPD^I10|||F\r"}
	w.post(coded.text(w))
	w.post(coded.text(w))
	if got := w.followed(); got != "post-discharge-tcm heart-failure-30-days" {
		t.Fatalf("the codes start %s", got)
	}
	hf := w.stateOf(w.enrollments("4711")[1])
	if hf.Facts["discharged_on"] != "2025-11-26" || !strings.Contains(hf.Clocks["visit.visit"], "2025-12-03 23:59:59") {
		t.Errorf("the days count otherwise than from the discharge: %v, %v", hf.Facts, hf.Clocks)
	}
	want := []string{"not_started: not known yet: principal diagnosis: Heart failure", "started"}
	told := w.decisionsOn("heart-failure-30-days", "4711")
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
}

// followed lists the pathways of the one patient.
func (w *world) followed() string {
	w.t.Helper()
	var keys []string
	for _, e := range w.enrollments("4711") {
		keys = append(keys, e.Pathway)
	}
	return strings.Join(keys, " ")
}
