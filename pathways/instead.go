package pathways

import (
	"maps"
	"regexp"
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

var digits = regexp.MustCompile(`\d+`)

// wholeNumberIn gives the first whole number in a text, as an example of one.
func wholeNumberIn(text string) string {
	if n := digits.FindString(text); n != "" && len(n) < 6 {
		return strings.TrimLeft(n[:len(n)-1], "0") + n[len(n)-1:]
	}
	return "2"
}

// eventInstead says which event may have been meant: discharge means encounter.discharged.
func eventInstead(kind string, known []string) string {
	if nearest(kind, known) != "" {
		return suggest(kind, known)
	}
	word := strings.ToLower(strings.TrimSpace(kind))
	for _, k := range known {
		if _, what, has := strings.Cut(k, "."); has && len(word) > 3 && strings.HasPrefix(what, word) {
			return suggest(k, known)
		}
	}
	return suggest(kind, known)
}

// tagInstead says how a language is written.
func tagInstead(language string) string {
	if lower := strings.ToLower(language); languageTag.MatchString(lower) && LanguageInWords(lower) != lower {
		return "write " + lower
	}
	for _, tag := range slices.Sorted(maps.Keys(languagesInWords)) {
		if strings.EqualFold(LanguageInWords(tag), strings.TrimSpace(language)) {
			return "write " + tag
		}
	}
	return "write a tag like en, es or pt-BR"
}

// otherKeys are what keys are called elsewhere.
var otherKeys = map[string][]string{
	"name": {"title", "id"}, "description": {"summary", "instructions"}, "key": {"pathway", "id"}, "role": {"owner"},
	"assigned_to": {"owner"}, "assignee": {"owner"}, "responsible": {"owner"}, "deadline": {"clock", "due"}, "due_in": {"due"},
	"timer": {"clock"}, "notify": {"warn"}, "alert": {"warn", "escalate"}, "reminder": {"remind"}, "if": {"when"}, "condition": {"when"},
	"then": {"steps"}, "question": {"ask"}, "label": {"ask"}, "text": {"ask"}, "options": {"values"}, "choices": {"values"},
	"answers": {"values"}, "mandatory": {"required"}, "depends_on": {"after"}, "requires": {"after"}, "follows": {"after"},
	"start": {"launch"}, "trigger": {"on", "launch"}, "tasks": {"steps"}, "end": {"ends"}, "languages": {"translations"},
	"body": {"text"}, "message": {"text"}, "frequency": {"every"}, "interval": {"every"}, "count": {"times"}, "reason": {"because"},
}

// keyInstead says which key may have been meant.
func keyInstead(key string, keys []string) string {
	if nearest(key, keys) != "" {
		return suggest(key, keys)
	}
	for _, k := range otherKeys[strings.ToLower(key)] {
		if slices.Contains(keys, k) {
			return "did you mean \"" + k + "\"?"
		}
	}
	return suggest(key, keys)
}

// outcomeInstead says how an outcome is written, or several that stand in one text.
func outcomeInstead(text string) string {
	if severalOutcomes.MatchString(text) {
		return listInstead(text, "outcomes", nil, nameInstead(text))
	}
	return nameInstead(text)
}

var severalOutcomes = regexp.MustCompile(`^\w+(\s*[,;/]\s*\w+|\s+(or|and)\s+\w+)+$`)
