package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"throughline/pathways"
	"throughline/pathways/simulate/population"
)

// populationFlags are those of a simulated population.
type populationFlags struct {
	Population string `help:"Let a population go through it: a scenario of patients, services and staff." group:"Population"`
	Patients   int    `help:"How many patients, instead of the scenario's number." group:"Population"`
	Seed       int    `help:"The seed, instead of the scenario's; the same one gives the same bytes." default:"-1" group:"Population"`
	Against    string `help:"Another version of the pathway, which the same patients go through as well." group:"Population"`
	OnTime     string `help:"How many people it takes to keep this share of deadlines: 95%, or of one step: contact=95%." placeholder:"SHARE" group:"Population"`
	Format     string `help:"text, json, csv or svg." enum:"text,json,csv,svg" default:"text" group:"Population"`
	Out        string `help:"Write to this file instead of the terminal." placeholder:"FILE" group:"Population"`
}

// garbage is how far the heap may grow, in percent, before it is tidied: a simulation makes many
// short-lived things, and tidying less often makes it a quarter faster.
const garbage = 400

// findings is what came of a population, or of two.
type findings interface {
	WriteText(out io.Writer) error
	WriteCSV(out io.Writer) error
	WriteSVG(out io.Writer) error
}

// needPopulation refuses flags that mean something with a population only: they would change nothing.
func (c *simulateCommand) needPopulation() error {
	for _, f := range []struct {
		name  string
		given bool
	}{{"--patients", c.Patients != 0}, {"--seed", c.Seed >= 0}, {"--against", c.Against != ""}, {"--on-time", c.OnTime != ""}, {"--format", c.Format != "text"}, {"--out", c.Out != ""}} {
		if f.given {
			return fmt.Errorf("%s needs --population and a file, such as %s (throughline new KEY writes one)", f.name, beside(c.File, "population"))
		}
	}
	return nil
}

func (c *simulateCommand) populate(def *pathways.Definition) error {
	debug.SetGCPercent(garbage)
	scenario, err := c.scenarioFor(def)
	if err != nil {
		return err
	}
	found, err := c.simulatePopulation(def, scenario)
	if err != nil {
		return err
	}
	return c.writeFindings(found)
}

func (c *simulateCommand) simulatePopulation(def *pathways.Definition, s *population.Scenario) (findings, error) {
	options := population.Options{Progress: progress()}
	if c.Against != "" {
		if c.OnTime != "" {
			return nil, errors.New("--on-time and --against are two questions: ask them one after the other")
		}
		other, err := c.load(c.Against)
		if err != nil {
			return nil, err
		}
		forOther, err := c.scenarioFor(other)
		if err != nil {
			return nil, err
		}
		return population.Compare(other, def, forOther, s, options)
	}
	report, err := population.Run(def, s, options)
	if err != nil || c.OnTime == "" {
		return report, err
	}
	want, err := population.ParseWanted(c.OnTime)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(os.Stderr, "Looking for the number of people that is enough …")
	report.Staffing, err = population.StaffFor(def, s, want)
	return report, err
}

// scenarioFor reads the scenario for a definition, with what the command line says otherwise.
func (c *simulateCommand) scenarioFor(def *pathways.Definition) (*population.Scenario, error) {
	src, err := readFile(c.Population)
	if err != nil {
		return nil, err
	}
	s, problems := population.Load(c.Population, src, def)
	if len(problems) > 0 {
		fmt.Fprintln(os.Stderr, problems)
		return nil, errWrong
	}
	return s, s.With(c.Patients, c.Days, c.Seed)
}

// progress tells on a terminal how far a run is; elsewhere nobody wants to read it.
func progress() func(done, total int) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	last := -1
	return func(done, total int) {
		percent := done * 100 / max(total, 1)
		if percent == last {
			return
		}
		last = percent
		fmt.Fprintf(os.Stderr, "\r%d of %d patients (%d%%)", done, total, percent)
		if done == total {
			fmt.Fprintln(os.Stderr)
		}
	}
}

func (c *simulateCommand) writeFindings(found findings) (err error) {
	var out io.Writer = os.Stdout
	if c.Out != "" {
		file, err := os.Create(filepath.Clean(c.Out))
		if err != nil {
			return fmt.Errorf("writing the result: %w", err)
		}
		defer func() {
			if closing := file.Close(); closing != nil && err == nil {
				err = fmt.Errorf("writing the result: %w", closing)
			}
		}()
		out = file
	}
	switch format := c.format(); format {
	case "json":
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(found); err != nil {
			return fmt.Errorf("writing the result: %w", err)
		}
		return nil
	case "csv":
		return found.WriteCSV(out)
	case "svg":
		return found.WriteSVG(out)
	}
	return found.WriteText(out)
}

// format is the one that was asked for; a file's ending says it where nothing else does.
func (c *simulateCommand) format() string {
	if c.JSON {
		return "json"
	}
	if ending := strings.TrimPrefix(filepath.Ext(c.Out), "."); c.Format == "text" && (ending == "json" || ending == "csv" || ending == "svg") {
		return ending
	}
	return c.Format
}
