package pathways

import (
	"regexp"
	"slices"
	"strings"
)

var (
	identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)
	slug       = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}[a-z0-9]$`)
)

// taken are words that mean something of their own in an expression or a clock.
var taken = []string{"patient", "event", "attempts", required, "all", "over", "start", "enrolled", "due"}

// celWords are reserved by CEL, or name its types and functions.
var celWords = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
	"let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while",
	"bool", "bytes", "double", "duration", "dyn", "int", "list", "map", "string", "timestamp", "type",
	"uint", "size", "has", "matches",
}

// askable tells whether CEL can read the dotted name.
func askable(dottedName string) bool {
	if outer, last, deep := cutLast(dottedName); deep && strings.Contains(outer, ".") {
		return askable(outer) && askable("x."+last)
	}
	first, rest, _ := strings.Cut(dottedName, ".")
	if !identifier.MatchString(first) || rest != "" && !identifier.MatchString(rest) {
		return false
	}
	if slices.Contains(celWords, rest) || slices.Contains(celWords, first) {
		return false
	}
	if rest != "" || first == required {
		return true
	}
	return !slices.Contains(taken, first)
}

// IsKey tells whether a text can be the key of a pathway.
func IsKey(s string) bool { return slug.MatchString(s) }

// cutLast cuts a dotted name before its last part.
func cutLast(dottedName string) (outer, last string, dotted bool) {
	i := strings.LastIndexByte(dottedName, '.')
	if i < 0 {
		return dottedName, "", false
	}
	return dottedName[:i], dottedName[i+1:], true
}

// IsAnswer tells whether a text can be the id of a question, whichever step asks it.
func IsAnswer(id string) bool {
	own := func(f Fact) bool { return f.Name == id }
	return id != "" && askable(answerPrefix+id) && !slices.ContainsFunc(StepFacts, own) && !slices.ContainsFunc(QuestionnaireFacts, own)
}
