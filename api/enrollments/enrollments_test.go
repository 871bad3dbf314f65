package enrollments_test

import (
	"net/http"
	"testing"
	"time"

	"throughline/api/apitest"
	"throughline/care"
)

const base = "/api/v1/enrollments"

// detail is what the tests read of an enrollment.
type detail struct {
	care.Enrollment
	Steps  []care.Step
	Clocks []care.Clock
}

func (d detail) step(id string) care.StepStatus {
	for _, s := range d.Steps {
		if s.Step == id {
			return s.Status
		}
	}
	return ""
}

func (d detail) clock(name string) care.Clock {
	for _, c := range d.Clocks {
		if c.Clock == name {
			return c
		}
	}
	return care.Clock{}
}

func TestCreateGivesTheDeadlineWithItsReason(t *testing.T) {
	s := apitest.New(t)
	id, patient := s.Enrolled()
	var e detail
	s.Get(base + "/" + id).Is(http.StatusOK).Into(&e)
	contact := e.clock("contact")
	// Two business days after Monday the 2nd: the end of Wednesday the 4th in New York.
	if want := time.Date(2026, 3, 5, 4, 59, 59, 0, time.UTC); !contact.DueAt.Equal(want) || contact.Reason == "" || contact.Source != "a law" {
		t.Errorf("%+v", contact)
	}
	if e.PatientID != patient || e.Status != care.EnrollmentActive || len(e.Holds) == 0 || e.Next == nil {
		t.Errorf("%+v", e.Enrollment)
	}
}

func TestCreateUnderOneKeyIsOneEnrollment(t *testing.T) {
	s := apitest.New(t)
	body := map[string]any{"patient_id": s.Patient(), "pathway": apitest.Pathway, "facts": map[string]any{"discharged_on": "2026-03-02"}}
	var first, again, other struct{ ID care.ID }
	s.Post(base, body, "Idempotency-Key", "a").Is(http.StatusCreated).Into(&first)
	s.Post(base, body, "Idempotency-Key", "a").Is(http.StatusCreated).Into(&again)
	s.Post(base, body, "Idempotency-Key", "b").Is(http.StatusCreated).Into(&other)
	if first.ID != again.ID || first.ID == other.ID {
		t.Errorf("%v %v %v", first, again, other)
	}
}

func TestListNarrowsAndPages(t *testing.T) {
	s := apitest.New(t)
	one, patient := s.Enrolled()
	s.Enrolled()
	s.Enrolled()
	var page struct {
		Items      []care.Enrollment
		NextCursor string `json:"next_cursor"`
	}
	s.Get(base + "?patient_id=" + patient).Is(http.StatusOK).Into(&page)
	if len(page.Items) != 1 || page.Items[0].ID != one {
		t.Errorf("%+v", page)
	}
	seen := map[care.ID]bool{}
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		page.NextCursor = ""
		s.Get(base + "?limit=2&status=active,paused&pathway=" + apitest.Pathway + "&cursor=" + cursor).Is(http.StatusOK).Into(&page)
		for _, e := range page.Items {
			seen[e.ID] = true
		}
		cursor = page.NextCursor
	}
	if len(seen) != 3 {
		t.Errorf("%d of 3 enrollments seen", len(seen))
	}
	none := string(s.Get(base + "?status=ended").Is(http.StatusOK).Body)
	if none != "{\"items\":[]}\n" {
		t.Errorf("an empty list is %q", none)
	}
}

func TestTimelineTellsWhoAndWhy(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	var told struct{ Items []care.TimelineEntry }
	s.Get(base + "/" + id + "/timeline").Is(http.StatusOK).Into(&told)
	if len(told.Items) == 0 || told.Items[0].Actor.ID != "admin" || told.Items[0].Text == "" {
		t.Errorf("%+v", told.Items)
	}
	s.Get(base + "/none/timeline").Is(http.StatusNotFound)
}

func TestPauseAndResume(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path := base + "/" + id
	s.Post(path+"/pause", map[string]any{"reason": "on holiday", "until": "2027-03-02T09:00:00Z"}).Is(http.StatusUnprocessableEntity)
	s.Post(path+"/pause", map[string]any{"until": "2026-03-09T09:00:00Z"}).Is(http.StatusUnprocessableEntity)
	var e detail
	s.Post(path+"/pause", map[string]any{"reason": "on holiday", "until": "2026-03-09T09:00:00Z"}).Is(http.StatusOK).Into(&e)
	if e.Status != care.EnrollmentPaused || e.clock("contact").Status != care.ClockRunning {
		t.Errorf("%s, statutory clock %s", e.Status, e.clock("contact").Status)
	}
	s.Post(path+"/resume", nil).Is(http.StatusOK).Into(&e)
	if e.Status != care.EnrollmentActive {
		t.Errorf("%s", e.Status)
	}
	if rule := s.Post(path+"/resume", nil).Is(http.StatusConflict).Rule(); rule != "enrollment.resume" {
		t.Errorf("refused by %q", rule)
	}
}

