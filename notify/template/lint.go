package template

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template/parse"
	"unicode"
	"unicode/utf8"
)

// Problem is one reason why words may not go through a channel.
type Problem struct {
	Part    string // subject, text or link_label
	Line    int    // within the part, from 1
	Field   string // the value at fault, where it is one
	Rule    Rule
	Message string // what is wrong and what to do
}

// String is the problem on one line.
func (p Problem) String() string {
	return fmt.Sprintf("%s, line %d: %s", p.Part, p.Line, p.Message)
}

// Rule names what a Problem breaks.
type Rule string

// The rules.
const (
	RuleSyntax    Rule = "syntax"     // the words can't be read
	RuleUnknown   Rule = "unknown"    // a value that isn't offered
	RuleSubject   Rule = "subject"    // a patient's fact in a subject
	RuleChannel   Rule = "channel"    // a class that the channel may not carry
	RuleEmpty     Rule = "empty"      // nothing is said
	RuleLength    Rule = "length"     // too long for the channel
	RuleLineBreak Rule = "line_break" // more than one line, or control characters
)

// The lengths that words keep, in characters, values not counted.
const (
	maxSubject = 120 // what mail programs show
	maxSMS     = 160 // the healthcare exemption of 47 CFR 64.1200(a)(9)(iv), and one segment
)

// Lint checks the words for a channel that may carry the allowed classes. Whatever is allowed, a subject
// never carries a patient's fact. The problems come in the order of the words; none means that it may go.
func Lint(t Template, channel string, allowed []Class) []Problem {
	l := linter{fields: t.Fields, allowed: allowed}
	for _, p := range t.parts() {
		l.words(p)
	}
	l.lengths(t, channel)
	slices.SortStableFunc(l.found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(rank(a.Part), rank(b.Part)), cmp.Compare(a.Line, b.Line))
	})
	return l.found
}

func rank(part string) int { return slices.Index([]string{"subject", "text", "link_label"}, part) }

type linter struct {
	fields  map[string]Class
	allowed []Class
	found   []Problem
}

func (l *linter) addf(p part, line int, field string, rule Rule, format string, args ...any) {
	l.found = append(l.found, Problem{
		Part: p.name, Line: line, Field: field, Rule: rule, Message: fmt.Sprintf(format, args...),
	})
}

func (l *linter) words(p part) {
	_, err := parseWords(p.text, func(field string, at parse.Pos) { l.field(p, field, lineAt(p.text, at)) })
	if bad, ok := errors.AsType[*syntaxError](err); ok {
		l.addf(p, bad.line, "", RuleSyntax, "%s", bad.Error())
	}
	if p.name != "text" && strings.ContainsFunc(p.text, unicode.IsControl) {
		l.addf(p, 1, "", RuleLineBreak, "this is one line, without control characters")
	}
}

func (l *linter) field(p part, field string, line int) {
	class, offered := l.fields[field]
	switch {
	case !offered:
		l.addf(p, line, field, RuleUnknown, "there is no value %q", field)
	case p.name == "subject" && !slices.Contains(public, class):
		l.addf(p, line, field, RuleSubject, "%q is a fact of class %s; a subject names nothing of a patient: say it in the text, if at all", field, class)
	case !slices.Contains(l.allowed, class):
		l.addf(p, line, field, RuleChannel, "%q is a fact of class %s, which this channel may not carry: leave it out, and let the link show it", field, class)
	}
}

func (l *linter) lengths(t Template, channel string) {
	parts := t.parts()
	subject, text := parts[0], parts[1]
	if strings.TrimSpace(t.Text) == "" {
		l.addf(text, 1, "", RuleEmpty, "there is no text")
	}
	if channel == "sms" {
		if n := literal(t.Text); n > maxSMS {
			l.addf(text, 1, "", RuleLength, "%d characters; an SMS has at most %d", n, maxSMS)
		}
		return
	}
	if strings.TrimSpace(t.Subject) == "" {
		l.addf(subject, 1, "", RuleEmpty, "there is no subject")
	}
	if n := literal(t.Subject); n > maxSubject {
		l.addf(subject, 1, "", RuleLength, "%d characters; a subject has at most %d", n, maxSubject)
	}
}

// literal counts the characters outside braces; of an if and its else both count.
func literal(text string) int {
	n := 0
	for text != "" {
		before, rest, open := strings.Cut(text, "{{")
		n += utf8.RuneCountInString(before)
		if !open {
			break
		}
		_, text, _ = strings.Cut(rest, "}}")
	}
	return n
}
