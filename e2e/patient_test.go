package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"throughline/notify/notifytest"
)

var patientLink = regexp.MustCompile(`http://[^\s"<>]+/p/[^\s"<>]+`)

// A patient answers a screening in a browser without scripts, by the link in the mail, and whoever
// holds the telephone learns of them nothing.
func TestPatientsPage(t *testing.T) {
	t.Parallel()
	s := shared(t)
	e, link := s.screened(t, "PATIENT-1", "en")
	before := list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline")

	b := openBrowser(t)
	for range 2 {
		b.open(t, link)
	}
	b.screenshot(t, "asked")
	if got := b.text(t, "h1"); got != "Where you live, food, rides, utilities" {
		t.Errorf("the page's heading is %q", got)
	}
	page := b.text(t, "body")
	for _, secret := range []string{"Quillfeather", "Ottoline", "5550100722", "PATIENT-1", "ocial needs"} {
		if strings.Contains(page, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	if after := list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline"); len(after) != len(before) {
		t.Errorf("looking at the page changed something: %+v", after[len(before):])
	}

	// Too little is answered: what is missing is said, and what was chosen stays.
	b.click(t, "label[for=q-housing-steady_place]")
	b.click(t, "label[for=q-problems-mold]")
	b.click(t, "button.main")
	b.shows(t, ".problem h2", "Some answers need another look")
	b.screenshot(t, "missing")
	if n := b.count(t, ".problem li a"); n != 4 {
		t.Errorf("%d questions are said to lack an answer, of 4", n)
	}
	if n := b.count(t, "#q-housing-steady_place:checked, #q-problems-mold:checked"); n != 2 {
		t.Errorf("%d of 2 answers were kept", n)
	}
	if n := b.count(t, ".problem:focus"); n != 1 {
		t.Error("what is wrong does not have the focus")
	}
	b.click(t, ".problem li a")
	if n := b.count(t, "#q-food_worry-often:target"); n != 1 {
		t.Error("the summary does not lead to the first question")
	}

	for _, answer := range []string{"food_worry-never", "food_gone-never", "ride-yes", "utilities-no"} {
		b.click(t, "label[for=q-"+answer+"]")
	}
	b.click(t, "button.main")
	b.shows(t, "h1", "Thank you")
	b.screenshot(t, "thanks")
	s.checkAnswered(t, e)

	told := list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline")
	b.open(t, link)
	b.shows(t, "h1", "We have your answers")
	a, err := newClient(s.base, "").ask(t.Context(), http.MethodPost, strings.TrimPrefix(link, s.base), "application/x-www-form-urlencoded", []byte("shown=ride&answer.ride=no"))
	if err != nil {
		t.Fatal(err)
	}
	if where := a.header.Get("Location"); a.status != http.StatusSeeOther || !strings.Contains(where, "said=again") {
		t.Errorf("answers given twice led to %d, %s", a.status, where)
	}
	if again := list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline"); len(again) != len(told) {
		t.Errorf("answering twice changed something: %+v", again[len(told):])
	}

	t.Run("in Spanish, and withdrawn", func(t *testing.T) {
		e, link := s.screened(t, "PATIENT-2", "es")
		b.open(t, link)
		b.screenshot(t, "spanish")
		if got := b.text(t, "h1"); got != "Su vivienda, comida, transporte y servicios" {
			t.Errorf("the page's heading is %q", got)
		}
		s.must(t, http.MethodPost, "/enrollments/"+e.ID+"/withdraw", map[string]string{"reason": "moved away"})
		b.click(t, "button.main")
		b.shows(t, "h1", "Estas preguntas ya no se hacen")
		b.screenshot(t, "over")
	})
}

// screened asks a new patient about their needs, and gives the link in the mail.
func (s *server) screened(t *testing.T, mrn, language string) (e enrollment, link string) {
	t.Helper()
	p := post[patient](t, s.client, "/patients", map[string]any{
		"family_name": "Quillfeather", "given_name": "Ottoline", "language": language, "birth_date": "1947-05-06",
		"identifiers": []map[string]string{{"system": "urn:hospital", "value": mrn, "type": "MR"}},
		"telecoms":    []map[string]string{{"system": "phone", "value": "5550100722"}, {"system": "email", "value": strings.ToLower(mrn) + "@patients.example"}},
	})
	e = post[enrollment](t, s.client, "/enrollments", map[string]string{"patient_id": p.ID, "pathway": "social-needs-screening"})
	mail := s.mailOf(t, s.messageOf(t, e.ID, "needs", "questionnaire").ID)
	return e, questionsLinkIn(t, mail)
}

// questionsLinkIn gives the patient's link in a mail that tells of nobody and nothing.
func questionsLinkIn(t *testing.T, mail notifytest.Mail) string {
	t.Helper()
	envelope, err := mail.Envelope()
	if err != nil {
		t.Fatal(err)
	}
	link := patientLink.FindString(envelope.Text)
	if link == "" || patientLink.FindString(envelope.HTML) != link {
		t.Fatalf("the mail has no link to the questions:\n%s", envelope.Text)
	}
	for _, secret := range []string{"Quillfeather", "Ottoline", "5550100722", "ocial", "food", "comida"} {
		if strings.Contains(envelope.GetHeader("Subject")+envelope.Text+envelope.HTML, secret) {
			t.Errorf("the mail says %q:\n%s", secret, envelope.Text)
		}
	}
	return link
}

// checkAnswered checks that the answers became facts, by whom, and that they led on.
func (s *server) checkAnswered(t *testing.T, e enrollment) {
	t.Helper()
	by := 0
	for _, entry := range list[timelineEntry](t, s.client, "/enrollments/"+e.ID+"/timeline") {
		if entry.Kind == "step.done" && entry.Step == "needs" {
			by++
			if entry.Actor.Kind != "patient" || !strings.Contains(entry.Text, "by the patient, with the link in a message") {
				t.Errorf("the answers are told as %q by %+v", entry.Text, entry.Actor)
			}
		}
	}
	if by != 1 {
		t.Errorf("the answers are told %d times", by)
	}
	if _, ok := s.openTask(t, e.ID, "offer"); !ok {
		t.Error("nobody is to ask what help is wanted")
	}
}
