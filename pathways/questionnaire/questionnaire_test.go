package questionnaire_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/questionnaire"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file that was looked at.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// TestQuestionnairesOfOthers reads what was published by others, and holds that the part it becomes is
// one that a pathway can use. The golden files have no questions in words: those are their owners'.
func TestQuestionnairesOfOthers(t *testing.T) {
	for _, c := range []struct{ file, name, undecided string }{
		{"mycareplanner/AHC-questionnaire.json", "ahc", ""},
		{"mycareplanner/PHQ-4-questionnaire.json", "phq-4", ""},
		{"mycareplanner/PRAPARE-questionnaire.json", "prapare", ""},
		{"mycareplanner/caregiver-strain-questionnaire.json", "caregiver-strain", ""},
		// Its ninth question counts and need not be answered: that is the author's to decide.
		{"lforms/phq9.R4.json", "phq-9", "the score does not say what it is without an answer to"},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("../../../shared/data/08-questionnaires", c.file))
			if err != nil {
				t.Fatal(err)
			}
			part, notes, err := questionnaire.Read(raw, c.name)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, c.name+".txt", structure(part, notes))
			text, err := questionnaire.File(part, notes)
			if err != nil {
				t.Fatal(err)
			}
			again, problems := pathways.LoadPart(c.name+".yaml", text, pathways.LibraryParts())
			errs := problems.Errors()
			if c.undecided != "" && len(errs) == 1 && strings.HasPrefix(errs[0].Message, c.undecided) {
				errs = nil
			}
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if diff := cmp.Diff(part.Forms, again.Forms, unplaced); diff != "" {
				t.Errorf("the file says something else (-read +written):\n%s", diff)
			}
		})
	}
}

// unplaced compares forms wherever they stand.
var unplaced = cmp.Options{
	cmpopts.EquateEmpty(), cmpopts.IgnoreFields(pathways.Form{}, "Line"), cmpopts.IgnoreFields(pathways.Field{}, "Line"), cmpopts.IgnoreFields(pathways.FormScore{}, "Line"),
}

// structure tells what a part asks, without its words.
func structure(part pathways.Part, notes []questionnaire.Note) []byte {
	var out bytes.Buffer
	for _, f := range part.Forms {
		fmt.Fprintf(&out, "form %s code=%s score=%t\n", f.Name, f.Code, f.Score != nil)
		for _, q := range f.Fields {
			fmt.Fprintf(&out, "%s code=%s %s required=%t values=%d labels=%d codes=%v points=%v help=%t when=%q\n",
				q.Link, q.Code, q.Type, q.Required, len(q.Values), len(q.Labels), q.Codes, q.Points, q.Help != "", q.When)
		}
	}
	fmt.Fprintf(&out, "%d notes, %d sources\n", len(notes), len(part.Sources))
	return out.Bytes()
}

// TestOurFormsComeBackAsTheyWent writes every form of the library, and one with everything that a form
// can have, as a Questionnaire, and reads it again.
func TestOurFormsComeBackAsTheyWent(t *testing.T) {
	definitions, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, d := range append(definitions, everything(t)) {
		all, err := questionnaire.All(questionnaire.Version{Definition: d, Status: "published"})
		if err != nil || len(all.Entry) != len(d.Forms) {
			t.Fatal(len(all.Entry), err)
		}
		for i, e := range all.Entry {
			if e.Resource.Status != "active" {
				t.Errorf("a published form is %s", e.Resource.Status)
			}
			part, notes, err := questionnaire.Read(indented(t, e.Resource), d.Forms[i].Name)
			if err != nil || len(notes) > 0 {
				t.Fatal(d.Pathway, d.Forms[i].Name, err, notes)
			}
			if diff := cmp.Diff(withLinks(d.Forms[i]), withLinks(part.Forms[0]), unplaced); diff != "" {
				t.Errorf("%s, %s (-went +came)\n%s", d.Pathway, d.Forms[i].Name, diff)
			}
			seen++
		}
	}
	if seen < 20 {
		t.Errorf("only %d forms were looked at", seen)
	}
}

