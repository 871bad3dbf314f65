package questionnaire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/pathways"
)

// All gives every form of the definition as a Questionnaire, with the status (FHIR's draft, active,
// retired). left names what FHIR's words do not carry, a sentence each.
func All(d *pathways.Definition, status string) (all Bundle, left []string) {
	all = Bundle{ResourceType: "Bundle", Type: "collection"}
	for i := range d.Forms {
		q, lost := Of(d, &d.Forms[i], status)
		all.Entry = append(all.Entry, Entry{FullURL: q.URL, Resource: q})
		left = append(left, lost...)
	}
	return all, left
}

// Of gives one form as a Questionnaire; left as with All.
func Of(d *pathways.Definition, f *pathways.Form, status string) (q Questionnaire, left []string) {
	w := &writer{d: d, form: f, url: ofPathway + d.Pathway + ":form:" + f.Name}
	q = Questionnaire{
		ResourceType: "Questionnaire", URL: w.url, Version: strconv.Itoa(d.Version), Name: nameOf(f.Name), Title: f.Title,
		TitleMore: w.formWords(func(x pathways.FormWords) string { return x.Title }),
		Language:  d.FirstLanguage(), Status: status, SubjectType: []string{patientSubject},
	}
	if q.Title == "" {
		q.Title = pathways.Plain(f.Name)
	}
	if f.Code != "" {
		q.Code = []Coding{{System: loinc, Code: f.Code, Display: f.Title}}
	}
	if f.Intro != "" {
		q.Item = append(q.Item, Item{LinkID: "intro", Type: typeDisplay, Text: f.Intro, TextMore: w.formWords(func(x pathways.FormWords) string { return x.Intro })})
	}
	if f.Thanks != "" {
		w.lose("what is said after the answers (thanks)")
	}
	if f.Score != nil {
		w.lose("that the answers are scored by " + f.Score.By)
	}
	for _, field := range f.Fields {
		q.Item = append(q.Item, w.item(field))
	}
	return q, w.left
}

