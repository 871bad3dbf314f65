package pathways

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// yamlProblem puts the parser's complaint into words that its author understands, at the place
// where the slip is rather than where it was noticed.
func yamlProblem(src []byte, err error) *Problem {
	p := &Problem{Line: 1, Column: 1, Message: "the file cannot be read as YAML", Severity: SeverityError}
	var fault *yaml.SyntaxError
	if !errors.As(err, &fault) {
		return p
	}
	if fault.Token != nil && fault.Token.Position != nil {
		p.Line, p.Column = max(fault.Token.Position.Line, 1), max(fault.Token.Position.Column, 1)
	}
	s := &slip{lines: strings.Split(string(src), "\n"), p: p, said: firstLine(fault.Message)}
	for _, explain := range []func(*slip) bool{(*slip).tab, (*slip).slashes, (*slip).sign, (*slip).openQuote, (*slip).twice, (*slip).dash, (*slip).noColon, (*slip).bracket, (*slip).colon, (*slip).indent} {
		if explain(s) {
			return p
		}
	}
	p.Message += ": " + s.said
	p.Suggestion = "look at this line and the one above: a text with a sign in it stands in quotes, and what belongs together begins in one column"
	return p
}

// slip is a complaint of the parser with the lines that it is about.
type slip struct {
	lines []string
	p     *Problem
	said  string
}

func (s *slip) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

// written gives the line of the complaint without what indents it.
func (s *slip) written() string { return strings.TrimSpace(s.line(s.p.Line)) }

func (s *slip) say(message, suggestion string) bool {
	s.p.Message, s.p.Suggestion = message, suggestion
	return true
}

func (s *slip) at(line, column int) { s.p.Line, s.p.Column = line, column }

func (s *slip) tab() bool {
	if !strings.Contains(s.said, "\t") && !strings.Contains(s.said, "tab character") {
		return false
	}
	return s.say("a tab stands where only spaces may", "indent with spaces")
}

// slashes finds a comment as other languages have it.
func (s *slip) slashes() bool {
	if !strings.HasPrefix(s.written(), "//") {
		return false
	}
	s.at(s.p.Line, indentOf(s.line(s.p.Line))+1)
	return s.say("a comment begins with another sign here", "write # instead of //")
}

var signed = regexp.MustCompile("^(\\s*(?:- )?[a-z_]+: )([@`%*&!|>?{}\\[\\],#])")

// sign finds a text that begins with a sign which means something to YAML.
func (s *slip) sign() bool {
	reserved := strings.Contains(s.said, "reserved character") || strings.Contains(s.said, "directive")
	m := signed.FindStringSubmatch(s.line(s.p.Line))
	if m == nil || !reserved && m[2] != "*" && m[2] != "&" {
		return false
	}
	s.at(s.p.Line, len([]rune(m[1]))+1)
	return s.say("a text cannot begin with "+m[2], "put the text in quotes")
}

var quoteOpened = regexp.MustCompile(`^(\s*(?:- )?[a-z_]+: )"`)

// openQuote finds the quote that is never closed: the parser notices it at the next one.
func (s *slip) openQuote() bool {
	for i := range min(s.p.Line, len(s.lines)) {
		m := quoteOpened.FindStringSubmatch(s.lines[i])
		if m == nil || strings.Count(strings.ReplaceAll(s.lines[i], `\"`, ""), `"`)%2 == 0 {
			continue
		}
		s.at(i+1, len([]rune(m[1]))+1)
		return s.say("a quote is opened and not closed", `end the text with "`)
	}
	if strings.Contains(s.said, "end character of") {
		return s.say("a quote is opened and not closed", "end the text with the quote that it begins with")
	}
	return false
}

var definedBefore = regexp.MustCompile(`mapping key "([^"]+)" already defined at \[(\d+):\d+\]`)

