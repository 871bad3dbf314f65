package pathways_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/api/apitest"
	"throughline/care"
	"throughline/pathways/simulate"
)

const base = "/api/v1/pathways"

func TestListGetAndVersion(t *testing.T) {
	s := apitest.New(t)
	var all struct {
		Items []struct {
			Pathway, Title string
			Versions       []struct {
				Version        int
				Status, Digest string
			}
		}
	}
	s.Get(base).Is(http.StatusOK).Into(&all)
	if len(all.Items) != 1 || all.Items[0].Pathway != apitest.Pathway || all.Items[0].Versions[0].Status != "published" || !strings.HasPrefix(all.Items[0].Versions[0].Digest, "sha256:") {
		t.Fatalf("%+v", all)
	}
	s.Get(base + "/" + apitest.Pathway).Is(http.StatusOK)
	var version struct {
		Version    int
		Source     string
		Definition struct{ Steps []struct{ ID string } }
	}
	s.Get(base + "/" + apitest.Pathway + "/versions/1").Is(http.StatusOK).Into(&version)
	if version.Version != 1 || !strings.Contains(version.Source, "pathway: test-follow-up") || version.Definition.Steps[0].ID != "contact" {
		t.Errorf("%+v", version)
	}
	s.Get(base + "/none").Is(http.StatusNotFound)
	s.Get(base + "/" + apitest.Pathway + "/versions/2").Is(http.StatusNotFound)
	s.Get(base + "/" + apitest.Pathway + "/versions/x").Is(http.StatusUnprocessableEntity)
}

// sound is the test pathway without the holes that its tests do not mind.
func sound(t *testing.T, source string) string {
	t.Helper()
	for _, change := range [][2]string{
		{"clocks:\n", "clocks:\n  period: {from: enrolled, within: 60 days, pause: never, source: ours}\n"},
		{"ends:\n", "ends:\n  - {on: patient.died, as: deceased}\n  - {clock: period, as: finished-incomplete}\n"},
	} {
		if !strings.Contains(source, change[0]) {
			t.Fatalf("the test pathway has no %q", change[0])
		}
		source = strings.Replace(source, change[0], change[1], 1)
	}
	return source
}

// checkAnswer is what the tests read of a check.
type checkAnswer struct {
	OK       bool
	Digest   string
	Problems []struct {
		File, Message, Severity string
		Line                    int
	}
	Explored *struct {
		States, Turns, Scenarios int
		Beyond                   []string
		Stories                  []struct {
			Kind string
			Text []string
			Acts []any
		}
	}
}

func TestCheckSaysWhatIsWrongAndWhere(t *testing.T) {
	s := apitest.New(t)
	var whole struct{ Source string }
	s.Get(base + "/" + apitest.Pathway + "/versions/1").Into(&whole)
	good := sound(t, whole.Source)
	var checked checkAnswer
	s.Post(base+"/check", map[string]string{"source": good}).Is(http.StatusOK).Into(&checked)
	if !checked.OK || checked.Digest == "" || checked.Explored == nil || checked.Explored.States < 10 || len(checked.Explored.Beyond) < 5 {
		t.Errorf("%+v", checked)
	}
	checked = checkAnswer{}
	broken := strings.Replace(good, "clock: visit", "clock: vist", 1)
	s.Post(base+"/check", map[string]string{"source": broken, "file": "a.yaml"}).Is(http.StatusOK).Into(&checked)
	if checked.OK || len(checked.Problems) == 0 || checked.Problems[0].Line == 0 || checked.Problems[0].File != "a.yaml" || checked.Explored != nil {
		t.Errorf("%+v", checked)
	}
}

