package verify_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"throughline/pathways"
	"throughline/pathways/verify"
)

// Every pathway that ships is explored, and nothing about it is refuted.
func TestLibrary(t *testing.T) {
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range library {
		t.Run(d.Pathway, func(t *testing.T) {
			began := time.Now()
			r, err := verify.Check(d, verify.DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d launches, %d states, %d turns in %s; %q", r.Launches, r.States, r.Turns, time.Since(began).Round(time.Millisecond), r.Unexplored)
			if r.States < 100 {
				t.Errorf("only %d states were met", r.States)
			}
			for _, f := range r.Findings {
				if f.Severity == pathways.SeverityError {
					t.Errorf("%s\n\t%q", f.Problem, f.Story)
				}
			}
		})
	}
}
