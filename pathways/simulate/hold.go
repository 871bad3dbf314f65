package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"throughline/pathways"
	"throughline/pathways/engine"
)

// Held is what came of a file of scenarios.
type Held struct {
	Played   int
	Problems pathways.Problems // one for each scenario that failed, at its line
	// Met are the steps that opened and the ends that came, as paths of the definition: steps.visit,
	// ends[0].
	Met []string
}

// Hold plays a file of scenarios and says what comes otherwise than they expect.
func Hold(def *pathways.Definition, file string, src []byte) Held {
	scenarios, problems := ReadScenarios(file, src, def)
	if len(problems) > 0 {
		return Held{Problems: problems}
	}
	held := Held{Played: len(scenarios)}
	eng, err := engineOf(def)
	if err != nil {
		held.Problems = pathways.Problems{{File: file, Line: 1, Column: 1, Severity: pathways.SeverityError, Message: "the scenarios cannot be played: " + err.Error(), Suggestion: "mend the definition"}}
		return held
	}
	for i, s := range scenarios {
		if why, line := held.play(eng, def, s); why != "" {
			held.Problems = append(held.Problems, pathways.Problem{
				File: file, Line: cmp.Or(line, s.Line), Column: 1, Path: fmt.Sprintf("[%d]", i), Severity: pathways.SeverityError,
				Message: failed(s, why), Suggestion: "mend the definition, or what the scenario expects",
			})
		}
	}
	return held
}

// Failing plays scenarios until one fails, and gives its place and why it does, in a sentence; -1
// where each comes out as it expects.
func Failing(def *pathways.Definition, scenarios []Scenario) (i int, why string, err error) {
	eng, err := engineOf(def)
	if err != nil {
		return -1, "", err
	}
	var h Held
	for i, s := range scenarios {
		if why, _ := h.play(eng, def, s); why != "" {
			return i, failed(s, why), nil
		}
	}
	return -1, "", nil
}

// engineOf makes the engine of a definition that is being written. It is not kept for others, as that
// of a version in force is: nobody may ask for it again.
func engineOf(def *pathways.Definition) (*engine.Engine, error) {
	program, err := pathways.Compile(def)
	if err != nil {
		return nil, fmt.Errorf("compiling %s: %w", def.Pathway, err)
	}
	return engine.New(program), nil
}

func failed(s Scenario, why string) string {
	return fmt.Sprintf("the scenario “%s” does not come out as it says: %s", s.Name, why)
}

// play says why a scenario fails, in one line, and at which line of the file; empty where it comes out
// as expected.
func (h *Held) play(eng *engine.Engine, def *pathways.Definition, s Scenario) (why string, line int) {
	r, err := runOn(eng, def, s)
	if err != nil {
		return strings.TrimPrefix(err.Error(), fmt.Sprintf("scenario %q: ", s.Name)), r.line
	}
	for _, step := range r.Opened {
		h.met("steps." + step)
	}
	for _, entry := range r.Timeline {
		var n int
		if _, err := fmt.Sscanf(entry.Cause.Rule, "ends[%d]", &n); err == nil && n > 0 {
			h.met(fmt.Sprintf("ends[%d]", n-1)) // the engine counts from one, as people do
		}
	}
	if len(r.Failures) == 0 {
		return "", 0
	}
	first, _, _ := strings.Cut(r.Failures[0], "\n")
	return strings.TrimSuffix(first, "; it says"), r.line
}

func (h *Held) met(path string) {
	if !slices.Contains(h.Met, path) {
		h.Met = append(h.Met, path)
	}
}
