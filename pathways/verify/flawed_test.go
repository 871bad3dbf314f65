package verify_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/verify"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each definition of testdata/flawed passes the checks of its form and has one flaw that only shows
// when it runs. Beside it stands what the exploration must say of it, with the story.
func TestFlawedDefinitions(t *testing.T) {
	for _, file := range files(t, "testdata/flawed/*.yaml", 15) {
		t.Run(nameOf(file), func(t *testing.T) {
			d := load(t, file)
			r := check(t, d)
			if !r.Refuted() {
				t.Fatalf("nothing was refuted in %d states", r.States)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			got := told(r)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
			for _, f := range r.Findings {
				if f.Line < 1 {
					t.Errorf("no line: %s", f.Problem)
				}
				replays(t, d, f)
			}
		})
	}
}

// What has no flaw is not refuted, not even where every state is looked at.
func TestGoodDefinitions(t *testing.T) {
	for _, file := range files(t, "testdata/good/*.yaml", 2) {
		t.Run(nameOf(file), func(t *testing.T) {
			limits := verify.DefaultLimits
			limits.Turns, limits.States = 30_000, 30_000
			r, err := verify.Check(load(t, file), limits)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Findings) > 0 {
				t.Errorf("refuted:\n%s", told(r))
			}
			if !r.Complete {
				t.Errorf("not all was explored: %q", r.Unexplored)
			}
		})
	}
}

// The same definition gives the same answer, to the letter.
func TestSameAnswerTwice(t *testing.T) {
	d := load(t, "testdata/flawed/dead-end.yaml")
	if diff := cmp.Diff(check(t, d), check(t, d), cmp.AllowUnexported(verify.Finding{})); diff != "" {
		t.Error(diff)
	}
}

// Smaller limits are kept, and said.
func TestLimitsAreKeptAndSaid(t *testing.T) {
	limits := verify.DefaultLimits
	limits.Turns, limits.Target = 200, 20
	r, err := verify.Check(load(t, "../library/post-discharge-tcm.yaml"), limits)
	if err != nil {
		t.Fatal(err)
	}
	if r.Complete || len(r.Unexplored) == 0 {
		t.Errorf("it says that all was explored in %d turns", r.Turns)
	}
	if r.Turns > 2*limits.Turns {
		t.Errorf("%d turns, %d allowed", r.Turns, limits.Turns)
	}
	if r.Refuted() {
		t.Errorf("what was only not met is refuted:\n%s", told(r))
	}
}

// replays plays a story's events again and holds that the engine takes every one.
func replays(t *testing.T, d *pathways.Definition, f verify.Finding) {
	t.Helper()
	eng, err := engine.For(d)
	if err != nil {
		t.Fatal(err)
	}
	var s engine.State
	for i, a := range f.Replay {
		turn, err := eng.Advance(s, a.Event, a.At)
		if err != nil {
			t.Fatalf("act %d (%s) of the story of %q is refused: %v", i+1, a.Event.Kind, f.Message, err)
		}
		s = turn.State
	}
	if f.Kind == verify.NotHeld && !engine.Rescued(s) {
		t.Errorf("played again, the story of %q does not end unheld", f.Message)
	}
}

func told(r verify.Result) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s\n", f.Problem)
		for _, line := range f.Story {
			fmt.Fprintf(&b, "\t%s\n", line)
		}
	}
	return b.String()
}

func check(t *testing.T, d *pathways.Definition) verify.Result {
	t.Helper()
	r, err := verify.Check(d, verify.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func load(t *testing.T, file string) *pathways.Definition {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, problems := pathways.Load(filepath.Base(file), src)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatalf("its form is refused already:\n%s", errs)
	}
	return d
}

func files(t *testing.T, pattern string, atLeast int) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) < atLeast {
		t.Fatalf("%d files %s: %v", len(list), pattern, err)
	}
	return list
}

func nameOf(file string) string { return strings.TrimSuffix(filepath.Base(file), ".yaml") }

func read(t *testing.T, file string) []byte {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// Every report says what lies beyond the exploration, whatever it found: nobody takes it for a proof of
// more than it is.
func TestWhatLiesBeyondIsSaid(t *testing.T) {
	for file, also := range map[string]string{
		"testdata/good/result.yaml": "not tried, since nothing in the pathway listens", "testdata/flawed/dead-end.yaml": "tried in none of the", "testdata/flawed/other-pathway.yaml": "within the pathways that it starts",
	} {
		said := strings.Join(check(t, load(t, file)).Beyond, "\n")
		for _, want := range []string{"pauses the pathway, or skips a step", "adds a step, moves a deadline, says a fact anew", "merged", "another version", "Holidays", "at the same moment", also} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: nothing is said of %q:\n%s", file, want, said)
			}
		}
	}
}
