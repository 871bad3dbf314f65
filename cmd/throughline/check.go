package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"throughline/pathways"
)

type checkCommand struct {
	Files  []string `arg:"" optional:"" help:"Pathways and reusable parts (YAML), directories of them, or - for the standard input."`
	JSON   bool     `name:"json" help:"Print what was found as JSON, with the events of the stories."`
	Schema bool     `help:"Print the JSON Schema of such files, for an editor, and check none."`

	partsFlag `embed:""`
}

// Help gives examples.
func (*checkCommand) Help() string {
	return `Checks the form, explores what can become of an enrollment, plays the scenarios beside the file
(name.scenarios.yaml), and reads the population beside it (name.population.yaml), where they are.

Each finding is one line, file:line:column: what is wrong (what to write instead). Exit status: 0 where
nothing is wrong, warnings apart; 1 where something is; 2 where a file could not be read at all.

Examples:
  throughline check stroke-follow-up.yaml
  throughline check our-pathways
  throughline check --json *.yaml
  throughline check - < stroke-follow-up.yaml
  throughline check --parts our-parts our-pathway.yaml our-parts/*.yaml
  throughline check --schema > pathway.schema.json`
}

// Run checks every file and says what it found.
func (c *checkCommand) Run() error {
	if c.Schema {
		if _, err := os.Stdout.Write(pathways.Schema()); err != nil {
			return fmt.Errorf("writing the schema: %w", err)
		}
		return nil
	}
	if len(c.Files) == 0 {
		return errors.New("name a file or a directory to check, or - for the standard input")
	}
	files, err := definitionFiles(c.Files)
	if err != nil {
		return err
	}
	parts, err := c.known()
	if err != nil {
		return err
	}
	all := []checked{}
	wrong := false
	for _, file := range files {
		one, err := checkFile(file, parts)
		if err != nil {
			return err
		}
		all = append(all, one)
		wrong = wrong || !one.OK
		if !c.JSON {
			one.write(os.Stdout, isTerminal(os.Stdout))
		}
	}
	related, err := relate(all)
	if err != nil {
		return err
	}
	if !c.JSON {
		fmt.Fprint(os.Stdout, shown(related, isTerminal(os.Stdout)))
	}
	if c.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
			return fmt.Errorf("writing the findings: %w", err)
		}
	}
	if wrong {
		return errWrong
	}
	return nil
}

// relate adds to each definition what is odd about it beside the others and the library's, and gives
// what was added.
func relate(all []checked) (pathways.Problems, error) {
	library, err := pathways.Library()
	if err != nil {
		return nil, fmt.Errorf("reading the library: %w", err)
	}
	ours := map[string]*checked{}
	var together []*pathways.Definition
	for i := range all {
		if d := all[i].definition; d != nil {
			ours[d.Pathway] = &all[i]
			together = append(together, d)
		}
	}
	for _, d := range library {
		if ours[d.Pathway] == nil {
			together = append(together, d)
		}
	}
	var found pathways.Problems
	for _, p := range pathways.CheckTogether(together) {
		one := ours[p.File]
		if one == nil {
			continue // the library's, which its own tests hold
		}
		p.File, p.Column = one.File, 1
		one.Problems = append(one.Problems, p)
		found = append(found, p)
	}
	return found, nil
}
