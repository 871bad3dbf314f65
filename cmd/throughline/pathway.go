package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"text/tabwriter"
	"time"

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

// aVersion is a version of a pathway as the server tells it.
type aVersion struct {
	Version    int    `json:"version"`
	Title      string `json:"title"`
	Status     string `json:"status"`
	Origin     string `json:"origin"`
	Digest     string `json:"digest"`
	Definition struct {
		Pathway string `json:"pathway"`
	} `json:"definition"`
	Problems pathways.Problems `json:"problems"`
	Warnings []string          `json:"warnings"`
}

func versionPath(key string, version int) string {
	return fmt.Sprintf("%s/%s/versions/%d", pathwaysPath, url.PathEscape(key), version)
}

// tell prints what became of a version.
func (v aVersion) tell() {
	fmt.Fprintf(os.Stdout, "%s version %d: %s\n%s\n", v.Definition.Pathway, v.Version, v.Status, v.Digest)
	if len(v.Problems) > 0 {
		fmt.Fprintln(os.Stdout, v.Problems)
	}
	for _, w := range v.Warnings {
		fmt.Fprintln(os.Stdout, w)
	}
}

// order sends a command about a version and prints what became of it. A refusal is something wrong;
// it is said with the rule that refused.
func (s server) order(ctx context.Context, method, path string, body any, header http.Header) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("writing the request: %w", err)
	}
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	status, _, answer, err := s.send(ctx, method, path, text, header)
	if err != nil {
		return err
	}
	if status >= http.StatusBadRequest {
		fmt.Fprintln(os.Stderr, refusal(answer))
		return errWrong
	}
	var v aVersion
	if err := json.Unmarshal(answer, &v); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	v.tell()
	return nil
}

// refusal gives what a problem document says, and the rule that refused.
func refusal(body []byte) string {
	var p struct {
		Rule string `json:"rule"`
	}
	if json.Unmarshal(body, &p) != nil || p.Rule == "" {
		return problemText(body)
	}
	return problemText(body) + " (rule " + p.Rule + ")"
}

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
	path := versionPath(d.Pathway, d.Version)
	status, header, _, err := c.send(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return err
	}
	if status == http.StatusOK {
		return c.order(ctx, http.MethodPut, path, map[string]any{"source": string(src), "reason": c.Reason}, http.Header{"If-Match": {header.Get("ETag")}})
	}
	body := map[string]any{"source": string(src), "reason": c.Reason}
	if c.BasedOn != 0 {
		body["based_on"] = c.BasedOn
	}
	return c.order(ctx, http.MethodPost, pathwaysPath, body, nil)
}

// lifeStep is what every step of a version's life takes.
type lifeStep struct {
	server
	Key     string `arg:"" help:"The pathway's key."`
	Version int    `arg:"" help:"The version."`
	Reason  string `help:"Why." required:"" placeholder:"TEXT"`
	Comment string `help:"What there is to say besides." placeholder:"TEXT"`
}

func (l lifeStep) take(ctx context.Context, step, decision string) error {
	body := map[string]any{"reason": l.Reason}
	if l.Comment != "" {
		body["comment"] = l.Comment
	}
	if decision != "" {
		body["decision"] = decision
	}
	return l.order(ctx, http.MethodPost, versionPath(l.Key, l.Version)+"/"+step, body, nil)
}

type (
	pathwaySubmitCommand  struct{ lifeStep }
	pathwayApproveCommand struct{ lifeStep }
	pathwayReturnCommand  struct{ lifeStep }
	pathwayPublishCommand struct{ lifeStep }
	pathwayRetireCommand  struct{ lifeStep }
)

// Run submits.
func (c *pathwaySubmitCommand) Run(ctx context.Context) error { return c.take(ctx, "submit", "") }

// Run approves.
func (c *pathwayApproveCommand) Run(ctx context.Context) error {
	return c.take(ctx, "review", "approve")
}

// Run returns.
func (c *pathwayReturnCommand) Run(ctx context.Context) error { return c.take(ctx, "review", "return") }

// Run publishes.
func (c *pathwayPublishCommand) Run(ctx context.Context) error { return c.take(ctx, "publish", "") }

// Run retires.
func (c *pathwayRetireCommand) Run(ctx context.Context) error { return c.take(ctx, "retire", "") }

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
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	return nil
}

type pathwayChangesCommand struct {
	server
	Key     string `arg:"" help:"The pathway's key."`
	Version int    `help:"Only of this version." placeholder:"VERSION"`
}

// Run shows the change log, the latest change first.
func (c *pathwayChangesCommand) Run(ctx context.Context) error {
	path := pathwaysPath + "/" + url.PathEscape(c.Key) + "/changes?limit=200"
	if c.Version != 0 {
		path += fmt.Sprintf("&version=%d", c.Version)
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "WHEN\tVERSION\tWHAT\tWHO\tWHY")
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				Version int       `json:"version"`
				Kind    string    `json:"kind"`
				At      time.Time `json:"at"`
				Actor   struct {
					ID string `json:"id"`
				} `json:"actor"`
				Reason  string `json:"reason"`
				Comment string `json:"comment"`
			} `json:"items"`
			NextCursor string `json:"next_cursor"`
		}
		if err := c.get(ctx, path+cursor, &page); err != nil {
			return err
		}
		for _, i := range page.Items {
			fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%s\n", i.At.UTC().Format(time.RFC3339), i.Version, i.Kind, i.Actor.ID, joined(i.Reason, i.Comment))
		}
		if page.NextCursor == "" {
			break
		}
		cursor = "&cursor=" + url.QueryEscape(page.NextCursor)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	return nil
}

func joined(reason, comment string) string {
	if comment == "" {
		return reason
	}
	return cmp.Or(reason, "…") + " (" + comment + ")"
}
