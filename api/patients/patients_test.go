package patients_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"throughline/api/apitest"
	"throughline/care"
	"throughline/store"
)

const base = "/api/v1/patients"

func TestCreateGetAndSearch(t *testing.T) {
	s := apitest.New(t)
	id := s.Patient()
	var p care.Patient
	s.Get(base + "/" + id).Is(http.StatusOK).Into(&p)
	if p.FamilyName != "Rivera" || len(p.Identifiers) != 1 || p.Reach("phone") == "" {
		t.Errorf("%+v", p)
	}
	for name, want := range map[string]int{"riv": 1, "Rivera Maria": 1, "chen": 0, "": 1} {
		var found struct{ Items []care.Patient }
		s.Post(base+"/search", map[string]any{"name": name}).Is(http.StatusOK).Into(&found)
		if len(found.Items) != want {
			t.Errorf("%q: %d", name, len(found.Items))
		}
	}
	var found struct{ Items []care.Patient }
	s.Post(base+"/search", map[string]any{"identifier": p.Identifiers[0].Value}).Is(http.StatusOK).Into(&found)
	if len(found.Items) != 1 {
		t.Errorf("%d by identifier", len(found.Items))
	}
	s.Get(base + "?name=rivera").Is(http.StatusUnprocessableEntity) // a name has no place in an address
	s.Post(base, map[string]any{"family_name": "Chen", "identifiers": p.Identifiers}).Is(http.StatusConflict)
	s.Get(base + "/none").Is(http.StatusNotFound)
}

func TestUpdateChangesWhatIsGiven(t *testing.T) {
	s := apitest.New(t)
	id := s.Patient()
	before := s.Get(base + "/" + id)
	etag := before.Header.Get("ETag")
	var p care.Patient
	changed := s.Do(http.MethodPatch, base+"/"+id, map[string]any{"zone": "America/Chicago"}, "If-Match", etag).Is(http.StatusOK).Into(&p)
	if p.Zone != "America/Chicago" || p.FamilyName != "Rivera" || len(p.Identifiers) != 1 {
		t.Errorf("%+v", p)
	}
	if now := changed.Header.Get("ETag"); now == etag || now != s.Get(base+"/"+id).Header.Get("ETag") {
		t.Error("the ETag is not that of the change")
	}
	if !slices.Contains(s.Desk.Changed, id) {
		t.Error("no pathway was told")
	}
	refused := s.Do(http.MethodPatch, base+"/"+id, map[string]any{"zone": "America/Denver"}, "If-Match", etag).Is(http.StatusPreconditionFailed)
	if !strings.Contains(string(refused.Body), "2026-03-02") {
		t.Errorf("nobody says when it was changed: %s", refused.Body)
	}
	s.Do(http.MethodPatch, base+"/"+id, map[string]any{"zone": "Mars/Olympus"}).Is(http.StatusUnprocessableEntity)
	s.Do(http.MethodPatch, base+"/none", map[string]any{"zone": "America/Denver"}).Is(http.StatusNotFound)
}

func TestADeathIsTakenBackWithItsTime(t *testing.T) {
	s := apitest.New(t)
	id := s.Patient()
	var p care.Patient
	s.Do(http.MethodPatch, base+"/"+id, map[string]any{"deceased_at": "2026-03-01T00:00:00Z"}).Is(http.StatusOK).Into(&p)
	if !p.Deceased {
		t.Error("a time of death, and not dead")
	}
	p = care.Patient{}
	s.Do(http.MethodPatch, base+"/"+id, map[string]any{"deceased": false}).Is(http.StatusOK).Into(&p)
	if p.Deceased || p.DeceasedAt != nil {
		t.Errorf("%+v", p)
	}
}

func TestTimelineAndPlan(t *testing.T) {
	s := apitest.New(t)
	enrollment, id := s.Enrolled()
	var told struct{ Items []care.TimelineEntry }
	s.Get(base + "/" + id + "/timeline?limit=1").Is(http.StatusOK).Into(&told)
	if len(told.Items) != 1 || told.Items[0].EnrollmentID != enrollment {
		t.Errorf("%+v", told.Items)
	}
	var plan struct {
		Enrollments []struct {
			ID    care.ID
			Steps []care.Step
		}
	}
	s.Get(base + "/" + id + "/plan").Is(http.StatusOK).Into(&plan)
	if len(plan.Enrollments) != 1 || plan.Enrollments[0].ID != enrollment || len(plan.Enrollments[0].Steps) == 0 {
		t.Errorf("%+v", plan)
	}
	s.Get(base + "/none/plan").Is(http.StatusNotFound)
	s.Get(base + "/none/timeline").Is(http.StatusNotFound)
}

func TestStaysAndLaunchesAreShown(t *testing.T) {
	s := apitest.New(t)
	id := s.Patient()
	err := s.Store.Tx(t.Context(), care.TheEngine, func(tx *store.Tx) error {
		stay := care.Encounter{PatientID: id, Identifier: care.Identifier{System: "urn:visits", Value: "V1"}, Class: care.Inpatient, Status: care.EncounterDischarged}
		if err := tx.PutEncounter(&stay); err != nil {
			return err
		}
		return tx.RecordLaunchDecision(store.LaunchDecision{
			PatientID: id, EncounterID: stay.ID, Pathway: apitest.Pathway, Version: 1, Decision: store.LaunchNotStarted, Reason: "discharged to a nursing facility",
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	var stays struct{ Items []care.Encounter }
	s.Get(base + "/" + id + "/encounters").Is(http.StatusOK).Into(&stays)
	var launches struct {
		Items []struct{ Decision, Reason string }
	}
	s.Get(base + "/" + id + "/launches").Is(http.StatusOK).Into(&launches)
	if len(stays.Items) != 1 || len(launches.Items) != 1 || launches.Items[0].Reason != "discharged to a nursing facility" {
		t.Errorf("%+v %+v", stays, launches)
	}
	s.Get(base + "/none/encounters").Is(http.StatusNotFound)
	s.Get(base + "/none/launches").Is(http.StatusNotFound)
}

func TestARevokedConsentStopsTheReferral(t *testing.T) {
	s := apitest.New(t)
	enrollment, id := s.Enrolled()
	var consent care.Consent
	s.Post(base+"/"+id+"/consents", map[string]any{"purpose": "transportation-insecurity", "given": true, "how": "written"}).
		Is(http.StatusCreated).Into(&consent)
	if consent.RecordedBy.ID != "admin" || !consent.GivenAt.Equal(apitest.Start) {
		t.Errorf("%+v", consent)
	}
	ref, _ := s.Referred(enrollment)
	path := base + "/" + id + "/consents/"
	s.Post(path+"none/revoke", nil).Is(http.StatusNotFound)
	for range 2 { // taken back twice is taken back
		s.Post(path+consent.ID+"/revoke", nil).Is(http.StatusOK).Into(&consent)
		if consent.RevokedAt == nil {
			t.Fatal("not revoked")
		}
	}
	s.Get("/api/v1/referrals/" + ref.ID).Into(&ref)
	if ref.Status != care.ReferralCancelled {
		t.Errorf("the referral is %s", ref.Status)
	}
	var all struct{ Items []care.Consent }
	s.Get(base + "/" + id + "/consents").Is(http.StatusOK).Into(&all)
	if !slices.ContainsFunc(all.Items, func(c care.Consent) bool { return c.ID == consent.ID && c.RevokedAt != nil }) {
		t.Errorf("%+v", all.Items)
	}
}
