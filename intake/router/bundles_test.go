package router_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/store"
)

const syntheaFolder = "../../../shared/data/01-fhir-patients"

func synthea(t *testing.T, pattern string) []byte {
	t.Helper()
	if _, err := os.Stat(syntheaFolder); err != nil {
		t.Skip("the generated patients of ../shared/data are not here: " + err.Error())
	}
	found, err := filepath.Glob(filepath.Join(syntheaFolder, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s finds %v, %v", pattern, found, err)
	}
	file, err := os.Open(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// dischargesIn counts, with nothing of ours, the finished inpatient stays of a bundle.
func dischargesIn(t *testing.T, bundle []byte) (n int, last time.Time) {
	t.Helper()
	var b struct {
		Entry []struct {
			Resource struct {
				ResourceType, Status string
				Class                struct{ Code string }
				Period               struct{ End time.Time }
			}
		}
	}
	if err := json.Unmarshal(bundle, &b); err != nil {
		t.Fatal(err)
	}
	for _, e := range b.Entry {
		if r := e.Resource; r.ResourceType == "Encounter" && r.Status == "finished" && r.Class.Code == "IMP" {
			n++
			if r.Period.End.After(last) {
				last = r.Period.End
			}
		}
	}
	return n, last
}

func TestBundles(t *testing.T) {
	cases := map[string]struct {
		discharges int
		fresh      bool // also as if it came two hours after the last discharge
	}{
		"synthea-2019-smart/Austin_Franecki*":    {49, true}, // dead
		"synthea-2019-smart/Quintin_Parker*":     {6, true},
		"synthea-2019-smart/Dino_Barton*":        {2, false}, // dead
		"synthea-2019-smart/Alberto_Atencio*":    {0, false},
		"synthea-2022-mcc/Arturo47_Pedroza523_*": {6, false},
	}
	w := newWorld(t)
	for pattern, c := range cases {
		t.Run(pattern, func(t *testing.T) {
			bundle := synthea(t, pattern)
			n, last := dischargesIn(t, bundle)
			if n != c.discharges {
				t.Fatalf("the bundle holds %d inpatient discharges, want %d", n, c.discharges)
			}
			w.bundle(bundle, c.discharges, false)
			if c.fresh {
				then := newWorld(t)
				then.now = last.Add(2 * time.Hour)
				then.bundle(bundle, c.discharges, true)
			}
		})
	}
}

// bundle posts a bundle twice. The enrollments for discharges of long ago have ended.
func (w *world) bundle(body []byte, discharges int, fresh bool) {
	w.t.Helper()
	t := w.t
	fate, err := w.router.FHIR(t.Context(), body, "synthea")
	w.must(err)
	if fate.Status != care.InboundApplied {
		t.Fatalf("it is %s: %s", fate.Status, fate.Reason)
	}
	m := w.inbound(fate.MessageID)
	all, _, err := w.store.ListEnrollments(t.Context(), store.EnrollmentFilter{PatientID: m.PatientID}, store.Page{Limit: 200})
	w.must(err)
	stays, active := map[care.ID]int{}, 0
	for _, e := range all {
		stays[e.EncounterID]++
		if e.Status != care.EnrollmentEnded {
			active++
		}
	}
	p, err := w.store.Patient(t.Context(), m.PatientID)
	w.must(err)
	decisions, err := w.store.LaunchDecisions(t.Context(), store.LaunchFilter{PatientID: m.PatientID})
	w.must(err)
	refused := 0
	for _, d := range decisions {
		enc, err := w.store.Encounter(t.Context(), d.EncounterID)
		w.must(err)
		if enc.Class == care.Inpatient && d.Decision == store.LaunchNotStarted && d.Reason == "The patient has died." {
			refused++
		}
	}
	if len(all)+refused != discharges || len(stays) != len(all) {
		t.Errorf("%d enrollments for %d stays, %d discharged as dead, want one for each of %d discharges", len(all), len(stays), refused, discharges)
	}
	if want := fresh && !p.Deceased && discharges > 0; want != (active == 1) || active > 1 {
		t.Errorf("%d are active", active)
	}
	before := w.total()
	again, err := w.router.FHIR(t.Context(), body, "synthea")
	w.must(err)
	if diff := cmp.Diff(before, w.total()); !again.Duplicate || diff != "" {
		t.Errorf("posted twice: %+v %s", again, diff)
	}
}
