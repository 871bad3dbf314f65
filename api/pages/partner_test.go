package pages_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"throughline/api"
	"throughline/api/apitest"
	"throughline/api/pages"
	"throughline/care"
	"throughline/identity"
)

// say posts an answer as a browser without script does, and gives the page it is sent to.
func say(t *testing.T, s *apitest.Server, link, answer, reason string) *apitest.Answer {
	t.Helper()
	form := url.Values{"answer": {answer}, "reason": {reason}}.Encode()
	// A phone whose address is sent nowhere names no origin.
	got := s.Stranger(http.MethodPost, link, form, "Content-Type", "application/x-www-form-urlencoded", "Origin", "null").Is(http.StatusSeeOther)
	return s.Stranger(http.MethodGet, s.URL+got.Header.Get("Location"), nil)
}

func status(s *apitest.Server, id care.ID) care.ReferralStatus {
	var ref care.Referral
	s.Get("/api/v1/referrals/" + id).Is(http.StatusOK).Into(&ref)
	return ref.Status
}

func contains(t *testing.T, got *apitest.Answer, words ...string) {
	t.Helper()
	for _, w := range words {
		if text := string(got.Body); !strings.Contains(text, w) && !strings.Contains(html.UnescapeString(text), w) {
			t.Errorf("the page does not say %q:\n%s", w, visible(got))
		}
	}
}

func lacks(t *testing.T, got *apitest.Answer, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(string(got.Body), w) {
			t.Errorf("the page says %q:\n%s", w, visible(got))
		}
	}
}

var style = regexp.MustCompile(`(?s)<style>.*</style>`)

func visible(a *apitest.Answer) string { return style.ReplaceAllString(string(a.Body), "") }

func TestAPartnerHelpsFromTheFirstTapToTheLast(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	ref, link := s.Referred(enrollment)
	page := s.Stranger(http.MethodGet, link, nil).Is(http.StatusOK)
	contains(t, page, "Can you help?", "Transportation", "M. R.", "Spanish", "Please answer by", "New_York", "Yes, we can help", "Not now, we are full", "Test Hospital")
	lacks(t, page, "Maria", "Rivera", "555-0147", "0147", "MRN", "1950", "<script")
	for range 3 { // looking changes nothing
		s.Stranger(http.MethodGet, link, nil).Is(http.StatusOK)
	}
	if got := status(s, ref.ID); got != care.ReferralRequested {
		t.Fatalf("looking made it %s", got)
	}

	page = say(t, s, link, "accept", "").Is(http.StatusOK)
	contains(t, page, "Thank you. Your answer is recorded.", "You have said yes", "+1 (212) 555-0147", `href="tel:+12125550147"`, "We have reached them")
	lacks(t, page, "Maria", "Rivera")
	page = say(t, s, link, "accept", "").Is(http.StatusOK)
	contains(t, page, "You have already told us this")
	if got := status(s, ref.ID); got != care.ReferralAccepted {
		t.Fatalf("yes said twice made it %s", got)
	}

	contains(t, say(t, s, link, "start", "").Is(http.StatusOK), "You are helping", "Done: they were helped")
	contains(t, say(t, s, link, "done", ""), "This request is finished")
	if got := status(s, ref.ID); got != care.ReferralCompleted {
		t.Fatalf("done made it %s", got)
	}
	say(t, s, link, "done", "")
	var told struct{ Items []care.TimelineEntry }
	s.Get("/api/v1/enrollments/" + enrollment + "/timeline?limit=200").Into(&told)
	by := 0
	for _, e := range told.Items {
		if e.Kind == "referral.accepted" {
			by++
			if e.Actor.Kind != care.Partner || e.Actor.ID == "" {
				t.Errorf("who said yes is %+v", e.Actor)
			}
		}
	}
	if by != 1 {
		t.Errorf("yes is told %d times", by)
	}
}

func TestAPartnerSaysNo(t *testing.T) {
	for answer, reason := range map[string]string{"full": "the service is full", "decline": "it is outside our area"} {
		s := apitest.New(t)
		enrollment, _ := s.Enrolled()
		ref, link := s.Referred(enrollment)
		page := say(t, s, link, answer, "outside_area").Is(http.StatusGone)
		contains(t, page, "You have told us that you cannot help")
		lacks(t, page, "M. R.", "Transportation")
		s.Get("/api/v1/referrals/" + ref.ID).Into(&ref)
		if ref.Status != care.ReferralRejected || ref.Reason != reason {
			t.Errorf("%s: %s, %q", answer, ref.Status, ref.Reason)
		}
		// The answer again, and another one, change nothing.
		for _, late := range []string{answer, "accept"} {
			s.Stranger(http.MethodPost, link, "answer="+late, "Content-Type", "application/x-www-form-urlencoded").Is(http.StatusGone)
		}
	}
}

