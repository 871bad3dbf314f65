package e2e

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Each inpatient discharge to home of the Synthea patients starts exactly one enrollment, and the dead
// have none.
func TestSyntheaPatients(t *testing.T) {
	t.Parallel()
	s := shared(t)
	folder := corpus(t, "01-fhir-patients")
	var files []string
	for _, set := range []string{"synthea-2019-smart", "synthea-2022-mcc"} {
		found, err := filepath.Glob(filepath.Join(folder, set, "*.json.gz"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	patients, started, dead := 0, 0, 0
	for _, file := range files {
		raw := contents(t, file)
		b := readBundle(t, raw)
		patientID := s.postBundle(t, raw)
		if b.patient == nil {
			continue // hospitals and practitioners
		}
		patients++
		t.Run(filepath.Base(file), func(t *testing.T) {
			enrolled := s.checkDischarges(t, patientID, b)
			started += enrolled
			if b.diedAtTheEnd() {
				dead++
			}
			s.postBundle(t, raw)
			if again := len(list[enrollment](t, s.client, "/enrollments?patient_id="+patientID)); again != enrolled {
				t.Errorf("the same Bundle again made %d enrollments of %d", again, enrolled)
			}
		})
	}
	t.Logf("%d files, %d patients, %d enrollments; %d died within a day of their last discharge", len(files), patients, started, dead)
	if patients < 40 || started < 100 || dead < 8 {
		t.Error("that were not all of them")
	}
}

// fhirBundle is what this test reads of a Bundle, without the program's own reader.
type fhirBundle struct {
	patient    *fhirResource
	encounters []fhirResource
}

type fhirResource struct {
	ResourceType     string
	Status           string
	DeceasedDateTime *time.Time
	Class            struct{ Code string }
	Period           struct{ Start, End *time.Time }
	Hospitalization  struct {
		DischargeDisposition struct {
			Text   string
			Coding []struct{ Code, Display string }
		}
	}
}

func readBundle(t *testing.T, raw []byte) fhirBundle {
	t.Helper()
	var in struct {
		Entry []struct{ Resource fhirResource }
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		t.Fatalf("reading a Bundle: %v", err)
	}
	var b fhirBundle
	for _, entry := range in.Entry {
		switch r := entry.Resource; r.ResourceType {
		case "Patient":
			b.patient = &r
		case "Encounter":
			b.encounters = append(b.encounters, r)
		}
	}
	return b
}

// toHome tells whether an encounter is an inpatient stay that ended with the patient going home alive.
func (b fhirBundle) toHome(r fhirResource) bool {
	if !slices.Contains([]string{"IMP", "ACUTE", "NONAC"}, r.Class.Code) || r.Status != "finished" || r.Period.End == nil {
		return false
	}
	where := r.Hospitalization.DischargeDisposition.Text
	for _, c := range r.Hospitalization.DischargeDisposition.Coding {
		where += " " + c.Display
	}
	if strings.Contains(strings.ToLower(where), "transferred") {
		return false
	}
	died := b.patient.DeceasedDateTime
	return died == nil || died.After(*r.Period.End)
}

// diedAtTheEnd tells whether the patient died within a day of the last inpatient discharge.
func (b fhirBundle) diedAtTheEnd() bool {
	died := b.patient.DeceasedDateTime
	if died == nil {
		return false
	}
	var last *time.Time
	for _, r := range b.encounters {
		if r.Class.Code == "IMP" && r.Period.End != nil && (last == nil || r.Period.End.After(*last)) {
			last = r.Period.End
		}
	}
	return last != nil && died.Sub(*last).Abs() <= 25*time.Hour
}

// postBundle posts a Bundle and gives the patient it was about.
func (c client) postBundle(t *testing.T, raw []byte) (patientID string) {
	t.Helper()
	a, err := c.ask(t.Context(), http.MethodPost, api+"/intake/fhir", "application/fhir+json", raw)
	if err != nil {
		t.Fatal(err)
	}
	if a.status != http.StatusOK {
		t.Fatalf("a Bundle was answered %.500s", a)
	}
	var said struct {
		Extension []struct {
			Extension []struct{ URL, ValueString string }
		}
	}
	if err := json.Unmarshal(a.body, &said); err != nil {
		t.Fatalf("reading an outcome: %v", err)
	}
	for _, part := range said.Extension[0].Extension {
		if part.URL == "message_id" {
			kept := get[inbound](t, c, "/intake/messages/"+part.ValueString)
			if kept.Status != "applied" && kept.Reason == "" {
				t.Errorf("the Bundle is %s and nothing says why", kept.Status)
			}
			return kept.PatientID
		}
	}
	t.Fatalf("the outcome names no message: %s", a)
	return ""
}

// checkDischarges compares the patient's enrollments with what the Bundle tells, and gives how many
// there are.
func (c client) checkDischarges(t *testing.T, patientID string, b fhirBundle) int {
	t.Helper()
	type stayed struct {
		ID           string     `json:"id"`
		DischargedAt *time.Time `json:"discharged_at"`
	}
	left := map[string]string{}
	for _, e := range get[struct{ Items []stayed }](t, c, "/patients/"+patientID+"/encounters").Items {
		if e.DischargedAt != nil {
			left[e.ID] = e.DischargedAt.UTC().Format(time.RFC3339)
		}
	}
	var want, got []string
	for _, r := range b.encounters {
		if b.toHome(r) {
			want = append(want, r.Period.End.UTC().Format(time.RFC3339))
		}
	}
	enrolled := list[enrollment](t, c, "/enrollments?patient_id="+patientID)
	for _, e := range enrolled {
		got = append(got, left[e.EncounterID])
		if e.Status != "ended" && b.patient.DeceasedDateTime != nil {
			t.Errorf("a patient who died has an enrollment that is %s", e.Status)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("discharges to home, and those that were enrolled (-told +enrolled):\n%s", diff)
	}
	return len(enrolled)
}
