package fhir

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
)

var update = flag.Bool("update", false, "write what Interpret gives as the new golden files")

func TestGolden(t *testing.T) {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"two-patients":      "testdata/two-patients.json",
		"davinci-admit":     dataRoot + "/02-fhir-notifications/davinci-alerts/admit-notification-message-bundle-01.json",
		"davinci-discharge": dataRoot + "/02-fhir-notifications/davinci-alerts/discharge-notification-message-bundle-01.json",
		"deqm-submit":       dataRoot + "/01-fhir-patients/deqm-mrp/Bundle-mrp-submit-obs.json",
		"v2-to-fhir-a01":    dataRoot + "/02-fhir-notifications/v2-to-fhir/FHIR_bundle.hl7_ADT_A01.json",
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(file, dataRoot) {
				needData(t)
			}
			in, err := Interpret(readData(t, file), Options{Zone: zone, Source: "golden"})
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(in, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "golden", name+".json")
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readData(t, golden)), string(got)+"\n"); diff != "" {
				t.Errorf("not as in %s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

// one reads a message that is about one patient.
func one(t *testing.T, body string, opt Options) care.Inbound {
	t.Helper()
	in, err := Interpret([]byte(body), opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(in) != 1 {
		t.Fatalf("%d inbounds, want 1", len(in))
	}
	return in[0]
}

// collection wraps resources into a Bundle.
func collection(resources ...string) string {
	entries := make([]string, len(resources))
	for i, r := range resources {
		entries[i] = `{"resource":` + r + `}`
	}
	return `{"resourceType":"Bundle","type":"collection","entry":[` + strings.Join(entries, ",") + `]}`
}

const ada = `{"resourceType":"Patient","id":"ada","identifier":[{"system":"urn:mrn","value":"1"}]}`

// stay makes an Encounter of the patient ada.
func stay(fields string) string {
	return `{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/ada"},` + fields + `}`
}

func TestClasses(t *testing.T) {
	for given, want := range map[string]care.EncounterClass{
		`{"code":"IMP"}`:       care.Inpatient,
		`{"code":"ACUTE"}`:     care.Inpatient,
		`{"code":"NONAC"}`:     care.Inpatient,
		`{"code":"OBSENC"}`:    care.Observation,
		`{"code":"EMER"}`:      care.Emergency,
		`{"code":"AMB"}`:       care.Outpatient,
		`{"code":"SS"}`:        care.Outpatient,
		`{"code":"VR"}`:        care.Virtual,
		`{"code":"HH"}`:        care.HomeHealth,
		`{"code":"PRENC"}`:     care.Preadmit,
		`{"code":"FLD"}`:       care.OtherClass,
		`{"code":"emergency"}`: care.Emergency,
		`{"code":"I"}`:         care.Inpatient,
		`{"code":"brand-new"}`: care.OtherClass,
		`[{"coding":[{"code":"x"},{"code":"OBSENC"}]}]`: care.Observation,
		`{"system":"urn:x"}`:                            "",
		`null`:                                          "",
	} {
		in := one(t, collection(ada, stay(`"status":"in-progress","class":`+given)), Options{})
		if got := in.Encounters[0].Class; got != want {
			t.Errorf("class %s is %q, want %q", given, got, want)
		}
	}
}

// TestStatuses: the status decides what the period means.
func TestStatuses(t *testing.T) {
	type meaning struct {
		status               care.EncounterStatus
		admitted, discharged bool
		disposition          care.Disposition
	}
	for given, want := range map[string]meaning{
		"planned":          {status: care.EncounterPlanned},
		"arrived":          {status: care.EncounterInProgress, admitted: true},
		"triaged":          {status: care.EncounterInProgress, admitted: true},
		"in-progress":      {status: care.EncounterInProgress, admitted: true},
		"onleave":          {status: care.EncounterInProgress, admitted: true},
		"finished":         {status: care.EncounterDischarged, admitted: true, discharged: true, disposition: care.ToSNF},
		"cancelled":        {status: care.EncounterCancelled},
		"entered-in-error": {status: care.EncounterCancelled},
		"unknown":          {},
		"completed":        {status: care.EncounterDischarged, admitted: true, discharged: true, disposition: care.ToSNF},
	} {
		in := one(t, collection(ada, stay(`"status":"`+given+`","class":{"code":"IMP"},"period":{"start":"2026-01-01T10:00:00Z","end":"2026-01-03T10:00:00Z"},
			"hospitalization":{"dischargeDisposition":{"coding":[{"code":"snf"}]}}`)), Options{})
		e := in.Encounters[0]
		got := meaning{e.Status, e.AdmittedAt != nil, e.DischargedAt != nil, e.Disposition}
		if got != want {
			t.Errorf("%s means %+v, want %+v", given, got, want)
		}
	}
}

func TestDispositions(t *testing.T) {
	code := func(c string) string { return `{"coding":[{"code":"` + c + `"}]}` }
	text := func(s string) string { return `{"text":"` + s + `"}` }
	for given, want := range map[string]care.Disposition{
		code("home"): care.ToHome, code("alt-home"): care.ToHome, code("other-hcf"): care.ToOther, code("hosp"): care.ToHospice,
		code("long"): care.ToNursingHome, code("aadvice"): care.AgainstAdvice, code("exp"): care.Expired, code("psy"): care.ToPsych,
		code("rehab"): care.ToRehab, code("snf"): care.ToSNF, code("oth"): care.ToOther,
		code("1"): care.ToHome, code("01"): care.ToHome, code("02"): care.ToHospital, code("03"): care.ToSNF, code("04"): care.ToNursingHome,
		code("05"): care.ToHospital, code("06"): care.ToHomeHealth, code("07"): care.AgainstAdvice, code("09"): care.StillPatient,
		code("20"): care.Expired, code("21"): care.ToLaw, code("30"): care.StillPatient, code("41"): care.Expired, code("43"): care.ToHospital,
		code("50"): care.ToHospiceHome, code("51"): care.ToHospice, code("61"): care.ToSNF, code("62"): care.ToRehab, code("63"): care.ToLTCH,
		code("64"): care.ToNursingHome, code("65"): care.ToPsych, code("66"): care.ToHospital, code("70"): care.ToOther,
		code("81"): care.ToHome, code("95"): care.ToOther, code("99"): care.DispositionNil,
		text("Discharge to home"): care.ToHome,
		text("Discharged to home care or self care (routine discharge)"):                                    care.ToHome,
		text("Discharged home safe"):                                                                        care.ToHome,
		text("Discharged to home under care of organized home health service"):                              care.ToHomeHealth,
		text("Transferred to a short term general hospital for inpatient care"):                             care.ToHospital,
		text("Discharged/transferred to skilled nursing facility"):                                          care.ToSNF,
		text("Discharge to nursing home"):                                                                   care.ToNursingHome,
		text("Discharged to an inpatient rehabilitation facility"):                                          care.ToRehab,
		text("Discharged to a psychiatric hospital"):                                                        care.ToPsych,
		text("Discharged to a Medicare certified long term care hospital (LTCH)"):                           care.ToLTCH,
		text("Hospice - home"):                                                                              care.ToHospiceHome,
		text("Hospice - medical facility"):                                                                  care.ToHospice,
		text("Left against medical advice"):                                                                 care.AgainstAdvice,
		text("Patient died"):                                                                                care.Expired,
		text("Discharged to court/law enforcement"):                                                         care.ToLaw,
		text("Assisted living"):                                                                             care.ToAssisted,
		text("Walked into the sunset"):                                                                      care.DispositionNil,
		`{"coding":[{"system":"http://snomed.info/sct","code":"306689006","display":"Discharge to home"}]}`: care.ToHome,
		`{"coding":[{"code":"zz"},{"code":"03"}]}`:                                                          care.ToSNF,
		`{}`: care.DispositionNil,
	} {
		in := one(t, collection(ada, stay(`"status":"finished","class":{"code":"IMP"},"hospitalization":{"dischargeDisposition":`+given+`}`)), Options{})
		if got := in.Encounters[0].Disposition; got != want {
			t.Errorf("disposition %s is %q, want %q", given, got, want)
		}
	}
}

// TestReferences: every form of reference leads to the same patient.
func TestReferences(t *testing.T) {
	for name, c := range map[string]struct{ patientURL, subject, stayURL string }{
		"urn":                  {"urn:uuid:1", `{"reference":"urn:uuid:1"}`, "urn:uuid:2"},
		"relative":             {"", `{"reference":"Patient/ada"}`, ""},
		"relative to a server": {"https://a.example/fhir/Patient/ada", `{"reference":"Patient/ada"}`, "https://a.example/fhir/Encounter/e"},
		"relative from a urn":  {"https://a.example/fhir/Patient/ada", `{"reference":"Patient/ada"}`, "urn:uuid:2"},
		"absolute":             {"https://a.example/fhir/Patient/ada", `{"reference":"https://a.example/fhir/Patient/ada"}`, "urn:uuid:2"},
		"a version":            {"https://a.example/fhir/Patient/ada", `{"reference":"https://a.example/fhir/Patient/ada/_history/3"}`, "urn:uuid:2"},
		"logical":              {"urn:uuid:1", `{"identifier":{"system":"urn:mrn","value":"1"}}`, "urn:uuid:2"},
		"conditional":          {"urn:uuid:1", `{"reference":"Patient?identifier=urn:mrn|1"}`, "urn:uuid:2"},
		"conditional, escaped": {"urn:uuid:1", `{"reference":"Patient?identifier=urn%3Amrn%7C1"}`, "urn:uuid:2"},
		"none":                 {"urn:uuid:1", `{"display":"the only one"}`, "urn:uuid:2"},
	} {
		body := `{"resourceType":"Bundle","type":"collection","entry":[
			{"fullUrl":"` + c.stayURL + `","resource":{"resourceType":"Encounter","id":"e","status":"in-progress","class":{"code":"IMP"},"subject":` + c.subject + `}},
			{"fullUrl":"` + c.patientURL + `","resource":` + ada + `}]}`
		in := one(t, body, Options{})
		if in.Patient.Identifiers[0].Value != "1" || len(in.Encounters) != 1 {
			t.Errorf("%s: %+v", name, in)
		}
	}
}

func TestContainedPatient(t *testing.T) {
	in := one(t, `{"resourceType":"Encounter","id":"e","status":"in-progress","class":{"code":"IMP"},"subject":{"reference":"#p"},
		"contained":[{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:mrn","value":"1"}]}]}`, Options{})
	want := []care.Identifier{{System: "urn:mrn", Value: "1"}}
	if diff := cmp.Diff(want, in.Patient.Identifiers); diff != "" || len(in.Encounters) != 1 {
		t.Errorf("identifiers (-want +got):\n%s", diff)
	}
}

// TestAbsentPatient: a patient that isn't sent along is known by what the reference says.
func TestAbsentPatient(t *testing.T) {
	for subject, want := range map[string]care.Identifier{
		`{"reference":"Patient/p1"}`:                                       {System: "fhir:north/Patient", Value: "p1", Type: "RI"},
		`{"reference":"https://s.example/fhir/Patient/p1"}`:                {System: "https://s.example/fhir/Patient", Value: "p1", Type: "RI"},
		`{"reference":"Patient?identifier=urn:mrn|7"}`:                     {System: "urn:mrn", Value: "7"},
		`{"type":"Patient","identifier":{"system":"urn:mrn","value":"7"}}`: {System: "urn:mrn", Value: "7"},
	} {
		in := one(t, `{"resourceType":"Encounter","status":"in-progress","class":{"code":"IMP"},"subject":`+subject+`}`, Options{Source: "north"})
		if diff := cmp.Diff([]care.Identifier{want}, in.Patient.Identifiers); diff != "" {
			t.Errorf("%s (-want +got):\n%s", subject, diff)
		}
	}
}

func TestSameIDOnTwoServersIsTwoPatients(t *testing.T) {
	in, err := Interpret([]byte(`{"resourceType":"Bundle","type":"collection","entry":[
		{"fullUrl":"https://a.example/Patient/1","resource":{"resourceType":"Patient","id":"1"}},
		{"fullUrl":"https://b.example/Patient/1","resource":{"resourceType":"Patient","id":"1"}},
		{"fullUrl":"https://b.example/Encounter/1","resource":{"resourceType":"Encounter","id":"1","status":"in-progress","class":{"code":"IMP"},"subject":{"reference":"Patient/1"}}}]}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(in) != 2 || len(in[0].Encounters) != 0 || len(in[1].Encounters) != 1 {
		t.Errorf("the stay went to the wrong patient: %+v", in)
	}
}

func TestMerges(t *testing.T) {
	losing := []care.Identifier{{System: "urn:mrn", Value: "1"}, {System: "fhir:s/Patient", Value: "a", Type: "RI"}}
	surviving := []care.Identifier{{System: "urn:mrn", Value: "2"}, {System: "fhir:s/Patient", Value: "b", Type: "RI"}}
	a := func(link string) string {
		return `{"resourceType":"Patient","id":"a","identifier":[{"system":"urn:mrn","value":"1"}]` + link + `}`
	}
	b := func(link string) string {
		return `{"resourceType":"Patient","id":"b","identifier":[{"system":"urn:mrn","value":"2"}]` + link + `}`
	}
	replacedBy := `,"link":[{"type":"replaced-by","other":{"reference":"Patient/b"}},{"type":"seealso","other":{"reference":"Patient/b"}}]`
	replaces := `,"link":[{"type":"replaces","other":{"reference":"Patient/a"}}]`
	for name, c := range map[string]struct {
		body string
		want care.PatientMerge
	}{
		"both told":     {collection(a(replacedBy), b(replaces)), care.PatientMerge{Surviving: surviving, Losing: losing}},
		"replaces":      {collection(a(""), b(replaces)), care.PatientMerge{Surviving: surviving, Losing: losing}},
		"survivor away": {a(replacedBy), care.PatientMerge{Surviving: surviving[1:], Losing: losing}},
	} {
		in, err := Interpret([]byte(c.body), Options{Source: "s"})
		if err != nil {
			t.Fatal(err)
		}
		var got []care.PatientMerge
		for _, one := range in {
			got = append(got, one.Merges...)
		}
		if diff := cmp.Diff([]care.PatientMerge{c.want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAppointments(t *testing.T) {
	for status, want := range map[string]care.AppointmentStatus{
		"booked": care.AppointmentBooked, "arrived": care.AppointmentBooked, "checked-in": care.AppointmentBooked,
		"fulfilled": care.AppointmentKept, "noshow": care.AppointmentNoShow,
		"cancelled": care.AppointmentCancelled, "entered-in-error": care.AppointmentCancelled,
	} {
		in := one(t, collection(ada, `{"resourceType":"Appointment","id":"v","status":"`+status+`","start":"2026-05-10T09:00:00-05:00",
			"cancelationReason":{"text":"no ride"},"reasonCode":[{"text":"follow-up"}],"serviceType":[{"text":"Cardiology"}],
			"participant":[{"actor":{"reference":"urn:uuid:a-practitioner-not-sent"}},{"actor":{"reference":"Patient/ada"}}]}`), Options{Source: "s"})
		reason := map[bool]string{true: "no ride", false: "follow-up"}[want == care.AppointmentCancelled]
		start := time.Date(2026, 5, 10, 14, 0, 0, 0, time.UTC)
		expect := []care.AppointmentReport{{Identifier: care.Identifier{System: "fhir:s/Appointment", Value: "v", Type: "RI"}, Status: want, Start: &start, Reason: reason, Service: "Cardiology"}}
		if diff := cmp.Diff(expect, in.Appointments); diff != "" {
			t.Errorf("%s (-want +got):\n%s", status, diff)
		}
	}
	in := one(t, collection(ada, `{"resourceType":"Appointment","status":"proposed","participant":[{"actor":{"reference":"Patient/ada"}}]}`), Options{})
	if len(in.Appointments) != 0 || !strings.Contains(strings.Join(in.Warnings, " "), "1 Appointment that is not booked yet") {
		t.Errorf("a proposed appointment: %+v", in)
	}
}

func TestObservations(t *testing.T) {
	for name, c := range map[string]struct {
		fields, value, unit, ranges, status string
		critical                            bool
	}{
		"panic high":       {`"status":"final","valueQuantity":{"value":6.90,"unit":"mmol/L"},"interpretation":[{"coding":[{"code":"HH"}]}],"referenceRange":[{"low":{"value":3.5},"high":{"value":5.10}}]`, "6.90", "mmol/L", "3.5-5.10", "final", true},
		"panic low":        {`"status":"preliminary","valueInteger":2,"interpretation":[{"coding":[{"code":"LL"}]}]`, "2", "", "", "preliminary", true},
		"abnormal, panic":  {`"status":"amended","valueString":"x","interpretation":[{"coding":[{"code":"AA"}]}]`, "x", "", "", "corrected", true},
		"high":             {`"status":"final","valueQuantity":{"comparator":">","value":5,"code":"mg"},"interpretation":[{"coding":[{"code":"H"}]}],"referenceRange":[{"text":"below 5"}]`, ">5", "mg", "below 5", "final", false},
		"text is no flag":  {`"status":"final","valueBoolean":true,"interpretation":[{"text":"HH critical"}]`, "true", "", "", "final", false},
		"entered in error": {`"status":"entered-in-error","valueString":"x","interpretation":[{"coding":[{"code":"HH"}]}]`, "x", "", "", "entered-in-error", false},
		"corrected normal": {`"status":"corrected","valueCodeableConcept":{"coding":[{"code":"N1","display":"Normal"}]},"interpretation":[{"coding":[{"code":"N"}]}]`, "Normal", "", "", "corrected", false},
	} {
		in := one(t, collection(ada, `{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/ada"},"code":{"text":"K"},`+c.fields+`}`), Options{})
		got := in.Observations[0]
		if got.Value != c.value || got.Unit != c.unit || got.Range != c.ranges || got.Status != c.status || got.Critical != c.critical {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestObservationComponents(t *testing.T) {
	in := one(t, collection(ada, `{"resourceType":"Observation","id":"bp","status":"final","subject":{"reference":"Patient/ada"},"code":{"coding":[{"code":"85354-9"}]},
		"component":[{"code":{"coding":[{"code":"8480-6"}]},"valueQuantity":{"value":190}},{"code":{"coding":[{"code":"8462-4"}]},"valueQuantity":{"value":110}}]}`), Options{})
	var got []string
	for _, o := range in.Observations {
		got = append(got, o.Identifier.Value+" "+o.Code.Code+" "+o.Value)
	}
	if diff := cmp.Diff([]string{"bp#1:8480-6 8480-6 190", "bp#2:8462-4 8462-4 110"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOccurredAt(t *testing.T) {
	updated := `{"resourceType":"Patient","id":"ada","meta":{"lastUpdated":"2026-02-01T00:00:00Z"}}`
	left := stay(`"status":"finished","class":{"code":"IMP"},"period":{"start":"2026-01-01","end":"2026-01-03T10:00:00Z"}`)
	for name, c := range map[string]struct{ body, want string }{
		"the bundle's":        {strings.Replace(collection(updated, left), `"type"`, `"timestamp":"2026-03-01T00:00:00Z","type"`, 1), "2026-03-01T00:00:00Z"},
		"last updated":        {collection(updated, left), "2026-02-01T00:00:00Z"},
		"the stay's end":      {collection(ada, left), "2026-01-03T10:00:00Z"},
		"not a planned start": {collection(ada, left, stay(`"status":"planned","class":{"code":"IMP"},"period":{"start":"2027-01-01"}`)), "2026-01-03T10:00:00Z"},
		"nothing":             {ada, "0001-01-01T00:00:00Z"},
	} {
		if got := one(t, c.body, Options{}).OccurredAt.Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestDates: a date without a time is a local day; the end of a period is inclusive.
func TestDates(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		edge edge
		want string
	}{
		{"2026-03-08", first, "2026-03-08T05:00:00Z"},
		{"2026-03-08", last, "2026-03-09T03:59:59Z"}, // the clocks went forward in between
		{"2026-02", last, "2026-03-01T04:59:59Z"},
		{"2026", first, "2026-01-01T05:00:00Z"},
		{"2026-07-01T10:00:00", first, "2026-07-01T14:00:00Z"},
		{"2026-07-01T10:00:00.123+02:00", last, "2026-07-01T08:00:00Z"},
		{"2026-07-01T10:00Z", first, "2026-07-01T10:00:00Z"},
	} {
		got, ok := readWhen(c.text, zone, c.edge)
		if !ok || got.at.Format(time.RFC3339) != c.want {
			t.Errorf("%s: %s %v, want %s", c.text, got.at.Format(time.RFC3339), ok, c.want)
		}
	}
	for _, text := range []string{"yesterday", "2026-13-01", "2026-02-30", "0000-01-01T00:00:00+14:00", "20260101"} {
		if got, ok := readWhen(text, zone, first); ok {
			t.Errorf("%s was read as %s", text, got.at)
		}
	}
}

func TestControlID(t *testing.T) {
	withID := strings.Replace(collection(ada), `"type"`, `"id":"b-1","type"`, 1)
	withIdentifier := strings.Replace(withID, `"type"`, `"identifier":{"value":"m-1"},"type"`, 1)
	withHeader := collection(ada, `{"resourceType":"MessageHeader","id":"h-1"}`)
	for body, want := range map[string]string{withID: "b-1", withIdentifier: "m-1", withHeader: "h-1", ada: DedupKey([]byte(ada))} {
		if got := one(t, body, Options{}).ControlID; got != want {
			t.Errorf("%s: control id %q, want %q", body, got, want)
		}
	}
}

func TestIgnored(t *testing.T) {
	for body, want := range map[string]string{
		collection(): "The message is empty.",
		`{"resourceType":"Bundle","type":"transaction-response"}`:                                                                                      "The Bundle is the answer to a request; it tells no news.",
		`{"resourceType":"Goal","subject":{"reference":"Patient/1"}}`:                                                                                  "The message tells nothing about a patient that we act on; it holds 1 Goal.",
		`{"resourceType":"Condition","subject":{"reference":"Patient/1"}}`:                                                                             "The message tells nothing about a patient that we act on; it holds 1 Condition of no stay in the message.",
		`{"resourceType":"Observation","status":"registered","subject":{"reference":"Patient/1"}}`:                                                     "The message tells nothing about a patient that we act on; it holds 1 Observation without a result yet.",
		`{"resourceType":"Observation","status":"final","subject":{"reference":"Group/1"}}`:                                                            "The message tells nothing about a patient that we act on; it holds 1 Observation of no patient.",
		`{"resourceType":"Bundle","type":"subscription-notification","entry":[{"resource":{"resourceType":"SubscriptionStatus","type":"heartbeat"}}]}`: "A subscription's heartbeat: the sender tells that it is alive.",
	} {
		if got := one(t, body, Options{}); got.Ignored != want || got.Patient != nil {
			t.Errorf("%s is ignored for %q, want %q", body, got.Ignored, want)
		}
	}
}

func TestFullResourceNotification(t *testing.T) {
	in := one(t, `{"resourceType":"Bundle","type":"history","entry":[
		{"resource":{"resourceType":"Parameters","parameter":[{"name":"type","valueCode":"event-notification"}]}},
		{"fullUrl":"https://s.example/Encounter/1","resource":{"resourceType":"Encounter","id":"1","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/9"}}},
		{"fullUrl":"https://s.example/Encounter/1","resource":{"resourceType":"Encounter","id":"1","status":"in-progress","class":{"code":"IMP"},"subject":{"reference":"Patient/9"}}}]}`, Options{})
	want := []care.Identifier{{System: "https://s.example/Patient", Value: "9", Type: "RI"}}
	if diff := cmp.Diff(want, in.Patient.Identifiers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(in.Encounters) != 1 || in.Encounters[0].Status != care.EncounterDischarged {
		t.Errorf("want the newest version only: %+v", in.Encounters)
	}
}
