package pathways

import (
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLibraryChecksClean(t *testing.T) {
	files, err := fs.Glob(libraryFiles, "library/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no library: %v", err)
	}
	for _, file := range files {
		if !isDefinition(file) {
			continue
		}
		src, err := libraryFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, problems := Load(file, src)
		if len(problems) > 0 {
			t.Errorf("%s:\n%s", file, problems)
		}
	}
}

func TestLibraryHoldsWhatShips(t *testing.T) {
	library, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, d := range library {
		keys = append(keys, d.Pathway)
		if _, err := Compile(d); err != nil {
			t.Errorf("%s: %v", d.Pathway, err)
		}
	}
	ships := []string{
		"chw-home-visit", "copd-30-days", "critical-lab-result", "diabetes-quarterly", "ed-followup",
		"heart-failure-30-days", "lost-to-follow-up-search", "mental-health-followup",
		"post-discharge-tcm", "postpartum", "social-need-referral", "social-needs-screening",
		"specialist-referral-loop",
	}
	if diff := cmp.Diff(ships, keys); diff != "" {
		t.Error(diff)
	}
}

func TestJSONRoundTripKeepsTheDefinition(t *testing.T) {
	library, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range library {
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back Definition
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, &back); diff != "" {
			t.Errorf("%s changed on its way through JSON:\n%s", d.Pathway, diff)
		}
		if Digest(d) != Digest(&back) {
			t.Errorf("%s has another digest after JSON", d.Pathway)
		}
		if problems := Check(&back); len(problems) > 0 {
			t.Errorf("%s no longer checks clean:\n%s", d.Pathway, problems)
		}
	}
}
