package tasks_test

import (
	"net/http"
	"testing"
	"time"

	"throughline/api/apitest"
	"throughline/care"
)

const base = "/api/v1/tasks"

func TestListFiltersAndSorts(t *testing.T) {
	s := apitest.New(t)
	enrollment, patient := s.Enrolled()
	s.Enrolled()
	task := s.Task(enrollment, "contact")
	for filter, want := range map[string]int{
		"": 2, "?open=true": 2, "?role=coordinator": 2, "?role=nurse,coordinator": 2, "?role=nurse": 0, "?status=requested": 2,
		"?status=completed,cancelled": 0, "?patient_id=" + patient: 1, "?enrollment_id=" + enrollment: 1, "?unassigned=true": 2,
		"?assignee=admin": 0, "?due_before=2026-03-05T05:00:00Z": 2, "?due_before=2026-03-05T00:00:00-05:00": 2,
		"?due_before=2026-03-04T00:00:00Z": 0, "?patient_id=none": 0, "?sort=due&limit=1": 1,
	} {
		var found struct{ Items []care.Task }
		s.Get(base + filter).Is(http.StatusOK).Into(&found)
		if len(found.Items) != want {
			t.Errorf("%s: %d instead of %d", filter, len(found.Items), want)
		}
	}
	if task.Cause.Text == "" || task.Next == nil || task.Next.Text == "" {
		t.Errorf("a task says neither why it is there nor what comes next: %+v", task)
	}
	s.Get(base + "?sort=name").Is(http.StatusUnprocessableEntity)
}

func TestGetShowsTheForm(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	var got struct {
		care.Task
		FormFields []struct{ ID, Ask string } `json:"form_fields"`
	}
	s.Get(base + "/" + s.Task(enrollment, "contact").ID).Is(http.StatusOK).Into(&got)
	if len(got.FormFields) != 2 || got.FormFields[0].Ask != "How do you feel?" {
		t.Errorf("%+v", got.FormFields)
	}
	s.Get(base + "/" + care.NewID(apitest.Start)).Is(http.StatusNotFound)
}

func TestClaimStartReleaseReassign(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	path := base + "/" + s.Task(enrollment, "contact").ID
	var task care.Task
	s.Post(path+"/claim", nil).Is(http.StatusOK).Into(&task)
	if task.Assignee != "admin" {
		t.Errorf("claimed by %q", task.Assignee)
	}
	if rule := s.Post(path+"/claim", map[string]any{"assignee": "ann"}).Is(http.StatusConflict).Rule(); rule != "task.claim" {
		t.Errorf("refused by %q", rule)
	}
	s.Post(path+"/start", nil).Is(http.StatusOK).Into(&task)
	if task.Status != care.TaskInProgress {
		t.Errorf("started, %s", task.Status)
	}
	task = care.Task{}
	s.Post(path+"/release", map[string]any{"reason": "end of shift"}).Is(http.StatusOK).Into(&task)
	if task.Status != care.TaskRequested || task.Assignee != "" {
		t.Errorf("released, %s, %q", task.Status, task.Assignee)
	}
	s.Post(path+"/reassign", map[string]any{}).Is(http.StatusUnprocessableEntity)
	s.Post(path+"/reassign", map[string]any{"role": "nurse", "assignee": "ann"}).Is(http.StatusOK).Into(&task)
	if task.Role != "nurse" || task.Assignee != "ann" {
		t.Errorf("reassigned to %q, %q", task.Role, task.Assignee)
	}
}

func TestCompleteNeedsTheAnswersAndIsSeenAtOnce(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	s.Clock.Move(24 * time.Hour)
	path := base + "/" + s.Task(enrollment, "contact").ID + "/complete"
	s.Post(path, map[string]any{"outcome": "danced"}).Is(http.StatusUnprocessableEntity)
	s.Post(path, map[string]any{"outcome": "reached"}).Is(http.StatusUnprocessableEntity)
	var task care.Task
	s.Post(path, map[string]any{
		"outcome": "reached", "answers": map[string]any{"feels": "well"}, "mode": "phone", "occurred_at": "2026-03-03T10:00:00Z",
	}).Is(http.StatusOK).Into(&task)
	if task.Status != care.TaskCompleted || task.Outcome != "reached" || task.EndedAt == nil || !task.EndedAt.Equal(time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", task)
	}
	s.Task(enrollment, "visit") // the next step is open
	s.Post(path, map[string]any{"outcome": "unreachable"}).Is(http.StatusConflict)
}

func TestCancelNeedsAReason(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	path := base + "/" + s.Task(enrollment, "contact").ID + "/cancel"
	s.Post(path, map[string]any{"reason": ""}).Is(http.StatusUnprocessableEntity)
	var task care.Task
	s.Post(path, map[string]any{"reason": "called back by themselves"}).Is(http.StatusOK).Into(&task)
	if task.Status != care.TaskCancelled {
		t.Errorf("%s", task.Status)
	}
}

func TestAttemptsAreKept(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	s.Clock.Move(26 * time.Hour)
	path := base + "/" + s.Task(enrollment, "contact").ID + "/attempts"
	s.Post(path, map[string]any{"mode": "pigeon"}).Is(http.StatusUnprocessableEntity)
	s.Post(path, map[string]any{"mode": "phone", "occurred_at": "2026-03-09T10:00:00Z"}).Is(http.StatusUnprocessableEntity)
	s.Post(path, map[string]any{"mode": "phone", "occurred_at": "2026-03-03T15:30:00Z", "note": "no answer"}).Is(http.StatusCreated)
	var task care.Task
	s.Post(path, map[string]any{"mode": "automated", "occurred_at": "2026-03-03T14:30:00Z", "who": "caregiver"}).Is(http.StatusCreated).Into(&task)
	if task.Attempts != 2 || task.LiveAttempts != 1 {
		t.Errorf("%d tries, %d live", task.Attempts, task.LiveAttempts)
	}
	var all struct{ Items []care.Attempt }
	s.Get(path).Is(http.StatusOK).Into(&all)
	if len(all.Items) != 2 || all.Items[0].Mode != care.Automated || all.Items[1].Note != "no answer" || all.Items[1].Actor.ID != "admin" {
		t.Errorf("%+v", all.Items)
	}
	s.Get(base + "/none/attempts").Is(http.StatusNotFound)
}
