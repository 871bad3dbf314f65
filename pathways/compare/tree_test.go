package compare

import (
	"bytes"
	"encoding/json"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"throughline/pathways"
)

// The tree of a definition holds what its JSON holds, name by name.
func TestTreeHoldsWhatTravels(t *testing.T) {
	all, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		var travels map[string]any
		if err := dec.Decode(&travels); err != nil {
			t.Fatal(err)
		}
		delete(travels, "version")
		withoutLines(travels)
		if diff := gocmp.Diff(travels, treeOf(d).plain()); diff != "" {
			t.Errorf("%s: %s", d.Pathway, diff)
		}
	}
}

func withoutLines(v any) {
	switch x := v.(type) {
	case map[string]any:
		delete(x, "line")
		for _, part := range x {
			withoutLines(part)
		}
	case []any:
		for _, item := range x {
			withoutLines(item)
		}
	}
}
