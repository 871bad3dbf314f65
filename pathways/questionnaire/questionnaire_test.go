package questionnaire_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/pathways"
	"throughline/pathways/questionnaire"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestAFormAsFHIR holds a form with everything that a form can have to its FHIR words, and to what is
// said to be left.
func TestAFormAsFHIR(t *testing.T) {
	src, err := os.ReadFile("testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, problems := pathways.Load("everything.yaml", src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	all, left := questionnaire.All(d, "draft")
	got, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, "\n"+strings.Join(left, "\n")+"\n"...)
	const golden = "testdata/everything.golden"
	if *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}

// TestTheLibrarysFormsAsFHIR holds that every question of every shipped form is an item with its link,
// a type and, where it has values, as many options.
func TestTheLibrarysFormsAsFHIR(t *testing.T) {
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range library {
		all, _ := questionnaire.All(d, "active")
		for i, e := range all.Entry {
			form, items := d.Forms[i], map[string]questionnaire.Item{}
			for _, item := range e.Resource.Item {
				items[item.LinkID] = item
			}
			for _, f := range form.Fields {
				link := f.Link
				if link == "" {
					link = f.ID
				}
				if item, ok := items[link]; !ok || item.Type == "" || len(item.AnswerOption) != len(f.Values) {
					t.Errorf("%s, %s: %+v", d.Pathway, f.ID, item)
				}
			}
		}
	}
}
