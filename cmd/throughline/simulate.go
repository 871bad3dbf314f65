package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"throughline/pathways"
	"throughline/pathways/simulate"
)

type simulateCommand struct {
	File      string            `arg:"" help:"The definition (YAML)."`
	Fact      map[string]string `help:"What is known at the start: name=value; may be repeated." placeholder:"NAME=VALUE" mapsep:"none"`
	Start     time.Time         `help:"When it starts (RFC 3339); default: at the discharge, else at noon of the earliest date among the facts." format:"2006-01-02T15:04:05Z07:00"`
	Days      int               `help:"How many days a patient is followed; default: one patient until the end, a population as its scenario says."`
	Zone      string            `help:"The patient's time zone." default:"America/New_York"`
	Respond   bool              `help:"Let everybody do their work promptly and well; otherwise nobody acts."`
	Service   []string          `help:"A community service that may be asked; may be repeated." sep:"none"`
	Scenarios string            `help:"Play this file's scenarios instead, and compare with what they expect."`
	JSON      bool              `name:"json" help:"Print the result as JSON."`

	partsFlag       `embed:""`
	populationFlags `embed:""`
}

// Help gives examples.
func (*simulateCommand) Help() string {
	return `Examples:
  throughline simulate pathways/library/post-discharge-tcm.yaml --fact discharged_on=2025-11-26
  throughline simulate pathways/library/post-discharge-tcm.yaml --fact discharged_on=2025-11-26 --fact complexity=high --respond --json
  throughline simulate stroke-follow-up.yaml --scenarios stroke-follow-up.scenarios.yaml
  throughline simulate stroke-follow-up.yaml --population stroke-follow-up.population.yaml
  throughline simulate stroke-follow-up.yaml --population clinic.yaml --patients 1000 --on-time call=95%
  throughline simulate new.yaml --against old.yaml --population clinic.yaml --out compared.svg`
}

// Run simulates, with the engine that production uses.
func (c *simulateCommand) Run() error {
	def, err := c.load(c.File)
	if err != nil {
		return err
	}
	if c.Population != "" {
		return c.populate(def)
	}
	if err := c.needPopulation(); err != nil {
		return err
	}
	if c.Scenarios != "" {
		return c.play(def)
	}
	facts := make(map[string]any, len(c.Fact))
	for name, value := range c.Fact {
		facts[name] = value
	}
	result, err := simulate.One(def, simulate.Question{Facts: facts, Start: c.Start, Days: c.Days, Zone: c.Zone, Respond: c.Respond, Services: c.Service})
	if err != nil {
		return err
	}
	return c.print(result)
}

// play runs a file of scenarios; one that comes otherwise than it expects is something wrong.
func (c *simulateCommand) play(def *pathways.Definition) error {
	src, err := readFile(c.Scenarios)
	if err != nil {
		return err
	}
	scenarios, problems := simulate.ReadScenarios(c.Scenarios, src, def)
	if len(problems) > 0 {
		fmt.Fprintln(os.Stderr, problems)
		return errWrong
	}
	failed := 0
	for _, s := range scenarios {
		result, err := simulate.Run(def, s)
		if err != nil {
			return fmt.Errorf("playing %q: %w", s.Name, err)
		}
		if len(result.Failures) > 0 {
			failed++
		}
		if c.JSON {
			if err := c.print(result); err != nil {
				return err
			}
			continue
		}
		report(result)
	}
	if failed > 0 {
		return errWrong
	}
	return nil
}

func report(r simulate.Result) {
	if len(r.Failures) == 0 {
		fmt.Fprintf(os.Stdout, "ok      %s\n", r.Name)
		return
	}
	fmt.Fprintf(os.Stdout, "WRONG   %s\n", r.Name)
	for _, f := range r.Failures {
		fmt.Fprintf(os.Stdout, "        %s\n", f)
	}
}

func (c *simulateCommand) print(r simulate.Result) error {
	if !c.JSON {
		return r.WriteText(os.Stdout)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	if err := out.Encode(r); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}
