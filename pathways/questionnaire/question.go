package questionnaire

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"throughline/pathways"
)

// fieldTypes are the types of answers by those of FHIR's questions.
var fieldTypes = map[string]string{
	typeBoolean: pathways.TypeBool, typeInteger: pathways.TypeInt, typeDecimal: pathways.TypeNumber, typeQuantity: pathways.TypeNumber,
	typeDate: pathways.TypeDate, typeDateTime: pathways.TypeDateTime, typeText: pathways.TypeString, "string": pathways.TypeString,
	"url": pathways.TypeString, "time": pathways.TypeString, typeChoice: pathways.TypeCode, typeOpenChoice: pathways.TypeCode,
}

// question makes a question of the form out of an item.
func (r *reader) question(it item, under []shown) {
	typ, known := fieldTypes[it.Type]
	if _, computed := find(it.Extension, sdcCalculated); computed || it.ReadOnly {
		r.notef(it.LinkID, "“%s” is computed and not asked, so the form leaves it out", it.Text)
		return
	}
	if !known {
		r.notef(it.LinkID, "“%s” wants an answer of the kind %s, which a form cannot take: it is left out", it.Text, orNothing(it.Type))
		return
	}
	f := pathways.Field{
		ID: r.taken.free(it.ID, it.LinkID, idOf(it.Text)), Ask: strings.TrimSpace(it.Text), Type: typ, Required: it.Required, Code: codeIn(it.Code),
	}
	if it.LinkID != f.ID {
		f.Link = it.LinkID
	}
	if f.Ask == "" {
		f.Ask = f.ID
		r.notef(it.LinkID, "the question has no text: write ask")
	}
	r.answers(it, &f)
	f.Help, r.above = sentence(r.above), ""
	r.extras(it, &f)
	f.When = r.when(it, under)
	f.Translations = r.fieldWords(it, f)
	r.form.Fields = append(r.form.Fields, f)
	r.byLink[it.LinkID] = f
}

// answers reads what may be answered.
func (r *reader) answers(it item, f *pathways.Field) {
	if f.Type != pathways.TypeCode {
		if it.Repeats {
			r.notef(it.LinkID, "it may be answered several times; the form takes one answer")
		}
		return
	}
	if it.Repeats {
		f.Type = pathways.TypeCodes
	}
	if it.Type == typeOpenChoice {
		r.notef(it.LinkID, "an answer in words of one's own is allowed; the form takes those that are listed")
	}
	options := it.AnswerOption
	if it.AnswerValueSet != "" {
		options = r.optionsOf(it.AnswerValueSet)
	}
	if len(options) == 0 {
		f.Type = pathways.TypeString
		r.notef(it.LinkID, "its answers are in %s, which does not come with it: the form takes any text until you list them", orElsewhere(it.AnswerValueSet))
		return
	}
	r.values(it, f, options)
}

func orElsewhere(set string) string {
	if set == "" {
		return "a list elsewhere"
	}
	return "the value set " + set
}

// optionsOf lists a contained value set.
func (r *reader) optionsOf(reference string) []option {
	set := r.sets[reference]
	var all []option
	for _, c := range set.Expansion.Contains {
		all = append(all, option{ValueCoding: &c})
	}
	if len(all) > 0 {
		return all
	}
	for _, include := range set.Compose.Include {
		for _, c := range include.Concept {
			c.System = include.System
			all = append(all, option{ValueCoding: &c})
		}
	}
	return all
}

func (r *reader) values(it item, f *pathways.Field, options []option) {
	displays, codes := make([]string, len(options)), make([]string, len(options))
	for i, o := range options {
		displays[i] = o.display()
		if o.ValueCoding != nil && o.ValueCoding.System == loinc {
			codes[i] = o.ValueCoding.Code
		}
	}
	f.Values = valuesOf(displays)
	for i, o := range options {
		if e, ok := find(o.Extension, extValue); ok {
			f.Values[i] = e.ValueCode
		} else if c := o.ValueCoding; c != nil && (strings.HasPrefix(c.System, ofPathway) || c.System != loinc && pathways.IsAnswer(c.Code)) {
			f.Values[i] = c.Code
		}
	}
	if !slices.Equal(f.Values, displays) {
		f.Labels = displays
	}
	switch missing := slices.Contains(codes, ""); {
	case !missing:
		f.Codes = codes
	case slices.ContainsFunc(codes, func(c string) bool { return c != "" }):
		r.notef(it.LinkID, "only some of its answers have LOINC codes, so none is kept")
	}
	for i, o := range options {
		if e, ok := find(o.Extension, extExclusive); ok && e.ValueBoolean != nil && *e.ValueBoolean && it.Repeats {
			f.Exclusive = append(f.Exclusive, f.Values[i])
		}
	}
	r.points(it, f, options)
}

