package sop_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/pathways"
	"throughline/pathways/sop"
)

var update = flag.Bool("update", false, "write the golden files anew")

// goldens are the pathways whose documents are kept whole; of the others what must hold is asked.
var goldens = map[string]bool{"post-discharge-tcm": true, "social-need-referral": true}

func library(t *testing.T) []*pathways.Definition {
	t.Helper()
	all, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func published(d *pathways.Definition) sop.Version {
	at := time.Date(2026, 3, 2, 14, 30, 0, 0, time.UTC)
	return sop.Version{
		Definition: d, Status: "published", PublishedAt: &at, Organization: "Test Hospital",
		Changes: []sop.Change{
			{At: at, What: "published", Who: "admin", Why: "From Monday on."},
			{At: at.Add(-time.Hour), What: "approved", Who: "ben-ito", Why: "Read it | line by line."},
		},
	}
}

func TestDocumentsOfTheLibrary(t *testing.T) {
	for _, d := range library(t) {
		t.Run(d.Pathway, func(t *testing.T) {
			md, err := sop.Markdown(published(d))
			if err != nil {
				t.Fatal(err)
			}
			page, err := sop.HTML(published(d))
			if err != nil {
				t.Fatal(err)
			}
			holds(t, d, oneLine(string(md)), markdownOf)
			holds(t, d, oneLine(textOf(t, string(page))), func(s string) string { return s })
			standsAlone(t, string(page))
			if goldens[d.Pathway] {
				golden(t, d.Pathway+".md", md)
				golden(t, d.Pathway+".html", page)
			}
		})
	}
}

// holds asks that the document says every word that staff or patients are given.
func holds(t *testing.T, d *pathways.Definition, document string, as func(string) string) {
	t.Helper()
	must := func(what, text string) {
		t.Helper()
		if text = as(oneLine(text)); text != "" && !strings.Contains(document, text) {
			t.Errorf("%s is missing: %s", what, text)
		}
	}
	must("the purpose", d.Summary)
	must("the digest", pathways.Digest(d))
	for _, s := range d.Sources {
		must("a source", s)
	}
	for _, x := range d.Launch.Unless {
		must("a reason", x.Because)
	}
	for i := range d.Steps {
		must("a step", d.Steps[i].InWords())
		must("instructions", d.Steps[i].Instructions)
	}
	for _, f := range d.Forms {
		must("what stands above the questions", f.Intro)
		must("what follows the answers", f.Thanks)
		for _, w := range f.Translations {
			must("a title in "+w.Language, w.Title)
			must("what stands above the questions in "+w.Language, w.Intro)
			must("what follows the answers in "+w.Language, w.Thanks)
		}
		for _, q := range f.Fields {
			must("a question", q.Ask)
			must("help", q.Help)
			for _, w := range q.Translations {
				must("a question in "+w.Language, w.Ask)
				must("help in "+w.Language, w.Help)
				for _, label := range w.Labels {
					must("an answer in "+w.Language, label)
				}
			}
		}
	}
	for _, m := range d.Templates {
		for _, w := range m.Texts {
			must("a message in "+w.Language, w.Text)
			must("a subject in "+w.Language, w.Subject)
		}
	}
	for _, e := range d.Ends {
		must("an end", strings.TrimRight(e.Because, "."))
	}
}

// standsAlone asks that the page loads nothing and runs nothing.
func standsAlone(t *testing.T, page string) {
	t.Helper()
	for _, foreign := range []string{"<script", "http://", "https://", "src=", "@import", "url(h", "javascript:", "ZgotmplZ"} {
		text := strings.ReplaceAll(page, `xmlns="http://www.w3.org/2000/svg"`, "")
		if strings.Contains(text, foreign) {
			t.Errorf("the page holds %q", foreign)
		}
	}
}

// textOf gives what a reader of the page sees, and fails where its elements do not nest.
func textOf(t *testing.T, page string) string {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(page))
	dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var b strings.Builder
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("the page does not nest: %v", err)
		}
		if text, ok := token.(xml.CharData); ok {
			b.Write(text)
		}
		if _, ok := token.(xml.EndElement); ok {
			b.WriteByte(' ')
		}
	}
}

func markdownOf(s string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`, "|", `\|`, "#", `\#`, "_", `\_`, "*", `\*`).Replace(s)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}

// TestWhatIsNotInForceSaysSo: nobody works by a draft or a retired version unawares.
func TestWhatIsNotInForceSaysSo(t *testing.T) {
	d := library(t)[0]
	for status, want := range map[string]string{"draft": "not in force", "in_review": "in review", "approved": "not in force", "retired": "starts nobody any more"} {
		v := sop.Version{Definition: d, Status: status}
		md, err := sop.Markdown(v)
		if err != nil {
			t.Fatal(err)
		}
		page, err := sop.HTML(v)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(md), want) || !strings.Contains(string(page), want) || !strings.Contains(string(page), "not published") {
			t.Errorf("a version that is %s does not say so", status)
		}
	}
}

// TestAuthorsTextStaysText: what an author writes is shown and never becomes markup, and the picture
// of a draft whose steps wait for each other in a circle is drawn all the same.
func TestAuthorsTextStaysText(t *testing.T) {
	d := &pathways.Definition{
		Pathway: "odd", Version: 1, Title: `<b>Odd</b> & "quoted"`, Summary: "<script>alert(1)</script>", Owner: "nurse",
		Steps: []pathways.Step{
			{ID: "a", Task: "<i>First</i>", After: []string{"b"}},
			{ID: "b", Task: "Second | third", After: []string{"a"}},
			{ID: "c"},
		},
	}
	page, err := sop.HTML(sop.Version{Definition: d, Organization: "A & B"})
	if err != nil {
		t.Fatal(err)
	}
	standsAlone(t, strings.ReplaceAll(string(page), "&lt;script", ""))
	if strings.Contains(string(page), "<i>First") || strings.Contains(string(page), "<b>Odd") {
		t.Error("an author's text became markup")
	}
	md, err := sop.Markdown(sop.Version{Definition: d})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(md), "<script") || !strings.Contains(string(md), `Second \| third`) {
		t.Error("an author's text became markup in Markdown")
	}
}
