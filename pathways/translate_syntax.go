package pathways

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// unexpected is how the parser says that a word stands where none fits.
var unexpected = regexp.MustCompile(`^(?:mismatched|extraneous) input '([^']*)'|^no viable alternative at input '([^']*)'|^token recognition error at: '(.*)'$|^missing '([^']*)' at`)

const conditionLooksLike = `a condition looks like: complexity == "high" && visit.kept`

// syntaxFault puts a complaint of the parser, which lists every word it would have liked, into
// words that say what to write.
func syntaxFault(message string) *fault {
	m := unexpected.FindStringSubmatch(message)
	if m == nil {
		return &fault{message: "the expression cannot be read: " + firstLine(message), suggestion: conditionLooksLike}
	}
	word, missing := strings.TrimSpace(m[1]+m[2]+m[3]), m[4]
	said, instead := fmt.Sprintf("'%s' was not expected", word), conditionLooksLike
	switch {
	case missing != "" || word == "<EOF>":
		said, instead = "it ends too early", "close every bracket and quote that is open; a ? b needs : c"
		if missing == ")" || missing == "]" {
			said = "a closing " + missing + " is missing"
		}
	case strings.HasPrefix(word, "=>"), strings.HasPrefix(word, "=<"):
		said, instead = word+" is no comparison", "write >= or <="
	case strings.HasPrefix(word, "="):
		said, instead = "to compare, write == rather than =", `like complexity == "high"`
	case strings.HasPrefix(word, "&"):
		said, instead = "for and, write && rather than &", conditionLooksLike
	case strings.HasPrefix(word, "|"):
		said, instead = "for or, write || rather than |", "like contact.ended || visit.kept"
	case strings.ContainsAny(word, "“”„‘’«»"):
		said, instead = "the quotes are not straight", `write " rather than “ and ”`
	case strings.HasPrefix(word, `"`) || strings.HasPrefix(word, "'"):
		said, instead = "a quote is opened and not closed", "end the text with the quote that it begins with"
	case operatorWords[word] != "":
		said, instead = word+" is no word of a condition", "write "+operatorWords[word]+" instead"
	}
	return &fault{message: "the expression cannot be read: " + said, suggestion: instead}
}

// operatorWords are words of other languages, and of English, for operators.
var operatorWords = map[string]string{
	"and": "&&", "AND": "&&", "or": "||", "OR": "||", "not": "!", "NOT": "!", "is": "==", "equals": "==", "then": "?", "else": ":",
}

// wordInstead says what to write for a word that people write and expressions do not know.
func wordInstead(word string) string {
	switch strings.ToLower(word) {
	case "yes", "true":
		return "write true"
	case "no", "false":
		return "write false"
	case "null", "none", "nil", "unknown":
		return "what is not known decides nothing; ask for a value that it may have"
	case "now", "today":
		return "no expression reads the time of day: let a clock or a wait measure it"
	}
	if slices.Contains(eventNames(), word) {
		return "that is an event: write on: " + word
	}
	if op := operatorWords[word]; op != "" {
		return "write " + op + " instead"
	}
	return ""
}

// overloadInstead says how to compare what does not compare.
func overloadInstead(function, types string) string {
	switch {
	case strings.Contains(types, "list(") && strings.Contains(function, "=="):
		return `whether a value is among several is written "value" in list`
	case function == "all" || function == "over":
		return "write " + function + "(required), without quotes"
	case strings.HasPrefix(types, "(bool, int") && strings.Contains(function, "<"):
		return "between two numbers is written a <= b && b <= c"
	case strings.Contains(types, "bool") && strings.Contains(types, "string"):
		return "true and false stand without quotes"
	case strings.Contains(types, "string") && (strings.Contains(types, "int") || strings.Contains(types, "double")):
		return `a number stands without quotes, a day in quotes: "2025-11-26"`
	}
	return "compare values of one type; a text stands in quotes"
}
