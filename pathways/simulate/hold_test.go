package simulate_test

import (
	"slices"
	"strings"
	"testing"

	"throughline/pathways"
	"throughline/pathways/simulate"
)

// What fails is told at the scenario's own line.
func TestHoldTellsTheLine(t *testing.T) {
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	src := `# two scenarios
- name: it starts
  start: 2025-12-01 10:00
  launch: {need: food-insecurity}
  expect: {status: active}

- name: it has ended already
  start: 2025-12-01 10:00
  launch: {need: food-insecurity}
  expect: {status: ended}
- {name: nobody acts, start: 2025-12-01 10:00, launch: {need: food-insecurity}, until: nonsense, expect: {}}
`
	for _, d := range library {
		if d.Pathway != "social-need-referral" {
			continue
		}
		held := simulate.Hold(d, "a.scenarios.yaml", []byte(src))
		problems := held.Problems
		if held.Played != 3 || len(problems) != 2 {
			t.Fatalf("%d played:\n%s", held.Played, problems)
		}
		if !slices.Contains(held.Met, "steps.offer") || slices.Contains(held.Met, "steps.confirm") {
			t.Errorf("met: %q", held.Met)
		}
		if problems[0].Line != 7 || !strings.Contains(problems[0].Message, "“it has ended already” does not come out as it says: the end: the status is active, not ended") {
			t.Errorf("the failure is told as %s", problems[0])
		}
		if problems[1].Line != 11 || !strings.Contains(problems[1].Message, "nonsense") {
			t.Errorf("what cannot be run is told as %s", problems[1])
		}
	}
	if held := simulate.Hold(library[0], "b.scenarios.yaml", []byte("- {nom: x}")); len(held.Problems) != 1 || held.Problems[0].Line < 1 {
		t.Errorf("a file that cannot be read is told as %s", held.Problems)
	}
}
