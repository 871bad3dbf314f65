package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"throughline/pathways"
	"throughline/pathways/compare"
)

// partCommand takes reusable parts of an organization's own through their lives on a running server,
// as pathwayCommand does pathways.
type partCommand struct {
	List    partListCommand    `cmd:"" help:"List the parts with their versions, and what is in them."`
	Show    partShowCommand    `cmd:"" help:"Print the file of a version."`
	Draft   partDraftCommand   `cmd:"" help:"Keep a file as a draft, or save the draft that it is."`
	Submit  partSubmitCommand  `cmd:"" help:"Submit a draft for review."`
	Approve partApproveCommand `cmd:"" help:"Approve a version, as its second person."`
	Return  partReturnCommand  `cmd:"" help:"Return a version from review: it is a draft again."`
	Publish partPublishCommand `cmd:"" help:"Publish an approved version: pathways may use it."`
	Retire  partRetireCommand  `cmd:"" help:"Retire a version: nothing new may use it."`
	Changes partChangesCommand `cmd:"" help:"Show who did what to a part, when and why."`
	Uses    partUsesCommand    `cmd:"" help:"Show which pathways and parts use a version."`
	Compare partCompareCommand `cmd:"" help:"Say in words what differs between two versions; exit status 1 where they differ."`
}

// Help gives examples.
func (*partCommand) Help() string {
	return `Examples:
  throughline part draft our-parts/falls.yaml --reason "The questions of our ward"
  throughline part submit falls 1 --reason "Ready to be read"
  THROUGHLINE_TOKEN=… throughline part approve falls 1 --reason "Read with the ward"
  throughline part publish falls 1 --reason "Agreed on Monday"
  throughline part uses falls 1
  throughline part show falls 1 > our-parts/falls.yaml`
}

const partsPath = "/api/v1/parts"

type partDraftCommand struct {
	server
	File   string `arg:"" help:"The part (YAML)."`
	Reason string `help:"What changed, and why." required:"" placeholder:"TEXT"`
}

// Run makes the draft, or saves it where there is one of the file's version. What else is wrong with
// it the server says: it knows the parts that this one may use.
func (c *partDraftCommand) Run(ctx context.Context) error {
	src, err := readFile(c.File)
	if err != nil {
		return err
	}
	part, problems := pathways.LoadPart(c.File, src, pathways.LibraryParts())
	if part == nil || part.Part == "" || part.Version == 0 {
		fmt.Fprintln(os.Stderr, problems)
		return errWrong
	}
	return c.keep(ctx, partsPath, part.Part, part.Version, map[string]any{"source": string(src), "reason": c.Reason})
}

type (
	partSubmitCommand  struct{ lifeStep }
	partApproveCommand struct{ lifeStep }
	partReturnCommand  struct{ lifeStep }
	partPublishCommand struct{ lifeStep }
	partRetireCommand  struct{ lifeStep }
	partChangesCommand struct{ changeLog }
)

// Run submits.
func (c *partSubmitCommand) Run(ctx context.Context) error {
	return c.take(ctx, partsPath, "submit", "")
}

// Run approves.
func (c *partApproveCommand) Run(ctx context.Context) error {
	return c.take(ctx, partsPath, "review", "approve")
}

// Run returns.
func (c *partReturnCommand) Run(ctx context.Context) error {
	return c.take(ctx, partsPath, "review", "return")
}

// Run publishes.
func (c *partPublishCommand) Run(ctx context.Context) error {
	return c.take(ctx, partsPath, "publish", "")
}

// Run retires.
func (c *partRetireCommand) Run(ctx context.Context) error {
	return c.take(ctx, partsPath, "retire", "")
}

// Run shows the change log, the latest change first.
func (c *partChangesCommand) Run(ctx context.Context) error { return c.show(ctx, partsPath) }

// aPart names a version of a part on a server.
type aPart struct {
	server
	Part    string `arg:"" help:"The part's name."`
	Version int    `arg:"" help:"The version."`
}

type partShowCommand struct{ aPart }

// Run prints the file and nothing else, so that it can be kept for throughline check --parts.
func (c *partShowCommand) Run(ctx context.Context) error {
	var v struct {
		Source string `json:"source"`
	}
	if err := c.get(ctx, versionPath(partsPath, c.Part, c.Version), &v); err != nil {
		return err
	}
	if _, err := os.Stdout.WriteString(v.Source); err != nil {
		return fmt.Errorf("writing the part: %w", err)
	}
	return nil
}

type partListCommand struct{ server }

// Run lists what there is.
func (c *partListCommand) Run(ctx context.Context) error {
	type version struct {
		aVersion

		Holds map[string][]string `json:"holds"`
	}
	type part struct {
		Part     string    `json:"part"`
		Versions []version `json:"versions"`
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "PART\tVERSION\tSTATUS\tFROM\tTITLE\tHOLDS")
	err := pages(ctx, c.server, partsPath, func(p part) {
		for _, v := range p.Versions {
			fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%s\t%s\n", p.Part, v.Version, v.Status, v.Origin, v.Title, holding(v.Holds))
		}
	})
	if err != nil {
		return err
	}
	return flushed(out)
}

// holding counts what is in a part, by kind.
func holding(holds map[string][]string) string {
	var texts []string
	for _, kind := range []string{"forms", "messages", "ladders", "value_sets", "steps"} {
		if n := len(holds[kind]); n > 0 {
			texts = append(texts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(kind, "_", " ")))
		}
	}
	return strings.Join(texts, ", ")
}

type partUsesCommand struct{ aPart }

// Run lists what uses the version.
func (c *partUsesCommand) Run(ctx context.Context) error {
	type use struct {
		Kind    string `json:"kind"`
		Key     string `json:"key"`
		Version int    `json:"version"`
		Status  string `json:"status"`
		Title   string `json:"title"`
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "USED BY\tKEY\tVERSION\tSTATUS\tTITLE")
	err := pages(ctx, c.server, versionPath(partsPath, c.Part, c.Version)+"/uses", func(u use) {
		fmt.Fprintf(out, "%s\t%s\t%d\t%s\t%s\n", u.Kind, u.Key, u.Version, u.Status, u.Title)
	})
	if err != nil {
		return err
	}
	return flushed(out)
}

type partCompareCommand struct {
	server
	Part string `arg:"" help:"The part's name."`
	From int    `arg:"" help:"A version."`
	To   int    `arg:"" help:"Another one."`
	JSON bool   `name:"json" help:"Print the differences as JSON."`
}

// Run says in words what differs.
func (c *partCompareCommand) Run(ctx context.Context) error {
	var raw json.RawMessage
	if err := c.get(ctx, fmt.Sprintf("%s/%s/compare?from=%d&to=%d", partsPath, url.PathEscape(c.Part), c.From, c.To), &raw); err != nil {
		return err
	}
	var found compare.Comparison
	if err := json.Unmarshal(raw, &found); err != nil {
		return fmt.Errorf("reading the differences: %w", err)
	}
	if c.JSON {
		fmt.Fprintf(os.Stdout, "%s\n", raw)
	} else if err := found.WriteText(os.Stdout); err != nil {
		return err
	}
	if len(found.Differences) > 0 {
		return errWrong
	}
	return nil
}
