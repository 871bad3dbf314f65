package floors

import (
	"strings"
	"testing"
)

// Each check finds what it is there to find, and nothing in its absence:
// otherwise a green test would mean nothing.
func TestChecksFindWhatIsBroken(t *testing.T) {
	cases := []struct {
		name  string
		check func([]listed) []string
		p     listed
		finds string
	}{
		{"down", brokenFloors, listed{ImportPath: "throughline/app", Imports: []string{"throughline/care", "throughline/api/tasks", "fmt"}}, ""},
		{"up", brokenFloors, listed{ImportPath: "throughline/care", Imports: []string{"throughline/pathways"}}, "care (floor 0) imports pathways (floor 1)"},
		{"up from a folder below", brokenFloors, listed{ImportPath: "throughline/store/migrations", Imports: []string{"throughline/api"}}, "store/migrations (floor 3) imports api (floor 5)"},
		{"across", brokenFloors, listed{ImportPath: "throughline/workflows", Imports: []string{"throughline/store"}}, "workflows (floor 3) imports store (floor 3)"},
		{"across within intake", brokenFloors, listed{ImportPath: "throughline/intake/fhir", Imports: []string{"throughline/intake/hl7v2"}}, "intake/fhir (floor 3)"},
		{"within one row", brokenFloors, listed{ImportPath: "throughline/notify/email", Imports: []string{"throughline/notify"}}, ""},
		{"scores to vocabulary", brokenFloors, listed{ImportPath: "throughline/care/score", Imports: []string{"throughline/care"}}, ""},
		{"scores to language", brokenFloors, listed{ImportPath: "throughline/care/score", Imports: []string{"throughline/pathways"}}, "care/score (floor 0) imports pathways (floor 1)"},
		{"core to language", brokenFloors, listed{ImportPath: "throughline/pathways/engine", Imports: []string{"throughline/pathways"}}, ""},
		{"language to core", brokenFloors, listed{ImportPath: "throughline/pathways", Imports: []string{"throughline/pathways/engine"}}, "pathways (floor 1)"},
		{"homeless", brokenFloors, listed{ImportPath: "throughline/utils"}, "utils has no floor"},
		{"not ours", brokenFloors, listed{ImportPath: "example.com/other", Imports: []string{"throughline/app"}}, ""},

		{"the owner", brokenOwners, listed{ImportPath: "throughline/store/query", Imports: []string{"gorm.io/gorm"}}, ""},
		{"another", brokenOwners, listed{ImportPath: "throughline/api/tasks", Imports: []string{"gorm.io/gorm"}}, "api/tasks imports gorm.io/gorm"},
		{"another's test", brokenOwners, listed{ImportPath: "throughline/api", TestImports: []string{"gorm.io/driver/postgres"}}, "api imports gorm.io"},
		{"another's outer test", brokenOwners, listed{ImportPath: "throughline/app", XTestImports: []string{"go.temporal.io/server/temporal"}}, "app imports go.temporal.io/server"},
		{"a namesake of the owner", brokenOwners, listed{ImportPath: "throughline/storefront", Imports: []string{"gorm.io/gorm"}}, "storefront imports"},
		{"Temporal's client in the API", brokenOwners, listed{ImportPath: "throughline/api", Imports: []string{"go.temporal.io/sdk/client"}}, "api imports go.temporal.io/sdk/client"},
		{"Temporal's client in its place", brokenOwners, listed{ImportPath: "throughline/workflows", Imports: []string{"go.temporal.io/sdk/workflow", "go.temporal.io/api/serviceerror"}}, ""},

		{"pure", brokenPurity, listed{ImportPath: "throughline/pathways/engine", Imports: []string{"time", "oslo", "math"}, TestImports: []string{"os"}}, ""},
		{"files", brokenPurity, listed{ImportPath: "throughline/pathways", Imports: []string{"os"}}, "pathways imports os"},
		{"network", brokenPurity, listed{ImportPath: "throughline/pathways/engine", Imports: []string{"net/http"}}, "pathways/engine imports net/http"},
		{"chance", brokenPurity, listed{ImportPath: "throughline/pathways", Imports: []string{"math/rand/v2"}}, "pathways imports math/rand/v2"},
		{"Temporal", brokenPurity, listed{ImportPath: "throughline/pathways", Imports: []string{"go.temporal.io/sdk/workflow"}}, "pathways imports go.temporal.io"},
		{"network in a workflow", brokenPurity, listed{ImportPath: "throughline/workflows", Imports: []string{"net"}}, "workflows imports net"},

		{"a library in care", brokenVocabulary, listed{ImportPath: "throughline/care", Deps: []string{"time", "github.com/google/uuid"}}, "care needs github.com/google/uuid"},
		{"our own in care", brokenVocabulary, listed{ImportPath: "throughline/care", Deps: []string{"throughline/pathways"}}, "care needs throughline/pathways"},
		{"standard only", brokenVocabulary, listed{ImportPath: "throughline/care", Deps: []string{"time"}}, ""},

		{"the server in a test", brokenReach, listed{ImportPath: "throughline/api.test", Deps: []string{"go.temporal.io/server/temporal"}}, "throughline/api.test reaches"},
		{"the server in its place", brokenReach, listed{ImportPath: "throughline/embedded/temporal.test", Deps: []string{"go.temporal.io/server/temporal"}}, ""},
		{"the server in a test's variant", brokenReach, listed{ImportPath: "throughline/api_test [throughline/api.test]", Deps: []string{"go.temporal.io/server/temporal"}}, "throughline/api_test [throughline/api.test] reaches"},
		{"the server in a variant in its place", brokenReach, listed{ImportPath: "throughline/embedded/temporal [throughline/embedded/temporal.test]", Deps: []string{"go.temporal.io/server/temporal"}}, ""},
		{"Temporal beneath pathways", brokenReach, listed{ImportPath: "throughline/pathways/engine", Deps: []string{"go.temporal.io/sdk/temporal"}}, "throughline/pathways/engine reaches"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			packages := []listed{{ImportPath: "time", Standard: true}, {ImportPath: "github.com/google/uuid"}, c.p}
			got := c.check(packages)
			if c.finds == "" {
				if len(got) > 0 {
					t.Errorf("found %q, want nothing", got)
				}
				return
			}
			if len(got) != 1 || !strings.HasPrefix(got[0], c.finds) {
				t.Errorf("found %q, want one that begins %q", got, c.finds)
			}
		})
	}
}

