package questionnaire

import (
	"encoding/json"
	"slices"
	"strconv"

	"throughline/care"
	"throughline/pathways"
)

// Version is a form in the version of the pathway that asks it.
type Version struct {
	Definition *pathways.Definition
	Form       string // its name
	Status     string // draft, in_review, approved, published or retired; empty where it is not known
	Publisher  string // who answers for it; optional
}

// statuses are the publication statuses of FHIR.
var statuses = map[string]string{"published": "active", "retired": "retired"}

// All writes every form of a pathway; the version names none.
func All(v Version) (Bundle, error) {
	all := Bundle{ResourceType: "Bundle", Type: "collection"}
	for i := range v.Definition.Forms {
		v.Form = v.Definition.Forms[i].Name
		res, err := Of(v)
		if err != nil {
			return Bundle{}, err
		}
		all.Entry = append(all.Entry, Entry{FullURL: res.URL, Resource: res})
	}
	return all, nil
}

// Of writes a form as a Questionnaire. The error names a form that the pathway does not have.
func Of(v Version) (Resource, error) {
	form := v.Definition.FormByName(v.Form)
	if form == nil {
		return Resource{}, care.Errorf(care.NotFound, "the pathway %s has no form %q", v.Definition.Pathway, v.Form).At("form")
	}
	w := writer{definition: v.Definition, form: form, language: v.Definition.FirstLanguage(), url: canonical(v.Definition.Pathway, form.Name)}
	r := Resource{
		ResourceType: resourceType, Language: w.language, Name: w.name(), Version: strconv.Itoa(v.Definition.Version),
		URL: w.url, Title: titleOf(form), TitleWords: translations(form.Translations, func(t pathways.FormWords) (string, string) { return t.Language, t.Title }),
		Status: statuses[v.Status], SubjectType: []string{subjectPatient}, Publisher: v.Publisher, Code: loincCode(form.Code),
		Extension: w.formExtensions(),
	}
	if r.Status == "" {
		r.Status = "draft"
	}
	r.Item = w.items()
	return r, nil
}

// canonical names a form for good. No server has to stand behind it.
func canonical(pathway, form string) string { return ofPathway + pathway + ":form:" + form }

func titleOf(f *pathways.Form) string {
	if f.Title == "" {
		return pathways.Plain(f.Name)
	}
	return f.Title
}

type writer struct {
	definition *pathways.Definition
	form       *pathways.Form
	language   string
	url        string
}

// name is one that programs can use: a letter, then letters, digits and underscores.
func (w writer) name() string {
	return camel(w.definition.Pathway) + camel(w.form.Name)
}

func (w writer) formExtensions() []extension {
	var all []extension
	if thanks := w.form.Thanks; thanks != "" {
		e := extension{URL: extThanks, Extension: []extension{{URL: contentOfOriginal, ValueString: thanks}}}
		for _, t := range w.form.Translations {
			if t.Thanks != "" {
				e.Extension = append(e.Extension, translation(t.Language, t.Thanks))
			}
		}
		all = append(all, e)
	}
	if s := w.form.Score; s != nil {
		e := extension{URL: extScore, Extension: []extension{{URL: "by", ValueString: s.By}}}
		if s.Variant != "" {
			e.Extension = append(e.Extension, extension{URL: "variant", ValueString: s.Variant})
		}
		if s.Missing != "" {
			e.Extension = append(e.Extension, extension{URL: "missing", ValueString: s.Missing})
		}
		all = append(all, e)
	}
	return all
}

const linkOfIntro = "form-intro"

func (w writer) items() []item {
	items := make([]item, 0, len(w.form.Fields)+1)
	if w.form.Intro != "" {
		items = append(items, item{
			LinkID: linkOfIntro, Type: typeDisplay, Text: w.form.Intro,
			TextWords: translations(w.form.Translations, func(t pathways.FormWords) (string, string) { return t.Language, t.Intro }),
		})
	}
	for _, f := range w.form.Fields {
		items = append(items, w.item(f))
	}
	return items
}

func linkOf(f pathways.Field) string {
	if f.Link != "" {
		return f.Link
	}
	return f.ID
}

func (w writer) item(f pathways.Field) item {
	it := item{
		LinkID: linkOf(f), Text: f.Ask, Type: itemTypes[f.Type], Required: f.Required && len(f.For) == 0, Repeats: f.Type == pathways.TypeCodes, Code: loincCode(f.Code),
		TextWords: translations(f.Translations, func(t pathways.FieldWords) (string, string) { return t.Language, t.Ask }),
		Extension: w.itemExtensions(f),
	}
	if it.LinkID != f.ID {
		it.ID = f.ID
	}
	w.enable(&it, f)
	for i, value := range f.Values {
		it.AnswerOption = append(it.AnswerOption, w.option(f, i, value))
	}
	if f.Help != "" {
		it.Item = append(it.Item, helpItem(f))
	}
	return it
}

