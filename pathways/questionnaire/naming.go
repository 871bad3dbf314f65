package questionnaire

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"throughline/pathways"
)

// longest is how long an id or a value made from a sentence gets, in characters.
const longest = 40

// camel writes "tcm-contact" as TcmContact.
func camel(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// sentence ends a heading as a sentence does, so that another can stand behind it.
func sentence(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".:!?") {
		return text
	}
	return text + "."
}

// wordsOf are the words of a text in small letters a to z and digits, accents left off.
func wordsOf(text string) []string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '\'' || r == '’' || unicode.Is(unicode.Mn, r): // don't, café
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Fields(b.String())
}

// idOf makes an id out of a text: its words, as many as are short enough.
func idOf(text string) string {
	id := ""
	for _, word := range wordsOf(text) {
		next := word
		if id != "" {
			next = id + "_" + word
		}
		if len(next) > longest {
			break
		}
		id = next
	}
	if id == "" {
		for _, word := range wordsOf(text) {
			return word[:min(len(word), longest)]
		}
	}
	return id
}

// ids gives out ids that are not taken.
type ids map[string]bool

// free is the first of the proposals that a question may have; the last of them is numbered until it
// may.
func (taken ids) free(proposals ...string) string {
	last := "question"
	for _, p := range proposals {
		if pathways.IsAnswer(p) && !taken[p] {
			taken[p] = true
			return p
		}
		if p != "" && pathways.IsAnswer("q_"+p) {
			last = p
		}
	}
	if !pathways.IsAnswer(last) {
		last = "q_" + last
	}
	id := last
	for n := 2; taken[id]; n++ {
		id = last + "_" + strconv.Itoa(n)
	}
	taken[id] = true
	return id
}

// valuesOf makes words for conditions out of what the answers are called, each another.
func valuesOf(displays []string) []string {
	taken := map[string]bool{}
	values := make([]string, len(displays))
	for i, display := range displays {
		word := idOf(display)
		if word == "" {
			word = "answer_" + strconv.Itoa(i+1)
		}
		value := word
		for n := 2; taken[value]; n++ {
			value = word + "_" + strconv.Itoa(n)
		}
		taken[value] = true
		values[i] = value
	}
	return values
}
