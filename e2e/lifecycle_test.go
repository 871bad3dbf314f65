package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rides is the community service of these tests.
const rides = "dispatch@rides.example"

// giveRides puts a service for rides into the directory, and gives its id.
func (c client) giveRides(t *testing.T) string {
	t.Helper()
	type known struct {
		service
		Email string `json:"email"`
	}
	for _, s := range list[known](t, c, "/services?need=transportation-insecurity") {
		if s.Email == rides {
			return s.ID
		}
	}
	return post[service](t, c, "/services", map[string]any{
		"organization": "Test Rides", "name": "Rides to the doctor", "needs": []string{"transportation-insecurity"}, "email": rides, "languages": []string{"en"},
	}).ID
}

// needsRide are the answers of a patient whom only the ride keeps from care, and who wants help.
var needsRide = map[string]any{
	"condition": "same", "new_symptoms": false, "has_medicines": true, "knows_warning_signs": true,
	"transport_barrier": true, "food_barrier": false, "consent_to_share": true,
}

// The main story, from the hospital's message to the end: everything by the API, mail and link.
func TestADischargeIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	s := shared(t)
	ridesID := s.giveRides(t)
	left := aDayAgo()
	st := stay{
		mrn: "STORY-1", visit: "VSTORY-1", family: "Lindgren", given: "Astrid", phone: "5550100700", email: "story-1@patients.example",
		disposition: "01", admitted: left.AddDate(0, 0, -4), discharged: left,
	}
	discharge := st.message("A03", left.Add(time.Hour))
	s.taken(t, discharge)

	e := s.onlyEnrollment(t, st.mrn)
	if e.Pathway != "post-discharge-tcm" || e.Status != "active" || e.Next == nil {
		t.Fatalf("the discharge led to %+v", e)
	}
	contact, found := s.openTask(t, e.ID, "contact")
	if !found || contact.Role != "care_coordinator" || contact.DueAt == nil || contact.DueReason == "" || contact.Cause.Text == "" || contact.Next == nil {
		t.Fatalf("the coordinator's task is %+v", contact)
	}
	if due := clockNamed(t, e, "contact").DueAt; !due.Equal(*contact.DueAt) {
		t.Errorf("the task is due %s, its clock %s", contact.DueAt, due)
	}
	if welcome := s.mailOf(t, s.messageOf(t, e.ID, "welcome", "message").ID); !slices.Equal(welcome.To, []string{st.email}) || !welcome.Secure {
		t.Errorf("the welcome went to %q, encrypted: %t", welcome.To, welcome.Secure)
	}

	s.must(t, http.MethodPost, "/tasks/"+contact.ID+"/claim", nil)
	s.must(t, http.MethodPost, "/tasks/"+contact.ID+"/attempts", map[string]any{"mode": "voicemail", "reached": false})
	s.complete(t, e.ID, "contact", "reached", map[string]any{"mode": "phone", "answers": needsRide})
	asked := s.awaitReferral(t, e.ID, "requested")
	if asked.ServiceID != ridesID && asked.ServiceID == "" || asked.Need != "transportation-insecurity" || asked.DueAt == nil {
		t.Errorf("the referral is %+v", asked)
	}
	link := linkIn(t, s.mailOf(t, s.messageOf(t, e.ID, "transport", "referral").ID))
	s.answerLink(t, link, "accept")
	s.answerLink(t, link, "start")
	s.answerLink(t, link, "done")
	if done := get[referral](t, s.client, "/referrals/"+asked.ID); done.Status != "completed" || done.Outcome != "service_received" {
		t.Errorf("after the partner's answers the referral is %+v", done)
	}

	s.complete(t, e.ID, "information", "received", map[string]any{"answers": map[string]any{"pending_tests": false}})
	s.complete(t, e.ID, "medicines", "reconciled", map[string]any{"answers": map[string]any{"discrepancies": false}})
	s.must(t, http.MethodPost, "/enrollments/"+e.ID+"/events", map[string]any{"kind": "appointment.booked", "appointment": map[string]any{"start": time.Now().UTC().AddDate(0, 0, 3)}})
	kept := s.must(t, http.MethodPost, "/enrollments/"+e.ID+"/events", map[string]any{"kind": "appointment.kept", "occurred_at": time.Now().UTC()})
	if ended := decoded[enrollment](t, kept); ended.Status != "ended" || ended.Outcome != "completed" {
		t.Fatalf("after the visit the enrollment is %+v", ended)
	}

	story := list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline")
	checkStory(t, story)
	s.taken(t, discharge)
	if again := s.onlyEnrollment(t, st.mrn); again.ID != e.ID || again.Status != "ended" {
		t.Errorf("the discharge told again led to %+v", again)
	}
	if diff := cmp.Diff(story, list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline")); diff != "" {
		t.Errorf("the discharge told again changed the story (-before +after):\n%s", diff)
	}
}

func clockNamed(t *testing.T, e enrollment, name string) clock {
	t.Helper()
	i := slices.IndexFunc(e.Clocks, func(c clock) bool { return c.Clock == name })
	if i < 0 {
		t.Fatalf("the enrollment has no clock %s: %+v", name, e.Clocks)
	}
	return e.Clocks[i]
}

// awaitReferral gives the one referral of an enrollment once it has the status.
func (c client) awaitReferral(t *testing.T, enrollmentID, status string) referral {
	t.Helper()
	var one referral
	await(t, "there is a referral, and it is "+status, func() (bool, string) {
		all := list[referral](t, c, "/referrals?enrollment_id="+enrollmentID)
		if len(all) != 1 {
			return false, "there is none, or several"
		}
		one = all[0]
		return one.Status == status, one.Status
	})
	return one
}

// answerLink says something on a partner's page, as its form does, without a token.
func (s *server) answerLink(t *testing.T, link, say string) {
	t.Helper()
	path := strings.TrimPrefix(link, s.base)
	a, err := newClient(s.base, "").ask(t.Context(), http.MethodPost, path, "application/x-www-form-urlencoded", []byte(url.Values{"answer": {say}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if where := a.header.Get("Location"); a.status != http.StatusSeeOther || !strings.HasSuffix(where, "said=thanks") {
		t.Fatalf("the answer %s led to %d, %s", say, a.status, where)
	}
}

// checkStory checks that a timeline tells who did what and why, from the first to the last.
func checkStory(t *testing.T, story []timelineEntry) {
	t.Helper()
	actors := map[string]bool{}
	for _, entry := range story {
		actors[entry.Actor.Kind] = true
		if entry.Text == "" || entry.Actor.Kind == "" || entry.Cause.Text == "" {
			t.Errorf("the timeline does not say what, who or why: %+v", entry)
		}
		for _, secret := range []string{"Lindgren", "Astrid", "5550100700", "STORY-1"} {
			if strings.Contains(entry.Text+entry.Cause.Text, secret) {
				t.Errorf("the timeline names the patient: %q", entry.Text)
			}
		}
	}
	for _, kind := range []string{"system", "person", "partner", "engine"} {
		if !actors[kind] {
			t.Errorf("nothing in the timeline was done by a %s", kind)
		}
	}
}
