package verify_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/pathways"
	"throughline/pathways/verify"
)

// manyAtOnce is a pathway in which one answer opens as many tasks as a definition may have.
func manyAtOnce(tasks int) string {
	var b strings.Builder
	b.WriteString(`pathway: many-at-once
version: 1
title: One answer, and everybody has work
owner: care_coordinator
launch: {once_per: request}
clocks:
  period: {from: enrolled, within: 30 days}
steps:
  - id: call
    task: Call the patient
    due: 2 days
    outcomes: [reached]
`)
	for i := range tasks {
		fmt.Fprintf(&b, "  - {id: task_%d, after: call, task: Do the thing of number %d, due: 2 days}\n", i, i)
	}
	b.WriteString(`ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`)
	return b.String()
}

// What one event may lead to is bounded, and a definition beyond the bound is refused with the event
// that leads there.
func TestTooMuchAtOnceIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits func(*verify.Limits)
	}{
		{"changes", func(l *verify.Limits) { l.Effects = 120 }},
		{"conditions", func(l *verify.Limits) { l.Cost = 2 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, problems := pathways.Load("many-at-once.yaml", []byte(manyAtOnce(40)))
			if errs := problems.Errors(); len(errs) > 0 {
				t.Fatalf("its form is refused already:\n%s", errs)
			}
			limits := verify.DefaultLimits
			limits.Turns = 60
			c.limits(&limits)
			r, err := verify.Check(d, limits)
			if err != nil {
				t.Fatal(err)
			}
			var broken verify.Result
			for _, f := range r.Findings {
				if f.Kind == verify.BrokenDown {
					broken.Findings = append(broken.Findings, f)
				}
			}
			got, golden := told(broken), "testdata/broken/"+c.name+".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" || !r.Refuted() {
				t.Errorf("refuted: %t\n%s", r.Refuted(), diff)
			}
		})
	}
}

// The largest definition that may be written is explored in the time of the others, and what was not
// looked at is said.
func TestTheLargestDefinition(t *testing.T) {
	d, problems := pathways.Load("many-at-once.yaml", []byte(manyAtOnce(199)))
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatalf("its form is refused already:\n%s", errs)
	}
	r := check(t, d)
	if most := verify.DefaultLimits.Turns / 5; r.Turns > most {
		t.Errorf("%d turns with 200 steps, and at most %d are allowed", r.Turns, most)
	}
	if r.Complete || r.Refuted() {
		t.Errorf("complete: %t\n%s", r.Complete, told(r))
	}
}
