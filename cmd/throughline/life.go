package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"throughline/pathways"
)

// aVersion is a version of a pathway, or of a part, as the server tells it.
type aVersion struct {
	Part       string `json:"part"`
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

// versionPath is where a version stands below the pathways or the parts.
func versionPath(base, key string, version int) string {
	return fmt.Sprintf("%s/%s/versions/%d", base, url.PathEscape(key), version)
}

// tell prints what became of a version.
func (v aVersion) tell() {
	fmt.Fprintf(os.Stdout, "%s version %d: %s\n%s\n", cmp.Or(v.Part, v.Definition.Pathway), v.Version, v.Status, v.Digest)
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

// keep makes a draft of a file, or saves the draft that there is of its version.
func (s server) keep(ctx context.Context, base, key string, version int, body map[string]any) error {
	path := versionPath(base, key, version)
	status, header, _, err := s.send(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return s.order(ctx, http.MethodPost, base, body, nil)
	}
	edit := map[string]any{"source": body["source"], "reason": body["reason"]}
	return s.order(ctx, http.MethodPut, path, edit, http.Header{"If-Match": {header.Get("ETag")}})
}

// lifeStep is what every step of a version's life takes.
type lifeStep struct {
	server
	Key     string `arg:"" help:"The pathway's key, or the part's name."`
	Version int    `arg:"" help:"The version."`
	Reason  string `help:"Why." required:"" placeholder:"TEXT"`
	Comment string `help:"What there is to say besides." placeholder:"TEXT"`
}

func (l lifeStep) take(ctx context.Context, base, step, decision string) error {
	body := map[string]any{"reason": l.Reason}
	if l.Comment != "" {
		body["comment"] = l.Comment
	}
	if decision != "" {
		body["decision"] = decision
	}
	return l.order(ctx, http.MethodPost, versionPath(base, l.Key, l.Version)+"/"+step, body, nil)
}

// changeLog asks for what was done to a pathway or a part.
type changeLog struct {
	server
	Key     string `arg:"" help:"The pathway's key, or the part's name."`
	Version int    `help:"Only of this version." placeholder:"VERSION"`
}

// show prints the change log, the latest change first.
func (c changeLog) show(ctx context.Context, base string) error {
	type change struct {
		Version int       `json:"version"`
		Kind    string    `json:"kind"`
		At      time.Time `json:"at"`
		Actor   struct {
			ID string `json:"id"`
		} `json:"actor"`
		Reason  string `json:"reason"`
		Comment string `json:"comment"`
	}
	path := base + "/" + url.PathEscape(c.Key) + "/changes"
	if c.Version != 0 {
		path += fmt.Sprintf("?version=%d", c.Version)
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "WHEN\tVERSION\tWHAT\tWHO\tWHY")
	err := pages(ctx, c.server, path, func(i change) {
		fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%s\n", i.At.UTC().Format(time.RFC3339), i.Version, i.Kind, i.Actor.ID, joined(i.Reason, i.Comment))
	})
	if err != nil {
		return err
	}
	return flushed(out)
}

func joined(reason, comment string) string {
	if comment == "" {
		return reason
	}
	return cmp.Or(reason, "…") + " (" + comment + ")"
}

// pages reads a list to its end and gives each item to do.
func pages[T any](ctx context.Context, s server, path string, do func(T)) error {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	path += separator + "limit=200"
	for cursor := ""; ; {
		var page struct {
			Items      []T    `json:"items"`
			NextCursor string `json:"next_cursor"`
		}
		if err := s.get(ctx, path+cursor, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			do(item)
		}
		if page.NextCursor == "" {
			return nil
		}
		cursor = "&cursor=" + url.QueryEscape(page.NextCursor)
	}
}

func flushed(out *tabwriter.Writer) error {
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	return nil
}
