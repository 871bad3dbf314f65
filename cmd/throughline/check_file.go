package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"throughline/pathways"
	"throughline/pathways/simulate"
	"throughline/pathways/simulate/population"
	"throughline/pathways/verify"
)

// checked is what was found about one file.
type checked struct {
	File     string            `json:"file"`
	OK       bool              `json:"ok"`
	Problems pathways.Problems `json:"problems"`
	// Explored is missing for a part, and where the form has errors.
	Explored  *verify.Result `json:"explored,omitempty"`
	Scenarios int            `json:"scenarios"`

	part       bool
	definition *pathways.Definition // nil for a part
}

// checkFile says all that is wrong with a definition or a part.
func checkFile(file string, parts pathways.Parts) (checked, error) {
	src, err := readFile(file)
	if err != nil {
		return checked{}, err
	}
	if file == standardInput {
		file = "stdin"
	}
	c := checked{File: file, Problems: pathways.Problems{}}
	if pathways.IsPart(src) {
		_, problems := pathways.LoadPart(file, src, parts)
		c.part, c.Problems = true, append(c.Problems, problems...)
		c.OK = len(c.Problems.Errors()) == 0
		return c, nil
	}
	report, err := verify.LoadWith(file, src, parts, verify.DefaultLimits)
	if err != nil {
		return checked{}, err
	}
	held, err := scenariosBeside(file, report)
	if err != nil {
		return checked{}, err
	}
	report.Settle(held.Met)
	misfits, err := populationBeside(file, report)
	if err != nil {
		return checked{}, err
	}
	c.Problems = append(append(append(c.Problems, report.Problems...), held.Problems...), misfits...)
	c.Explored, c.Scenarios, c.definition = report.Explored, held.Played, report.Definition
	c.OK = len(c.Problems.Errors()) == 0
	return c, nil
}

// scenariosBeside plays the scenarios beside a definition that runs; none where there is no file.
func scenariosBeside(file string, report verify.Report) (simulate.Held, error) {
	if report.Explored == nil {
		return simulate.Held{}, nil
	}
	name, src, err := besideFile(file, "scenarios")
	if err != nil || src == nil {
		return simulate.Held{}, err
	}
	return simulate.Hold(report.Definition, name, src), nil
}

// populationBeside says what does not fit in the population beside a definition that runs.
func populationBeside(file string, report verify.Report) (pathways.Problems, error) {
	if report.Explored == nil {
		return nil, nil
	}
	name, src, err := besideFile(file, "population")
	if err != nil || src == nil {
		return nil, err
	}
	_, problems := population.Load(name, src, report.Definition)
	return problems, nil
}

// besideFile reads a file that stands beside a definition's; nil where there is none.
func besideFile(file, what string) (string, []byte, error) {
	name := beside(file, what)
	src, err := os.ReadFile(filepath.Clean(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return name, nil, nil
	case err != nil:
		return name, nil, fmt.Errorf("reading the %s: %w", what, err)
	}
	return name, src, nil
}

// write says what was found: each problem with its story, and what was looked at.
func (c checked) write(out io.Writer, atTerminal bool) {
	for _, p := range c.Problems {
		fmt.Fprint(out, shown(pathways.Problems{p}, atTerminal))
		for _, line := range c.storyOf(p) {
			fmt.Fprintln(out, "    "+line)
		}
	}
	verdict := "good"
	if !c.OK {
		verdict = "refused"
	}
	fmt.Fprintf(out, "%s: %s\n", c.File, verdict)
	if e := c.Explored; e != nil {
		c.writeExplored(out, e)
	} else if !c.part {
		fmt.Fprintln(out, "  not explored: the form is to be mended first")
	}
}

func (c checked) writeExplored(out io.Writer, e *verify.Result) {
	fmt.Fprintf(out, "  explored: %d states from %s, in %d turns of the engine; %s\n", e.States, counted(e.Launches, "launch", "launches"), e.Turns, c.played())
	if e.Complete {
		fmt.Fprintln(out, "  within these, nothing was left out")
	}
	for _, text := range e.Unexplored {
		fmt.Fprintln(out, "  "+strings.ToLower(text[:1])+text[1:])
	}
	fmt.Fprintln(out, "  what no check of this kind tells:")
	for _, text := range e.Beyond {
		fmt.Fprintln(out, "    - "+text)
	}
}

func (c checked) storyOf(p pathways.Problem) []string {
	if c.Explored == nil {
		return nil
	}
	for _, f := range c.Explored.Findings {
		if f.Problem == p {
			return f.Story
		}
	}
	return nil
}

// played says how many scenarios were, and where they would be looked for.
func (c checked) played() string {
	if c.Scenarios > 0 || c.File == "stdin" || c.Explored == nil {
		return counted(c.Scenarios, "scenario", "scenarios") + " played"
	}
	if _, err := os.Stat(beside(c.File, "scenarios")); err == nil {
		return "no scenarios played"
	}
	return "no scenarios: there is no " + filepath.Base(beside(c.File, "scenarios")) + " beside it"
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