func everything(t *testing.T) *pathways.Definition {
	t.Helper()
	src, err := os.ReadFile("testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, problems := pathways.Load("everything.yaml", src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAFormAsFHIR holds a form with everything that a form can have to its FHIR words.
func TestAFormAsFHIR(t *testing.T) {
	all, err := questionnaire.All(questionnaire.Version{Definition: everything(t)})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "everything.json", indented(t, all))
}

// withLinks says what is meant where nothing is written: a linkId is the id, a title the name, labels
// are the values.
func withLinks(f pathways.Form) pathways.Form {
	if f.Title == "" {
		f.Title = pathways.Plain(f.Name)
	}
	f.Fields = slices.Clone(f.Fields)
	for i := range f.Fields {
		if f.Fields[i].Link == "" {
			f.Fields[i].Link = f.Fields[i].ID
		}
		if len(f.Fields[i].Values) > 0 {
			f.Fields[i].Labels = f.Fields[i].In("").Labels
		}
	}
	return f
}

// TestConditions holds that what enableWhen can say is said by it, and comes back in the same words.
func TestConditions(t *testing.T) {
	fields := []pathways.Field{
		{ID: "breath", Ask: "Short of breath?", Type: pathways.TypeBool},
		{ID: "feet", Ask: "Feet?", Type: pathways.TypeCode, Values: []string{"no", "much"}, Codes: []string{"LA32-8", "LA33-6"}},
		{ID: "home", Ask: "Home?", Type: pathways.TypeCodes, Values: []string{"mold", "none"}},
		{ID: "falls", Ask: "Falls?", Type: pathways.TypeInt},
		{ID: "weight", Ask: "Weight?", Type: pathways.TypeNumber},
	}
	for _, c := range []struct{ when, operator, behavior, back string }{
		{"answer.breath", "=", "", ""},
		{"!answer.breath", "=", "", ""},
		{`answer.feet == "much"`, "=", "", ""},
		{`answer.feet != "no"`, "!=", "", ""},
		{`"mold" in answer.home`, "=", "", ""},
		{"answer.falls >= 2", ">=", "", ""},
		{"answer.weight > 80.5", ">", "", ""},
		{`answer.breath && answer.feet == "much"`, "=", "all", ""},
		{`answer.breath || answer.falls > 0`, "=", "any", ""},
		{`answer.breath && (answer.falls > 0 || answer.weight > 80.0)`, "", "", ""},
		{`answer.falls > patient.age`, "", "", ""},
		{`80 < answer.weight`, ">", "", "answer.weight > 80.0"},
		{`!("mold" in answer.home)`, "", "", ""},
	} {
		last := pathways.Field{ID: "more", Ask: "More?", Type: pathways.TypeString, When: c.when}
		d := &pathways.Definition{Pathway: "p", Version: 1, Languages: []string{"en"}, Forms: []pathways.Form{{Name: "form", Fields: append(slices.Clone(fields), last)}}}
		res, err := questionnaire.Of(questionnaire.Version{Definition: d, Form: "form"})
		if err != nil {
			t.Fatal(err)
		}
		it := res.Item[len(res.Item)-1]
		operator := ""
		if len(it.EnableWhen) > 0 {
			operator = it.EnableWhen[0].Operator
		}
		if operator != c.operator || it.EnableBehavior != c.behavior {
			t.Errorf("%s: %q %q, want %q %q", c.when, operator, it.EnableBehavior, c.operator, c.behavior)
		}
		part, notes, err := questionnaire.Read(indented(t, res), "form")
		if err != nil || len(notes) > 0 {
			t.Fatal(err, notes)
		}
		want := c.when
		if c.back != "" {
			want = c.back
		}
		if got := part.Forms[0].Fields[len(fields)].When; got != want {
			t.Errorf("%s came back as %s", c.when, got)
		}
	}
}

// TestWhatAFormCannotHoldIsSaid reads a Questionnaire made of what does not fit.
func TestWhatAFormCannotHoldIsSaid(t *testing.T) {
	raw, err := os.ReadFile("testdata/misfit.json")
	if err != nil {
		t.Fatal(err)
	}
	part, notes, err := questionnaire.Read(raw, "")
	if err != nil {
		t.Fatal(err)
	}
	text, err := questionnaire.File(part, notes)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "misfit.yaml", text)
	if _, problems := pathways.LoadPart("misfit.yaml", text, pathways.LibraryParts()); len(problems.Errors()) > 0 {
		t.Error(problems)
	}
}

func TestWhatIsNoQuestionnaireIsRefused(t *testing.T) {
	deep := strings.Repeat(`{"linkId":"g","type":"group","item":[`, 30) + strings.Repeat("]}", 30)
	for raw, want := range map[string]string{
		`nothing`:                          "not a FHIR R4 Questionnaire",
		`{}`:                               "a resource without a type",
		`{"resourceType":"Patient"}`:       "this is a Patient",
		`{"resourceType":"Questionnaire"}`: "asks nothing that a form can ask",
		`{"resourceType":"Questionnaire","item":[{"linkId":"a","type":"attachment","text":"A photo"}]}`: "asks nothing",
		`{"resourceType":"Questionnaire","item":[` + deep + `]}`:                                        "more than 20 deep",
	} {
		_, _, err := questionnaire.Read([]byte(raw), "")
		if err == nil || !strings.Contains(err.Error(), want) || care.CodeOf(err) != care.Invalid {
			t.Errorf("%.60s: %v", raw, err)
		}
	}
	if _, _, err := questionnaire.Read([]byte(`{"resourceType":"Questionnaire"}`), "No Name"); err == nil || !strings.Contains(err.Error(), "cannot be the name") {
		t.Error(err)
	}
	_, err := questionnaire.Of(questionnaire.Version{Definition: &pathways.Definition{Pathway: "p"}, Form: "none"})
	if care.CodeOf(err) != care.NotFound {
		t.Error(err)
	}
}
