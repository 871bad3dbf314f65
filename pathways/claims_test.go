package pathways

import (
	"strings"
	"testing"
)

const followUp = `pathway: follow-up
version: 1
title: Follow-up
owner: nurse
conforms_to: [hedis-fuh, hedis-fmc, hedis-trc]
launch: {once_per: request}
facts:
  discharged_on: {type: date, required: true}
clocks:
  seen: {from: discharged_on, within: 7 days, counts_from: day after, pause: never, source: HEDIS FUH}
  late: {from: discharged_on, within: 30 days, counts_from: day after, pause: never, source: HEDIS FUH}
  soon: {from: discharged_on, within: 7 days, pause: never, source: HEDIS FMC}
  news: {from: discharged_on, within: 2 days, pause: never, source: HEDIS TRC}
  list: {from: discharged_on, within: 30 days, pause: never, source: HEDIS TRC}
  period: {from: discharged_on, within: 30 days, pause: never, source: HEDIS}
ladders:
  late:
    - {at: due, escalate: supervisor}
steps:
  - {id: seen, appointment: Visit, clock: seen, ladder: late, fulfils: hedis-fuh.follow_up_7, on_no_show: {ask: barrier}}
  - {id: again, when: seen.missed, task: Call, interactive: true, clock: late, ladder: late, fulfils: hedis-fuh.follow_up_30}
  - {id: call, task: Call, interactive: true, clock: soon, ladder: late, fulfils: hedis-fmc.follow_up}
  - {id: news, task: Read, clock: news, ladder: late, fulfils: hedis-trc.discharge_information}
  - {id: talk, task: Call, interactive: true, clock: seen, ladder: late, fulfils: hedis-trc.engagement}
  - {id: meds, task: Reconcile, clock: list, ladder: late, fulfils: hedis-trc.medication_reconciliation}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// Each of the measures' days and forms is held to: what conforms is not refused, what is one day or
// one word off is, at its line.
func TestMeasuresAreHeldTo(t *testing.T) {
	if _, problems := Load("follow-up.yaml", []byte(followUp)); len(problems.Errors()) > 0 {
		t.Fatalf("what conforms is refused:\n%s", problems)
	}
	byDischarge := "launch: {on: encounter.discharged, when: 'event.class == \"inpatient\"', once_per: encounter}"
	tests := []struct {
		name, before, after, want string
		line                      int
	}{
		{"a day late", "within: 7 days, counts_from", "within: 8 days, counts_from", "seen may be later than 7 days (8 days)", 10},
		{"business days stretch", "within: 7 days, counts_from", "within: 5 business days, counts_from", "seen may be later than 7 days (5 business days)", 10},
		{"thirty-one days", "within: 30 days, counts_from", "within: 31 days, counts_from", "again may be later than 30 days", 11},
		{"the day itself", "7 days, counts_from: day after,", "7 days,", "what is done on the day of discharge would count", 10},
		{"a clock that may be paused", "7 days, pause: never, source: HEDIS FMC", "7 days, source: HEDIS FMC", "the clock soon may be paused", 22},
		{"no clock", "interactive: true, clock: soon, ladder: late", "interactive: true, due: 5 days", "call has no clock that counts from the date of discharge", 22},
		{"another date", "news: {from: discharged_on", "news: {from: enrolled", "the clock news does not count from the date of discharge", 23},
		{"no live contact", "Call, interactive: true, clock: soon", "Call, clock: soon", "call is neither a visit nor a live contact", 22},
		{"some patients only", "{id: news, task", "{id: news, optional: true, task", "news may be left out for some patients", 23},
		{"ended too soon", "within: 30 days, pause: never, source: HEDIS}", "within: 29 days, pause: never, source: HEDIS}", "the pathway may end after 29 days, and the measure counts for 30", 15},
		{"nobody does it", ", fulfils: hedis-fmc.follow_up}", "}", "no step fulfils hedis-fmc.follow_up", 5},
		{"a message is no work", "{id: meds, task: Reconcile, clock: list, ladder: late,", "{id: meds, milestone: Reconciled,", "meds is no work of a person", 25},
		{"an admission", "launch: {once_per: request}", "launch: {on: encounter.admitted, once_per: encounter}", "no step fulfils hedis-trc.notification", 5},
		{"the wrong stays", "launch: {once_per: request}", byDischarge, "a stay in hospital starts it", 6},
		{"the dead", "launch: {once_per: request}", byDischarge, "a patient who died starts it", 6},
		{"a need", "launch: {once_per: request}", "launch: {on: observation.recorded, once_per: request}", "it must start with a discharge", 6},
		{"an unclaimed one", "conforms_to: [hedis-fuh, hedis-fmc, hedis-trc]", "conforms_to: [hedis-fuh, hedis-trc]", "the pathway does not claim hedis-fmc", 22},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(followUp, tc.before) {
				t.Fatalf("%q is not in the file", tc.before)
			}
			_, problems := Load("follow-up.yaml", []byte(strings.Replace(followUp, tc.before, tc.after, 1)))
			for _, p := range problems.Errors() {
				if strings.Contains(p.Message, tc.want) && p.Line == tc.line {
					return
				}
			}
			t.Errorf("no refusal on line %d with %q in:\n%s", tc.line, tc.want, problems)
		})
	}
}

// The notification of an admission is held to the admission's date.
func TestNotificationOfAnAdmission(t *testing.T) {
	src := strings.Replace(followUp, "launch: {once_per: request}", "launch: {on: encounter.admitted, once_per: encounter}", 1)
	src = strings.Replace(src, "conforms_to: [hedis-fuh, hedis-fmc, hedis-trc]", "conforms_to: [hedis-trc]", 1)
	for _, claim := range []string{", fulfils: hedis-fuh.follow_up_7", ", fulfils: hedis-fuh.follow_up_30", ", fulfils: hedis-fmc.follow_up"} {
		src = strings.Replace(src, claim, "", 1)
	}
	src = strings.Replace(src, "discharged_on: {type: date, required: true}", "discharged_on: {type: date, from: event.discharged_at}\n  admitted_on: {type: date, from: event.admitted_at, required: true}", 1)
	src = strings.Replace(src, "ladders:\n", "  told: {from: admitted_on, within: 2 days, pause: never, source: HEDIS TRC}\nladders:\n", 1)
	src = strings.Replace(src, "steps:\n", "steps:\n  - {id: told, task: File the notification, clock: told, ladder: late, fulfils: hedis-trc.notification}\n", 1)
	if _, problems := Load("admission.yaml", []byte(src)); len(problems.Errors()) > 0 {
		t.Errorf("what conforms is refused:\n%s", problems)
	}
	_, problems := Load("admission.yaml", []byte(strings.Replace(src, "within: 2 days, pause: never, source: HEDIS TRC}\nladders", "within: 3 days, pause: never, source: HEDIS TRC}\nladders", 1)))
	if !strings.Contains(problems.String(), "told may be later than 2 days (3 days)") {
		t.Errorf("a day late is not refused:\n%s", problems)
	}
}
