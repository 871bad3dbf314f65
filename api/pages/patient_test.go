package pages_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/api"
	"throughline/api/apitest"
	"throughline/care"
	"throughline/identity"
)

// fillIn sends a form as a browser without script does: what the page shows, and the answers, in pairs
// of name and value.
func fillIn(t *testing.T, s *apitest.Server, address string, page *apitest.Answer, pairs ...string) *apitest.Answer {
	t.Helper()
	form := url.Values{}
	for _, shown := range regexp.MustCompile(`name="shown" value="([^"]+)"`).FindAllStringSubmatch(string(page.Body), -1) {
		form.Add("shown", shown[1])
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Add("answer."+pairs[i], pairs[i+1])
	}
	return s.Stranger(http.MethodPost, address, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Origin", "null")
}

// then follows the answer of a form to the page it leads to.
func then(t *testing.T, s *apitest.Server, sent *apitest.Answer) *apitest.Answer {
	t.Helper()
	return s.Stranger(http.MethodGet, s.URL+sent.Is(http.StatusSeeOther).Header.Get("Location"), nil)
}

func see(s *apitest.Server, address string) *apitest.Answer {
	return s.Stranger(http.MethodGet, address, nil)
}

func timeline(s *apitest.Server, enrollment care.ID) []care.TimelineEntry {
	var told struct{ Items []care.TimelineEntry }
	s.Get("/api/v1/enrollments/" + enrollment + "/timeline?limit=200").Is(http.StatusOK).Into(&told)
	return told.Items
}

func TestAPatientAnswersByLink(t *testing.T) {
	s := apitest.New(t)
	enrollment, link := s.Asked()
	if strings.Contains(link, enrollment) || strings.Contains(link, "weekly") {
		t.Errorf("the address tells of the enrollment: %s", link)
	}
	before := len(timeline(s, enrollment))
	page := see(s, link).Is(http.StatusOK)
	contains(t, page, `<html lang="es">`, "¿Cómo está esta semana?", "Test Hospital", "Responda por los últimos siete días.",
		"Si no puede respirar, llame al 911 de inmediato.", "¿Le falta más el aire?", "(libras)", "Pies hinchados", `href="tel:5550100"`, "martes 3 de marzo", `href="?lang=en"`)
	lacks(t, page, "Maria", "Rivera", "0147", "MRN", "1950", "Secret disease", "test-check-in", "<script", "¿Le despierta por la noche?")

	page = see(s, link+"?lang=en").Is(http.StatusOK)
	contains(t, page, `<html lang="en">`, "How are you this week?", "Please answer by", "Tuesday, March 3 at 9:00 AM", "In the morning, before breakfast.", "(optional)")
	for range 3 {
		see(s, link).Is(http.StatusOK)
	}
	if after := len(timeline(s, enrollment)); after != before {
		t.Fatalf("looking told %d things", after-before)
	}

	// What is wrong is said at each question; what was typed stays.
	wrong := fillIn(t, s, link+"?lang=en", page, "weight", "heavy", "words", "<b>tired</b>", "trouble", "sleep").Is(http.StatusUnprocessableEntity)
	contains(t, wrong, "Some answers need another look", `<a href="#q-breath-yes">Are you more short of breath?</a>`, `<a href="#q-weight">`, "Choose one of the answers.",
		`value="heavy"`, `&lt;b&gt;tired&lt;/b&gt;</textarea>`, `aria-describedby="q-weight-help q-weight-fault"`, `aria-invalid="true"`, `<title>Please check: `)
	if !regexp.MustCompile(`value="sleep" checked`).Match(wrong.Body) {
		t.Error("what was ticked is lost")
	}
	// A yes leads to another question.
	more := fillIn(t, s, link+"?lang=en", wrong, "breath", "yes", "weight", "181.5 lb", "words", "tired").Is(http.StatusUnprocessableEntity)
	contains(t, more, "a little more to ask", "Does it wake you at night?", `value="181.5 lb"`)
	lacks(t, more, "Some answers need another look")

	done := then(t, s, fillIn(t, s, link+"?lang=en", more, "breath", "yes", "night", "no", "weight", "181.5 lb", "words", "tired", "since", "2026-03-01")).Is(http.StatusOK)
	contains(t, done, "Thank you", "A nurse reads this today.", "If you cannot breathe, call 911 at once.")
	lacks(t, done, "<form", "181.5", "tired")

	by := 0
	for _, e := range timeline(s, enrollment) {
		if e.Kind == "step.done" && e.Step == "weekly" {
			by++
			if e.Actor.Kind != care.Subject || e.Actor.ID == "" || !strings.Contains(e.Text, "by the patient, with the link in a message") {
				t.Errorf("who answered is %+v: %s", e.Actor, e.Text)
			}
		}
	}
	if by != 1 {
		t.Errorf("the answers are told %d times", by)
	}
	s.Task(enrollment, "call") // the red flag opened it

	// Again, and another answer, change nothing.
	told := len(timeline(s, enrollment))
	contains(t, see(s, link), "Tenemos sus respuestas", "Una enfermera lo lee hoy.")
	for _, night := range []string{"no", "yes"} {
		again := then(t, s, fillIn(t, s, link+"?lang=en", more, "breath", "yes", "night", night, "weight", "181.5 lb")).Is(http.StatusOK)
		contains(t, again, "These questions have been answered before. Nothing was changed.")
	}
	if after := len(timeline(s, enrollment)); after != told {
		t.Errorf("answering again told %d things", after-told)
	}
	if token := link[strings.LastIndexByte(link, '/')+1:]; strings.Contains(s.Log.String(), token) || strings.Contains(s.Log.String(), "181.5") {
		t.Error("the log holds the link, or an answer")
	}
}

func TestReminderAndMessageBringTheSameQuestions(t *testing.T) {
	s := apitest.New(t)
	enrollment, link := s.Asked()
	if _, err := s.Desk.Advance(t.Context(), 5*time.Hour); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Desk.Asked); n != 3 {
		t.Fatalf("%d mails bring the questions, want those of the step, the message and the reminder", n)
	}
	for _, other := range s.Desk.Asked[1:] {
		if other == link {
			t.Error("two messages bring one link")
		}
		contains(t, see(s, other).Is(http.StatusOK), "¿Le falta más el aire?")
	}
	page := see(s, s.Desk.Asked[2])
	then(t, s, fillIn(t, s, s.Desk.Asked[2], page, "breath", "no", "weight", "180")).Is(http.StatusOK)
	contains(t, see(s, link).Is(http.StatusOK), "Tenemos sus respuestas")

	// Asked again a week later: the old link is over, the message's brings the latest questions.
	if _, err := s.Desk.Advance(t.Context(), 7*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	contains(t, see(s, link).Is(http.StatusOK), "Tenemos sus respuestas")
	contains(t, see(s, s.Desk.Asked[3]).Is(http.StatusOK), "¿Le falta más el aire?")
	_ = enrollment
}

func TestLateAnswersCountUntilTheQuestionsAreAskedAgain(t *testing.T) {
	s := apitest.New(t)
	enrollment, link := s.Asked()
	if _, err := s.Desk.Advance(t.Context(), 30*time.Hour); err != nil {
		t.Fatal(err)
	}
	s.Task(enrollment, "weekly") // somebody is to ask by telephone
	page := see(s, link+"?lang=en").Is(http.StatusOK)
	lacks(t, page, "Please answer by")
	if _, err := s.Desk.Advance(t.Context(), 6*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	then(t, s, fillIn(t, s, link+"?lang=en", page, "breath", "no", "weight", "180"))
	var e struct {
		Steps []struct {
			ID, Status string
			Occurrence int
		}
	}
	s.Get("/api/v1/enrollments/" + enrollment).Into(&e)
	for _, st := range e.Steps {
		if st.ID == "weekly" && st.Occurrence == 1 && st.Status != "done" {
			t.Errorf("the first week's questions are %s", st.Status)
		}
	}
}

func TestPatientLinksThatOpenNothing(t *testing.T) {
	s := apitest.New(t)
	enrollment, link := s.Asked()
	page := see(s, link)
	shut := func(address string, status int, words string) {
		t.Helper()
		got := see(s, address).Is(status)
		contains(t, got, words, `href="tel:5550100"`, "call 911")
		lacks(t, got, "<form", "short of breath", "Rivera")
		fillIn(t, s, address, page, "breath", "no", "weight", "180").Is(status)
	}
	shut(link+"x", http.StatusNotFound, "This link is not one of ours")
	// A partner's link opens no questions, nor a patient's a referral.
	token := link[strings.LastIndexByte(link, '/')+1:]
	see(s, s.URL+"/r/"+token).Is(http.StatusNotFound)
	foreign, err := s.Links.Token(identity.Link{ID: care.NewID(apitest.Start), Purpose: identity.PurposeReferral, ExpiresAt: apitest.Start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	shut(s.URL+"/p/"+foreign, http.StatusNotFound, "This link is not one of ours")

	s.Clock.Move(15 * 24 * time.Hour)
	shut(link+"?lang=en", http.StatusGone, "This link has expired")
	s.Clock.Move(-15 * 24 * time.Hour)
	s.Post("/api/v1/enrollments/"+enrollment+"/withdraw", map[string]string{"reason": "moved away"}).Is(http.StatusOK)
	shut(link+"?lang=en", http.StatusGone, "These questions are no longer asked")
	for _, e := range timeline(s, enrollment) {
		if e.Actor.Kind == care.Subject {
			t.Errorf("a closed link told: %s", e.Text)
		}
	}
}

// TestWhatWasTypedOutlivesAnOutage, and is taken while the enrollment stands still.
func TestWhatWasTypedOutlivesAnOutage(t *testing.T) {
	s := apitest.New(t)
	enrollment, link := s.Asked()
	page := see(s, link+"?lang=en")
	s.Desk.Down = true
	down := fillIn(t, s, link+"?lang=en", page, "breath", "no", "weight", "180").Is(http.StatusServiceUnavailable)
	contains(t, down, "We could not save your answers just now.", `value="180"`)
	s.Desk.Down = false
	s.Post("/api/v1/enrollments/"+enrollment+"/pause", map[string]any{"reason": "visits family", "until": apitest.Start.Add(72 * time.Hour)}).Is(http.StatusOK)
	contains(t, then(t, s, fillIn(t, s, link+"?lang=en", down, "breath", "no", "weight", "180")), "Thank you")
}

func TestThePatientsPageKeepsItsAddress(t *testing.T) {
	s := apitest.New(t, func(c *api.Config) {
		c.Limits = api.Limits{PerSecond: 100, Burst: 100, StrangersPerSecond: 0.001, StrangersBurst: 3}
	})
	_, link := s.Asked()
	page := see(s, link).Is(http.StatusOK)
	for header, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Frame-Options": "DENY"} {
		if got := page.Header.Get(header); got != want {
			t.Errorf("%s is %q", header, got)
		}
	}
	if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("%s", csp)
	}
	fillIn(t, s, link, page).Is(http.StatusUnprocessableEntity)
	fillIn(t, s, link, page).Is(http.StatusUnprocessableEntity)
	fillIn(t, s, link, page).Is(http.StatusTooManyRequests)
}

// TestEveryQuestionHasALabel holds the page to what assistive technology needs.
func TestEveryQuestionHasALabel(t *testing.T) {
	s := apitest.New(t)
	_, link := s.Asked()
	page := fillIn(t, s, link+"?lang=en", see(s, link+"?lang=en"), "breath", "yes").Is(http.StatusUnprocessableEntity)
	text := style.ReplaceAllString(string(page.Body), "")
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(text, -1) {
		if ids[m[1]] {
			t.Errorf("two elements are %q", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`<(?:input|textarea)[^>]*>`).FindAllString(text, -1) {
		if strings.Contains(m, `type="hidden"`) {
			continue
		}
		id := regexp.MustCompile(`id="([^"]+)"`).FindStringSubmatch(m)
		if id == nil || !strings.Contains(text, `<label for="`+id[1]+`"`) && !strings.Contains(text, `<label class="option" for="`+id[1]+`"`) {
			t.Errorf("no label is for %s", m)
		}
	}
	for _, m := range regexp.MustCompile(`(?:aria-describedby="|href="#)([^"]+)"`).FindAllStringSubmatch(text, -1) {
		for id := range strings.FieldsSeq(m[1]) {
			if !ids[id] {
				t.Errorf("%q leads nowhere", id)
			}
		}
	}
	if sets, legends := strings.Count(text, "<fieldset"), strings.Count(text, "<legend"); sets != legends || sets == 0 {
		t.Errorf("%d fieldsets and %d legends", sets, legends)
	}
	if strings.Index(text, "<h1") > strings.Index(text, "<h2") && strings.Contains(text, "<h2") && !strings.Contains(text, `role="alert"`) {
		t.Error("a heading stands before the page's own")
	}
}

// TestALinkOutlivesTheNameOfItsQuestions: the version that the patient was moved to calls the questions
// otherwise. The link in the mail opens them as that version words them.
func TestALinkOutlivesTheNameOfItsQuestions(t *testing.T) {
	s := apitest.New(t)
	enrollment, link := s.Asked()
	s.Moved(enrollment)
	page := see(s, link+"?lang=en").Is(http.StatusOK)
	contains(t, page, "How was your week?", "Are you more short of breath?", "Please answer by")
	contains(t, then(t, s, fillIn(t, s, link+"?lang=en", page, "breath", "no", "weight", "180")).Is(http.StatusOK), "Thank you")
	reached := func(e care.TimelineEntry) bool {
		return e.Kind == "step.done" && e.Step == "sunday" && e.Actor.Kind == care.Subject
	}
	if !slices.ContainsFunc(timeline(s, enrollment), reached) {
		t.Error("the answers did not reach the step")
	}
}

// TestALinkOutlivesAMoveThatIsTakenBack: so do the links that the version in between sent.
func TestALinkOutlivesAMoveThatIsTakenBack(t *testing.T) {
	s := apitest.New(t)
	enrollment, link := s.Asked()
	s.Moved(enrollment)
	if _, err := s.Desk.Advance(t.Context(), 5*time.Hour); err != nil { // a reminder brings a link, and so does hello
		t.Fatal(err)
	}
	links := append([]string{link}, s.Desk.Asked[len(s.Desk.Asked)-2:]...)
	s.MovedBack(enrollment)
	for _, address := range links {
		contains(t, see(s, address+"?lang=en").Is(http.StatusOK), "How are you this week?")
	}
	page := see(s, links[1]+"?lang=en")
	contains(t, then(t, s, fillIn(t, s, links[1]+"?lang=en", page, "breath", "no", "weight", "180")).Is(http.StatusOK), "Thank you")
	contains(t, see(s, link+"?lang=en").Is(http.StatusOK), "We have your answers")
}
