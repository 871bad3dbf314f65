package main

import (
	"encoding/json"
	"fmt"
	"os"

	"throughline/pathways"
	"throughline/pathways/questionnaire"
	"throughline/pathways/sop"
)

type exportCommand struct {
	File           string `arg:"" help:"The definition (YAML)."`
	SOP            string `name:"sop" help:"Write it as a standard operating procedure: md (Markdown) or html (a page to print)." enum:"md,html" required:"" xor:"as" placeholder:"md|html"`
	Questionnaires bool   `help:"Write its forms as FHIR R4 Questionnaires, in a Bundle." required:"" xor:"as"`
	Organization   string `help:"Whose document it is." env:"THROUGHLINE_ORGANIZATION"`

	partsFlag `embed:""`
}

// Help gives examples.
func (*exportCommand) Help() string {
	return `A file does not know whether it was published. The server's document of a version does, and
has its change log: GET /api/v1/pathways/{key}/versions/{version}/sop?format=html

Examples:
  throughline export pathways/library/post-discharge-tcm.yaml --sop html > tcm.html
  throughline export stroke-follow-up.yaml --sop md --organization "General Hospital"
  throughline export my-pathway.yaml --questionnaires > questionnaires.json`
}

// Run writes the document to the standard output.
func (c *exportCommand) Run() error {
	d, err := c.load(c.File)
	if err != nil {
		return err
	}
	document, err := c.write(d)
	if err != nil {
		return err
	}
	if _, err := os.Stdout.Write(document); err != nil {
		return fmt.Errorf("writing the document: %w", err)
	}
	return nil
}

func (c *exportCommand) write(d *pathways.Definition) ([]byte, error) {
	switch {
	case c.Questionnaires:
		return questionnaires(d)
	case c.SOP == "html":
		return sop.HTML(sop.Version{Definition: d, Organization: c.Organization})
	}
	return sop.Markdown(sop.Version{Definition: d, Organization: c.Organization})
}

// questionnaires writes the forms. A file was not published: they are drafts.
func questionnaires(d *pathways.Definition) ([]byte, error) {
	all, err := questionnaire.All(questionnaire.Version{Definition: d})
	if err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the questionnaires: %w", err)
	}
	return append(out, '\n'), nil
}
