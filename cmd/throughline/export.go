package main

import (
	"fmt"
	"os"

	"throughline/pathways"
	"throughline/pathways/sop"
)

type exportCommand struct {
	File         string `arg:"" help:"The definition (YAML)." type:"existingfile"`
	SOP          string `name:"sop" help:"Write it as a standard operating procedure: md (Markdown) or html (a page to print)." enum:"md,html" required:"" placeholder:"md|html"`
	Organization string `help:"Whose document it is." env:"THROUGHLINE_ORGANIZATION"`
}

// Help gives examples.
func (*exportCommand) Help() string {
	return `A file does not know whether it was published. The server's document of a version does, and
has its change log: GET /api/v1/pathways/{key}/versions/{version}/sop?format=html

Examples:
  throughline export pathways/library/post-discharge-tcm.yaml --sop html > tcm.html
  throughline export my-pathway.yaml --sop md --organization "General Hospital"`
}

// Run writes the document to the standard output.
func (c *exportCommand) Run() error {
	src, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("reading the definition: %w", err)
	}
	d, problems := pathways.Load(c.File, src)
	if errs := problems.Errors(); len(errs) > 0 {
		fmt.Fprintln(os.Stderr, errs)
		return errWrong
	}
	write := sop.Markdown
	if c.SOP == "html" {
		write = sop.HTML
	}
	document, err := write(sop.Version{Definition: d, Organization: c.Organization})
	if err != nil {
		return err
	}
	if _, err := os.Stdout.Write(document); err != nil {
		return fmt.Errorf("writing the document: %w", err)
	}
	return nil
}