func (s *slip) twice() bool {
	m := definedBefore.FindStringSubmatch(s.said)
	if m == nil {
		return false
	}
	if m[1] == "pathway" && m[2] == "1" {
		return s.say("the pathway begins here a second time: it may have been pasted twice", "delete from this line on, or put the second pathway into a file of its own")
	}
	suggestion := "keep one of them"
	if m[1] == "id" {
		suggestion = "begin every item of the list with a hyphen: - id:"
	}
	return s.say("the key "+m[1]+" is there already, in line "+m[2], suggestion)
}

var (
	notADash = regexp.MustCompile(`^[•–—·*] ?`)
	tightly  = regexp.MustCompile(`^-[^\s-]`)
)

func (s *slip) dash() bool {
	switch {
	case notADash.MatchString(s.written()):
		return s.say("an item of a list begins with a sign that is no hyphen", "write - and a space instead")
	case tightly.MatchString(s.written()):
		return s.say("the space after the hyphen is missing", "write - and a space")
	}
	return false
}

var (
	tightColon = regexp.MustCompile(`^([a-z_]+):(\S.*)$`)
	equalsSign = regexp.MustCompile(`^([a-z_]+)\s*=\s*(.*)$`)
)

// noColon finds a line that should be a key with a value.
func (s *slip) noColon() bool {
	if !strings.Contains(s.said, "non-map value") {
		return false
	}
	if m := tightColon.FindStringSubmatch(s.written()); m != nil {
		return s.say("the space after the colon is missing", "write "+m[1]+": "+m[2])
	}
	if m := equalsSign.FindStringSubmatch(s.written()); m != nil {
		return s.say("a key and its value are parted by a colon", "write "+m[1]+": "+m[2])
	}
	if strings.HasPrefix(s.written(), "- ") {
		return s.say("a list begins here, and the line above it is not what it belongs to", "write the list's key in a line of its own above it, like steps:")
	}
	return s.say("this line is no key with a value", "write key: value, or indent it below the text that it continues")
}

func (s *slip) bracket() bool {
	line := s.line(s.p.Line)
	opened, closed := strings.Count(line, "{")+strings.Count(line, "["), strings.Count(line, "}")+strings.Count(line, "]")
	switch {
	case strings.Contains(s.said, "must be specified") && s.openInBraces():
		return s.say("a quote is opened and not closed", `end the text with "`)
	case strings.Contains(s.said, "must be specified") && s.listInBraces():
		return true
	case strings.Contains(s.said, "must be specified") && strings.Contains(line, "'"):
		return s.say("a text in single quotes holds an apostrophe", "put the text in double quotes")
	case strings.Contains(s.said, "must be specified"):
		s.toOpened()
		return s.say("a { or [ is not closed, or a comma is missing", "close it on its own line, and put a comma between two keys; a text that holds a sign stands in quotes")
	case closed > opened:
		return s.say("a bracket is closed that was not opened", "take it away")
	}
	return false
}

// openInBraces finds a line with braces in which a quote is opened and not closed.
func (s *slip) openInBraces() bool {
	line := strings.ReplaceAll(s.line(s.p.Line), `\"`, "")
	if !strings.Contains(line, "{") || strings.Count(line, `"`)%2 == 0 {
		return false
	}
	s.at(s.p.Line, strings.IndexRune(line, '"')+1)
	if m := lastOpened.FindStringIndex(line); m != nil {
		s.at(s.p.Line, len([]rune(line[:m[0]]))+3)
	}
	return true
}

// lastOpened finds the last value that begins with a quote which nothing ends.
var lastOpened = regexp.MustCompile(`: "[^"]*$`)

// conditionWithList finds a condition with a list of values, between braces and without quotes.
var conditionWithList = regexp.MustCompile(`([{,]\s*[a-z_]+: )([^"'{}\[\],]*\[[^\]]*\][^,}]*)`)

