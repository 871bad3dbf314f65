package pathways

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// traced answers from a list, and notes what it was asked.
type traced struct {
	values map[string]any
	asked  []string
}

func (v *traced) Value(name string) (any, bool) {
	v.asked = append(v.asked, name)
	return v.Peek(name)
}

func (v *traced) Peek(name string) (any, bool) {
	value, ok := v.values[name]
	return value, ok
}

// What is remembered is what would be computed, and asks the same in the same order.
func TestMemoAnswersAsComputed(t *testing.T) {
	def, problems := Load("memo.yaml", []byte(memoPathway))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	for _, expr := range []string{
		`grade == "high" || urgent`, `urgent && grade == "low"`, `grade in ["low", "high"] && n > 2`, `urgent ? "1 day" : "2 days"`,
		`all(required)`, `n > 1 / (n - 2)`, `grade.startsWith("h")`, `on > "2026-01-01"`,
	} {
		program, err := Compile(def)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // computed, then remembered
			for _, urgent := range []any{nil, true, false} {
				for _, grade := range []any{nil, "high", "low"} {
					for _, n := range []any{nil, 1, 2.0, int64(3), "three"} {
						values := map[string]any{"required": []string{"done", "open"}, "on": "2026-02-03"}
						for name, v := range map[string]any{"urgent": urgent, "grade": grade, "n": n} {
							if v != nil {
								values[name] = v
							}
						}
						remembered, computed := &traced{values: values}, &traced{values: values}
						v, verdict := program.Eval(expr, remembered)
						fresh, freshVerdict, _, _ := must(program.lookup(expr)).compute(program.lang, computed)
						if diff := cmp.Diff([]any{fresh, freshVerdict, computed.asked}, []any{v, verdict, remembered.asked}); diff != "" {
							t.Fatalf("%s with %v:\n%s", expr, values, diff)
						}
					}
				}
			}
		}
	}
}

func must(e *expression, f *fault) *expression {
	if f != nil {
		panic(f.message)
	}
	return e
}

const memoPathway = `
pathway: memo
version: 1
title: Memo
owner: nurse
languages: [en]
launch: {once_per: request}
facts:
  grade: {type: code, values: [low, high]}
  urgent: {type: bool}
  n: {type: int}
  on: {type: date}
clocks:
  period: {from: enrolled, within: 10 days}
ladders:
  work: [{at: due, escalate: supervisor}]
steps:
  - {id: call, task: Call, clock: period, ladder: work}
ends:
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`
