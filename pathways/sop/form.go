package sop

import (
	"slices"
	"strings"

	"throughline/pathways"
)

// form is what is asked at a step, in the pathway's first language, and word by word in the others.
type form struct {
	Title, Intro, Thanks string
	Questions            []question
	Readings             []reading
}

type question struct {
	Ask, Help, Answer, For, Only string
	Required                     bool
}

// reading is a form as it is read in another language.
type reading struct {
	Language, Tag, Direction string
	Title, Intro, Thanks     string
	Questions                []question
}

func formOf(d *pathways.Definition, s *pathways.Step) *form {
	f := d.FormByName(s.FormName())
	if f == nil {
		return nil
	}
	out := &form{Title: f.Title, Intro: oneLine(f.Intro), Thanks: oneLine(f.Thanks), Readings: readingsOf(d, f)}
	if out.Title == "" {
		out.Title = upperFirst(pathways.Plain(f.Name))
	}
	for _, q := range f.Fields {
		asked := question{Ask: oneLine(q.Ask), Help: oneLine(q.Help), Answer: answerInWords(q), Required: q.Required}
		if len(q.Sensitive) > 0 {
			asked.Answer += " (sensitive: " + sensitive(q.Sensitive) + ")"
		}
		if limits(q.For, s.Outcomes) {
			asked.For = strings.Join(plainAll(q.For), ", ")
		}
		if q.When != "" {
			asked.Only = d.ExpressionInWords(q.When)
		}
		out.Questions = append(out.Questions, asked)
	}
	return out
}

// answerInWords says what may be answered: the answers as they are read, or the kind of answer with its
// unit and its limits.
func answerInWords(f pathways.Field) string {
	switch f.Type {
	case pathways.TypeCode, pathways.TypeCodes:
		return choicesInWords(f)
	case pathways.TypeInt, pathways.TypeNumber:
		return numberInWords(f)
	}
	if words, known := kindsOfAnswer[f.Type]; known {
		return words
	}
	return pathways.Plain(f.Type)
}

var kindsOfAnswer = map[string]string{
	pathways.TypeBool: "yes / no", pathways.TypeString: "in words", pathways.TypeDate: "a date", pathways.TypeDateTime: "a date and time",
}

func choicesInWords(f pathways.Field) string {
	choices := strings.Join(plainAll(f.Values), " / ")
	if len(f.Labels) == len(f.Values) {
		choices = strings.Join(f.Labels, " / ")
	}
	if f.Type == pathways.TypeCode {
		return choices
	}
	if len(f.Exclusive) > 0 {
		return "any of: " + choices + "; " + f.ExclusiveInWords() + " alone"
	}
	return "any of: " + choices
}

func numberInWords(f pathways.Field) string {
	words := "a number"
	if f.Type == pathways.TypeInt {
		words = "a whole number"
	}
	switch limits := f.LimitsInWords(); {
	case limits != "":
		return words + ", " + limits
	case f.Unit != "":
		return words + " (" + f.Unit + ")"
	}
	return words
}

// readingsOf gives the form in each further language in which every question of it is written.
func readingsOf(d *pathways.Definition, f *pathways.Form) []reading {
	if len(f.Fields) == 0 {
		return nil
	}
	var all []reading
	for _, w := range f.Fields[0].Translations {
		language := w.Language
		if !d.SpeaksForm(f, language) {
			continue
		}
		own := f.In(language)
		r := reading{
			Language: pathways.LanguageInWords(language), Tag: language, Direction: direction(language),
			Title: own.Title, Intro: oneLine(own.Intro), Thanks: oneLine(own.Thanks),
		}
		for _, q := range f.Fields {
			r.Questions = append(r.Questions, read(q.In(language), q))
		}
		all = append(all, r)
	}
	return all
}

// read is a question as it is read in a language. What is answered with yes and no, or in one's own
// words, has no words of the pathway.
func read(words pathways.FieldWords, f pathways.Field) question {
	out := question{Ask: oneLine(words.Ask), Help: oneLine(words.Help), Answer: words.Unit}
	if len(f.Values) > 0 {
		out.Answer = strings.Join(words.Labels, " / ")
	}
	return out
}

// limits tells whether a question is asked for some of the step's outcomes only.
func limits(only, outcomes []string) bool {
	if len(only) == 0 {
		return false
	}
	return slices.ContainsFunc(outcomes, func(o string) bool { return !slices.Contains(only, o) })
}
