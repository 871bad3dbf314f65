package questionnaire

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"throughline/care"
	"throughline/pathways"
)

// Note says what of a Questionnaire a form does not hold, or holds otherwise.
type Note struct {
	LinkID string `json:"link_id,omitempty"` // the item; empty: the whole
	Text   string `json:"text"`
}

// String writes the note as a line.
func (n Note) String() string {
	if n.LinkID == "" {
		return n.Text
	}
	return n.LinkID + ": " + n.Text
}

// maxDepth bounds how deep items may stand within items.
const maxDepth = 20

// Read makes a form out of a FHIR R4 Questionnaire, as a part that pathways can use, and says in notes
// what did not fit. The part's name is that of the form; where it is empty, the Questionnaire's own is
// taken. The error says why nothing can be made of it.
func Read(raw []byte, name string) (pathways.Part, []Note, error) {
	var res Resource
	if err := json.Unmarshal(raw, &res); err != nil {
		return pathways.Part{}, nil, care.Errorf(care.Invalid, "this is not a FHIR R4 Questionnaire in JSON: %w", err)
	}
	if res.ResourceType != resourceType {
		return pathways.Part{}, nil, care.Errorf(care.Invalid, "this is a %s; give a FHIR R4 Questionnaire", orNothing(res.ResourceType)).At("resourceType")
	}
	if name == "" {
		name = slugOf(res)
	}
	if !pathways.IsKey(name) {
		return pathways.Part{}, nil, care.Errorf(care.Invalid, "%q cannot be the name of a form: use small letters, digits and hyphens, like %s", name, "social-needs").At("name")
	}
	r := reader{taken: ids{}, byLink: map[string]pathways.Field{}, sets: map[string]valueSet{}}
	for _, set := range res.Contained {
		r.sets["#"+set.ID] = set
	}
	r.form = pathways.Form{Name: name, Title: res.Title, Code: codeIn(res.Code)}
	r.formWords(res)
	if err := r.items(res.Item, nil, 0); err != nil {
		return pathways.Part{}, nil, err
	}
	if len(r.form.Fields) == 0 {
		return pathways.Part{}, nil, care.Errorf(care.Invalid, "the Questionnaire asks nothing that a form can ask").At("item")
	}
	r.score(res)
	part := pathways.Part{Part: name, Version: 1, Title: res.Title, Forms: []pathways.Form{r.form}, Sources: r.sources(res)}
	if part.Title == "" {
		part.Title = name
	}
	return part, r.notes, nil
}

func orNothing(kind string) string {
	if kind == "" {
		return "resource without a type"
	}
	return kind
}

func slugOf(res Resource) string {
	for _, text := range []string{res.Title, res.Name} {
		if s := strings.ReplaceAll(idOf(text), "_", "-"); pathways.IsKey(s) {
			return s
		}
	}
	return "questions"
}

// reader gathers the form.
type reader struct {
	form   pathways.Form
	notes  []Note
	taken  ids
	byLink map[string]pathways.Field
	sets   map[string]valueSet
	above  string // a heading or a text that stands above the next question
}

func (r *reader) notef(link, format string, args ...any) {
	r.notes = append(r.notes, Note{LinkID: link, Text: fmt.Sprintf(format, args...)})
}

// sources say where the questions come from, and whose they are.
func (r *reader) sources(res Resource) []string {
	var all []string
	source := res.Title
	if res.URL != "" && !strings.HasPrefix(res.URL, ofPathway) {
		source = strings.TrimSpace(res.Publisher + " " + res.URL)
	}
	if source != "" {
		all = append(all, source)
	}
	if res.Copyright != "" {
		all = append(all, strings.Join(strings.Fields(res.Copyright), " "))
		r.notef("", "the questions are somebody's: read the copyright among the sources before you use them")
	}
	return all
}

func (r *reader) formWords(res Resource) {
	for language, title := range translated(res.TitleWords) {
		r.formIn(language).Title = title
	}
	thanks, ok := find(res.Extension, extThanks)
	if !ok {
		return
	}
	if said, ok := find(thanks.Extension, contentOfOriginal); ok {
		r.form.Thanks = said.ValueString
	}
	for language, said := range translated(&words{Extension: thanks.Extension}) {
		r.formIn(language).Thanks = said
	}
}