var itemTypes = map[string]string{
	pathways.TypeBool: typeBoolean, pathways.TypeInt: typeInteger, pathways.TypeNumber: typeDecimal, pathways.TypeString: typeText,
	pathways.TypeCode: typeChoice, pathways.TypeCodes: typeChoice, pathways.TypeDate: typeDate, pathways.TypeDateTime: typeDateTime,
}

// helpItem says more below a question.
func helpItem(f pathways.Field) item {
	return item{
		LinkID: linkOf(f) + "-help", Type: typeDisplay, Text: f.Help,
		TextWords: translations(f.Translations, func(t pathways.FieldWords) (string, string) { return t.Language, t.Help }),
		Extension: []extension{{URL: extControl, ValueConcept: &concept{Coding: []coding{{System: controlSystem, Code: controlHelp}}}}},
	}
}

func (w writer) itemExtensions(f pathways.Field) []extension {
	all := limits(f)
	if f.Unit != "" {
		unit := coding{Display: f.Unit, DisplayWords: translations(f.Translations, func(t pathways.FieldWords) (string, string) { return t.Language, t.Unit })}
		all = append(all, extension{URL: extUnit, ValueCoding: &unit})
	}
	for _, outcome := range f.For {
		all = append(all, extension{URL: extFor, ValueCode: outcome})
	}
	if f.Required && len(f.For) > 0 {
		yes := true
		all = append(all, extension{URL: extRequired, ValueBoolean: &yes})
	}
	for _, label := range f.Sensitive {
		all = append(all, extension{URL: extSensitive, ValueCode: label})
	}
	if f.Scored() && len(f.Values) == 0 {
		all = append(all, extension{URL: extPoints, ValueInteger: &f.Points[0]})
	}
	return all
}

// limits are the least and the greatest number.
func limits(f pathways.Field) []extension {
	var all []extension
	for _, limit := range []struct {
		url string
		n   *float64
	}{{extMin, f.Min}, {extMax, f.Max}} {
		switch {
		case limit.n == nil:
		case f.Type == pathways.TypeInt:
			whole := int(*limit.n)
			all = append(all, extension{URL: limit.url, ValueInteger: &whole})
		default:
			n := json.Number(pathways.NumberInWords(*limit.n))
			all = append(all, extension{URL: limit.url, ValueDecimal: &n})
		}
	}
	return all
}

// option writes a value. Where it has another system's code, our own word stands beside it.
func (w writer) option(f pathways.Field, i int, value string) option {
	c := w.code(f, value)
	c.Display = f.In(w.language).Labels[i]
	var extensions []extension
	if c.System == loinc {
		extensions = append(extensions, extension{URL: extValue, ValueCode: value})
	}
	if slices.Contains(f.Exclusive, value) {
		yes := true
		extensions = append(extensions, extension{URL: extExclusive, ValueBoolean: &yes})
	}
	if i < len(f.Labels) {
		c.DisplayWords = translations(f.Translations, func(t pathways.FieldWords) (string, string) {
			if i < len(t.Labels) {
				return t.Language, t.Labels[i]
			}
			return t.Language, ""
		})
	}
	if i < len(f.Points) {
		points := json.Number(strconv.Itoa(f.Points[i]))
		extensions = append(extensions, extension{URL: extOrdinal, ValueDecimal: &points})
	}
	return option{ValueCoding: &c, Extension: extensions}
}

// code is a value by its LOINC code, or by the pathway's own word.
func (w writer) code(f pathways.Field, value string) coding {
	if i := slices.Index(f.Values, value); i >= 0 && i < len(f.Codes) {
		return coding{System: loinc, Code: f.Codes[i]}
	}
	return coding{System: w.url, Code: value}
}

func loincCode(code string) []coding {
	if code == "" {
		return nil
	}
	return []coding{{System: loinc, Code: code}}
}

// translations writes the texts that there are in other languages.
func translations[T any](all []T, said func(T) (language, text string)) *words {
	var w words
	for _, t := range all {
		if language, text := said(t); text != "" {
			w.Extension = append(w.Extension, translation(language, text))
		}
	}
	if len(w.Extension) == 0 {
		return nil
	}
	return &w
}

func translation(language, text string) extension {
	return extension{URL: extTranslation, Extension: []extension{
		{URL: languageOfOriginal, ValueCode: language}, {URL: contentOfOriginal, ValueString: text},
	}}
}
