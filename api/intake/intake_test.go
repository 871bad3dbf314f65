package intake_test

import (
	"net/http"
	"strings"
	"testing"

	"throughline/api/apitest"
	"throughline/care"
	"throughline/store"
)

const base = "/api/v1/intake"

func TestHL7IsAnsweredWithAcks(t *testing.T) {
	s := apitest.New(t)
	// As curl sends a file: the content type says nothing.
	message := "MSH|^~\\&|A|B|C|D|20260302||ADT^A03|1|P|2.5\rEVN|A03\r\x1c\xff"
	got := s.Post(base+"/hl7v2", message, "Content-Type", "application/x-www-form-urlencoded").Is(http.StatusOK)
	if kind := got.Header.Get("Content-Type"); kind != "text/plain; charset=utf-8" || !strings.Contains(string(got.Body), "\rMSA|AA|1\r") {
		t.Errorf("%s: %q", kind, got.Body)
	}
	if string(s.Desk.Posted[0]) != message {
		t.Errorf("the intake was given %q", s.Desk.Posted[0])
	}
	got = s.Post(base+"/hl7v2", message, "Accept", "application/hl7-v2").Is(http.StatusOK)
	if kind := got.Header.Get("Content-Type"); kind != "application/hl7-v2" {
		t.Errorf("%s", kind)
	}
	s.Desk.Down = true
	s.Post(base+"/hl7v2", message).Is(http.StatusServiceUnavailable)
}

func TestALargeBatchIsTaken(t *testing.T) {
	s := apitest.New(t)
	batch := strings.Repeat("OBX|1|TX|a line of a report\r", 200_000)
	s.Post(base+"/hl7v2", batch).Is(http.StatusOK)
	if len(s.Desk.Posted[0]) != len(batch) {
		t.Errorf("%d bytes of %d", len(s.Desk.Posted[0]), len(batch))
	}
}

func TestFHIRIsAnsweredWithAnOutcome(t *testing.T) {
	s := apitest.New(t)
	for _, c := range []struct {
		body, code string
		status     int
	}{
		{`{"resourceType":"Bundle"}`, "informational", http.StatusOK},
		{`{"resourceType":"Bundle"}`, "duplicate", http.StatusOK},
		{`[]`, "invalid", http.StatusUnprocessableEntity},
	} {
		got := s.Post(base+"/fhir", c.body, "Content-Type", "application/fhir+json").Is(c.status)
		var outcome struct {
			ResourceType string `json:"resourceType"` //nolint:tagliatelle // FHIR's word
			Issue        []struct{ Code string }
			Extension    []struct {
				Extension []struct{ URL, ValueString string }
			}
		}
		got.Into(&outcome)
		if outcome.ResourceType != "OperationOutcome" || len(outcome.Issue) != 1 || outcome.Issue[0].Code != c.code || outcome.Extension[0].Extension[0].ValueString == "" {
			t.Errorf("%s", got.Body)
		}
		if kind := got.Header.Get("Content-Type"); kind != "application/fhir+json" {
			t.Errorf("%s", kind)
		}
	}
}

func TestEveryMessageIsFoundWithItsFate(t *testing.T) {
	s := apitest.New(t)
	s.Post(base+"/fhir", `{"a":1}`).Is(http.StatusOK)
	s.Post(base+"/fhir", `no JSON`).Is(http.StatusUnprocessableEntity)
	var found struct{ Items []store.InboundMessage }
	s.Get(base + "/messages?status=failed").Is(http.StatusOK).Into(&found)
	if len(found.Items) != 1 || found.Items[0].Reason == "" || found.Items[0].Status != care.InboundFailed {
		t.Fatalf("%+v", found.Items)
	}
	s.Get(base + "/messages?status=lost").Is(http.StatusUnprocessableEntity)
	path := base + "/messages/" + found.Items[0].ID
	var whole struct{ Text, Status string }
	s.Get(path).Is(http.StatusOK).Into(&whole)
	if whole.Text != "no JSON" || whole.Status != "failed" {
		t.Errorf("%+v", whole)
	}
	var fate struct{ Status string }
	s.Post(path+"/replay", nil).Is(http.StatusOK).Into(&fate)
	if fate.Status != "received" {
		t.Errorf("%+v", fate)
	}
	s.Post(base+"/messages/none/replay", nil).Is(http.StatusNotFound)
	s.Get(base + "/messages/none").Is(http.StatusNotFound)
	s.Get(base + "/messages?status=applied").Into(&found)
	s.Post(base+"/messages/"+found.Items[0].ID+"/replay", nil).Is(http.StatusConflict)
}