func TestClockReadsAreFound(t *testing.T) {
	cases := []struct {
		name, source string
		want         int
	}{
		{"none", `package p; import "time"; func f(now time.Time) time.Time { return now.Add(time.Hour) }`, 0},
		{"not imported", `package p; var time clock; func f() { time.Now() }`, 0},
		{"called", `package p; import "time"; func f() time.Time { return time.Now() }`, 1},
		{"passed on", `package p; import "time"; var clock = time.Now`, 1},
		{"renamed", `package p; import t "time"; func f() { t.Sleep(1); _ = t.Since(t.Time{}) }`, 2},
		{"hidden", `package p; import . "time"; var now = Now()`, 1},
		{"in a comment", "package p; import \"time\"\n// time.Now is never called\nvar x time.Time", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := clockReads("p.go", []byte(c.source))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != c.want {
				t.Errorf("found %q, want %d", got, c.want)
			}
		})
	}
	if _, err := clockReads("p.go", []byte("no Go")); err == nil {
		t.Error("what is no Go was checked")
	}
}

// Every row that is shadowed by a longer one still means something, and no
// folder is listed twice.
func TestRowsAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.folder] {
			t.Errorf("%s has two rows", r.folder)
		}
		seen[r.folder] = true
		if got, ok := rowOf(r.folder); !ok || got != r {
			t.Errorf("%s is on row %v", r.folder, got)
		}
	}
}
