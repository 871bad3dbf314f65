package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// heartFailure are the diagnoses of a stay for heart failure, the principal one first.
var heartFailure = []string{"I50.23", "E11.9"}

const afterHeartFailure = "heart-failure-30-days"

// A stay for heart failure starts its pathway beside the general follow-up. A visit at home is offered
// after the first call, and a person begins it.
func TestAStayForHeartFailureStartsItsPathway(t *testing.T) {
	t.Parallel()
	s := shared(t)
	st := stayOf("HEART-1", "01", aDayAgo())
	st.diagnoses = heartFailure
	s.taken(t, st.message("A03", st.discharged.Add(time.Hour)))
	who := s.patientByMRN(t, st.mrn).ID
	if got, want := running(s.enrollmentsOf(t, who)), []string{afterHeartFailure, "post-discharge-tcm"}; !slices.Equal(got, want) {
		t.Fatalf("the discharge started %q, want %q", got, want)
	}
	s.decided(t, who, launchDecision{Pathway: afterHeartFailure, Decision: "started"})
	s.decided(t, who, launchDecision{Pathway: "post-discharge-tcm", Decision: "started"})

	e := s.enrollmentOn(t, who, afterHeartFailure)
	s.complete(t, e.ID, "first_call", "reached", map[string]any{"mode": "phone", "answers": map[string]any{
		"short_of_breath": false, "weighs_daily": true, "has_medicines": true, "knows_when_to_call": true, "transport_barrier": false, "food_barrier": "enough",
	}})
	s.beginOffered(t, e.ID, "home_visit")
	if done := s.complete(t, e.ID, "home_visit", "visited", nil); done.Cause.Text == "" {
		t.Errorf("why there was a visit at home nobody can tell: %+v", done)
	}
	if visited := stepNamed(t, get[enrollment](t, s.client, "/enrollments/"+e.ID), "home_visit"); visited.Status != "done" || visited.Outcome != "visited" {
		t.Errorf("after the visit at home its step is %+v", visited)
	}
}

// Codes come days after the discharge: the pathway starts then, once, with the deadlines that it would
// have had. Codes that are corrected suspend it.
func TestDiagnosesThatComeLateStartTheirPathway(t *testing.T) {
	t.Parallel()
	s := shared(t)
	left := time.Now().UTC().Truncate(time.Second).AddDate(0, 0, -3)
	st := stayOf("LATE-1", "01", left)
	s.taken(t, st.message("A03", left.Add(time.Hour)))
	who := s.patientByMRN(t, st.mrn).ID
	if got, want := running(s.enrollmentsOf(t, who)), []string{"post-discharge-tcm"}; !slices.Equal(got, want) {
		t.Fatalf("the discharge started %q, want %q", got, want)
	}
	s.decided(t, who, launchDecision{Pathway: afterHeartFailure, Decision: "not_started"})

	st.diagnoses = heartFailure
	coded := st.message("A08", time.Now().UTC().Add(-time.Hour))
	s.taken(t, coded)
	s.taken(t, coded)
	e := s.enrollmentOn(t, who, afterHeartFailure)
	s.decided(t, who, launchDecision{Pathway: afterHeartFailure, Decision: "started"})
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for name, days := range map[string]int{"visit": 7, "period": 37} {
		c := clockNamed(t, e, name)
		if got, want := c.DueAt.In(newYork).Format(time.DateTime), left.In(newYork).AddDate(0, 0, days).Format(time.DateOnly)+" 23:59:59"; got != want {
			t.Errorf("%s is due %s, want %s (%s)", name, got, want, c.Reason)
		}
	}

	st.diagnoses = []string{"J18.9"}
	s.taken(t, st.message("A08", time.Now().UTC()))
	if corrected := s.enrollmentOn(t, who, afterHeartFailure); corrected.ID != e.ID || corrected.Status != "suspended" {
		t.Errorf("the stay was not for heart failure after all, and the enrollment is %+v", corrected)
	}
	s.nothingFalls(t)
}

// A visit to the emergency department by somebody with chronic conditions starts its follow-up; where
// three calls reach nobody, that starts the search, and hears how the search ended.
func TestAnEmergencyVisitLeadsToASearch(t *testing.T) {
	t.Parallel()
	s := shared(t)
	st := stayOf("EMERGENCY-1", "01", aDayAgo())
	st.class, st.diagnoses = "E", []string{"R07.9", "I50.22", "N18.4"}
	s.taken(t, st.message("A03", st.discharged))
	who := s.patientByMRN(t, st.mrn).ID
	if got, want := running(s.enrollmentsOf(t, who)), []string{"ed-followup"}; !slices.Equal(got, want) {
		t.Fatalf("the emergency visit started %q, want %q", got, want)
	}
	parent := s.enrollmentOn(t, who, "ed-followup")
	calls, _ := s.openTask(t, parent.ID, "contact")
	for hours := range 3 { // tries count where some time lies between them
		s.must(t, http.MethodPost, "/tasks/"+calls.ID+"/attempts", map[string]any{"mode": "phone", "reached": false, "occurred_at": time.Now().UTC().Add(-time.Duration(hours) * time.Hour)})
	}
	s.complete(t, parent.ID, "contact", "not_reached", nil)

	child := s.awaitStarted(t, parent.ID, "search")
	if from := factNamed(child, "last_contact_on"); child.Pathway != "lost-to-follow-up-search" || from != factNamed(parent, "visited_on") || from == nil {
		t.Fatalf("nobody was reached, and the search is %+v", child)
	}
	if search := s.awaitStep(t, parent.ID, "search", "done"); search.Outcome != "started" {
		t.Errorf("the search runs, and the step that started it is %+v", search)
	}
	s.complete(t, child.ID, "calls", "found", map[string]any{"mode": "phone"})
	s.complete(t, child.ID, "reconnect", "back_in_care", map[string]any{"mode": "phone"})
	if child = get[enrollment](t, s.client, "/enrollments/"+child.ID); child.Outcome != "completed" {
		t.Fatalf("the patient is found, and the search is %+v", child)
	}
	await(t, "the follow-up has heard how the search ended", func() (bool, string) {
		story := list[timelineEntry](t, s.client, "/enrollments/"+parent.ID+"/timeline")
		return slices.ContainsFunc(story, func(e timelineEntry) bool { return e.Step == "search" && e.Kind == "pathway.ended" }), "its timeline does not tell"
	})
	s.tells(t, parent.ID, "search", "ended as completed")
}

// enrollmentOn gives the patient's one enrollment on a pathway.
func (c client) enrollmentOn(t *testing.T, patientID, pathway string) enrollment {
	t.Helper()
	found := slices.DeleteFunc(c.enrollmentsOf(t, patientID), func(e enrollment) bool { return e.Pathway != pathway })
	if len(found) != 1 {
		t.Fatalf("the patient has %d enrollments on %s, want one: %+v", len(found), pathway, found)
	}
	return found[0]
}
