package main

import (
	"encoding/json"
	"fmt"
	"os"

	"throughline/pathways"
	"throughline/pathways/compare"
)

type compareCommand struct {
	Old  string `arg:"" help:"The older definition (YAML)."`
	New  string `arg:"" help:"The newer one."`
	JSON bool   `name:"json" help:"Print the differences as JSON."`

	partsFlag `embed:""`
}

// Help gives examples.
func (*compareCommand) Help() string {
	return `What may change what patients get is marked with !; the rest is wording. Exit status 1
where they differ.

Examples:
  throughline compare old.yaml new.yaml
  throughline compare --json old.yaml new.yaml`
}

// Run says in words what differs.
func (c *compareCommand) Run() error {
	from, err := c.legible(c.Old)
	if err != nil {
		return err
	}
	to, err := c.legible(c.New)
	if err != nil {
		return err
	}
	found := compare.Versions(from, to)
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(found); err != nil {
			return fmt.Errorf("writing the differences: %w", err)
		}
	} else if err := found.WriteText(os.Stdout); err != nil {
		return err
	}
	if len(found.Differences) > 0 {
		return errWrong
	}
	return nil
}

// legible reads a definition that can be read as a whole; it need not be fit to publish.
func (f partsFlag) legible(file string) (*pathways.Definition, error) {
	src, err := readFile(file)
	if err != nil {
		return nil, err
	}
	parts, err := f.known()
	if err != nil {
		return nil, err
	}
	d, problems := pathways.ParseWith(file, src, parts)
	if errs := problems.Errors(); len(errs) > 0 {
		return nil, fmt.Errorf("%s cannot be read, so it cannot be compared:\n%s", file, errs)
	}
	return d, nil
}
