package api_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/api/apitest"
	"throughline/care"
	"throughline/store"
)

func TestTheSameCommandTwiceIsDoneOnce(t *testing.T) {
	s := apitest.New(t)
	body := map[string]any{"family_name": "Rivera"}
	first := s.Post("/api/v1/patients", body, "Idempotency-Key", "k1").Is(http.StatusCreated)
	again := s.Post("/api/v1/patients", body, "Idempotency-Key", "k1").Is(http.StatusCreated)
	if diff := cmp.Diff(string(first.Body), string(again.Body)); diff != "" {
		t.Error(diff)
	}
	if first.Header.Get("ETag") != again.Header.Get("ETag") || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the repeated answer has other headers: %v", again.Header)
	}
	var all struct{ Items []care.Patient }
	s.Get("/api/v1/patients").Into(&all)
	if len(all.Items) != 1 {
		t.Errorf("%d patients", len(all.Items))
	}
}

func TestAKeyIsForOneCommand(t *testing.T) {
	s := apitest.New(t)
	s.Post("/api/v1/patients", map[string]any{"family_name": "Rivera"}, "Idempotency-Key", "k1").Is(http.StatusCreated)
	other := s.Post("/api/v1/patients", map[string]any{"family_name": "Chen"}, "Idempotency-Key", "k1").Is(http.StatusUnprocessableEntity)
	if other.Rule() != store.RuleKeyReused {
		t.Errorf("%s", other.Body)
	}
	s.Post("/api/v1/services", map[string]any{"family_name": "Rivera"}, "Idempotency-Key", "k1").Is(http.StatusUnprocessableEntity)
}

func TestARefusalIsRepeatedToo(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path, body := "/api/v1/enrollments/"+id+"/resume", map[string]any{}
	first := s.Post(path, body, "Idempotency-Key", "k1").Is(http.StatusConflict)
	again := s.Post(path, body, "Idempotency-Key", "k1").Is(http.StatusConflict)
	if diff := cmp.Diff(string(first.Body), string(again.Body)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatFailedMayBeTriedAgain(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path, body := "/api/v1/enrollments/"+id+"/withdraw", map[string]any{"reason": "moved away"}
	s.Desk.Down = true
	s.Post(path, body, "Idempotency-Key", "k1").Is(http.StatusServiceUnavailable)
	s.Desk.Down = false
	s.Post(path, body, "Idempotency-Key", "k1").Is(http.StatusOK)
	s.Post(path, body, "Idempotency-Key", "k1").Is(http.StatusOK)
	s.Post(path, body, "Idempotency-Key", "k2").Is(http.StatusConflict)
}
