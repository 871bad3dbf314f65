package escalations_test

import (
	"net/http"
	"testing"

	"throughline/api/apitest"
	"throughline/care"
)

const base = "/api/v1/escalations"

// raised lets the contact be missed.
func raised(t *testing.T, s *apitest.Server) care.Escalation {
	t.Helper()
	enrollment, _ := s.Enrolled()
	s.Post("/api/v1/demo/clock", map[string]any{"advance": "3 days"}).Is(http.StatusOK)
	var found struct{ Items []care.Escalation }
	s.Get(base + "?open=true&level=supervisor&enrollment_id=" + enrollment).Is(http.StatusOK).Into(&found)
	if len(found.Items) != 1 {
		t.Fatalf("%d escalations", len(found.Items))
	}
	return found.Items[0]
}

func TestListAndGetSayWhy(t *testing.T) {
	s := apitest.New(t)
	esc := raised(t, s)
	if esc.Cause.Text == "" || esc.Text == "" || esc.TaskID == "" {
		t.Errorf("%+v", esc)
	}
	var same care.Escalation
	s.Get(base + "/" + esc.ID).Is(http.StatusOK).Into(&same)
	if same.ID != esc.ID {
		t.Errorf("%+v", same)
	}
	s.Get(base + "/none").Is(http.StatusNotFound)
	s.Get(base + "?status=forgotten").Is(http.StatusUnprocessableEntity)
}

func TestAcknowledgeSnoozeResolve(t *testing.T) {
	s := apitest.New(t)
	path := base + "/" + raised(t, s).ID
	var esc care.Escalation
	s.Post(path+"/acknowledge", nil).Is(http.StatusOK).Into(&esc)
	if esc.Status != care.EscalationAcknowledged {
		t.Errorf("acknowledged, %s", esc.Status)
	}
	s.Post(path+"/snooze", map[string]any{"until": "2026-03-01T00:00:00Z", "reason": "later"}).Is(http.StatusUnprocessableEntity)
	s.Post(path+"/snooze", map[string]any{"until": "2026-03-06T00:00:00Z", "reason": "called, will call again"}).Is(http.StatusOK).Into(&esc)
	if esc.Status != care.EscalationSnoozed || esc.SnoozedUntil == nil {
		t.Errorf("snoozed, %s", esc.Status)
	}
	s.Post(path+"/resolve", map[string]any{}).Is(http.StatusUnprocessableEntity)
	s.Post(path+"/resolve", map[string]any{"reason": "a neighbour looks in"}).Is(http.StatusOK).Into(&esc)
	if esc.Status != care.EscalationResolved {
		t.Errorf("resolved, %s", esc.Status)
	}
	s.Post(path+"/resolve", map[string]any{"reason": "again"}).Is(http.StatusConflict)
}
