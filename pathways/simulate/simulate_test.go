package simulate_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/simulate"
)

func library(t *testing.T, key string) *pathways.Definition {
	t.Helper()
	all, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if d.Pathway == key {
			return d
		}
	}
	t.Fatalf("the library has no %s", key)
	return nil
}

func one(t *testing.T, key string, q simulate.Question) simulate.Result {
	t.Helper()
	r, err := simulate.One(library(t, key), q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func text(t *testing.T, r simulate.Result) string {
	t.Helper()
	var out strings.Builder
	if err := r.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func says(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("it does not say %q:\n%s", part, page)
		}
	}
}

func TestOneDischargeBeforeThanksgiving(t *testing.T) {
	r := one(t, "post-discharge-tcm", simulate.Question{Facts: map[string]any{"discharged_on": "2025-11-26"}})
	if r.Outcome != care.EndUnfinished {
		t.Errorf("nobody acts, and it ends as %q", r.Outcome)
	}
	says(t, text(t, r),
		"From Wednesday 2025-11-26, 12:00, times in America/New_York",
		"contact due Monday 2025-12-01, 23:59",
		"Thu 27 Nov is a holiday (Thanksgiving Day), Sat and Sun are no business days",
		"CMS TCM, interactive contact within 2 business days following discharge",
		"visit due Wednesday 2025-12-10", "period due Thursday 2025-12-25",
		"Fri 2025-11-28 09:00  remind owner", "Tue 2025-12-02 09:00  escalate medical director",
		"Ended on Thursday 2025-12-25 as finished-incomplete",
	)
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	says(t, string(raw), `"clock":"contact","step":"contact"`, `"due":"2025-12-02T04:59:59Z"`)
}

func TestOneWhereEverybodyActs(t *testing.T) {
	for key, q := range map[string]simulate.Question{
		"post-discharge-tcm":   {Facts: map[string]any{"discharged_on": "2025-11-26T15:00:00-05:00", "complexity": "high"}},
		"social-need-referral": {Facts: map[string]any{"need": "food-insecurity"}, Start: time.Date(2025, 12, 1, 15, 0, 0, 0, time.UTC)},
	} {
		t.Run(key, func(t *testing.T) {
			q.Respond, q.Services, q.Zone = true, []string{"Food Pantry"}, "America/Chicago"
			r := one(t, key, q)
			if r.Outcome != care.EndCompleted || len(r.Escalations) > 0 {
				t.Errorf("ended as %q with %d escalations:\n%s", r.Outcome, len(r.Escalations), text(t, r))
			}
		})
	}
}

func TestOneThatStartsNothing(t *testing.T) {
	r := one(t, "post-discharge-tcm", simulate.Question{Facts: map[string]any{"discharged_on": "2025-11-26", "disposition": "snf"}})
	says(t, text(t, r), "Nothing starts: The patient went to a skilled nursing facility")
}

func TestOneThatCannotBeAsked(t *testing.T) {
	cases := map[string]simulate.Question{
		"no fact \"shoe_size\"":      {Facts: map[string]any{"shoe_size": "9"}},
		"write a date":               {Facts: map[string]any{"discharged_on": "tomorrow"}},
		"say when it starts":         {},
		"one of straightforward":     {Facts: map[string]any{"discharged_on": "2025-11-26", "complexity": "enormous"}},
		"the time zone is not known": {Zone: "Nowhere/Atall"},
	}
	for want, q := range cases {
		if _, err := simulate.One(library(t, "post-discharge-tcm"), q); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestScenariosThatCannotBeRead(t *testing.T) {
	cases := map[string]string{
		"a slip of the keyboard": "- {name: a, start: 2025-11-26 16:00, launch: {}, expcet: {status: active}}",
		"no name":                "- {start: 2025-11-26 16:00, launch: {}, expect: {}}",
		"no start":               "- {name: a, launch: {}, expect: {}}",
		"one name twice":         "- {name: a, start: 2025-11-26 16:00, launch: {}, expect: {}}\n- {name: a, start: 2025-11-26 16:00, launch: {}, expect: {}}",
		"no list":                "name: a",
	}
	for name, src := range cases {
		if _, err := simulate.LoadScenarios("test.scenarios.yaml", []byte(src)); err == nil || !strings.Contains(err.Error(), "test.scenarios.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func scenario(t *testing.T, rest string) (simulate.Result, error) {
	t.Helper()
	all, err := simulate.LoadScenarios("test", []byte("- name: test\n  start: 2025-11-26 16:00\n  launch: {discharged_at: 2025-11-26 15:00}\n"+rest))
	if err != nil {
		t.Fatal(err)
	}
	return simulate.Run(library(t, "post-discharge-tcm"), all[0])
}

// What comes otherwise than expected is said, one sentence for each.
func TestScenarioSaysWhatCameOtherwise(t *testing.T) {
	cases := map[string]string{
		"the status is active, not ended":                  "  expect: {status: ended}",
		"the step contact is open, not reached":            "  expect: {steps: {contact: reached}}",
		"the step nothing is not in the pathway":           "  expect: {steps: {nothing: open}}",
		"contact is due 2025-12-01T23:59:59-05:00, not":    "  expect: {due: {contact: 2025-12-02 23:59}}",
		"there is no clock eggs":                           "  expect: {due: {eggs: 2025-12-02 23:59}}",
		"the clock contact is running, not met":            "  expect: {clocks: {contact: met}}",
		"the number of messages is 1, not 7":               "  expect: {messages: 7}",
		"the number of escalations is 0, not 7":            "  expect: {escalations: 7}",
		"the fact complexity is moderate, not high":        "  expect: {facts: {complexity: high}}",
		"the timeline does not say \"nonsense\"":           "  expect: {timeline_contains: [nonsense]}",
		"the timeline says \"Began\"":                      "  expect: {timeline_lacks: [Began]}",
		"the reason is \"\", and does not say \"because\"": "  expect: {reason: because}",
		"should have been refused":                         "  events: [{at: +2 days, do: task.complete, step: visit, outcome: kept, refused: never}]\n  expect: {}",
		"was refused: ":                                    "  events: [{at: +2 days, do: task.complete, step: visit, outcome: eaten}]\n  expect: {}",
		"not with \"moon\"":                                "  events: [{at: +2 days, do: task.complete, step: visit, outcome: eaten, refused: moon}]\n  expect: {}",
		"event 1 (+2 days): the status":                    "  events: [{at: +2 days, expect: {status: ended}}]\n  expect: {}",
		"started is true, not false":                       "  expect: {started: false}",
	}
	for want, rest := range cases {
		r, err := scenario(t, rest)
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if len(r.Failures) != 1 || !strings.Contains(r.Failures[0], want) {
			t.Errorf("want %q, got %q", want, r.Failures)
		}
		says(t, text(t, r), "NOT AS EXPECTED: ")
	}
}

func TestScenarioThatCannotBeRun(t *testing.T) {
	cases := map[string]string{
		"is no moment":           "  events: [{at: someday}]\n  expect: {}",
		"is no amount of time":   "  until: + 2\n  expect: {}",
		"lies before":            "  events: [{at: 2025-11-01 10:00}]\n  expect: {}",
		"has no task":            "  events: [{do: task.complete, step: nurse_call}]\n  expect: {}",
		"has asked nobody":       "  events: [{do: referral.accept, step: transport}]\n  expect: {}",
		"has no open escalation": "  events: [{do: escalation.resolve, step: contact}]\n  expect: {}",
		"unknown unit":           "  until: +2 fortnights\n  expect: {}",
	}
	for want, rest := range cases {
		if _, err := scenario(t, rest); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// Every place where it could have gone otherwise is named, with what it looked at.
func TestOneNamesEveryBranchPoint(t *testing.T) {
	r := one(t, "post-discharge-tcm", simulate.Question{Facts: map[string]any{"discharged_on": "2025-11-26", "complexity": "high"}, Respond: true})
	answers := map[string]simulate.Branch{}
	for _, b := range r.Branches {
		if b.Line == 0 || b.Words == "" || b.Expression == "" || b.At.Before(r.Start) {
			t.Errorf("it is not said where, when or what: %+v", b)
		}
		answers[b.Rule] = b
	}
	for rule, want := range map[string]string{
		"launch.when": "yes", "launch.unless[2].when": "no", "steps.destination.when": "no", "clocks.visit.within": "7 days", "ends[5].when": "yes",
		"steps.transport.when": "not known", "tracks.red_flag.when": "not known", "steps.keep_trying.when": "no", "steps.pending_tests.when": "no",
	} {
		if answers[rule].Answer != want {
			t.Errorf("%s was answered with %q, not %q", rule, answers[rule].Answer, want)
		}
	}
	visit := answers["clocks.visit.within"]
	if visit.Words != "7 days if complexity of medical decision making is high, otherwise 14 days" || len(visit.Facts) != 1 || visit.Facts[0].Value != "high" {
		t.Errorf("the visit's time: %+v", visit)
	}
	says(t, text(t, r), "WHERE IT COULD HAVE GONE OTHERWISE", "“Were results still to come at discharge?” is yes? No.", "ends[5].when, line 338")
}
