package pathways

import (
	"fmt"
	"slices"
	"strings"
)

// emergency checks what is said about an emergency: it must be there for everybody who is asked.
func (c *checker) emergency() {
	if len(c.d.Emergency) == 0 {
		return
	}
	spoken := map[string]bool{}
	for _, s := range c.d.Emergency {
		c.languageOf("emergency."+s.Language, 0, s.Language)
		if strings.TrimSpace(s.Text) == "" {
			c.wrong("emergency."+s.Language, 0, "nothing is said about an emergency", "write the sentence, or leave it out: then the organization's is said")
		}
		spoken[s.Language] = true
	}
	for _, l := range c.d.languages() {
		if !spoken[l] && languageTag.MatchString(l) {
			c.wrong("emergency", 0, fmt.Sprintf("what is said about an emergency is missing in %s", l), fmt.Sprintf("add %s: and the sentence", l))
		}
	}
}

func (c *checker) languageOf(path string, line int, language string) {
	if !languageTag.MatchString(language) {
		c.wrong(path, line, fmt.Sprintf("%q is no language", language), tagInstead(language))
	}
}

// wordsOf checks what a patient reads of a question, in each language.
func (c *checker) wordsOf(path string, f Field) {
	c.labelled(path, f, f.Labels)
	if f.Unit != "" && f.Type != TypeInt && f.Type != TypeNumber {
		c.wrong(path+".unit", f.Line, "only a number has a unit", "leave it out, or make the answer a number")
	}
	for _, w := range f.Translations {
		at := path + ".translations." + w.Language
		c.languageOf(at, f.Line, w.Language)
		if w.Ask == "" {
			c.wrong(at, f.Line, fmt.Sprintf("the question has no words in %s", w.Language), "write ask: and the question")
		}
		c.labelled(at, f, w.Labels)
		if len(w.Labels) == 0 && len(f.Values) > 0 {
			c.wrong(at, f.Line, fmt.Sprintf("the answers have no words in %s", w.Language), fmt.Sprintf("write labels: and %d answers, in the order of values", len(f.Values)))
		}
	}
}

func (c *checker) labelled(path string, f Field, labels []string) {
	switch {
	case len(labels) == 0:
	case f.Type != TypeCode && f.Type != TypeCodes:
		c.wrong(path+".labels", f.Line, "only a code has labels for its values", "write type: code, or leave the labels out")
	case len(labels) != len(f.Values):
		c.wrong(path+".labels", f.Line, fmt.Sprintf("there are %d values and %d labels for them", len(f.Values), len(labels)), "write one label for each value, in the order of values")
	}
}

func (c *checker) formWords(path string, form *Form) {
	for _, w := range form.Translations {
		c.languageOf(path+".translations."+w.Language, form.Line, w.Language)
	}
}

// atHome are the classes that nobody is asked about by a link: whom the answer is about may hold the
// same telephone.
var atHome = []string{"ipv", "elder_abuse"}

// askedOfPatient checks a form that a patient fills in alone, by the link in a message.
func (c *checker) askedOfPatient(s *Step, form *Form) {
	for _, f := range form.Fields {
		at := fmt.Sprintf("forms.%s.fields.%s", form.Name, f.ID)
		if i := slices.IndexFunc(f.Sensitive, func(l string) bool { return slices.Contains(atHome, l) }); i >= 0 {
			c.wrong(at, f.Line, fmt.Sprintf("a message to the patient cannot ask about %s: somebody else may hold the telephone", sensitivityInWords(f.Sensitive[i:i+1])), "ask it in a task, for somebody who speaks with the patient alone")
		}
	}
	for _, l := range c.d.languages() {
		if !languageTag.MatchString(l) || c.d.SpeaksForm(form, l) {
			continue
		}
		i := slices.IndexFunc(form.Fields, func(f Field) bool { return !f.speaks(l) })
		c.odd(fmt.Sprintf("forms.%s.fields.%s", form.Name, form.Fields[i].ID), form.Fields[i].Line,
			fmt.Sprintf("%s asks the patient, and this question is not written in %s: who reads that is asked in %s", s.ID, LanguageInWords(l), LanguageInWords(c.d.FirstLanguage())),
			fmt.Sprintf("write translations: {%s: {ask: …}} at every question of the form", l))
	}
}

// bringsQuestions checks the questions that a message brings.
func (c *checker) bringsQuestions(path string, s *Step) {
	m := s.Message
	if m.Questions == "" {
		return
	}
	at := path + ".questions"
	asked := c.d.StepByID(m.Questions)
	switch {
	case m.To != "patient":
		c.wrongValue(at, s.Line, "only a patient is brought questions by a message", "leave it out: staff have a task with the form")
	case asked == nil || asked.Questionnaire == nil:
		var known []string
		for i := range c.d.Steps {
			if q := c.d.Steps[i].Questionnaire; q != nil && q.AsksPatient() {
				known = append(known, c.d.Steps[i].ID)
			}
		}
		c.wrongValue(at, s.Line, fmt.Sprintf("there is no questionnaire %q", m.Questions), suggest(m.Questions, known))
	case !asked.Questionnaire.AsksPatient():
		c.wrongValue(at, s.Line, fmt.Sprintf("the questions of %s go to staff", m.Questions), "name a questionnaire with to: patient")
	}
}
