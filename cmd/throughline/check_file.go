package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"throughline/pathways"
	"throughline/pathways/simulate"
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
	src, err := os.ReadFile(file)
	if err != nil {
		return checked{}, fmt.Errorf("reading a definition: %w", err)
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
	c.Problems = append(append(c.Problems, report.Problems...), held.Problems...)
	c.Explored, c.Scenarios, c.definition = report.Explored, held.Played, report.Definition
	c.OK = len(c.Problems.Errors()) == 0
	return c, nil
}

// scenariosBeside plays the scenarios beside a definition that runs; none where there is no file.
func scenariosBeside(file string, report verify.Report) (simulate.Held, error) {
	if report.Explored == nil {
		return simulate.Held{}, nil
	}
	beside := strings.TrimSuffix(file, ".yaml") + ".scenarios.yaml"
	src, err := os.ReadFile(beside)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return simulate.Held{}, nil
	case err != nil:
		return simulate.Held{}, fmt.Errorf("reading the scenarios: %w", err)
	}
	return simulate.Hold(report.Definition, beside, src), nil
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
	fmt.Fprintf(out, "  explored: %d states from %d launches, in %d turns of the engine; %d scenarios played\n", e.States, e.Launches, e.Turns, c.Scenarios)
	if e.Complete {
		fmt.Fprintln(out, "  nothing was left out")
	}
	for _, text := range e.Unexplored {
		fmt.Fprintln(out, "  "+strings.ToLower(text[:1])+text[1:])
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
