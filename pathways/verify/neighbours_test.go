package verify

import (
	"os"
	"testing"
)

// What the language has beside tasks and referrals is no reason to refuse a pathway: whoever answers,
// decides or ends is tried like everybody else.
func TestWholeLanguage(t *testing.T) {
	for _, file := range []string{"subs", "questions", "scores", "follows"} {
		t.Run(file, func(t *testing.T) {
			path := "../engine/testdata/" + file + ".yaml"
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			report, err := Load(path, src, DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			if errs := report.Problems.Errors(); len(errs) > 0 {
				t.Errorf("refused:\n%s", errs)
			}
			if report.Explored == nil || report.Explored.States < 2 {
				t.Errorf("not explored: %+v", report.Explored)
			}
		})
	}
}
