package main

import (
	"fmt"
	"os"

	"throughline/pathways/questionnaire"
)

type formCommand struct {
	Import formImportCommand `cmd:"" help:"Make a form out of a FHIR Questionnaire, as a part that pathways can use."`
}

type formImportCommand struct {
	File string `arg:"" help:"The Questionnaire (FHIR R4, JSON)." type:"existingfile"`
	Name string `help:"What the form and its part are called; default: made from the title." placeholder:"social-needs"`
}

// Help gives examples.
func (*formImportCommand) Help() string {
	return `What the form does not hold, or holds otherwise, is said on standard error and in the file.
Look the file through, shorten the ids and values as you like, then check it.

Examples:
  throughline form import PHQ-9.json --name phq-9 > parts/phq-9.yaml
  throughline check parts/phq-9.yaml`
}

// Run writes the part to the standard output.
func (c *formImportCommand) Run() error {
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("reading the Questionnaire: %w", err)
	}
	part, notes, err := questionnaire.Read(raw, c.Name)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", c.File, err)
		return errWrong
	}
	for _, n := range notes {
		fmt.Fprintf(os.Stderr, "%s: %s\n", c.File, n)
	}
	text, err := questionnaire.File(part, notes)
	if err != nil {
		return err
	}
	if _, err := os.Stdout.Write(text); err != nil {
		return fmt.Errorf("writing the part: %w", err)
	}
	return nil
}