// formIn gives the form's words in the language, made where there are none yet.
func (r *reader) formIn(language string) *pathways.FormWords {
	at, found := slices.BinarySearchFunc(r.form.Translations, language, func(t pathways.FormWords, l string) int { return strings.Compare(t.Language, l) })
	if !found {
		r.form.Translations = slices.Insert(r.form.Translations, at, pathways.FormWords{Language: language})
	}
	return &r.form.Translations[at]
}

// shown is a condition under which items stand.
type shown struct {
	when     []enableWhen
	behavior string
}

// items reads items in their order. Forms have no groups: what a group says stands with its first
// question, and its condition with each.
func (r *reader) items(all []item, under []shown, depth int) error {
	if depth > maxDepth {
		return care.Errorf(care.Invalid, "the items stand more than %d deep in each other", maxDepth).At("item")
	}
	for _, it := range all {
		conditions := under
		if len(it.EnableWhen) > 0 {
			conditions = append(slices.Clip(under), shown{it.EnableWhen, it.EnableBehavior})
		}
		switch it.Type {
		case typeDisplay:
			r.text(it)
		case typeGroup:
			r.stand(it.Text)
		default:
			r.question(it, conditions)
		}
		if err := r.items(r.within(it), conditions, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// within are the items of an item that are not its help.
func (*reader) within(it item) []item {
	return slices.DeleteFunc(slices.Clone(it.Item), isHelp)
}

func isHelp(it item) bool {
	control, ok := find(it.Extension, extControl)
	return ok && it.Type == typeDisplay && control.ValueConcept != nil &&
		slices.ContainsFunc(control.ValueConcept.Coding, func(c coding) bool { return c.Code == controlHelp })
}

// text keeps what is only shown: before all questions it is the form's introduction.
func (r *reader) text(it item) {
	if len(r.form.Fields) > 0 || r.form.Intro != "" || r.above != "" || len(it.EnableWhen) > 0 {
		r.stand(it.Text)
		return
	}
	r.form.Intro = it.Text
	for language, said := range translated(it.TextWords) {
		r.formIn(language).Intro = said
	}
}

// stand puts a text above the next question.
func (r *reader) stand(text string) {
	r.above = strings.TrimSpace(r.above + " " + text)
}

// score says how the answers are counted: as the form did that went out, else by the sum of what the
// options count.
func (r *reader) score(res Resource) {
	if e, ok := find(res.Extension, extScore); ok {
		text := func(url string) string { v, _ := find(e.Extension, url); return v.ValueString }
		r.form.Score = &pathways.FormScore{By: text("by"), Variant: text("variant"), Missing: text("missing")}
		return
	}
	if !slices.ContainsFunc(r.form.Fields, pathways.Field.Scored) {
		return
	}
	r.form.Score = &pathways.FormScore{By: pathways.BySum}
	var free []string
	for _, f := range r.form.Fields {
		if f.Scored() && !f.Required {
			free = append(free, f.ID)
		}
	}
	if len(free) > 0 {
		r.notef("", "the answers are counted, but %s need not be given: make them required, or write score: {by: sum, missing: zero}", strings.Join(free, ", "))
	}
}

// codeIn is the LOINC code among the codes.
func codeIn(all []coding) string {
	for _, c := range all {
		if c.System == loinc {
			return c.Code
		}
	}
	return ""
}

// translated are an element's texts by language.
func translated(w *words) map[string]string {
	texts := map[string]string{}
	if w == nil {
		return texts
	}
	for _, e := range w.Extension {
		language, _ := find(e.Extension, languageOfOriginal)
		content, _ := find(e.Extension, contentOfOriginal)
		if e.URL == extTranslation && language.ValueCode != "" && content.ValueString != "" {
			texts[language.ValueCode] = content.ValueString
		}
	}
	return texts
}
