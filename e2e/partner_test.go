package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/identity"
	"throughline/notify/notifytest"
	"throughline/worker"
)

// A partner answers in a browser without scripts, by the link in the mail.
func TestPartnersPage(t *testing.T) {
	t.Parallel()
	s := shared(t)
	s.giveRides(t)
	e, mail := s.referred(t, "PARTNER-1")
	asked := s.awaitReferral(t, e.ID, "requested")
	checkMailSaysNothing(t, mail)
	link := linkIn(t, mail)
	before := list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline")

	b := openBrowser(t)
	for range 3 {
		b.open(t, link)
	}
	if got := b.text(t, "h1"); got != "Can you help?" {
		t.Errorf("the page's heading is %q", got)
	}
	for _, secret := range []string{"Ferngrove", "Wilhelmina", "5550100711", "PARTNER-1"} {
		if strings.Contains(b.text(t, "body"), secret) {
			t.Errorf("before the partner has said yes the page shows %q", secret)
		}
	}
	b.screenshot(t, "asked")
	if after := list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline"); len(after) != len(before) {
		t.Errorf("looking at the page changed something: %+v", after[len(before):])
	}
	if now := get[referral](t, s.client, "/referrals/"+asked.ID); now.Status != "requested" {
		t.Fatalf("looking at the page made the referral %s", now.Status)
	}

	b.click(t, "button.main")
	b.shows(t, "h1", "You have said yes")
	b.screenshot(t, "accepted")
	if now := get[referral](t, s.client, "/referrals/"+asked.ID); now.Status != "accepted" {
		t.Fatalf("after yes the referral is %s", now.Status)
	}

	told := list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline")
	b.open(t, link) // the same link again, and the same answer again
	if b.count(t, "form") == 0 {
		t.Error("after yes there is nothing to say any more")
	}
	s.sayAgain(t, link, "accept")
	if again := list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline"); len(again) != len(told) {
		t.Errorf("the link used twice changed something: %+v", again[len(told):])
	}

	t.Run("expired", func(t *testing.T) { s.expiredLinkSaysSo(t, b, link) })
	s.must(t, http.MethodPost, "/referrals/"+asked.ID+"/cancel", map[string]string{"reason": "a neighbour drives"})
	t.Run("revoked", func(t *testing.T) {
		b.open(t, link)
		b.screenshot(t, "revoked")
		if got := b.text(t, "h1"); got != "This link no longer works" || b.count(t, "form") != 0 {
			t.Errorf("a revoked link shows %q with %d forms", got, b.count(t, "form"))
		}
		s.gone(t, link, http.StatusGone)
	})
	t.Run("forged", func(t *testing.T) {
		forged := link[:len(link)-6] + "AAAAAA"
		b.open(t, forged)
		if got := b.text(t, "h1"); got != "This link is not one of ours" {
			t.Errorf("a forged link shows %q", got)
		}
		s.gone(t, forged, http.StatusNotFound)
	})
}

// referred takes a patient as far as a referral that was mailed, and gives the mail.
func (s *server) referred(t *testing.T, mrn string) (enrollment, notifytest.Mail) {
	t.Helper()
	left := aDayAgo()
	st := stay{
		mrn: mrn, visit: "V" + mrn, family: "Ferngrove", given: "Wilhelmina", phone: "5550100711", email: strings.ToLower(mrn) + "@patients.example",
		disposition: "01", admitted: left.AddDate(0, 0, -4), discharged: left,
	}
	s.taken(t, st.message("A03", left.Add(time.Hour)))
	e := s.onlyEnrollment(t, mrn)
	s.complete(t, e.ID, "contact", "reached", map[string]any{"mode": "phone", "answers": needsRide})
	return e, s.mailOf(t, s.messageOf(t, e.ID, "transport", "referral").ID)
}

// checkMailSaysNothing checks that a referral's mail goes to the partner, and tells of nobody.
func checkMailSaysNothing(t *testing.T, mail notifytest.Mail) {
	t.Helper()
	if !slices.Equal(mail.To, []string{rides}) || !mail.Secure {
		t.Errorf("the mail went to %q, encrypted: %t", mail.To, mail.Secure)
	}
	envelope, err := mail.Envelope()
	if err != nil {
		t.Fatal(err)
	}
	whole := envelope.GetHeader("Subject") + envelope.Text + envelope.HTML
	for _, secret := range []string{"Ferngrove", "Wilhelmina", "5550100711", "PARTNER-1", "ischarge", "hospital", "transport"} {
		if strings.Contains(whole, secret) {
			t.Errorf("the mail says %q:\n%s", secret, envelope.Text)
		}
	}
}

// sayAgain says something that was said before.
func (s *server) sayAgain(t *testing.T, link, say string) {
	t.Helper()
	a, err := newClient(s.base, "").ask(t.Context(), http.MethodPost, strings.TrimPrefix(link, s.base), "application/x-www-form-urlencoded", []byte("answer="+say))
	if err != nil {
		t.Fatal(err)
	}
	if where := a.header.Get("Location"); a.status != http.StatusSeeOther || !strings.HasSuffix(where, "said=again") {
		t.Errorf("%s said again led to %d, %s", say, a.status, where)
	}
}

// gone checks that a link opens nothing, neither to look nor to answer.
func (s *server) gone(t *testing.T, link string, status int) {
	t.Helper()
	path := strings.TrimPrefix(link, s.base)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		a, err := newClient(s.base, "").ask(t.Context(), method, path, "application/x-www-form-urlencoded", []byte("answer=accept"))
		if err != nil {
			t.Fatal(err)
		}
		if a.status != status {
			t.Errorf("%s of a link that opens nothing: %d, want %d", method, a.status, status)
		}
	}
}

// expiredLinkSaysSo opens the link as if its time were over: signed with the server's own key, for
// the same referral, until a minute ago.
func (s *server) expiredLinkSaysSo(t *testing.T, b *browser, link string) {
	key, err := worker.ReadKey(s.dir + "/payload-key")
	if err != nil {
		t.Fatal(err)
	}
	links := identity.NewLinks(key.Derive("links"), time.Now)
	token := link[strings.LastIndex(link, "/")+1:]
	signed, err := links.Verify(token, identity.PurposeReferral)
	if err != nil {
		t.Fatal(err)
	}
	signed.ExpiresAt = time.Now().Add(-time.Minute).UTC()
	late, err := links.Token(signed)
	if err != nil {
		t.Fatal(err)
	}
	expired := s.base + "/r/" + late
	b.open(t, expired)
	b.screenshot(t, "expired")
	if got := b.text(t, "h1"); got != "This link has expired" || b.count(t, "form") != 0 {
		t.Errorf("an expired link shows %q with %d forms", got, b.count(t, "form"))
	}
	s.gone(t, expired, http.StatusGone)
}