func TestWhatCouldNotBeDone(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	ref, link := s.Referred(enrollment)
	say(t, s, link, "accept", "")
	say(t, s, link, "not_done", "unreachable")
	s.Get("/api/v1/referrals/" + ref.ID).Into(&ref)
	if ref.Status != care.ReferralFailed || ref.Reason != "they could not be reached" {
		t.Errorf("%s, %q", ref.Status, ref.Reason)
	}
}

func TestLinksThatOpenNothing(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	ref, link := s.Referred(enrollment)

	page := s.Stranger(http.MethodGet, link+"x", nil).Is(http.StatusNotFound)
	contains(t, page, "This link is not one of ours")
	unkept, err := s.Links.Token(identity.Link{ID: care.NewID(apitest.Start), Purpose: identity.PurposeReferral, ExpiresAt: apitest.Start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	s.Stranger(http.MethodGet, "/r/"+unkept, nil).Is(http.StatusNotFound)

	s.Clock.Move(15 * 24 * time.Hour)
	page = s.Stranger(http.MethodGet, link, nil).Is(http.StatusGone)
	contains(t, page, "This link has expired")
	lacks(t, page, "M. R.", "Transportation")
	s.Stranger(http.MethodPost, link, "answer=accept", "Content-Type", "application/x-www-form-urlencoded").Is(http.StatusGone)

	s.Clock.Move(-15 * 24 * time.Hour)
	s.Post("/api/v1/referrals/"+ref.ID+"/cancel", map[string]string{"reason": "a neighbour drives"}).Is(http.StatusOK)
	page = s.Stranger(http.MethodGet, link, nil).Is(http.StatusGone)
	contains(t, page, "This link no longer works")
	lacks(t, page, "M. R.", "Transportation")
}

func TestAPatientWhoTookTheirConsentBackIsNotShown(t *testing.T) {
	s := apitest.New(t)
	enrollment, patient := s.Enrolled()
	_, link := s.Referred(enrollment)
	say(t, s, link, "accept", "")
	// Recorded beside the pathway: the page itself asks.
	err := s.Store.PutConsent(t.Context(), care.Consent{ID: care.NewID(apitest.Start), PatientID: patient, Purpose: "transportation-insecurity", GivenAt: apitest.Start})
	if err != nil {
		t.Fatal(err)
	}
	lacks(t, s.Stranger(http.MethodGet, link, nil).Is(http.StatusOK), "555-0147")
}

func TestAPolicyMayShowTheFirstName(t *testing.T) {
	s := apitest.New(t, func(c *api.Config) { c.PartnerSees = pages.DiscloseName })
	enrollment, _ := s.Enrolled()
	_, link := s.Referred(enrollment)
	lacks(t, s.Stranger(http.MethodGet, link, nil).Is(http.StatusOK), "Maria")
	page := say(t, s, link, "accept", "").Is(http.StatusOK)
	contains(t, page, "Maria")
	lacks(t, page, "Elena", "Rivera")
}

func TestThePartnersPageKeepsItsAddress(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	_, link := s.Referred(enrollment)
	page := s.Stranger(http.MethodGet, link, nil).Is(http.StatusOK)
	for header, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Frame-Options": "DENY"} {
		if got := page.Header.Get(header); got != want {
			t.Errorf("%s is %q", header, got)
		}
	}
	csp := page.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("%s", csp)
	}
	if token := link[strings.LastIndexByte(link, '/')+1:]; strings.Contains(s.Log.String(), token) {
		t.Error("the log holds the link")
	}
}

func TestWhenNothingAnswersThePartnerMayTryAgain(t *testing.T) {
	s := apitest.New(t)
	enrollment, _ := s.Enrolled()
	_, link := s.Referred(enrollment)
	s.Desk.Down = true
	page := s.Stranger(http.MethodPost, link, "answer=accept", "Content-Type", "application/x-www-form-urlencoded").Is(http.StatusServiceUnavailable)
	contains(t, page, "Please try again in a moment")
	s.Desk.Down = false
	contains(t, say(t, s, link, "accept", "").Is(http.StatusOK), "You have said yes")
}
