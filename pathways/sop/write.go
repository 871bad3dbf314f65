package sop

import (
	"bytes"
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
)

var (
	//go:embed sop.md.tmpl
	markdownText string
	//go:embed sop.html.tmpl
	pageText string
	//go:embed sop.css
	style string
)

var (
	markdown = texttemplate.Must(texttemplate.New("sop.md").Funcs(texttemplate.FuncMap{"md": escape, "join": join}).Parse(markdownText))
	page     = htmltemplate.Must(htmltemplate.New("sop.html").Funcs(htmltemplate.FuncMap{"join": join}).Parse(pageText))
)

// Markdown writes the version as a Markdown document (CommonMark with tables).
func Markdown(v Version) ([]byte, error) {
	var b bytes.Buffer
	if err := markdown.Execute(&b, documentOf(v)); err != nil {
		return nil, fmt.Errorf("writing the document: %w", err)
	}
	return b.Bytes(), nil
}

// HTML writes the version as one page that prints: it brings its looks with it, loads nothing and
// runs nothing.
func HTML(v Version) ([]byte, error) {
	doc := documentOf(v)
	var b bytes.Buffer
	err := page.Execute(&b, struct {
		document
		Style htmltemplate.CSS
		Flow  htmltemplate.HTML
	}{
		doc,
		htmltemplate.CSS(style), //nolint:gosec // our own file
		htmltemplate.HTML(picture(doc.Levels, doc.Title)), //nolint:gosec // every text in it is escaped
	})
	if err != nil {
		return nil, fmt.Errorf("writing the page: %w", err)
	}
	return b.Bytes(), nil
}

var special = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;", "|", `\|`, "[", `\[`, "]", `\]`, "#", `\#`)

// escape keeps what authors write from being read as Markdown.
func escape(text string) string { return special.Replace(oneLine(text)) }

func join(items []string, separator string) string { return strings.Join(items, separator) }
