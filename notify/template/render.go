package template

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"text/template/parse"
	"unicode"
	"unicode/utf8"

	"throughline/care"
)

// Input is what fills a template.
type Input struct {
	// Data has a value for every field the words name, by its dotted name; empty where there is none.
	Data map[string]string
	// Link is an http or https address that the message is about, none where empty. LinkLabel says what it
	// does; the template's own label where empty.
	Link, LinkLabel string
	// Language is the language of the words (BCP 47).
	Language string
	// Organization and Footer say at the end who writes, and why.
	Organization, Footer string
}

// Rendered is a message ready to be sent. Text and HTML say the same.
type Rendered struct {
	Subject, Text, HTML string
}

// Render fills the template in. It is an error where the words name a value that the template doesn't
// declare or that the input lacks, where a value put in is empty, and where a subject would get a line break.
// Errors are care.Errors of code Invalid; they name values and never repeat them.
func Render(t Template, in Input) (Rendered, error) {
	texts := map[string]string{}
	for _, p := range t.parts() {
		text, err := fill(p, t.Fields, in.Data)
		if err != nil {
			return Rendered{}, err
		}
		texts[p.name] = text
	}
	subject := strings.TrimSpace(texts["subject"])
	if strings.ContainsFunc(subject, isUnsafe) {
		return Rendered{}, invalid("subject", "a value puts a line break or a control character into the subject")
	}
	l := letter{
		Subject: subject, Paragraphs: paragraphs(texts["text"]), Language: in.Language, Direction: direction(in.Language),
		Organization: in.Organization, Footer: in.Footer, Link: in.Link,
	}
	if len(l.Paragraphs) == 0 {
		return Rendered{}, invalid("text", "the text is empty")
	}
	if in.Link != "" {
		l.LinkLabel, l.Fallback = label(in, texts["link_label"]), fallback(in.Language)
		if err := checkLink(l.Link, l.LinkLabel); err != nil {
			return Rendered{}, err
		}
	}
	html, err := l.html()
	if err != nil {
		return Rendered{}, err
	}
	return Rendered{Subject: subject, Text: l.text(), HTML: html}, nil
}

func label(in Input, own string) string {
	if in.LinkLabel != "" {
		return in.LinkLabel
	}
	return own
}

func checkLink(link, label string) error {
	u, err := url.Parse(link)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.ContainsFunc(link, unicode.IsSpace) {
		return invalid("link", "the link is not an http or https address")
	}
	if strings.TrimSpace(label) == "" || strings.ContainsFunc(label, isUnsafe) {
		return invalid("link_label", "a link needs a label on one line that says what it does")
	}
	return nil
}

// fill evaluates the words itself rather than by text/template, which would call methods and print
// "<no value>".
func fill(p part, fields map[string]Class, data map[string]string) (string, error) {
	nodes, err := parseWords(p.text, func(string, parse.Pos) {})
	if err != nil {
		return "", invalid(p.name, "%w", err)
	}
	f := filler{fields: fields, data: data}
	if err := f.list(nodes); err != nil {
		return "", err.At(p.name)
	}
	return f.out.String(), nil
}

type filler struct {
	fields map[string]Class
	data   map[string]string
	out    strings.Builder
}

func (f *filler) list(list *parse.ListNode) *care.Error {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		if err := f.node(node); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) node(node parse.Node) *care.Error {
	switch n := node.(type) {
	case *parse.TextNode:
		f.out.Write(n.Text)
	case *parse.ActionNode:
		name := nameOf(n.Pipe)
		value, err := f.value(name)
		if err != nil {
			return err
		}
		if value == "" {
			return care.Errorf(care.Invalid, "the value %q is empty", name)
		}
		f.out.WriteString(value)
	case *parse.IfNode:
		value, err := f.value(nameOf(n.Pipe))
		if err != nil {
			return err
		}
		if value != "" {
			return f.list(n.List)
		}
		return f.list(n.ElseList)
	}
	return nil
}

// nameOf gives the field of a pipe that parseWords has let through.
func nameOf(pipe *parse.PipeNode) string {
	return strings.TrimPrefix(pipe.Cmds[0].Args[0].String(), ".")
}

func (f *filler) value(name string) (string, *care.Error) {
	if _, declared := f.fields[name]; !declared {
		return "", care.Errorf(care.Invalid, "the value %q is not one that this message may name", name)
	}
	value, given := f.data[name]
	if !given {
		return "", care.Errorf(care.Invalid, "the value %q is missing", name)
	}
	value = strings.ReplaceAll(strings.TrimSpace(value), "\r\n", "\n")
	if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r != '\n' && r != '\t' && isUnsafe(r) }) {
		return "", care.Errorf(care.Invalid, "the value %q holds characters that are not text", name)
	}
	return value, nil
}

// isUnsafe also finds the two Unicode line separators.
func isUnsafe(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

var blankLines = regexp.MustCompile(`\n[ \t]*(\n[ \t]*)+`)

// paragraphs splits a text at blank lines, and each paragraph into lines.
func paragraphs(text string) [][]string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return nil
	}
	var all [][]string
	for _, paragraph := range blankLines.Split(text, -1) {
		var lines []string
		for line := range strings.SplitSeq(paragraph, "\n") {
			lines = append(lines, strings.TrimRight(line, " \t"))
		}
		all = append(all, lines)
	}
	return all
}

func invalid(field, format string, args ...any) error {
	return care.Errorf(care.Invalid, "%w", fmt.Errorf(format, args...)).At(field)
}
