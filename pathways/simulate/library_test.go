package simulate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata"

	"throughline/pathways"
	"throughline/pathways/simulate"
)

// Every pathway that ships has scenarios, each comes out as expected, and together they open every
// step and reach every end.
func TestLibraryScenarios(t *testing.T) {
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, def := range library {
		t.Run(def.Pathway, func(t *testing.T) {
			file, src, err := pathways.LibraryScenarios(def.Pathway)
			if err != nil {
				t.Fatal(err)
			}
			scenarios, err := simulate.LoadScenarios(file, src)
			if err != nil {
				t.Fatal(err)
			}
			reached := map[string]bool{}
			for _, s := range scenarios {
				t.Run(s.Name, func(t *testing.T) { runOne(t, def, s, reached) })
			}
			for _, missing := range unreached(def, reached) {
				t.Errorf("no scenario reaches %s", missing)
			}
		})
	}
}

func runOne(t *testing.T, def *pathways.Definition, s simulate.Scenario, reached map[string]bool) {
	t.Helper()
	r, err := simulate.Run(def, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Failures {
		t.Error(f)
	}
	for _, step := range r.Opened {
		reached[step] = true
	}
	for _, entry := range r.Timeline {
		if rule := entry.Cause.Rule; strings.HasPrefix(rule, "ends[") {
			reached[rule] = true
		}
	}
}

func unreached(def *pathways.Definition, reached map[string]bool) []string {
	var missing []string
	for _, s := range def.Steps {
		if !reached[s.ID] {
			missing = append(missing, "the step "+s.ID)
		}
	}
	for i, e := range def.Ends {
		if !reached[fmt.Sprintf("ends[%d]", i+1)] {
			missing = append(missing, fmt.Sprintf("the end of line %d (%s)", e.Line, e.Because+e.As))
		}
	}
	slices.Sort(missing)
	return missing
}
