package api_test

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/api"
)

var update = flag.Bool("update", false, "write the golden files anew")

const golden = "testdata/openapi.json"

// TestOpenAPI holds the document to the golden one: whoever changes the API sees what changes for
// its users. Write it anew with go test ./api -run TestOpenAPI -update.
func TestOpenAPI(t *testing.T) {
	got, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("the API changed; if that is meant, run with -update:\n%s", diff)
	}
}

// document is what the tests read of the OpenAPI document.
type document struct {
	OpenAPI    string
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]json.RawMessage }
}

type operation struct {
	OperationID string              `json:"operationId"` //nolint:tagliatelle // OpenAPI's word
	Summary     string              `json:"summary"`
	Tags        []string            `json:"tags"`
	Security    []map[string][]any  `json:"security"`
	Responses   map[string]struct{} `json:"responses"`
	Parameters  []struct{ Name, In string }
}

func read(t *testing.T) document {
	t.Helper()
	text, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEveryOperationIsDescribed(t *testing.T) {
	d := read(t)
	if d.OpenAPI != "3.1.0" {
		t.Errorf("OpenAPI %s", d.OpenAPI)
	}
	var ids []string
	for path, methods := range d.Paths {
		for method, op := range methods {
			if op.Summary == "" || len(op.Tags) != 1 || op.OperationID == "" {
				t.Errorf("%s %s lacks a summary, a resource or an id", method, path)
			}
			if strings.HasPrefix(path, api.Prefix) && len(op.Security) == 0 {
				t.Errorf("%s %s says nothing of sign-in", method, path)
			}
			ids = append(ids, op.OperationID)
		}
	}
	slices.Sort(ids)
	if len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("an operation's id is used twice: %v", ids)
	}
	if len(ids) < 70 {
		t.Errorf("only %d operations", len(ids))
	}
}

func TestEveryPartOfAPathIsAParameter(t *testing.T) {
	part := regexp.MustCompile(`\{([a-z_]+)\}`)
	for path, methods := range read(t).Paths {
		for method, op := range methods {
			for _, name := range part.FindAllStringSubmatch(path, -1) {
				if !slices.Contains(op.Parameters, struct{ Name, In string }{name[1], "path"}) {
					t.Errorf("%s %s does not read %s", method, path, name[1])
				}
			}
		}
	}
}

func TestNamesAreSnakeCaseAndNoneIsHumas(t *testing.T) {
	snake := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for name, raw := range read(t).Components.Schemas {
		var schema struct{ Properties map[string]any }
		if err := json.Unmarshal(raw, &schema); err != nil {
			t.Fatal(err)
		}
		for property := range schema.Properties {
			if !snake.MatchString(property) {
				t.Errorf("%s.%s", name, property)
			}
		}
	}
}
