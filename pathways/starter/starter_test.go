package starter_test

import (
	"slices"
	"strings"
	"testing"

	"throughline/pathways"
	"throughline/pathways/simulate"
	"throughline/pathways/simulate/population"
	"throughline/pathways/sop"
	"throughline/pathways/starter"
	"throughline/pathways/verify"
)

// What an author begins with is good as it is: it checks without a warning, its scenarios reach every
// step and every end, and it simulates and exports.
func TestNew(t *testing.T) {
	files, err := starter.New("stroke-follow-up", "")
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	file := files[0]
	report, err := verify.LoadWith(file.Name, file.Text, pathways.LibraryParts(), verify.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	if report.Definition == nil || report.Definition.Title != "Stroke follow up" || report.Definition.Pathway != "stroke-follow-up" {
		t.Fatalf("it reads as %+v", report.Definition)
	}
	held := simulate.Hold(report.Definition, files[1].Name, files[1].Text)
	report.Settle(held.Met)
	if problems := slices.Concat(report.Problems, held.Problems); len(problems) > 0 {
		t.Errorf("it does not check clean:\n%s", problems)
	}
	met := strings.Join(held.Met, " ")
	for i := range report.Definition.Steps {
		if id := "steps." + report.Definition.Steps[i].ID; !strings.Contains(met+" ", id+" ") {
			t.Errorf("no scenario reaches %s", id)
		}
	}
	clinic, problems := population.Load(files[2].Name, files[2].Text, report.Definition)
	if len(problems) > 0 {
		t.Fatalf("the population does not fit:\n%s", problems)
	}
	if err := clinic.With(20, 0, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := population.Run(report.Definition, clinic, population.Options{}); err != nil {
		t.Error(err)
	}
	if page, err := sop.HTML(sop.Version{Definition: report.Definition}); err != nil || !strings.Contains(string(page), "Call the patient") {
		t.Errorf("it does not export: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tc := range []struct{ key, title, want string }{
		{"Stroke follow-up", "", "use lower-case letters, digits and hyphens"},
		{"", "", "cannot be the key"},
		{"stroke", `Stroke "90"`, "leave out"},
	} {
		if _, err := starter.New(tc.key, tc.title); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q, %q: %v, not %s", tc.key, tc.title, err, tc.want)
		}
	}
}