func TestCheckTellsHowPatientsFallThrough(t *testing.T) {
	s := apitest.New(t)
	var whole struct{ Source string }
	s.Get(base + "/" + apitest.Pathway + "/versions/1").Into(&whole)
	var checked checkAnswer
	s.Post(base+"/check", map[string]string{"source": whole.Source}).Is(http.StatusOK).Into(&checked)
	if checked.OK || checked.Explored == nil || len(checked.Explored.Stories) == 0 {
		t.Fatalf("a pathway that nobody holds is not refused: %+v", checked)
	}
	story := checked.Explored.Stories[0]
	if len(story.Text) < 3 || !strings.HasPrefix(story.Text[0], "On Tuesday 8 September") || len(story.Acts) == 0 {
		t.Errorf("the story is %+v", story)
	}
}

func TestCheckPlaysTheScenarios(t *testing.T) {
	s := apitest.New(t)
	var whole struct{ Source string }
	s.Get(base + "/" + apitest.Pathway + "/versions/1").Into(&whole)
	scenarios := "- {name: it has ended at once, start: 2025-12-01 10:00, launch: {facts: {discharged_on: 2025-12-01}}, expect: {status: ended}}\n"
	var checked checkAnswer
	s.Post(base+"/check", map[string]string{"source": sound(t, whole.Source), "scenarios": scenarios, "file": "a.yaml"}).Is(http.StatusOK).Into(&checked)
	if checked.OK || checked.Explored == nil || checked.Explored.Scenarios != 1 {
		t.Fatalf("a scenario that fails does not refuse: %+v", checked)
	}
	for _, p := range checked.Problems {
		if strings.Contains(p.Message, "“it has ended at once” does not come out as it says") && p.Line == 1 && p.File == "a.yaml.scenarios" {
			return
		}
	}
	t.Errorf("no problem tells of the scenario: %+v", checked.Problems)
}

// simulated is what the tests read of a simulation.
type simulated struct {
	Start       time.Time
	Status      string
	Deadlines   []simulate.Deadline
	Branches    []simulate.Branch
	Timeline    []care.TimelineEntry
	Escalations []care.Escalation
}

func TestSimulateShowsDeadlinesWithTheirReasons(t *testing.T) {
	s := apitest.New(t)
	var got simulated
	s.Post(base+"/simulate", map[string]any{"pathway": apitest.Pathway, "facts": map[string]any{"discharged_on": "2025-11-26"}, "days": 10}).
		Is(http.StatusOK).Into(&got)
	// The day before Thanksgiving: the contact is due on the Monday after it.
	i := slices.IndexFunc(got.Deadlines, func(d simulate.Deadline) bool { return d.Clock == "contact" })
	if i < 0 {
		t.Fatalf("no deadline of the contact: %+v", got.Deadlines)
	}
	contact := got.Deadlines[i]
	if !contact.Due.Equal(time.Date(2025, 12, 2, 4, 59, 59, 0, time.UTC)) || !strings.Contains(contact.Reason, "Thanksgiving") {
		t.Errorf("%+v", contact)
	}
	if !got.Start.Equal(time.Date(2025, 11, 26, 17, 0, 0, 0, time.UTC)) || len(got.Escalations) != 1 || len(got.Timeline) == 0 {
		t.Errorf("started %s, %d escalations", got.Start, len(got.Escalations))
	}
}

func TestSimulateADefinitionThatIsNotKept(t *testing.T) {
	s := apitest.New(t)
	var whole struct{ Source string }
	s.Get(base + "/" + apitest.Pathway + "/versions/1").Into(&whole)
	facts := map[string]any{"discharged_on": "2026-03-02"}
	s.Post(base+"/simulate", map[string]any{"source": strings.Replace(whole.Source, "2 business days", "5 business days", 1), "facts": facts}).Is(http.StatusOK)
	s.Post(base+"/simulate", map[string]any{"source": "pathway: x", "facts": facts}).Is(http.StatusUnprocessableEntity)
	s.Post(base+"/simulate", map[string]any{"facts": facts}).Is(http.StatusUnprocessableEntity)
	s.Post(base+"/simulate", map[string]any{"pathway": apitest.Pathway}).Is(http.StatusUnprocessableEntity)
	s.Post(base+"/simulate", map[string]any{"pathway": "none"}).Is(http.StatusNotFound)
}