// nameOf is a name as FHIR wants it, for machines: RedFlags.
func nameOf(name string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(pathways.Plain(name)) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// writer makes a form's items, and notes what it cannot say.
type writer struct {
	d    *pathways.Definition
	form *pathways.Form
	url  string
	left []string
}

func (w *writer) lose(what string) {
	w.left = append(w.left, fmt.Sprintf("The form %s: %s.", w.form.Name, what))
}

var types = map[string]string{
	pathways.TypeBool: "boolean", pathways.TypeInt: "integer", pathways.TypeNumber: "decimal", pathways.TypeString: "text",
	pathways.TypeCode: "choice", pathways.TypeCodes: "choice", pathways.TypeDate: "date", pathways.TypeDateTime: "dateTime",
}

func (w *writer) item(f pathways.Field) Item {
	item := Item{
		LinkID: linkOf(f), Text: f.Ask, TextMore: fieldWords(f, func(x pathways.FieldWords) string { return x.Ask }),
		Type: types[f.Type], Required: f.Required && len(f.For) == 0, Repeats: f.Type == pathways.TypeCodes,
		Extension: limits(f), AnswerOption: w.options(f),
	}
	if f.Code != "" {
		item.Code = []Coding{{System: loinc, Code: f.Code}}
	}
	if f.Help != "" {
		item.Item = []Item{{
			LinkID: item.LinkID + "-help", Type: typeDisplay, Text: f.Help, TextMore: fieldWords(f, func(x pathways.FieldWords) string { return x.Help }),
			Extension: []Extension{{URL: itemControl, Concept: &Concept{Coding: []Coding{{System: controlSystem, Code: "help"}}}}},
		}}
	}
	w.enable(&item, f)
	w.unsaid(f)
	return item
}

func linkOf(f pathways.Field) string {
	if f.Link != "" {
		return f.Link
	}
	return f.ID
}

// unsaid notes what of a question is ours alone.
func (w *writer) unsaid(f pathways.Field) {
	if len(f.For) > 0 {
		w.lose(fmt.Sprintf("that %q is asked only where the step ends as %s", f.ID, strings.Join(f.For, ", ")))
	}
	if len(f.Sensitive) > 0 {
		w.lose(fmt.Sprintf("that %q is sensitive (%s)", f.ID, strings.Join(f.Sensitive, ", ")))
	}
	if f.Scored() && f.Type != pathways.TypeCode && f.Type != pathways.TypeCodes {
		w.lose(fmt.Sprintf("what %q counts", f.ID))
	}
}

// limits are the least and the greatest number, and its unit.
func limits(f pathways.Field) []Extension {
	var out []Extension
	for _, limit := range []struct {
		url string
		n   *float64
	}{{minValue, f.Min}, {maxValue, f.Max}} {
		switch {
		case limit.n == nil:
		case f.Type == pathways.TypeInt:
			whole := int64(*limit.n)
			out = append(out, Extension{URL: limit.url, Integer: &whole})
		default:
			out = append(out, Extension{URL: limit.url, Decimal: limit.n})
		}
	}
	if f.Unit != "" {
		out = append(out, Extension{URL: unit, Coding: &Coding{Display: f.Unit}})
	}
	return out
}

func (w *writer) options(f pathways.Field) []Option {
	var out []Option
	for i, v := range f.Values {
		o := Option{Value: w.coding(f, i)}
		if slices.Contains(f.Exclusive, v) {
			yes := true
			o.Extension = append(o.Extension, Extension{URL: exclusive, Boolean: &yes})
		}
		if i < len(f.Points) {
			points := float64(f.Points[i])
			o.Extension = append(o.Extension, Extension{URL: ordinal, Decimal: &points})
		}
		out = append(out, o)
	}
	return out
}

// coding is one of a question's values: by its LOINC code, or by the word of the pathway.
func (w *writer) coding(f pathways.Field, i int) Coding {
	c := Coding{
		System: w.url, Code: f.Values[i], Display: f.In(w.d.FirstLanguage()).Labels[i],
		DisplayMore: fieldWords(f, func(x pathways.FieldWords) string {
			if i < len(x.Labels) {
				return x.Labels[i]
			}
			return ""
		}),
	}
	if i < len(f.Codes) {
		c.System, c.Code = loinc, f.Codes[i]
	}
	return c
}

// enable says after which answers a question is asked.
func (w *writer) enable(item *Item, f pathways.Field) {
	if f.When == "" {
		return
	}
	conditions, anyOne, ok := w.form.EnabledWhen(f)
	if !ok {
		w.lose(fmt.Sprintf("that %q is asked only where %s", f.ID, w.d.ExpressionInWords(f.When)))
		return
	}
	for _, c := range conditions {
		item.EnableWhen = append(item.EnableWhen, EnableWhen{Question: linkOf(*c.Question), Operator: c.Operator, answer: w.answerOf(c)})
	}
	if len(conditions) > 1 {
		item.EnableBehave = enableAll
		if anyOne {
			item.EnableBehave = enableAny
		}
	}
}

func (w *writer) answerOf(c pathways.EnableWhen) answer {
	switch v := c.Value.(type) {
	case bool:
		return answer{Boolean: &v}
	case int64:
		if c.Question.Type == pathways.TypeNumber {
			n := float64(v)
			return answer{Decimal: &n}
		}
		return answer{Integer: &v}
	case float64:
		return answer{Decimal: &v}
	case string:
		if i := slices.Index(c.Question.Values, v); i >= 0 {
			coding := w.coding(*c.Question, i)
			return answer{Coding: &Coding{System: coding.System, Code: coding.Code}}
		}
		if c.Question.Type == pathways.TypeDate {
			return answer{Date: &v}
		}
		return answer{Text: &v}
	}
	return answer{}
}

// formWords and fieldWords give the words in other languages; nil where there are none.
func (w *writer) formWords(of func(pathways.FormWords) string) *translated {
	return translations(w.form.Translations, func(x pathways.FormWords) (string, string) { return x.Language, of(x) })
}

func fieldWords(f pathways.Field, of func(pathways.FieldWords) string) *translated {
	return translations(f.Translations, func(x pathways.FieldWords) (string, string) { return x.Language, of(x) })
}

func translations[T any](all []T, of func(T) (language, text string)) *translated {
	var out []Extension
	for _, x := range all {
		if language, text := of(x); text != "" {
			out = append(out, Extension{URL: translation, Extension: []Extension{{URL: "lang", Code: language}, {URL: "content", Text: text}}})
		}
	}
	if out == nil {
		return nil
	}
	return &translated{Extension: out}
}