func TestWithdrawEndsIt(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path := base + "/" + id + "/withdraw"
	s.Post(path, map[string]any{"reason": "x", "outcome": "bored"}).Is(http.StatusUnprocessableEntity)
	var e detail
	s.Post(path, map[string]any{"reason": "moved away", "outcome": "transferred"}).Is(http.StatusOK).Into(&e)
	if e.Status != care.EnrollmentEnded || e.Outcome != "transferred" || e.Reason != "moved away" {
		t.Errorf("%+v", e.Enrollment)
	}
	if rule := s.Post(path, map[string]any{"reason": "again"}).Is(http.StatusConflict).Rule(); rule != "enrollment.ended" {
		t.Errorf("refused by %q", rule)
	}
	s.Post(base+"/none/withdraw", map[string]any{"reason": "x"}).Is(http.StatusNotFound)
}

func TestStartAndSkipStep(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path := base + "/" + id + "/steps"
	var e detail
	s.Post(path+"/visit/start", map[string]any{"reason": "the doctor asks for it"}).Is(http.StatusOK).Into(&e)
	if e.step("visit") != care.StepOpen {
		t.Errorf("visit is %s", e.step("visit"))
	}
	s.Post(path+"/visit/skip", map[string]any{"reason": "seen elsewhere"}).Is(http.StatusOK).Into(&e)
	if e.step("visit") != care.StepSkipped {
		t.Errorf("visit is %s", e.step("visit"))
	}
	s.Post(path+"/visit/skip", map[string]any{}).Is(http.StatusUnprocessableEntity)
	s.Post(path+"/none/start", map[string]any{"reason": "x"}).Is(http.StatusNotFound)
}

func TestAddStepObeysTheRules(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path := base + "/" + id + "/steps"
	if rule := s.Post(path, map[string]any{"reason": "x", "step": map[string]any{"task": "Call the pharmacy"}}).
		Is(http.StatusUnprocessableEntity).Rule(); rule != "step.add" {
		t.Errorf("work without a deadline was refused by %q", rule)
	}
	s.Post(path, map[string]any{"reason": "no refill", "step": map[string]any{
		"id": "pharmacy", "task": "Call the pharmacy", "due": "1 business day", "outcomes": []string{"done"},
	}}).Is(http.StatusOK)
	task := s.Task(id, "pharmacy")
	if task.DueAt == nil || task.Title != "Call the pharmacy" {
		t.Errorf("%+v", task)
	}
}

func TestMoveClockButNotTheLaws(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path := base + "/" + id
	until := map[string]any{"reason": "the clinic is closed", "until": "2026-03-20T17:00:00-04:00"}
	if rule := s.Post(path+"/clocks/contact/move", until).Is(http.StatusConflict).Rule(); rule != "clock.move.statutory" {
		t.Errorf("refused by %q", rule)
	}
	s.Post(path+"/steps/visit/start", map[string]any{"reason": "now"}).Is(http.StatusOK)
	var e detail
	s.Post(path+"/clocks/visit/move", until).Is(http.StatusOK).Into(&e)
	if !e.clock("visit").DueAt.Equal(time.Date(2026, 3, 20, 21, 0, 0, 0, time.UTC)) {
		t.Errorf("%s", e.clock("visit").DueAt)
	}
}

func TestStartTrack(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path := base + "/" + id + "/tracks/"
	var e detail
	s.Post(path+"support/start", map[string]any{"reason": "lives alone"}).Is(http.StatusOK).Into(&e)
	if e.step("support") != care.StepOpen {
		t.Errorf("support is %q", e.step("support"))
	}
	s.Post(path+"support/start", map[string]any{"reason": "again"}).Is(http.StatusConflict)
	s.Post(path+"none/start", map[string]any{"reason": "x"}).Is(http.StatusNotFound)
}

func TestReportEvent(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path := base + "/" + id + "/events"
	s.Post(path, map[string]any{"kind": "clock.offset"}).Is(http.StatusUnprocessableEntity)
	s.Post(path, map[string]any{"kind": "need.identified"}).Is(http.StatusUnprocessableEntity)
	s.Post(path, map[string]any{"kind": "observation.recorded"}).Is(http.StatusUnprocessableEntity)
	var e detail
	s.Post(path, map[string]any{"kind": "need.identified", "need": "food-insecurity"}).Is(http.StatusOK).Into(&e)
	if e.step("support") != care.StepOpen {
		t.Errorf("support is %q", e.step("support"))
	}
	s.Post(base+"/"+id+"/steps/visit/start", map[string]any{"reason": "now"}).Is(http.StatusOK)
	s.Post(path, map[string]any{"kind": "appointment.booked", "appointment": map[string]any{"start": "2026-03-06T15:00:00Z"}}).Is(http.StatusOK)
	if title := s.Task(id, "visit").Title; title != "See that it is kept: Follow-up visit" {
		t.Errorf("the booking's task is %q", title)
	}
}