// listInBraces finds such a condition: within braces its brackets are taken for YAML's.
func (s *slip) listInBraces() bool {
	line := s.line(s.p.Line)
	for _, m := range conditionWithList.FindAllStringSubmatchIndex(line, -1) {
		value := strings.TrimSpace(line[m[4]:m[5]])
		if strings.HasPrefix(value, "[") || !strings.Contains(value, " ") {
			continue
		}
		key := strings.TrimSpace(strings.TrimLeft(line[m[2]:m[3]], "{, "))
		s.at(s.p.Line, len([]rune(line[:m[4]]))+1)
		return s.say("within { } a condition that holds [ ] must stand in quotes", "write "+key+" '"+value+"'")
	}
	return false
}

// toOpened goes back to the bracket that was not closed.
func (s *slip) toOpened() {
	for n := s.p.Line; n >= 1; n-- {
		open, depth := 0, 0
		for i, r := range []rune(s.line(n)) {
			switch r {
			case '{', '[':
				if depth == 0 {
					open = i + 1
				}
				depth++
			case '}', ']':
				depth--
			}
		}
		if depth > 0 {
			s.at(n, open)
			return
		}
	}
}

var holdsColon = regexp.MustCompile(`^(\s*(?:- )?[a-z_]+: )([^"'{\[|>].*:(?:\s.*|$))`)

// colon finds a text that holds a colon, and a line indented below a text.
func (s *slip) colon() bool {
	if !strings.Contains(s.said, "mapping value is not allowed") {
		return false
	}
	if m := holdsColon.FindStringSubmatch(s.line(s.p.Line)); m != nil {
		s.at(s.p.Line, len([]rune(m[1]))+1)
		return s.say("a text that holds a colon must stand in quotes", `write `+strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(m[1]), "- "))+` "`+strings.TrimSpace(m[2])+`"`)
	}
	here := indentOf(s.line(s.p.Line))
	for n := s.p.Line + 1; n <= len(s.lines); n++ {
		if strings.TrimSpace(s.line(n)) == "" {
			continue
		}
		if indentOf(s.line(n)) > here {
			s.at(n, indentOf(s.line(n))+1)
			return s.misaligned()
		}
		break
	}
	return s.misaligned()
}

func (s *slip) indent() bool {
	if !strings.Contains(s.said, "not allowed in this context") && !strings.Contains(s.said, "unexpected key name") {
		return false
	}
	return s.misaligned()
}

// misaligned says with how many spaces the line should begin: those of the nearest of the lines above
// that it may belong to.
func (s *slip) misaligned() bool {
	const what, instead = "this line does not begin where the lines that it belongs to begin", "give it as many spaces before it as the other keys of the same thing have"
	if strings.HasPrefix(s.written(), "//") {
		return s.slashes()
	}
	here := indentOf(s.line(s.p.Line))
	if should := s.shouldBegin(here); should >= 0 && !strings.HasPrefix(s.written(), "-") {
		s.at(s.p.Line, here+1)
		return s.say(fmt.Sprintf("%s: it has %s before it", what, spaces(here)), "begin it with "+spaces(should)+", as the lines around it")
	}
	return s.say(what, instead)
}

// shouldBegin gives the column nearest to this one in which a line above begins that this one may
// go on from; -1 where there is none.
func (s *slip) shouldBegin(here int) int {
	best, within := -1, 1000
	for n := s.p.Line - 1; n >= 1 && within > 0; n-- {
		text := strings.TrimSpace(s.line(n))
		at := indentOf(s.line(n))
		if text == "" || text[0] == '#' || at >= within {
			continue
		}
		within = at
		if best < 0 || abs(at-here) <= abs(best-here) {
			best = at
		}
	}
	if best == here {
		return -1
	}
	return best
}

func abs(n int) int { return max(n, -n) }

func spaces(n int) string {
	switch n {
	case 0:
		return "no spaces"
	case 1:
		return "1 space"
	}
	return fmt.Sprintf("%d spaces", n)
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " -")) }
