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

func TestCheckSaysWhatIsWrongAndWhere(t *testing.T) {
	s := apitest.New(t)
	var whole struct{ Source string }
	s.Get(base + "/" + apitest.Pathway + "/versions/1").Into(&whole)
	var checked struct {
		OK       bool
		Digest   string
		Problems []struct {
			File, Message string
			Line          int
		}
	}
	s.Post(base+"/check", map[string]string{"source": whole.Source}).Is(http.StatusOK).Into(&checked)
	if !checked.OK || checked.Digest == "" {
		t.Errorf("%+v", checked)
	}
	broken := strings.Replace(whole.Source, "clock: visit", "clock: vist", 1)
	s.Post(base+"/check", map[string]string{"source": broken, "file": "a.yaml"}).Is(http.StatusOK).Into(&checked)
	if checked.OK || len(checked.Problems) == 0 || checked.Problems[0].Line == 0 || checked.Problems[0].File != "a.yaml" {
		t.Errorf("%+v", checked)
	}
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
