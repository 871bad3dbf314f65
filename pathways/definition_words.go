package pathways

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// FormWords are a form's own words in another language (FHIR's translation extension).
type FormWords struct {
	Language string `yaml:"-" json:"language"`
	Title    string `yaml:"title,omitempty" json:"title,omitempty"`
	Intro    string `yaml:"intro,omitempty" json:"intro,omitempty"`
	Thanks   string `yaml:"thanks,omitempty" json:"thanks,omitempty"`
}

// FieldWords are a question's words in another language.
type FieldWords struct {
	Language string   `yaml:"-" json:"language"`
	Ask      string   `yaml:"ask" json:"ask"`
	Help     string   `yaml:"help,omitempty" json:"help,omitempty"`
	Unit     string   `yaml:"unit,omitempty" json:"unit,omitempty"`
	Labels   []string `yaml:"labels,omitempty" json:"labels,omitempty"` // one for each of the question's values
}

// Saying is a sentence in one language.
type Saying struct {
	Language string `yaml:"-" json:"language"`
	Text     string `yaml:"-" json:"text" whole:"yes"`
}

// EmergencyIn gives what the pathway says about an emergency in the language, "es" for "es-MX"; empty
// where it leaves that to the organization.
func (d *Definition) EmergencyIn(language string) string {
	i := inLanguage(d.Emergency, language, func(s Saying) string { return s.Language })
	if i < 0 {
		return ""
	}
	return d.Emergency[i].Text
}

// FirstLanguage is the language that forms are written in.
func (d *Definition) FirstLanguage() string { return d.languages()[0] }

// SpeaksForm tells whether every question of the form can be asked in the language, "es" for "es-MX".
func (d *Definition) SpeaksForm(f *Form, language string) bool {
	return sameLanguage(d.FirstLanguage(), language) ||
		!slices.ContainsFunc(f.Fields, func(q Field) bool { return !q.speaks(language) })
}

func (f Field) speaks(language string) bool { return f.wordsIn(language) >= 0 }

func (f Field) wordsIn(language string) int {
	return inLanguage(f.Translations, language, func(w FieldWords) string { return w.Language })
}

// In gives the form's own words in the language, and in the pathway's first where there are none.
func (f *Form) In(language string) FormWords {
	own := FormWords{Title: f.Title, Intro: f.Intro, Thanks: f.Thanks}
	if i := inLanguage(f.Translations, language, func(w FormWords) string { return w.Language }); i >= 0 {
		return f.Translations[i]
	}
	return own
}

// In gives the question's words in the language, and in the pathway's first where there are none.
// There is a label for each of the question's values.
func (f Field) In(language string) FieldWords {
	words := FieldWords{Ask: f.Ask, Help: f.Help, Unit: f.Unit, Labels: f.Labels}
	if i := f.wordsIn(language); i >= 0 {
		words = f.Translations[i]
		if words.Unit == "" {
			words.Unit = f.Unit
		}
	}
	if len(words.Labels) != len(f.Values) {
		words.Labels = make([]string, len(f.Values))
		for i, v := range f.Values {
			words.Labels[i] = upperFirst(Plain(v))
		}
	}
	return words
}

// inLanguage finds the item in the language itself, else in one of the same kind: "es" for "es-MX".
func inLanguage[T any](items []T, language string, of func(T) string) int {
	if i := slices.IndexFunc(items, func(x T) bool { return of(x) == language }); i >= 0 {
		return i
	}
	return slices.IndexFunc(items, func(x T) bool { return sameLanguage(of(x), language) })
}

func sameLanguage(a, b string) bool {
	a, _, _ = strings.Cut(a, "-")
	b, _, _ = strings.Cut(b, "-")
	return strings.EqualFold(a, b)
}

func upperFirst(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}

// Brings gives the questionnaire that a message of the step brings the patient: its own, or the one
// that a message step names; empty where there is none, and for no step at all.
func (s *Step) Brings() string {
	switch {
	case s == nil:
		return ""
	case s.Questionnaire != nil && s.Questionnaire.AsksPatient():
		return s.ID
	case s.Message != nil && s.Message.To == "patient":
		return s.Message.Questions
	}
	return ""
}
