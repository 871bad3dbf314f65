package pathways

import (
	"slices"
	"strings"
)

// nameInstead says how a name is written, with this one as the example.
func nameInstead(name string) string {
	const rule = "use lower-case letters, digits and underscores, and begin with a letter"
	if slices.Contains(celWords, name) {
		return "the word has a meaning of its own in expressions: choose another"
	}
	if asName(name) == "" {
		return rule
	}
	return rule + ", like " + asName(name)
}

// asName writes a text as a name; empty where nothing is left of it.
func asName(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(text)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	name := strings.TrimRight(b.String(), "_")
	if !identifier.MatchString(name) {
		return ""
	}
	return name
}

// listInstead says how several words in one text become a list of them.
func listInstead(text, key string, known []string, otherwise ...string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	words = slices.DeleteFunc(words, func(w string) bool { return w == "and" || w == "or" })
	if len(words) > 1 && !slices.ContainsFunc(words, func(w string) bool { return known != nil && !slices.Contains(known, w) }) {
		return "write " + key + ": [" + strings.Join(words, ", ") + "]"
	}
	if len(otherwise) > 0 {
		return otherwise[0]
	}
	return suggest(text, known)
}

// otherTypes are what types are called elsewhere.
var otherTypes = map[string]string{
	"text": TypeString, "str": TypeString, "boolean": TypeBool, "yesno": TypeBool, "yes/no": TypeBool, "integer": TypeInt,
	"decimal": TypeNumber, "float": TypeNumber, "quantity": TypeNumber, "choice": TypeCode, "enum": TypeCode, "list": TypeCode,
	"time": TypeDateTime, "timestamp": TypeDateTime, "instant": TypeDateTime, "day": TypeDate,
}

func typeInstead(typ string) string {
	if ours := otherTypes[strings.ToLower(typ)]; ours != "" {
		return "write type: " + ours
	}
	return suggest(typ, valueTypes)
}
