package pathways

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

// The complaints of CEL's parser and type checker that authors meet.
var (
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']+)'`)
	overload   = regexp.MustCompile(`^found no matching overload for '([^']+)' applied to '([^']*)'`)
	mismatch   = regexp.MustCompile(`^expected type '([^']+)' but found '([^']+)'`)
	syntax     = regexp.MustCompile(`^Syntax error: (.*)`)
	dotted     = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*`)
)

// translate puts CEL's first complaint about the text into words that its author understands.
func (l *language) translate(text string, issues *cel.Issues) *fault {
	errs := issues.Errors()
	if len(errs) == 0 {
		return &fault{message: "the expression cannot be read"}
	}
	first := errs[0]
	line, column := max(first.Location.Line()-1, 0), max(first.Location.Column(), 0)
	word, column := wordAt(text, line, column)
	f := l.reword(first.Message, word)
	if lines := strings.Split(text, "\n"); line < len(lines) && strings.HasSuffix(string([]rune(lines[line])[:min(column, len([]rune(lines[line])))]), "not ") {
		f = syntaxFault("extraneous input 'not'")
		column -= len("not ")
	}
	f.line, f.column = line, column
	return f
}

// wordAt gives the dotted name that stands at the place in the text, and where it begins: CEL
// points at the dot of "contact.outcom".
func wordAt(text string, line, column int) (word string, begins int) {
	lines := strings.Split(text, "\n")
	if line >= len(lines) {
		return "", column
	}
	runes := []rune(lines[line])
	if column >= len(runes) {
		return "", column
	}
	begins = column
	for runes[column] == '.' && begins > 0 && isWord(runes[begins-1]) {
		begins--
	}
	return dotted.FindString(string(runes[begins:])), begins
}

func isWord(r rune) bool {
	return r == '_' || r == '.' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

func (l *language) reword(message, word string) *fault {
	if m := undeclared.FindStringSubmatch(message); m != nil {
		if !strings.HasPrefix(word, m[1]) {
			word = m[1]
		}
		return l.unknownName(word)
	}
	if m := overload.FindStringSubmatch(message); m != nil {
		return &fault{message: operatorInWords(m[1]) + " cannot be used on " + typesInWords(m[2]), suggestion: overloadInstead(m[1], m[2])}
	}
	if m := mismatch.FindStringSubmatch(message); m != nil {
		return &fault{message: celNameInWords(m[1]) + " is expected here, not " + celNameInWords(m[2]), suggestion: "compare it with something, like == or >="}
	}
	if m := syntax.FindStringSubmatch(message); m != nil {
		return syntaxFault(m[1])
	}
	if word, ok := strings.CutPrefix(message, "reserved identifier: "); ok {
		return &fault{message: fmt.Sprintf("%q has a meaning of its own and no place here", word), suggestion: "write the condition alone, or a ? b : c for one of two values"}
	}
	if strings.Contains(message, "size exceeds limit") || strings.Contains(message, "recursion") {
		return &fault{message: "the expression is too long or too deeply nested", suggestion: "split it into facts"}
	}
	return &fault{message: "the expression cannot be used: " + firstLine(message)}
}

// unknownName says that nothing has the name, and what may have been meant.
func (l *language) unknownName(word string) *fault {
	known := make([]string, len(l.names))
	for i, n := range l.names {
		known[i] = n.dotted
	}
	f := &fault{message: fmt.Sprintf("nothing is called %q here", word), unknown: word}
	if m := askedSets.FindStringSubmatch(word); m != nil {
		return l.unknownSet(m[1])
	}
	if instead := wordInstead(word); instead != "" {
		f.suggestion = instead
		return f
	}
	if slices.ContainsFunc(l.names, func(n name) bool { return slices.Contains(n.values, word) }) {
		f.suggestion = fmt.Sprintf("put it in quotes: %q", word)
		return f
	}
	if near := nearest(word, known); near != "" {
		f.suggestion = fmt.Sprintf("did you mean %q?", near)
		return f
	}
	f.suggestion = "declare it under facts, or ask it in the step's form; a text stands in quotes"
	if of, _, isField := strings.Cut(word, "."); isField {
		if known := fieldsOf(of, known); known != "" {
			f.suggestion = of + " has " + known
		}
	}
	return f
}

// unknownSet says that a set of diagnoses is not there.
func (l *language) unknownSet(set string) *fault {
	var known []string
	for _, n := range l.names {
		if name, ok := strings.CutPrefix(n.dotted, "event."+anyDiagnosis); ok && !slices.Contains(known, name) {
			known = append(known, name)
		}
	}
	f := &fault{message: fmt.Sprintf("there is no value set %q", set), unknown: set, suggestion: "declare it under value_sets, or name under uses the part that holds it"}
	if near := nearest(set, known); near != "" {
		f.suggestion = fmt.Sprintf("did you mean %q?", near)
	}
	return f
}

// fieldsOf lists what may be asked of a step, the patient, or another thing.
func fieldsOf(of string, known []string) string {
	var fields []string
	for _, k := range known {
		if rest, ok := strings.CutPrefix(k, of+"."); ok {
			fields = append(fields, rest)
		}
	}
	return strings.Join(fields, ", ")
}

var operatorSigns = map[string]string{
	"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=",
	"_&&_": "&&", "_||_": "||", "!_": "!", "-_": "-", "_+_": "+", "_-_": "-", "_*_": "*",
	"_/_": "/", "_%_": "%", "@in": "in", "_?_:_": "? :", "_[_]": "[ ]",
}

func operatorInWords(function string) string {
	if op, ok := operatorSigns[function]; ok {
		return op
	}
	return function + "()"
}

// typesInWords puts "(string, int)" into words.
func typesInWords(signature string) string {
	signature = strings.Trim(signature, "()")
	parts := strings.Split(signature, ", ")
	for i, p := range parts {
		parts[i] = celNameInWords(p)
	}
	return strings.Join(parts, " and ")
}

func celTypeInWords(t *cel.Type) string { return celNameInWords(cel.FormatCELType(t)) }

func celNameInWords(name string) string {
	switch name {
	case "bool":
		return "yes or no"
	case "int", "uint":
		return "a whole number"
	case "double":
		return "a number"
	case "string":
		return "a text"
	case "timestamp", "google.protobuf.Timestamp":
		return "a date and time"
	case "duration", "google.protobuf.Duration":
		return "a length of time"
	case "dyn", "any":
		return "a value of no one type"
	}
	if strings.HasPrefix(name, "list(") {
		return "a list"
	}
	return name
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
