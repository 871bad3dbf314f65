package fhir

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
)

// FuzzInterpret: whatever comes in, there is no panic; what goes out can be written as JSON, is
// the same each time, and is either ignored for a reason or about a patient with an identifier.
// The seeds are large: run it with -fuzzminimizetime=10x, or it spends its time on shrinking them.
func FuzzInterpret(f *testing.F) {
	seed, err := os.ReadFile("testdata/two-patients.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	files, _ := filepath.Glob(dataRoot + "/0[12]-fhir-*/[dms]*/*.json")
	for _, file := range files {
		f.Add(readData(f, file))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := Interpret(body, Options{Source: "fuzz"})
		if err != nil {
			if care.CodeOf(err) != care.Invalid {
				t.Fatalf("an error that is not Invalid: %v", err)
			}
			return
		}
		if len(in) == 0 {
			t.Fatal("neither an error nor an inbound")
		}
		for _, one := range in {
			if (one.Ignored == "") == (one.Patient == nil || len(one.Patient.Identifiers) == 0) {
				t.Fatalf("neither ignored nor about anybody: %+v", one)
			}
		}
		if _, err := json.Marshal(in); err != nil {
			t.Fatal(err)
		}
		again, err := Interpret(body, Options{Source: "fuzz"})
		if diff := cmp.Diff(in, again); err != nil || diff != "" {
			t.Fatalf("not the same again (%v):\n%s", err, diff)
		}
	})
}
