package simulate_test

import (
	"strings"
	"testing"

	"throughline/pathways"
	"throughline/pathways/simulate"
)

const unattendedScenario = `
- name: the visit is booked late
  start: 2025-12-01 10:00
  launch: {facts: {specialty: cardiology, ordered_on: 2025-12-01}}
  events:
    - {at: 2025-12-01 11:00, do: task.complete, step: send, outcome: sent, or: [no_longer_needed]}
    - at: 2025-12-02 10:00
      do: task.complete
      step: accepted
      outcome: accepted
      expect:
        owners: {visit: scheduler}
        unattended: {visit: [remind scheduler, warn supervisor, escalate supervisor, escalate medical_director]}
  expect: {status: active, steps: {visit: open}, escalations: 0}
`

// Who owns work, who is told of it if nobody acts, and what else it could have ended as are held to
// what a scenario says. Trying it out changes nothing of the scenario itself.
func TestElsewise(t *testing.T) {
	scenarios, err := simulate.LoadScenarios("a.scenarios.yaml", []byte(unattendedScenario))
	if err != nil {
		t.Fatal(err)
	}
	good := library(t, "specialist-referral-loop")
	// Asked on the day of the order, the reminder of the visit lies ahead.
	if i, why, err := simulate.Failing(good, scenarios); i >= 0 || err != nil {
		t.Fatal(why, err)
	}
	source, err := pathways.Source(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		edits []string
		want  string
	}{
		{"a rung", []string{"    - {at: 3 days before due, warn: supervisor}\n", ""}, "if nobody acts on visit, what happens is: remind scheduler, escalate supervisor, escalate medical_director; and not: remind scheduler, warn supervisor,"},
		{"an owner", []string{"    owner: scheduler\n", ""}, "visit belongs to the role care_coordinator, not to scheduler"},
		{"an outcome", []string{"outcomes: [sent, no_longer_needed]", "outcomes: [sent]", `send.outcome == "no_longer_needed" || `, ""}, "it could not end as no_longer_needed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := strings.NewReplacer(c.edits...).Replace(string(source))
			d, problems := pathways.Parse("changed.yaml", []byte(changed))
			if d == nil || changed == string(source) {
				t.Fatalf("not changed: %s", problems)
			}
			i, why, err := simulate.Failing(d, scenarios)
			if err != nil || i != 0 || !strings.Contains(why, c.want) {
				t.Errorf("%q does not say %q: %v", why, c.want, err)
			}
		})
	}
}
