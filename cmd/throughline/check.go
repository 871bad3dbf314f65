package main

import (
	"encoding/json"
	"fmt"
	"os"

	"throughline/pathways"
)

type checkCommand struct {
	Files []string `arg:"" help:"Definitions (YAML)." type:"path"`
	JSON  bool     `name:"json" help:"Print the findings as JSON."`
}

// Help gives examples.
func (*checkCommand) Help() string {
	return `Examples:
  throughline check pathways/library/post-discharge-tcm.yaml
  throughline check --json *.yaml`
}

// Run checks every file and says what it found.
func (c *checkCommand) Run() error {
	found := pathways.Problems{}
	for _, file := range c.Files {
		src, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading a definition: %w", err)
		}
		_, problems := pathways.Load(file, src)
		found = append(found, problems...)
		if !c.JSON && len(problems) == 0 {
			fmt.Fprintf(os.Stdout, "%s: good\n", file)
		}
	}
	if c.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
			return fmt.Errorf("writing the findings: %w", err)
		}
	} else if len(found) > 0 {
		fmt.Fprintln(os.Stdout, found)
	}
	if len(found.Errors()) > 0 {
		return errWrong
	}
	return nil
}
