package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"text/tabwriter"

	"throughline/pathways"
)

// pathwayCommand takes versions of pathways through their lives on a running server. Who acts is whose
// token is used: THROUGHLINE_TOKEN, or else the administrator's.
type pathwayCommand struct {
	List    pathwayListCommand    `cmd:"" help:"List the pathways with their versions, and what the library offers."`
	Draft   pathwayDraftCommand   `cmd:"" help:"Keep a file as a draft, or save the draft that it is."`
	Submit  pathwaySubmitCommand  `cmd:"" help:"Submit a draft for review."`
	Approve pathwayApproveCommand `cmd:"" help:"Approve a version, as its second person."`
	Return  pathwayReturnCommand  `cmd:"" help:"Return a version from review: it is a draft again."`
	Publish pathwayPublishCommand `cmd:"" help:"Publish an approved version."`
	Retire  pathwayRetireCommand  `cmd:"" help:"Retire a version: it starts nothing any more."`
	Changes pathwayChangesCommand `cmd:"" help:"Show who did what to a pathway, when and why."`
}

// Help gives examples.
func (*pathwayCommand) Help() string {
	return `Examples:
  throughline pathway draft my-pathway.yaml --reason "First version"
  throughline pathway submit my-pathway 1 --reason "Ready to be read"
  THROUGHLINE_TOKEN=… throughline pathway approve my-pathway 1 --reason "Read with the cardiology team"
  throughline pathway publish my-pathway 1 --reason "Agreed on Monday"`
}

const pathwaysPath = "/api/v1/pathways"

type pathwayDraftCommand struct {
	server
	File    string `arg:"" optional:"" help:"The definition (YAML)."`
	Library string `help:"Instead of a file: take up what ships under this key." placeholder:"KEY"`
	BasedOn int    `help:"The version that it was made from; default: the latest." placeholder:"VERSION"`
	Reason  string `help:"What changed, and why." required:"" placeholder:"TEXT"`
}

// Run makes the draft, or saves it where there is one of the file's version.
func (c *pathwayDraftCommand) Run(ctx context.Context) error {
	if c.Library != "" {
		return c.order(ctx, http.MethodPost, pathwaysPath, map[string]any{"library": c.Library, "reason": c.Reason}, nil)
	}
	if c.File == "" {
		return fmt.Errorf("give a file, or --library")
	}
	src, err := readFile(c.File)
	if err != nil {
		return err
	}
	d, problems := pathways.Load(c.File, src)
	if d == nil || d.Pathway == "" || d.Version == 0 {
		fmt.Fprintln(os.Stderr, problems)
		return errWrong
	}
	body := map[string]any{"source": string(src), "reason": c.Reason}
	if c.BasedOn != 0 {
		body["based_on"] = c.BasedOn
	}
	return c.keep(ctx, pathwaysPath, d.Pathway, d.Version, body)
}

type (
	pathwaySubmitCommand  struct{ lifeStep }
	pathwayApproveCommand struct{ lifeStep }
	pathwayReturnCommand  struct{ lifeStep }
	pathwayPublishCommand struct{ lifeStep }
	pathwayRetireCommand  struct{ lifeStep }
)

// Run submits.
func (c *pathwaySubmitCommand) Run(ctx context.Context) error {
	return c.take(ctx, pathwaysPath, "submit", "")
}

// Run approves.
func (c *pathwayApproveCommand) Run(ctx context.Context) error {
	return c.take(ctx, pathwaysPath, "review", "approve")
}

// Run returns.
func (c *pathwayReturnCommand) Run(ctx context.Context) error {
	return c.take(ctx, pathwaysPath, "review", "return")
}

// Run publishes.
func (c *pathwayPublishCommand) Run(ctx context.Context) error {
	return c.take(ctx, pathwaysPath, "publish", "")
}

// Run retires.
func (c *pathwayRetireCommand) Run(ctx context.Context) error {
	return c.take(ctx, pathwaysPath, "retire", "")
}

type pathwayListCommand struct{ server }

// Run lists what there is.
func (c *pathwayListCommand) Run(ctx context.Context) error {
	var all struct {
		Items []struct {
			Pathway   string     `json:"pathway"`
			InForce   int        `json:"in_force"`
			Versions  []aVersion `json:"versions"`
			Available []aVersion `json:"available"`
		} `json:"items"`
	}
	if err := c.get(ctx, pathwaysPath, &all); err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "PATHWAY\tVERSION\tSTATUS\tFROM\tTITLE")
	for _, p := range all.Items {
		for _, v := range p.Versions {
			status := v.Status
			if v.Version == p.InForce {
				status += ", in force"
			}
			fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%s\n", p.Pathway, v.Version, status, v.Origin, v.Title)
		}
		for _, v := range p.Available {
			fmt.Fprintf(out, "%s\t%d\tavailable, not in use\tlibrary\t%s\n", p.Pathway, v.Version, v.Title)
		}
	}
	return flushed(out)
}

type pathwayChangesCommand struct{ changeLog }

// Run shows the change log, the latest change first.
func (c *pathwayChangesCommand) Run(ctx context.Context) error { return c.show(ctx, pathwaysPath) }
