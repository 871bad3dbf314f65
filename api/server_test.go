package api_test

import (
	"net/http"
	"strings"
	"testing"

	"throughline/api/apitest"
	"throughline/api/rest"
)

func TestEveryAnswerSaysItsRequest(t *testing.T) {
	s := apitest.New(t)
	for _, path := range []string{"/healthz", "/api/v1/tasks", "/api/v1/tasks/none", "/nothing"} {
		got := s.Get(path)
		id := got.Header.Get("X-Request-ID")
		if id == "" || !strings.Contains(s.Log.String(), id) {
			t.Errorf("%s: the request %q is not in the log", path, id)
		}
		for _, header := range []string{"Cache-Control", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
			if got.Header.Get(header) == "" {
				t.Errorf("%s lacks %s", path, header)
			}
		}
	}
}

func TestProblems(t *testing.T) {
	s := apitest.New(t)
	patient := s.Patient()
	for name, c := range map[string]struct {
		method, path string
		body         any
		status       int
		code, place  string
	}{
		"no such address":   {"GET", "/api/v1/nothing", nil, 404, "not_found", ""},
		"no such method":    {"DELETE", "/api/v1/tasks", nil, 405, "unsupported", ""},
		"no such task":      {"GET", "/api/v1/tasks/none", nil, 404, "not_found", ""},
		"no JSON":           {"POST", "/api/v1/enrollments", "{", 400, "malformed", "body"},
		"a missing field":   {"POST", "/api/v1/enrollments", `{"pathway":"x"}`, 422, "invalid", "body"},
		"an unknown field":  {"POST", "/api/v1/patients", `{"family_name":"A","colour":"B"}`, 422, "invalid", "body"},
		"an unknown filter": {"GET", "/api/v1/tasks?colour=red", nil, 422, "invalid", "query"},
		"a wide page":       {"GET", "/api/v1/tasks?limit=201", nil, 422, "invalid", "query.limit"},
		"a bad cursor":      {"GET", "/api/v1/tasks?cursor=abc", nil, 422, "invalid", "query.cursor"},
		"a bad time":        {"GET", "/api/v1/tasks?due_before=soon", nil, 422, "invalid", "query.due_before"},
		"no such pathway":   {"POST", "/api/v1/enrollments", map[string]any{"patient_id": patient, "pathway": "none"}, 404, "not_found", ""},
		"a missing fact":    {"POST", "/api/v1/enrollments", map[string]any{"patient_id": patient, "pathway": apitest.Pathway}, 422, "invalid", "body.facts.discharged_on"},
		"too much":          {"POST", "/api/v1/patients", `{"family_name":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "too_large", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.Do(c.method, c.path, c.body).Is(c.status)
			var p rest.Problem
			got.Into(&p)
			if p.Code != c.code || p.Status != c.status || p.Title == "" || p.Detail == "" || p.RequestID == "" || p.Type == "" {
				t.Errorf("%s", got.Body)
			}
			if c.place != "" && (len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Location, c.place)) {
				t.Errorf("no fault at %s: %s", c.place, got.Body)
			}
			if kind := got.Header.Get("Content-Type"); kind != rest.ProblemType {
				t.Errorf("content type %s", kind)
			}
		})
	}
}

func TestAPartThatIsAwayIs503(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	s.Desk.Down = true
	s.Post("/api/v1/enrollments/"+id+"/withdraw", map[string]string{"reason": "moved"}).Is(http.StatusServiceUnavailable)
}

// TestNothingOfAPatientIsEchoed plants a word wherever a caller can write one, so that it is refused,
// and looks for it in what comes back and in the log.
func TestNothingOfAPatientIsEchoed(t *testing.T) {
	s := apitest.New(t)
	enrollment, patient := s.Enrolled()
	task := s.Task(enrollment, "contact").ID
	const canary = "Canary-Rivera-555-0147"
	for name, c := range map[string]struct {
		method, path string
		body         any
	}{
		"a body that is no JSON":   {"POST", "/api/v1/patients", `{"family_name":"` + canary},
		"a body of another kind":   {"POST", "/api/v1/patients", `"` + canary + `"`},
		"a wrong birth date":       {"POST", "/api/v1/patients", map[string]any{"family_name": "A", "birth_date": canary}},
		"a wrong sex":              {"POST", "/api/v1/patients", map[string]any{"family_name": "A", "sex": canary}},
		"a wrong zone":             {"POST", "/api/v1/patients", map[string]any{"family_name": "A", "zone": canary}},
		"a wrong language":         {"POST", "/api/v1/patients", map[string]any{"family_name": "A", "language": canary}},
		"a wrong address":          {"POST", "/api/v1/patients", map[string]any{"family_name": "A", "telecoms": []any{map[string]string{"system": "email", "value": canary}}}},
		"a wrong time":             {"POST", "/api/v1/patients", map[string]any{"family_name": "A", "deceased_at": canary}},
		"a made-up field":          {"POST", "/api/v1/patients", map[string]any{"family_name": "A", canary: "x"}},
		"a wrong type":             {"PATCH", "/api/v1/patients/" + patient, map[string]any{"works_nights": canary}},
		"a wrong fact":             {"POST", "/api/v1/enrollments", map[string]any{"patient_id": patient, "pathway": apitest.Pathway, "facts": map[string]any{"discharged_on": canary}}},
		"a wrong coded fact":       {"POST", "/api/v1/enrollments", map[string]any{"patient_id": patient, "pathway": apitest.Pathway, "facts": map[string]any{"discharged_on": "2026-03-02", "risk": canary}}},
		"a wrong answer":           {"POST", "/api/v1/tasks/" + task + "/complete", map[string]any{"outcome": "reached", "answers": map[string]any{"feels": canary}}},
		"a wrong outcome":          {"POST", "/api/v1/tasks/" + task + "/complete", map[string]any{"outcome": canary}},
		"a wrong mode":             {"POST", "/api/v1/tasks/" + task + "/attempts", map[string]any{"mode": canary}},
		"a note of the wrong type": {"POST", "/api/v1/tasks/" + task + "/attempts", map[string]any{"mode": "phone", "note": []string{canary}}},
		"a wrong need":             {"POST", "/api/v1/pathways/simulate", map[string]any{"pathway": apitest.Pathway, "zone": canary}},
		"a wrong role":             {"PUT", "/api/v1/roles/coordinator", map[string]any{"email": canary}},
		"a wrong skip":             {"POST", "/api/v1/demo/clock", map[string]any{"advance": canary}},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.Do(c.method, c.path, c.body)
			if got.Status < 400 || got.Status >= 500 {
				t.Fatalf("status %d: %s", got.Status, got.Body)
			}
			if strings.Contains(string(got.Body), canary) {
				t.Errorf("the answer quotes it: %s", got.Body)
			}
		})
	}
	if strings.Contains(s.Log.String(), canary) {
		t.Error("the log quotes it")
	}
}

func TestReadinessSaysWhatIsMissing(t *testing.T) {
	s := apitest.New(t)
	var ready struct {
		Ready bool
		Parts []struct{ Name string }
	}
	s.Stranger(http.MethodGet, "/readyz", nil).Is(http.StatusOK).Into(&ready)
	if !ready.Ready || len(ready.Parts) != 1 || ready.Parts[0].Name != "PostgreSQL" {
		t.Errorf("%+v", ready)
	}
}

func TestMetricsCountByRoute(t *testing.T) {
	s := apitest.New(t)
	s.Get("/api/v1/tasks/some-id").Is(http.StatusNotFound)
	text := string(s.Get("/metrics").Is(http.StatusOK).Body)
	if !strings.Contains(text, `route="/api/v1/tasks/:id",status="404"`) || strings.Contains(text, "some-id") {
		t.Errorf("%s", text)
	}
}
