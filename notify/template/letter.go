package template

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

// letter is a message as it is laid out, in text and in HTML.
type letter struct {
	Subject              string
	Paragraphs           [][]string
	Link, LinkLabel      string
	Fallback             string // what to do where the button doesn't work, in the letter's language
	Language, Direction  string
	Organization, Footer string
}

//go:embed letter.html
var letterSource string

var letterHTML = template.Must(template.New("letter").Parse(letterSource))

func (l letter) html() (string, error) {
	var out strings.Builder
	if err := letterHTML.Execute(&out, l); err != nil {
		return "", fmt.Errorf("laying the message out: %w", err)
	}
	return out.String(), nil
}

func (l letter) text() string {
	var blocks []string
	for _, lines := range l.Paragraphs {
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	if l.Link != "" {
		blocks = append(blocks, l.LinkLabel+":\n"+l.Link)
	}
	if l.Organization != "" || l.Footer != "" {
		// "-- " begins a signature (RFC 3676 section 4.3).
		signature := strings.Join(nonEmpty("-- ", l.Organization, l.Footer), "\n")
		blocks = append(blocks, signature)
	}
	return strings.Join(blocks, "\n\n") + "\n"
}

func nonEmpty(lines ...string) []string {
	var kept []string
	for _, line := range lines {
		if line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

func base(language string) string {
	b, _, _ := strings.Cut(strings.ToLower(language), "-")
	return b
}

func direction(language string) string {
	switch base(language) {
	case "ar", "fa", "he", "ur", "ps", "yi":
		return "rtl"
	}
	return "ltr"
}

func fallback(language string) string {
	switch base(language) {
	case "es":
		return "Si el botón no funciona, abra esta dirección:"
	case "", "en":
		return "If the button doesn't work, open this address:"
	}
	return "" // the address speaks for itself
}
