package simulate_test

import (
	"os"
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/simulate"
)

// fromFile reads a definition of the engine's tests.
func fromFile(t *testing.T, name string) *pathways.Definition {
	t.Helper()
	file := "../engine/testdata/" + name + ".yaml"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, problems := pathways.Load(file, src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAPathwayThatFollowsAnother(t *testing.T) {
	d := fromFile(t, "follows")
	r, err := simulate.One(d, simulate.Question{Facts: map[string]any{"since": "2025-12-01"}, Respond: true})
	if err != nil {
		t.Fatal(err)
	}
	if r.NotStarted != "" || r.Outcome != care.EndCompleted {
		t.Errorf("%s %s %s", r.NotStarted, r.Status, r.Outcome)
	}
	scenarios, err := simulate.LoadScenarios("follows", []byte(`
- name: an end that does not lead to it
  start: "2025-12-02T08:00:00-05:00"
  launch: {after: {pathway: subs-test, outcome: revoked}}
  expect: {started: false}
- name: an end that leads to it
  start: "2025-12-02T08:00:00-05:00"
  launch: {after: {pathway: subs-test, outcome: completed, ended_at: "2025-12-01T20:00:00-05:00"}}
  expect: {started: true, steps: {call: open}, facts: {since: "2025-12-01"}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		r, err := simulate.Run(d, s)
		if err != nil || len(r.Failures) > 0 {
			t.Errorf("%s: %v %v", s.Name, err, r.Failures)
		}
	}
}

// Everybody answers, also for what the language has beside tasks and referrals.
func TestEverybodyAnswers(t *testing.T) {
	for _, name := range []string{"questions", "scores", "subs"} {
		r, err := simulate.One(fromFile(t, name), simulate.Question{Start: time.Date(2025, 12, 1, 15, 0, 0, 0, time.UTC), Respond: true})
		if err != nil {
			t.Fatal(err)
		}
		if r.Outcome != care.EndCompleted {
			t.Errorf("%s ended as %q: %s", name, r.Outcome, r.Reason)
		}
	}
}
