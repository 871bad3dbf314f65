package population

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/pathways"
	"throughline/pathways/engine"
)

// unreached are the ends that no population comes to. One that is reached after all must leave the
// list.
var unreached = map[string][]string{}

// Every pathway that ships has a population, which goes through it without anything that the engine
// refuses, keeps every promise, and comes to every end that there is.
func TestLibraryPopulations(t *testing.T) {
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, def := range library {
		t.Run(def.Pathway, func(t *testing.T) {
			t.Parallel()
			_, s := shipped(t, def.Pathway)
			// What is rare comes too, and early; and each is followed until the last clock has run out.
			s.Patients, s.Days = 24, s.Days+2
			s.Died = Happening{Share: max(s.Died.Share, 0.06), Within: minutes(0, 5*24*60)}
			s.Readmitted = Happening{Share: 0.06, Within: minutes(0, 5*24*60)}
			reached := map[string]bool{}
			const most = 12 // populations
			for range most {
				s.Seed++
				if everyEnd(t, def, *s, reached); len(missing(def, reached)) == len(unreached[def.Pathway]) {
					break
				}
			}
			if diff := cmp.Diff(unreached[def.Pathway], missing(def, reached)); diff != "" {
				t.Errorf("no patient comes to (want, got):\n%s", diff)
			}
		})
	}
}

// missing tells of the ends that nobody came to.
func missing(def *pathways.Definition, reached map[string]bool) []string {
	var none []string
	for i, end := range def.Ends {
		if rule := fmt.Sprintf("ends[%d]", i+1); !reached[rule] {
			none = append(none, fmt.Sprintf("%s of line %d: %s %s", rule, end.Line, end.As, end.Because))
		}
	}
	return none
}

// everyEnd lets a population go through the pathway as it is, where hardly anybody is there to do the
// work, so that time runs out, and where some are never reached before anybody has booked their visit.
func everyEnd(t *testing.T, def *pathways.Definition, s Scenario, reached map[string]bool) {
	t.Helper()
	endsReached(t, def, &s, Options{}, reached)
	s.Patients /= 2
	endsReached(t, def, &s, few(&s, func(string) bool { return true }), reached)
	s.Steps = slices.Clone(s.Steps)
	for i := range s.Steps {
		if hardly := Share(0.05); s.Steps[i].Reached != nil {
			s.Steps[i].Reached, s.Steps[i].ReachedAt = &hardly, nil
		}
	}
	endsReached(t, def, &s, few(&s, func(role string) bool { return books(def, role) }), reached)
}

// few leaves the chosen roles hardly anybody.
func few(s *Scenario, chosen func(role string) bool) Options {
	var o Options
	for _, role := range s.Staff {
		if chosen(role.Name) {
			o.People = append(o.People, Headcount{Role: role.Name, People: 0.01})
		}
	}
	return o
}

// books tells whether the role does nothing but book visits.
func books(def *pathways.Definition, role string) bool {
	return !slices.ContainsFunc(def.Steps, func(s pathways.Step) bool {
		return s.Kind() != pathways.KindAppointment && worked(&s) && def.OwnerOf(&s) == role
	})
}

// endsReached runs a population and notes which of the pathway's ends came, or suspended it.
func endsReached(t *testing.T, def *pathways.Definition, s *Scenario, o Options, reached map[string]bool) {
	t.Helper()
	w, err := newWorld(def, s, o)
	if err != nil {
		t.Fatal(err)
	}
	w.observe = func(turn engine.Turn) {
		for _, eff := range turn.Effects {
			if eff.Timeline != nil && strings.HasPrefix(eff.Timeline.Cause.Rule, "ends[") {
				reached[eff.Timeline.Cause.Rule] = true
			}
		}
		if engine.Rescued(turn.State) {
			t.Errorf("a patient fell through to the safety net")
		}
	}
	if err := w.run(); err != nil {
		t.Fatal(err)
	}
	r := w.summarize()
	if r.Enrollments < s.Patients || len(r.Deadlines) == 0 || len(r.Roles) == 0 {
		t.Errorf("of %d patients %d enrolled, with %d deadlines for %d roles", s.Patients, r.Enrollments, len(r.Deadlines), len(r.Roles))
	}
}
