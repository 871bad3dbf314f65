package messages_test

import (
	"net/http"
	"testing"

	"throughline/api/apitest"
	"throughline/care"
)

func TestMessagesAreListedWithWhatBecameOfThem(t *testing.T) {
	s := apitest.New(t)
	enrollment, patient := s.Enrolled()
	ref, _ := s.Referred(enrollment)
	var found struct{ Items []care.Message }
	s.Get("/api/v1/messages?purpose=referral&status=sent&patient_id=" + patient).Is(http.StatusOK).Into(&found)
	if len(found.Items) != 1 || found.Items[0].ReferralID != ref.ID || found.Items[0].Cause.Text == "" {
		t.Fatalf("%+v", found.Items)
	}
	var same care.Message
	s.Get("/api/v1/messages/" + found.Items[0].ID).Is(http.StatusOK).Into(&same)
	if same.Channel != "test" {
		t.Errorf("%+v", same)
	}
	found.Items = nil
	s.Get("/api/v1/messages?to=patient&enrollment_id=" + enrollment).Is(http.StatusOK).Into(&found)
	if len(found.Items) != 0 {
		t.Errorf("%+v", found.Items)
	}
	s.Get("/api/v1/messages/none").Is(http.StatusNotFound)
}
