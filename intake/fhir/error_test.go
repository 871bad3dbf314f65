package fhir

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"throughline/care"
)

// TestErrors: what is wrong is refused with its path and advice, and without quoting it.
func TestErrors(t *testing.T) {
	for body, want := range map[string]struct{ field, advice string }{
		``:                       {"body", "is empty"},
		`<Bundle/>`:              {"body", "send FHIR as JSON"},
		`[]`:                     {"body", "not a JSON object"},
		`{"resourceType":`:       {"body", "cut short"},
		"{\"a\":1,\n\"b\":oops}": {"body", "line 2, column 5"},
		ada + "\n" + ada:         {"body", "more than one JSON value"},
		`{}`:                     {"resourceType", "is missing"},
		`{"resourceType":"Bundle","type":"party"}`:                                                    {"Bundle.type", "no bundle type"},
		`{"resourceType":"Bundle","type":"batch","timestamp":"soon"}`:                                 {"Bundle.timestamp", "write it like"},
		`{"resourceType":"Bundle","type":"batch","entry":{}}`:                                         {"Bundle.entry", "a list"},
		collection(`{"id":"x"}`):                                                                      {"Bundle.entry[0].resource.resourceType", "is missing"},
		collection(ada, `{"resourceType":"Patient","name":[{"family":"A"},{"family":7}]}`):            {"Bundle.entry[1].resource.name[1].family", "holds a JSON number where FHIR R4 has a string"},
		`{"resourceType":"Patient","name":{"family":"A"}}`:                                            {"Patient.name", "a list"},
		`{"resourceType":"Patient","deceasedBoolean":"yes"}`:                                          {"Patient.deceasedBoolean", "true or false"},
		`{"resourceType":"Patient","deceasedDateTime":"Tuesday"}`:                                     {"Patient.deceasedDateTime", "write it like"},
		collection(ada, stay(`"class":{"code":"IMP"}`)):                                               {"Bundle.entry[1].resource.status", "is missing"},
		collection(ada, stay(`"status":"gone"`)):                                                      {"Bundle.entry[1].resource.status", "encounter-status"},
		collection(ada, stay(`"status":"finished","class":{"code":5}`)):                               {"Bundle.entry[1].resource.class.code", "a string"},
		collection(ada, stay(`"status":"finished","period":{"end":"then"}`)):                          {"Bundle.entry[1].resource.period.end", "write it like"},
		`{"resourceType":"Encounter","status":"finished"}`:                                            {"Encounter.subject", "refer to the Patient"},
		`{"resourceType":"Encounter","status":"finished","subject":{"reference":"urn:uuid:1"}}`:       {"Encounter.subject.reference", "fullUrl"},
		`{"resourceType":"Encounter","status":"finished","subject":{"reference":"#p"}}`:               {"Encounter.subject.reference", "contained"},
		`{"resourceType":"Encounter","status":"finished","subject":{"reference":"somebody"}}`:         {"Encounter.subject.reference", "write Patient/123"},
		`{"resourceType":"Encounter","status":"finished","subject":{"reference":"Patient?name=Doe"}}`: {"Encounter.subject.reference", "Patient?identifier=system|value"},
		collection(ada, strings.Replace(ada, `"ada"`, `"b"`, 1), `{"resourceType":"Observation","status":"final","subject":{"identifier":{"system":"urn:mrn","value":"1"}}}`): {"Bundle.entry[2].resource.subject.identifier", "matches two"},
		`{"resourceType":"Observation","subject":{"reference":"Patient/1"}}`:                                                                                                  {"Observation.status", "observation-status"},
		`{"resourceType":"Appointment","status":"maybe"}`:                                                                                                                     {"Appointment.status", "appointmentstatus"},
		`{"resourceType":"Appointment","status":"booked"}`:                                                                                                                    {"Appointment.participant", "refer to the Patient"},
		`{"resourceType":"Patient","link":[{"type":"replaced-by","other":{}}]}`:                                                                                               {"Patient.link[0].other", "names no patient"},
		collection(collection()): {"Bundle.entry[0].resource", "each on its own"},
	} {
		_, err := Interpret([]byte(body), Options{})
		var known *care.Error
		if !errors.As(err, &known) || known.Code != care.Invalid || known.Field != want.field || !strings.Contains(known.Message, want.advice) {
			t.Errorf("%s\ngives %#v\nwant %s: … %s …", body, err, want.field, want.advice)
		}
		if err != nil && (strings.Contains(err.Error(), "Doe") || strings.Contains(err.Error(), "Tuesday")) {
			t.Errorf("the error quotes what may be a patient fact: %v", err)
		}
	}
}

func TestOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		err                        error
		severity, code, expression string
	}{
		"fine":        {nil, "information", "informational", ""},
		"invalid":     {fmt.Errorf("taking in: %w", invalid("Bundle.type", "is wrong")), "error", "invalid", "Bundle.type"},
		"unavailable": {care.Errorf(care.Unavailable, "the inbox does not answer"), "error", "transient", ""},
		"internal":    {errors.New("password=hunter2"), "fatal", "exception", ""},
	} {
		out := Outcome(c.err)
		var got struct {
			ResourceType string
			Issue        []struct {
				Severity, Code, Diagnostics string
				Expression                  []string
			}
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		issue := got.Issue[0]
		if got.ResourceType != "OperationOutcome" || issue.Severity != c.severity || issue.Code != c.code || strings.Join(issue.Expression, ",") != c.expression || issue.Diagnostics == "" {
			t.Errorf("%s: %s", name, out)
		}
		if strings.Contains(string(out), "hunter2") {
			t.Errorf("%s tells the details of an internal failure: %s", name, out)
		}
	}
}

func TestDedupKey(t *testing.T) {
	same := []string{`{"a":1,"b":[1.0,"x"]}`, "\xef\xbb\xbf{ \"b\": [1.0, \"x\"],\n \"a\": 1 }"}
	if DedupKey([]byte(same[0])) != DedupKey([]byte(same[1])) {
		t.Error("white space and order change the key")
	}
	for _, other := range []string{`{"a":1,"b":["x",1.0]}`, `{"a":1,"b":[1.00,"x"]}`, `{"a":2,"b":[1.0,"x"]}`, `not JSON`, ``} {
		if DedupKey([]byte(same[0])) == DedupKey([]byte(other)) {
			t.Errorf("%s has the same key as %s", other, same[0])
		}
	}
}
