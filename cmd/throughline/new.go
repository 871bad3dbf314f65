package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"throughline/pathways/starter"
)

type newCommand struct {
	Key   string `arg:"" help:"The pathway's key: lower-case letters, digits and hyphens, like stroke-follow-up."`
	Title string `help:"What people call it; default: the key in words." placeholder:"TEXT"`
	Dir   string `help:"Where the files are written." default:"." placeholder:"DIRECTORY"`
}

// Help gives examples.
func (*newCommand) Help() string {
	return `Writes three files: the pathway, with comments; its scenarios; and a population to simulate it
with. They check, simulate and export as they are: change them from there. No file is overwritten.

Examples:
  throughline new stroke-follow-up
  throughline new stroke-follow-up --title "Stroke follow-up, 90 days" --dir our-pathways`
}

// Run writes the files and says what comes next.
func (c *newCommand) Run() error {
	files, err := starter.New(c.Key, c.Title)
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, err := os.Stat(filepath.Join(c.Dir, f.Name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already: nothing was written", filepath.Join(c.Dir, f.Name))
		}
	}
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return fmt.Errorf("making the directory: %w", err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(c.Dir, f.Name), f.Text, 0o600); err != nil {
			return fmt.Errorf("writing the pathway: %w", err)
		}
	}
	at := func(i int) string { return filepath.Join(c.Dir, files[i].Name) }
	fmt.Fprintf(os.Stdout, `%s   the pathway: begin here
%s   ways it may go, and what must come of each
%s   patients, services and staff to simulate it with

Next:
  throughline check %s
  throughline simulate %s --fact discharged_on=2026-03-02
  throughline simulate %s --population %s
  throughline export %s --sop html > %s.html
`, at(0), at(1), at(2), at(0), at(0), at(0), at(2), at(0), c.Key)
	return nil
}
