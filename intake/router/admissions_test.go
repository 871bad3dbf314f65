package router_test

import (
	"strings"
	"testing"

	"throughline/care"
)

const admissionFile = `
pathway: on-the-ward
version: 1
title: On the ward
owner: nurse
launch: {on: encounter.admitted, when: event.class == "inpatient", once_per: encounter}
facts:
  admitted_on: {type: date, from: event.admitted_at, required: true}
clocks:
  told: {from: admitted_on, within: 2 days}
  period: {from: admitted_on, within: 10 days}
ladders:
  told:
    - {at: due, escalate: supervisor}
steps:
  - {id: tell, task: Tell the practice, clock: told, ladder: told}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// An admission starts the pathway that asks for it, once and alike whether the admission is told
// first, after the discharge, or not at all by a message of its own.
func TestAnAdmissionStartsAPathway(t *testing.T) {
	admit := adt{event: "A01", at: "20251125090000", admitted: "20251125083000"}
	discharge := adt{event: "A03", at: "20251126150500", admitted: "20251125083000", discharged: "20251126150000", disposition: "01"}
	cancel := adt{event: "A11", at: "20251125100000", admitted: "20251125083000"}
	for name, c := range map[string]struct {
		messages []adt
		status   care.EnrollmentStatus // empty: it does not start
	}{
		"admitted":                       {[]adt{admit}, care.EnrollmentActive},
		"admitted and discharged":        {[]adt{admit, discharge}, care.EnrollmentActive},
		"discharged, then admitted":      {[]adt{discharge, admit}, care.EnrollmentActive},
		"the discharge alone":            {[]adt{discharge}, care.EnrollmentActive},
		"admitted twice":                 {[]adt{admit, admit}, care.EnrollmentActive},
		"the admission is taken back":    {[]adt{admit, cancel}, care.EnrollmentSuspended},
		"taken back, and then told":      {[]adt{cancel, admit}, ""},
		"registered in the outpatients'": {[]adt{{event: "A04", at: admit.at, class: "O", admitted: admit.admitted}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := together(t, admissionFile)
			for _, m := range c.messages {
				w.post(m.text(w))
			}
			var found []care.Enrollment
			for _, e := range w.enrollments("4711") {
				if e.Pathway == "on-the-ward" {
					found = append(found, e)
				}
			}
			if c.status == "" {
				if said := w.decisionsOn("on-the-ward", "4711"); len(found) > 0 || len(said) > 1 {
					t.Errorf("%+v, decided %q", found, said)
				}
				return
			}
			if len(found) != 1 || found[0].Status != c.status {
				t.Fatalf("%+v", found)
			}
			state, _, err := w.store.Snapshot(t.Context(), found[0].ID)
			w.must(err)
			if len(state.Facts) != 1 || state.Facts[0].Value != "2025-11-25" {
				t.Errorf("it knows %v", state.Facts)
			}
			if said := strings.Join(w.decisionsOn("on-the-ward", "4711"), "; "); said != "started" {
				t.Errorf("decided: %s", said)
			}
		})
	}
}
