package verify

import (
	"os"
	"testing"

	"throughline/pathways"
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

// An engine that breaks down on a definition is a finding with its line, like every other: the check
// itself goes on.
func TestEngineThatBreaksDown(t *testing.T) {
	src, err := os.ReadFile("testdata/flawed/outlives.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, problems := pathways.Load("outlives.yaml", src)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	program, err := pathways.Compile(d)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newChecker(d, program, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	c.launches, _ = launcher{c.def, c.eng, c.asks, c.start}.launches()
	c.eng = nil // nothing that it is asked can be answered
	c.alone()
	c.whole = c.explore(wholeView(c.def, c.asks), 100, byNovelty)
	r := c.result()
	if len(r.Findings) != 1 || r.Findings[0].Kind != BrokenDown || !r.Refuted() {
		t.Fatalf("%+v", r.Findings)
	}
	f := r.Findings[0]
	if f.Line != d.Ends[0].Line || f.Message != "the engine broke down, and a patient's pathway would stop there" || len(f.Story) != 2 || len(f.Replay) != 1 {
		t.Errorf("%s %q", f.Problem, f.Story)
	}
}
