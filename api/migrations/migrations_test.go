package migrations_test

import (
	"net/http"
	"strings"
	"testing"

	"throughline/api/apitest"
	"throughline/api/migrations"
	"throughline/api/rest"
	"throughline/pathways"
	"throughline/store"
)

// second publishes the test's pathway once more, with another title of a step.
func second(t *testing.T, s *apitest.Server) (key string, from, to int) {
	t.Helper()
	kept, err := s.Store.Definition(t.Context(), apitest.Pathway, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(kept.Source), "version: 1", "version: 2", 1)
	text = strings.Replace(text, "within: 2 business days", "within: 4 business days", 1)
	d, problems := pathways.Parse("test.yaml", []byte(text))
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	if err := s.Store.PutDefinition(t.Context(), d, []byte(text), store.DefinitionPublished); err != nil {
		t.Fatal(err)
	}
	return d.Pathway, 1, 2
}

func TestAMigrationThroughTheAPI(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	key, from, to := second(t, s)
	ask := map[string]any{"pathway": key, "from": from, "to": to, "reason": "more time"}
	var m migrations.MigrationDetail
	s.Post("/api/v1/migrations", ask).Is(http.StatusAccepted).Into(&m)
	if m.Status != store.MigrationPreviewing || m.WindowHours != 168 {
		t.Fatalf("%+v", m)
	}
	work := func() {
		t.Helper()
		if err := s.Runner.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	work()
	path := "/api/v1/migrations/" + m.ID
	var rows rest.List[store.MigrationRow]
	s.Get(path + "/enrollments?class=mapped").Is(http.StatusOK).Into(&rows)
	if len(rows.Items) != 1 || rows.Items[0].EnrollmentID != enrollment || len(rows.Items[0].Preview.Differences) == 0 {
		t.Fatalf("%+v", rows)
	}
	if got := s.Post(path+"/run", map[string]any{}).Is(http.StatusConflict).Rule(); got != "migration.run" {
		t.Errorf("refused by %q", got)
	}
	s.Post(path+"/approve", map[string]any{}).Is(http.StatusUnprocessableEntity)
	s.Post(path+"/approve", map[string]any{"reason": "reviewed"}).Is(http.StatusOK)
	s.Post(path+"/run", map[string]any{}).Is(http.StatusOK)
	work()
	s.Get(path).Is(http.StatusOK).Into(&m)
	if m.Status != store.MigrationDone || len(m.Counts) != 1 || m.Counts[0].Result != store.ResultMoved || len(m.Acts) != 5 {
		t.Errorf("%+v", m)
	}
	var enrolled struct{ Version int }
	if s.Get("/api/v1/enrollments/" + enrollment).Is(http.StatusOK).Into(&enrolled); enrolled.Version != to {
		t.Errorf("it follows version %d", enrolled.Version)
	}
	s.Post(path+"/rollback", map[string]any{"reason": "too long"}).Is(http.StatusOK)
	work()
	if s.Get("/api/v1/enrollments/" + enrollment).Is(http.StatusOK).Into(&enrolled); enrolled.Version != from {
		t.Errorf("it follows version %d", enrolled.Version)
	}
	var list rest.List[migrations.Migration]
	s.Get("/api/v1/migrations").Is(http.StatusOK).Into(&list)
	if len(list.Items) != 1 || list.Items[0].Status != store.MigrationRolledBack {
		t.Errorf("%+v", list)
	}
}

func TestWhatIsAskedWrongly(t *testing.T) {
	s := apitest.New(t)
	key, _, _ := second(t, s)
	s.Post("/api/v1/migrations", map[string]any{"pathway": key, "from": 1, "to": 7, "reason": "x"}).Is(http.StatusNotFound)
	s.Post("/api/v1/migrations", map[string]any{"pathway": key, "from": 1, "to": 2, "reason": "x", "plan": map[string]any{"steps": []any{map[string]any{"step": "nothing"}}}}).Is(http.StatusUnprocessableEntity)
	s.Get("/api/v1/migrations/nothing").Is(http.StatusNotFound)
	s.Get("/api/v1/migrations/nothing/enrollments").Is(http.StatusNotFound)
	s.Get("/api/v1/migrations?cursor=x").Is(http.StatusUnprocessableEntity)
}
