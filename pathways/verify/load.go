package verify

import (
	"fmt"
	"slices"

	"throughline/pathways"
)

// Report is all that is known of a definition before it is published.
type Report struct {
	Definition *pathways.Definition // nil where nothing could be read
	// Problems are those of its form, then what the exploration refuted or warns of, in the file's order.
	Problems pathways.Problems
	// Explored is nil where the form has errors: what cannot be read cannot be run.
	Explored *Result
}

// Load is LoadWith the parts of the library.
func Load(file string, src []byte, limits Limits) (Report, error) {
	return LoadWith(file, src, pathways.LibraryParts(), limits)
}

// LoadWith parses and checks a definition that may use the parts, and explores it where its form is
// without error.
func LoadWith(file string, src []byte, parts pathways.Parts, limits Limits) (Report, error) {
	d, problems := pathways.LoadWith(file, src, parts)
	r := Report{Definition: d, Problems: problems}
	if d == nil || len(problems.Errors()) > 0 {
		return r, nil
	}
	explored, err := Check(d, limits)
	if err != nil {
		return r, fmt.Errorf("exploring %s: %w", file, err)
	}
	found := make(pathways.Problems, len(explored.Findings))
	for i, f := range explored.Findings {
		found[i] = f.Problem
	}
	for i, p := range pathways.Place(file, src, parts, found) {
		explored.Findings[i].Problem = p
	}
	r.Explored = &explored
	r.place()
	return r, nil
}

// place puts the findings among the problems of the form.
func (r *Report) place() {
	r.Problems = slices.DeleteFunc(r.Problems, func(p pathways.Problem) bool {
		return slices.ContainsFunc(r.Explored.Findings, func(f Finding) bool {
			return f.Kind == Outlives && p.Path == "ends" && p.Severity == pathways.SeverityWarning && p.Message == outlivesWarning
		})
	})
	for _, f := range r.Explored.Findings {
		r.Problems = append(r.Problems, f.Problem)
	}
	slices.SortStableFunc(r.Problems, func(a, b pathways.Problem) int { return a.Line - b.Line })
}

// outlivesWarning is what the form's checks warn of where the exploration refuses.
const outlivesWarning = "the pathway does not end when the patient dies"

// Settle takes back what was only not met and is met elsewhere, in a scenario: paths of the
// definition, like steps.visit and ends[0].
func (r *Report) Settle(met []string) {
	if r.Explored == nil {
		return
	}
	settled := func(f Finding) bool { return f.Kind == NotMet && slices.Contains(met, f.Path) }
	r.Problems = slices.DeleteFunc(r.Problems, func(p pathways.Problem) bool {
		return slices.ContainsFunc(r.Explored.Findings, func(f Finding) bool { return settled(f) && f.Problem == p })
	})
	for _, f := range r.Explored.Findings {
		if settled(f) {
			r.Explored.Unexplored = slices.DeleteFunc(r.Explored.Unexplored, func(text string) bool { return text == f.note })
		}
	}
	r.Explored.Findings = slices.DeleteFunc(r.Explored.Findings, settled)
}

// Refused tells whether something keeps the definition from being published.
func (r *Report) Refused() bool { return r.Definition == nil || len(r.Problems.Errors()) > 0 }
