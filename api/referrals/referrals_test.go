package referrals_test

import (
	"net/http"
	"testing"

	"throughline/api/apitest"
	"throughline/care"
)

const base = "/api/v1/referrals"

func TestCreateAsksAService(t *testing.T) {
	s := apitest.New(t)
	enrollment, patient := s.Enrolled()
	ref, _ := s.Referred(enrollment)
	if ref.Status != care.ReferralRequested || ref.PatientID != patient || ref.ServiceName == "" || ref.DueAt == nil || ref.Cause.Text == "" {
		t.Errorf("%+v", ref)
	}
	var same care.Referral
	s.Get(base + "/" + ref.ID).Is(http.StatusOK).Into(&same)
	if same.ID != ref.ID {
		t.Errorf("%+v", same)
	}
	for filter, want := range map[string]int{
		"?status=requested,accepted": 1, "?need=food-insecurity": 0, "?patient_id=" + patient: 1, "?service_id=" + ref.ServiceID: 1,
		"?due_before=2026-03-03T00:00:00Z": 0, "?due_before=2027-01-01T00:00:00Z": 1,
	} {
		var found struct{ Items []care.Referral }
		s.Get(base + filter).Is(http.StatusOK).Into(&found)
		if len(found.Items) != want {
			t.Errorf("%s: %d", filter, len(found.Items))
		}
	}
	s.Post(base, map[string]any{"enrollment_id": "none", "need": "food-insecurity", "reason": "x"}).Is(http.StatusNotFound)
}

func TestCreateAsksForConsentFirst(t *testing.T) {
	s := apitest.New(t)
	enrollment, patient := s.Enrolled()
	s.Post(base, map[string]any{"enrollment_id": enrollment, "need": "food-insecurity", "reason": "an empty fridge"}).Is(http.StatusCreated)
	if task := s.Task(enrollment, "added_1"); task.Outcomes[0] != "consented" {
		t.Errorf("%+v", task)
	}
	if len(s.Desk.Mails) != 0 {
		t.Error("a service was asked before the patient")
	}
	s.Post("/api/v1/patients/"+patient+"/consents", map[string]any{"purpose": "food-insecurity", "given": false}).Is(http.StatusCreated)
	var plan struct {
		Steps []care.Step
	}
	s.Get("/api/v1/enrollments/" + enrollment).Into(&plan)
	for _, step := range plan.Steps {
		if step.Step == "added_1" && step.Status != care.StepSkipped {
			t.Errorf("the patient refused, and the step is %s", step.Status)
		}
	}
}

// TestTheMovesOfTheGuide walks the state machine of Gravity SDOH-CC, and tries moves that it lacks.
func TestTheMovesOfTheGuide(t *testing.T) {
	reason := map[string]any{"reason": "as the service says"}
	for name, walk := range map[string][]struct {
		verb   string
		body   any
		status int
		is     care.ReferralStatus
	}{
		"served": {
			{"start", nil, 409, care.ReferralRequested}, {"accept", nil, 200, care.ReferralAccepted}, {"accept", nil, 200, care.ReferralAccepted},
			{"start", nil, 200, care.ReferralInProgress}, {"hold", reason, 200, care.ReferralOnHold}, {"hold", map[string]any{}, 422, care.ReferralOnHold},
			{"resume", nil, 200, care.ReferralInProgress}, {"complete", map[string]any{}, 200, care.ReferralCompleted}, {"accept", nil, 409, care.ReferralCompleted},
		},
		"declined":     {{"decline", map[string]any{}, 422, care.ReferralRequested}, {"decline", reason, 200, care.ReferralRejected}, {"accept", nil, 409, care.ReferralRejected}},
		"failed":       {{"accept", nil, 200, care.ReferralAccepted}, {"fail", reason, 200, care.ReferralFailed}},
		"not received": {{"accept", nil, 200, care.ReferralAccepted}, {"complete", map[string]any{"outcome": "not_received"}, 200, care.ReferralFailed}},
		"called off":   {{"cancel", reason, 200, care.ReferralCancelled}},
		"rerouted":     {{"reroute", nil, 200, care.ReferralCancelled}},
	} {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			enrollment, _ := s.Enrolled()
			ref, _ := s.Referred(enrollment)
			for _, step := range walk {
				s.Post(base+"/"+ref.ID+"/"+step.verb, step.body).Is(step.status)
				s.Get(base + "/" + ref.ID).Into(&ref)
				if ref.Status != step.is {
					t.Fatalf("after %s: %s instead of %s", step.verb, ref.Status, step.is)
				}
			}
		})
	}
}