func TestSchemaIsServed(t *testing.T) {
	s := apitest.New(t)
	var schema struct {
		Schema string                     `json:"$schema"`
		Defs   map[string]json.RawMessage `json:"$defs"`
	}
	s.Get(base + "/schema").Is(http.StatusOK).Into(&schema)
	if schema.Schema != "https://json-schema.org/draft/2020-12/schema" || len(schema.Defs["Step"]) == 0 {
		t.Errorf("%s with %d definitions", schema.Schema, len(schema.Defs))
	}
}

func TestSimulateAPopulation(t *testing.T) {
	s := apitest.New(t)
	var got struct {
		Timeline   *[]care.TimelineEntry
		Population struct {
			Summary                      string
			Patients, Enrollments, Turns int
			Deadlines                    []struct{ Step string }
		}
	}
	ask := map[string]any{"pathway": apitest.Pathway, "patients": 5, "scenario": populationOf}
	first := s.Post(base+"/simulate", ask).Is(http.StatusOK)
	first.Into(&got)
	if got.Population.Patients != 5 || got.Population.Enrollments != 5 || got.Population.Turns == 0 || len(got.Population.Deadlines) == 0 || got.Population.Summary == "" || got.Timeline != nil {
		t.Errorf("%+v", got)
	}
	s.Post(base+"/simulate", map[string]any{"pathway": apitest.Pathway, "patients": 5, "scenario": "title: none"}).Is(http.StatusUnprocessableEntity)
	s.Post(base+"/simulate", map[string]any{"pathway": apitest.Pathway, "patients": 50_000, "scenario": populationOf}).Is(http.StatusUnprocessableEntity)
	s.Post(base+"/simulate", map[string]any{"pathway": apitest.Pathway, "scenario": strings.Replace(populationOf, "patients: 8", "patients: 3000", 1)}).Is(http.StatusUnprocessableEntity)
}

func TestSimulateTwoVersionsAndTheStaffTheyTake(t *testing.T) {
	s := apitest.New(t)
	ask := map[string]any{"pathway": apitest.Pathway, "patients": 5, "scenario": populationOf, "on_time": "50%"}
	var staffed struct {
		Population struct{ Staffing []struct{ Role string } }
	}
	s.Post(base+"/simulate", ask).Is(http.StatusOK).Into(&staffed)
	if len(staffed.Population.Staffing) == 0 || staffed.Population.Staffing[0].Role == "" {
		t.Errorf("%+v", staffed)
	}
	ask["on_time"] = "most of them"
	s.Post(base+"/simulate", ask).Is(http.StatusUnprocessableEntity)
	ask["on_time"] = "50%"
	ask["against"] = map[string]any{"pathway": apitest.Pathway}
	s.Post(base+"/simulate", ask).Is(http.StatusUnprocessableEntity)
	delete(ask, "on_time")
	var compared struct {
		Population *struct{}
		Comparison struct {
			Summary       string
			Before, After struct{ Patients int }
		}
	}
	s.Post(base+"/simulate", ask).Is(http.StatusOK).Into(&compared)
	if c := compared.Comparison; compared.Population != nil || c.Summary == "" || c.Before.Patients != 5 || c.After.Patients != 5 {
		t.Errorf("%+v", compared)
	}
	ask["against"] = map[string]any{"pathway": "no-such-pathway"}
	s.Post(base+"/simulate", ask).Is(http.StatusNotFound)
	ask["against"], ask["patients"] = map[string]any{"pathway": apitest.Pathway}, 1500
	s.Post(base+"/simulate", ask).Is(http.StatusUnprocessableEntity)
}

const populationOf = `
title: A few
patients: 8
start: 2026-01-05
arrivals: {per_day: 4, even: true}
referrals: {otherwise: {known: 1, accept: 100%, received: 100%}}
staff:
  coordinator: {people: 1, hours: mon-fri 09:00-17:00}
`
