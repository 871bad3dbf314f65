package enrollments_test

import (
	"net/http"
	"testing"

	"throughline/api/apitest"
	"throughline/care"
)

func TestAnswersToAQuestionnaire(t *testing.T) {
	s := apitest.New(t)
	id, _ := s.Enrolled()
	path := base + "/" + id
	s.Post(path+"/steps", map[string]any{"reason": "she asked for it", "step": map[string]any{
		"id": "feeling", "questionnaire": map[string]string{"to": "patient", "form": "contact", "within": "24 hours"},
	}}).Is(http.StatusUnprocessableEntity) // the form's questions are for a contact's outcomes
	s.Post(path+"/steps", map[string]any{"reason": "she asked for it", "step": map[string]any{
		"id": "mood", "questionnaire": map[string]string{"to": "patient", "form": "mood", "within": "24 hours"},
	}}).Is(http.StatusOK)
	answers := path + "/questionnaires/mood/answers"
	s.Post(answers, map[string]any{"answers": map[string]any{"mood": "blue"}}).Is(http.StatusUnprocessableEntity)
	s.Post(path+"/questionnaires/contact/answers", map[string]any{"answers": map[string]any{}}).Is(http.StatusNotFound)
	var e detail
	s.Post(answers, map[string]any{"answers": map[string]any{"mood": "low"}}).Is(http.StatusOK).Into(&e)
	if e.step("mood") != care.StepDone {
		t.Errorf("after the answers it is %s", e.step("mood"))
	}
	s.Post(answers, map[string]any{"answers": map[string]any{"mood": "low"}}).Is(http.StatusConflict)
}
