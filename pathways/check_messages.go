package pathways

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$`)
	oneBrace    = regexp.MustCompile(`(?:^|[^{])\{\s*([a-z_.]+)\s*\}(?:[^}]|$)`)
	placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)
)

// Placeholders are what a message may have filled in, as {{organization}}. None is a fact about
// the patient: mail and text messages are read over shoulders and kept by others.
var Placeholders = []string{"organization", "phone"}

// defaultLanguages are a pathway's languages where it names none.
var defaultLanguages = []string{"en"}

func (d *Definition) languages() []string {
	if len(d.Languages) == 0 {
		return defaultLanguages
	}
	return d.Languages
}

// messages checks the templates: every language, no patient facts.
func (c *checker) messages() {
	if len(c.d.Languages) > 0 && len(c.d.Templates) == 0 && len(c.d.Steps) > 0 {
		c.odd("languages", 0, "the pathway has languages, and no message is written in them", "leave languages out until there is a message")
	}
	seen := map[string]bool{}
	for _, t := range c.d.Templates {
		path := "messages." + t.Name
		c.once(seen, path, t.Line, "message", t.Name)
		if !slug.MatchString(t.Name) {
			c.wrong(path, t.Line, fmt.Sprintf("%q cannot be the name of a message", t.Name), "use lower-case letters, digits and hyphens, like "+strings.ReplaceAll(asName(t.Name), "_", "-"))
		}
		c.languagesOf(path, t)
		for _, w := range t.Texts {
			c.wording(path+"."+w.Language, t.Line, w)
		}
	}
}

// languagesLegible tells whether each of the pathway's languages is one.
func (c *checker) languagesLegible() bool {
	return !slices.ContainsFunc(c.d.languages(), func(l string) bool { return !languageTag.MatchString(l) })
}

func (c *checker) languagesOf(path string, t Template) {
	spoken := map[string]bool{}
	for _, w := range t.Texts {
		if c.languagesLegible() && !slices.Contains(c.d.languages(), w.Language) {
			// The next message would be checked for the others only, and a patient be written to in two.
			c.wrong(path+"."+w.Language, t.Line, fmt.Sprintf("the message is written in %s, which is none of the pathway's languages", w.Language), "add it to languages, or remove it")
		}
		spoken[w.Language] = true
	}
	for _, l := range c.d.languages() {
		if !spoken[l] && languageTag.MatchString(l) {
			c.wrong(path, t.Line, fmt.Sprintf("the message %s is missing in %s", t.Name, l), fmt.Sprintf("add %s: {subject: …, text: …}", l))
		}
	}
}

func (c *checker) wording(path string, line int, w Wording) {
	for _, part := range []struct{ key, text string }{{"subject", w.Subject}, {"text", w.Text}} {
		if strings.TrimSpace(part.text) == "" {
			c.wrong(path, line, "the message has no "+part.key, "write "+part.key+":")
			continue
		}
		c.placeholders(path+"."+part.key, line, part.text)
	}
	if strings.ContainsAny(w.Subject, "\r\n") {
		c.wrongValue(path+".subject", line, "a subject is one line", "take the line break out")
	}
}

func (c *checker) placeholders(path string, line int, text string) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if slices.Contains(Placeholders, m[1]) {
			continue
		}
		message := fmt.Sprintf("a message cannot hold {{%s}}", m[1])
		if c.isFact(m[1]) {
			message += ": it is a fact about the patient, and mail is not private"
		}
		if labels := c.labelsOf(m[1]); len(labels) > 0 {
			message += "; this one is about " + sensitivityInWords(labels)
		}
		suggestion := "allowed are {{" + strings.Join(Placeholders, "}}, {{") + "}}"
		if near := nearest(m[1], Placeholders); near != "" {
			suggestion = "did you mean {{" + near + "}}?"
		}
		c.wrongValue(path, line, message, suggestion)
	}
	if m := oneBrace.FindStringSubmatch(placeholder.ReplaceAllString(text, "")); m != nil {
		c.wrongValue(path, line, fmt.Sprintf("{%s} would be sent as it stands", m[1]), "a placeholder has two braces, {{"+m[1]+"}}")
	}
	if rest := placeholder.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		c.wrongValue(path, line, "a placeholder is not closed", "write {{organization}}")
	}
}

func (c *checker) isFact(word string) bool {
	head, _, _ := strings.Cut(word, ".")
	return head == "patient" || c.d.fact(head) != nil || c.d.StepByID(head) != nil
}

// labelsOf gives the labels of a fact or an answer.
func (c *checker) labelsOf(dotted string) []string {
	for _, n := range namesOf(c.d) {
		if n.dotted == dotted {
			return n.sensitive
		}
	}
	return nil
}