// points reads what the options count, where all say it in whole numbers.
func (r *reader) points(it item, f *pathways.Field, options []option) {
	var points []int
	for _, o := range options {
		if n, ok := o.ordinal(); ok {
			points = append(points, n)
		}
	}
	switch len(points) {
	case 0:
	case len(options):
		f.Points = points
	default:
		r.notef(it.LinkID, "only some of its answers count a whole number, so none is counted")
	}
}

func (o option) display() string {
	switch {
	case o.ValueCoding != nil && o.ValueCoding.Display != "":
		return o.ValueCoding.Display
	case o.ValueCoding != nil:
		return o.ValueCoding.Code
	case o.ValueInteger != nil:
		return strconv.Itoa(*o.ValueInteger)
	}
	return o.ValueString + o.ValueDate + o.ValueTime
}

// ordinal is what the option counts, wherever it is said (of R4, on the option or on its coding).
func (o option) ordinal() (int, bool) {
	e, ok := find(o.Extension, extOrdinal)
	if !ok && o.ValueCoding != nil {
		e, ok = find(o.ValueCoding.Extension, extOrdinal)
	}
	if !ok || e.ValueDecimal == nil {
		return 0, false
	}
	n, err := e.ValueDecimal.Float64()
	return int(n), err == nil && n == math.Trunc(n) && math.Abs(n) < 1e6
}

// extras reads what stands in extensions, and the help below the question.
func (r *reader) extras(it item, f *pathways.Field) {
	if i := slices.IndexFunc(it.Item, isHelp); i >= 0 {
		f.Help = strings.TrimSpace(f.Help + " " + it.Item[i].Text)
	}
	for _, e := range it.Extension {
		switch {
		case e.URL == extUnit && e.ValueCoding != nil:
			f.Unit = e.ValueCoding.Display
			if f.Unit == "" {
				f.Unit = e.ValueCoding.Code
			}
		case e.URL == extFor:
			f.For = append(f.For, e.ValueCode)
		case e.URL == extSensitive:
			f.Sensitive = append(f.Sensitive, e.ValueCode)
		case e.URL == extPoints && e.ValueInteger != nil:
			f.Points = []int{*e.ValueInteger}
		case e.URL == extMin:
			f.Min = r.limit(it, f, e)
		case e.URL == extMax:
			f.Max = r.limit(it, f, e)
		case e.URL == extRequired:
			f.Required = true
		}
	}
}

// limit reads the least or the greatest number.
func (r *reader) limit(it item, f *pathways.Field, e extension) *float64 {
	if f.Type == pathways.TypeInt || f.Type == pathways.TypeNumber {
		if e.ValueInteger != nil {
			n := float64(*e.ValueInteger)
			return &n
		}
		if e.ValueDecimal != nil {
			if n, err := e.ValueDecimal.Float64(); err == nil && (f.Type == pathways.TypeNumber || n == math.Trunc(n)) {
				return &n
			}
		}
	}
	r.notef(it.LinkID, "its answer has a limit that is no number of its kind, which the form does not hold")
	return nil
}

// when reads the condition under which the question is asked. One that cannot be said is noted, and
// the question is asked always: better one too many than one that nobody hears of.
func (r *reader) when(it item, under []shown) string {
	if e, ok := find(it.Extension, extWhen); ok {
		return e.ValueString
	}
	var all []string
	for _, s := range under {
		text, ok := condition(s.when, s.behavior, r.byLink)
		if !ok {
			r.notef(it.LinkID, "it is asked under a condition that cannot be carried over: the form asks it always, unless you write when")
			return ""
		}
		if len(under) > 1 && strings.Contains(text, "||") {
			text = "(" + text + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, " && ")
}

// fieldWords gathers the question's words in each language in which it is asked.
func (r *reader) fieldWords(it item, f pathways.Field) []pathways.FieldWords {
	asked := translated(it.TextWords)
	var all []pathways.FieldWords
	for _, language := range slices.Sorted(maps.Keys(asked)) {
		w := pathways.FieldWords{Language: language, Ask: asked[language]}
		if i := slices.IndexFunc(it.Item, isHelp); i >= 0 {
			w.Help = translated(it.Item[i].TextWords)[language]
		}
		if e, ok := find(it.Extension, extUnit); ok && e.ValueCoding != nil {
			w.Unit = translated(e.ValueCoding.DisplayWords)[language]
		}
		if w.Labels = labelsIn(it.AnswerOption, language); len(w.Labels) != len(f.Labels) {
			r.notef(it.LinkID, "its answers have no words in %s, so the question is not asked in it", language)
			continue
		}
		all = append(all, w)
	}
	return all
}

// labelsIn are the options' names in the language, of those that have one.
func labelsIn(options []option, language string) []string {
	var labels []string
	for _, o := range options {
		if o.ValueCoding == nil {
			continue
		}
		if label := translated(o.ValueCoding.DisplayWords)[language]; label != "" {
			labels = append(labels, label)
		}
	}
	return labels
}
