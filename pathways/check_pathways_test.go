package pathways

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestWrongSubPathways(t *testing.T) {
	const help = "pathway: {start: social-need-referral, with: {need: need}, wait: true, within: 30 days}"
	const excludes = "{pathway: hospice, is: excludes, because: The patient is cared for in a hospice.}"
	refusals(t, "engine/testdata/subs.yaml", []change{
		{"no pathway", help, "pathway: {wait: true, within: 30 days}", "does not say which pathway it starts"},
		{"a strange key", help, "pathway: {start: Social Need, wait: true, within: 30 days}", "cannot be the key of a pathway"},
		{"itself", help, "pathway: {start: subs-test, wait: true, within: 30 days}", "the pathway starts itself"},
		{"a wait without an end", help, "pathway: {start: social-need-referral, wait: true}", "may wait for the other pathway for ever"},
		{"an end without a wait", help, "pathway: {start: social-need-referral, within: 30 days}", "within means nothing where the step does not wait"},
		{"a time that is none", help, "pathway: {start: social-need-referral, wait: true, within: a month}", "a month"},
		{"what nobody knows", "with: {need: need}", "with: {need: needs}", `nothing is called "needs"`},
		{"a ladder", "  - id: help\n", "  - id: help\n    ladder: work\n", "ladder means nothing on a pathway"},
		{"an end asked as a code that is none", "ended_as == \"completed\"", "ended == \"completed\"", "== cannot be used on yes or no and a text"},
		{"a required step after one that perhaps nobody begins", "after: home, optional: true", "after: home", "which perhaps nobody begins"},
		{"a claim on discretion", "discretionary: true, task: Visit at home", "discretionary: true, fulfils: cms-tcm.visit, task: Visit at home", "fulfils nothing for certain"},
		{"a relation to nothing", excludes, "{is: excludes}", "the relation names no pathway"},
		{"a relation to itself", excludes, "{pathway: subs-test, is: excludes}", "no relation to itself"},
		{"a relation that is nothing", excludes, "{pathway: hospice}", "does not say what it is"},
		{"a relation that is none", excludes, "{pathway: hospice, is: beside}", `a relation cannot be "beside"`},
		{"two relations", "is: overlaps}", "is: overlaps}\n  - {pathway: hospice, is: overlaps}", "two of the relation"},
		{"it follows, and nothing launches it", "is: overlaps}", "is: follows}", "its end does not launch it"},
		{"an end in the middle", "on: observation.recorded, when: event.critical, discretionary", "on: enrollment.ended, discretionary", "no event of a running one"},
		{"excluded and superseded", "launch: {once_per: request}", "launch: {once_per: request, while_active: {pathways: [hospice], policy: refuse}}", "both excluded and dealt with"},
	})
	refusals(t, "engine/testdata/follows.yaml", []change{
		{"launched by nobody's end", "  - {pathway: subs-test, is: follows}", "  - {pathway: subs-test, is: overlaps}", "nothing says whose end launches"},
		{"once per stay", "once_per: request", "once_per: encounter", "the end of another pathway is no encounter"},
		{"what an end does not tell", "event.outcome ==", "event.class ==", "enrollment.ended has no event.class"},
	})
}

// TestTogether holds what only shows where definitions stand beside each other.
func TestTogether(t *testing.T) {
	read := func(file, before, after string) *Definition {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, problems := Load(file, []byte(strings.ReplaceAll(string(src), before, after)))
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		return d
	}
	follows := read("engine/testdata/follows.yaml", "", "")
	if got := CheckTogether([]*Definition{follows}).String(); !strings.Contains(got, `there is no pathway "subs-test" yet`) {
		t.Errorf("nothing is said of a pathway that is not there: %s", got)
	}
	back := read("engine/testdata/follows.yaml", "subs-test", "follows-test-2")
	other := read("engine/testdata/follows.yaml", "pathway: follows-test\n", "pathway: follows-test-2\n")
	other.Relations[0].Pathway = "follows-test"
	if got := CheckTogether([]*Definition{back, other}).String(); !strings.Contains(got, "lead to each other for ever") {
		t.Errorf("nothing is said of a circle: %s", got)
	}
	beside := func(pathway, launch, more string) *Definition {
		d, problems := Load(pathway, fmt.Appendf(nil, "pathway: %s\nversion: 1\ntitle: T\nowner: nurse\nlanguages: [en]\nlaunch: %s\n%s\nclocks: {period: {from: enrolled, within: 9 days}}\nends:\n  - {clock: period, as: completed}\n", pathway, launch, more))
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		return d
	}
	const byHand, task = "{once_per: request}", "steps: [{id: do, task: Do it, due: 2 days}]"
	starts := func(other string) string { return "steps: [{id: next, pathway: {start: " + other + "}}]" }
	relates := func(other, is string) string {
		return "relations: [{pathway: " + other + ", is: " + is + "}]\n"
	}
	for want, all := range map[string][]*Definition{
		"a-path and b-path lead to each other for ever: a-path starts b-path, b-path starts a-path":                                       {beside("a-path", byHand, starts("b-path")), beside("b-path", byHand, starts("a-path"))},
		"a-path, b-path and c-path lead to each other for ever: a-path starts b-path, b-path is followed by c-path, c-path starts a-path": {beside("a-path", byHand, starts("b-path")), beside("b-path", byHand, task), beside("c-path", "{on: enrollment.ended, once_per: request}", relates("b-path", Follows)+starts("a-path"))},
		"a-path starts b-path, and neither starts while the other runs: it is refused every time":                                         {beside("a-path", byHand, starts("b-path")), beside("b-path", byHand, relates("a-path", Excludes)+task)},
		"a-path overlaps b-path, which excludes it: they never run beside each other":                                                     {beside("a-path", byHand, relates("b-path", Overlaps)+task), beside("b-path", byHand, relates("a-path", Excludes)+task)},
		"while a patient is on a-path, b-path does not start by itself, and nobody starts it afterwards":                                  {beside("a-path", byHand, relates("b-path", Excludes)+task), beside("b-path", "{on: encounter.discharged, once_per: encounter}", task)},
	} {
		if got := CheckTogether(all); !strings.Contains(got.String(), want) {
			t.Errorf("want %q, got: %s", want, got)
		}
	}
	if got := CheckTogether([]*Definition{beside("a-path", byHand, starts("b-path")), beside("b-path", byHand, task)}); len(got) > 0 {
		t.Errorf("nothing is odd, and it says: %s", got)
	}
	if library := CheckTogether(mustLibrary(t)); len(library) > 0 {
		t.Errorf("the library: %s", library)
	}
}
