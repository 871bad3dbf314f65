package population

import (
	"strings"
	"testing"
)

// searching is a pathway that has whoever is not reached searched for.
const searching = `
pathway: searching
version: 1
title: Call, and search
owner: care_coordinator
languages: [en]
launch: {once_per: request}
facts:
  last_seen_on: {type: date, required: true}
clocks:
  call: {from: start, within: 2 business days}
  period: {from: enrolled, within: 80 days}
ladders:
  work: [{at: due, escalate: supervisor}]
steps:
  - {id: call, task: Call the patient, interactive: true, clock: call, ladder: work, outcomes: [reached, not_reached], excused: {outcome: not_reached, when: attempts.live >= 1}}
  - id: search
    after: call
    when: call.outcome == "not_reached"
    pathway: {start: WHICH, with: {last_contact_on: last_seen_on}, wait: true, within: 70 days}
ends:
  - {when: 'search.ended_as == "lost-to-follow-up"', as: lost-to-follow-up}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

const searchers = `
title: Three a day
patients: 30
days: 85
start: 2026-01-05
arrivals: {per_day: 3, between: "09:00", even: true}
died: {share: 10%, within: 1 to 30 days}
steps:
  call: {reached: 30%, outcomes: {reached: 100%}}
staff:
  care_coordinator: {people: 3, hours: mon-fri 08:00-18:00}
  supervisor: {people: 1, hours: mon-fri 08:00-18:00}
`

// A step's other pathway runs beside: its work is the staff's, and its end the step's.
func TestOtherPathwaysRun(t *testing.T) {
	def := definition(t, strings.Replace(searching, "WHICH", "lost-to-follow-up-search", 1))
	w, err := newWorld(def, scenario(t, def, searchers), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(); err != nil {
		t.Fatal(err)
	}
	r := w.summarize()
	conserved(t, w)
	searched, lost, ended := 0, 0, 0
	for _, c := range r.Others {
		searched += c.Count
		if strings.HasSuffix(c.Name, ": lost-to-follow-up") {
			lost = c.Count
		}
	}
	for _, c := range r.Ends {
		if c.Name == "lost-to-follow-up" {
			ended = c.Count
		}
	}
	if searched < 10 || lost == 0 || ended != lost || r.Enrollments != 30 {
		t.Errorf("%d were searched for and %d not found; %d of %d ended for that: %v %v", searched, lost, ended, r.Enrollments, r.Others, r.Ends)
	}
}

// A pathway that does not ship cannot be run: a person arranges it.
func TestUnknownPathwayIsRefused(t *testing.T) {
	def := definition(t, strings.Replace(searching, "WHICH", "nowhere-to-be-found", 1))
	r := run(t, def, scenario(t, def, searchers), Options{})
	if len(r.Others) != 0 || len(r.Ends) != 1 || r.Ends[0].Name != "completed" || r.Roles[0].Done <= r.Enrollments {
		t.Errorf("%v, %v, %d tasks done for %d patients", r.Others, r.Ends, r.Roles[0].Done, r.Enrollments)
	}
}
