package score_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"throughline/care/score"
)

// readShared reads a file of the real inputs that lie beside the project.
func readShared(t *testing.T, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(sharedFile(t, name), into); err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
}

func sharedFile(t *testing.T, name string) []byte {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(name))
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("%s is not here; the shared data lies beside the project", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func lookup(t *testing.T, key string) score.Scorer {
	t.Helper()
	s, ok := score.Lookup(key, 1)
	if !ok {
		t.Fatalf("there is no %s, version 1", key)
	}
	return s
}

func scored(t *testing.T, key, variant string, answers map[string]score.Value) score.Result {
	t.Helper()
	result, err := lookup(t, key).Score(variant, answers)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// with gives the answers with some changed; nil takes one away.
func with(answers map[string]score.Value, changes ...any) map[string]score.Value {
	changed := maps.Clone(answers)
	for i := 0; i < len(changes); i += 2 {
		name, _ := changes[i].(string)
		changed[name] = changes[i+1]
	}
	return changed
}

func wantScore(t *testing.T, got score.Result, value float64, band score.Band) {
	t.Helper()
	if got.Value == nil {
		t.Errorf("%s %s of %v: no value (%s), want %v", got.Scorer, got.Variant, got.Inputs, got.Handling, value)
		return
	}
	if *got.Value != value || got.Band != band {
		t.Errorf("%s %s of %v = %v %s, want %v %s", got.Scorer, got.Variant, got.Inputs, *got.Value, got.Band, value, band)
	}
}

// row is one line of a published table: "4-6" and its points.
type row struct {
	Range  string
	Points float64
}

func (r *row) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&r.Range, &r.Points})
}

// numbers gives the whole numbers that a row holds: both ends and all between, and for an open end
// some beyond it.
func (r row) numbers(t *testing.T) []int {
	t.Helper()
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("%q is no range", r.Range)
		}
		return n
	}
	var first, last int
	switch from, to, isRange := strings.Cut(r.Range, "-"); {
	case isRange:
		first, last = number(from), number(to)
	case strings.HasPrefix(r.Range, ">="):
		first = number(r.Range[2:])
		last = first + 20
	case strings.HasPrefix(r.Range, ">"):
		first = number(r.Range[1:]) + 1
		last = first + 20
	case strings.HasPrefix(r.Range, "<"):
		last = number(r.Range[1:]) - 1
	default:
		first = number(r.Range)
		last = first
	}
	var all []int
	for n := first; n <= last; n++ {
		all = append(all, n)
	}
	return all
}
