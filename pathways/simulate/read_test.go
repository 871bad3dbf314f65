package simulate_test

import (
	"strings"
	"testing"

	"throughline/pathways/simulate"
)

// What is wrong with a scenario is said at its place, with what to write instead.
func TestScenariosSayWhatIsWrong(t *testing.T) {
	head := "- name: a\n  start: 2025-12-01 10:00\n  launch: {need: food-insecurity}\n"
	tests := map[string]struct{ src, want string }{
		"a key":                        {head + "  event: []", `4:3: unknown key "event" in item 1 (did you mean "events"?)`},
		"a step":                       {head + "  events:\n    - {at: +1 day, do: task.complete, step: ofer, outcome: declined}", `5:45: there is no step "ofer" (did you mean "offer"?)`},
		"an outcome":                   {head + "  events:\n    - {at: +1 day, do: task.complete, step: offer, outcome: declind}", `5:61: offer has no outcome "declind" (did you mean "declined"?)`},
		"an event":                     {head + "  events:\n    - {at: +1 day, do: task.completed, step: offer}", `5:24: nothing is done by "task.completed" (did you mean "task.complete"?)`},
		"a step that is expected":      {head + "  expect: {steps: {ofer: open}}", `4:20: there is no step "ofer" (did you mean "offer"?)`},
		"indented":                     {head + "    events: []", `4:5: this line does not begin where the lines that it belongs to begin: it has 4 spaces before it (begin it with 2 spaces, as the lines around it)`},
		"a value":                      {"- name: a\n  start: 2025-12-01 10:00\n  launch: {facts: need}", `3:19: facts must be names with a value each (write facts: {name: value})`},
		"no stay, where one is needed": {"- {name: a, start: 2025-12-01 10:00, launch: {}, expect: {status: active}}", "1:1: the scenario “a” does not come out as it says: the pathway does not start: "},
		"an event at its line":         {head + "  events:\n    - {at: +1 day}\n    - {at: 1 day}", `6:1: the scenario “a” does not come out as it says: event 2 (1 day): "1 day" is no moment`},
	}
	def := library(t, "social-need-referral")
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d := def
			if strings.Contains(name, "stay") {
				d = library(t, "post-discharge-tcm")
			}
			held := simulate.Hold(d, "a.scenarios.yaml", []byte(tc.src))
			if len(held.Problems) != 1 || !strings.HasPrefix(held.Problems[0].String(), "a.scenarios.yaml:"+tc.want) {
				t.Errorf("got\n%s\nwant\n%s", held.Problems, tc.want)
			}
		})
	}
}
