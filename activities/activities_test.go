package activities_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"

	"throughline/activities"
	"throughline/care"
	"throughline/identity"
	"throughline/notify"
	"throughline/notify/template"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// outside is everything the activities work with.
type outside struct {
	log bytes.Buffer
	now time.Time

	commitErr error
	committed []int64
	assigned  []activities.Assignment

	begun     int
	settled   *engine.Delivery
	beginErr  error
	ended     []engine.Delivery
	endErrs   int // so many EndDelivery calls fail
	endCtxErr error

	to    activities.Recipient
	toErr error

	link    string
	linkErr error

	asks       []identity.Asked
	askedFor   care.ID
	follows    *pathways.Definition
	state      engine.State
	followsErr error

	services    []engine.Candidate
	servicesErr error

	result  notify.Result
	letters []notify.Message

	started    workflows.SubStart
	asked      []string // what other enrollments were asked and told
	neighbours error
}

func newOutside() *outside {
	return &outside{
		now:    time.Date(2025, 11, 5, 17, 0, 0, 0, time.UTC),
		to:     activities.Recipient{Address: notify.Address{Email: "ann@clinic.example"}, Language: "en"},
		link:   "https://care.example/r/token",
		result: notify.SentAs("provider-1", time.Time{}),
	}
}

func (o *outside) Commit(_ context.Context, c workflows.Commit) (workflows.Committed, error) {
	if o.commitErr != nil {
		return workflows.Committed{}, o.commitErr
	}
	o.committed = append(o.committed, c.Turn.State.Seq)
	return workflows.Committed{}, nil
}

func (o *outside) Assigned(_ context.Context, work []activities.Assignment) { o.assigned = work }

func (o *outside) BeginDelivery(context.Context, care.ID, string) (int, *engine.Delivery, error) {
	if o.settled != nil || o.beginErr != nil {
		return 0, o.settled, o.beginErr
	}
	o.begun++
	return o.begun, nil, nil
}

func (o *outside) EndDelivery(ctx context.Context, _ care.ID, _ int, d engine.Delivery, _ string) error {
	if o.endErrs > 0 {
		o.endErrs--
		return errors.New("away")
	}
	o.endCtxErr = ctx.Err()
	o.ended = append(o.ended, d)
	return nil
}

func (o *outside) Recipient(context.Context, care.Message) (activities.Recipient, error) {
	return o.to, o.toErr
}

func (o *outside) ReferralLink(context.Context, care.ID, care.ID) (string, error) {
	return o.link, o.linkErr
}

func (o *outside) AnswersLink(_ context.Context, asked identity.Asked, messageID care.ID) (string, error) {
	o.asks, o.askedFor = append(o.asks, asked), messageID
	return "https://care.example/p/token", o.linkErr
}

func (o *outside) Followed(context.Context, care.ID) (*pathways.Definition, engine.State, error) {
	return o.follows, o.state, o.followsErr
}

func (o *outside) Services(context.Context, string, care.ID, []care.ID) ([]engine.Candidate, error) {
	return o.services, o.servicesErr
}

func (o *outside) Name() string { return "email" }

func (o *outside) Deliver(_ context.Context, m notify.Message) notify.Result {
	o.letters = append(o.letters, m)
	return o.result
}

// StartPathway implements workflows.Neighbours.
func (o *outside) StartPathway(_ context.Context, l engine.SubLaunch) (workflows.SubStart, error) {
	o.asked = append(o.asked, "start "+l.Pathway)
	return o.started, o.neighbours
}

// EndPathway implements workflows.Neighbours.
func (o *outside) EndPathway(_ context.Context, e engine.SubEnd) error {
	o.asked = append(o.asked, "end "+e.EnrollmentID)
	return o.neighbours
}

// TellParent implements workflows.Neighbours.
func (o *outside) TellParent(_ context.Context, n engine.ParentNews) error {
	o.asked = append(o.asked, "tell "+n.Parent.EnrollmentID)
	return o.neighbours
}

func (o *outside) config() activities.Config {
	return activities.Config{
		Journal: o, Outbox: o, Recipients: o, Links: o, Answers: o, Followed: o, Directory: o, Neighbours: o, Mail: o, Desk: o,
		PublicURL: "https://care.example/", Organization: "Example Clinic", Phone: "555-0100",
		Now: func() time.Time { return o.now }, Logger: slog.New(slog.NewJSONHandler(&o.log, nil)),
	}
}

func (o *outside) activities(t *testing.T) *activities.Activities {
	t.Helper()
	a, err := activities.New(o.config())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func reminder() workflows.Outgoing {
	return workflows.Outgoing{Message: care.Message{
		ID: "m-1", Purpose: "reminder", To: "role:coordinator", Template: engine.TemplateReminder, TaskID: "t-1", Status: care.MessageQueued,
	}}
}

func TestNewRefusesWhatIsIncomplete(t *testing.T) {
	for name, spoil := range map[string]func(*activities.Config){
		"no journal":      func(c *activities.Config) { c.Journal = nil },
		"no clock":        func(c *activities.Config) { c.Now = nil },
		"no mail":         func(c *activities.Config) { c.Mail = nil },
		"half an address": func(c *activities.Config) { c.PublicURL = "/care" },
		"nobody writes":   func(c *activities.Config) { c.Organization = "" },
	} {
		c := newOutside().config()
		spoil(&c)
		if _, err := activities.New(c); care.CodeOf(err) != care.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReminderReachesItsRecipient(t *testing.T) {
	o := newOutside()
	d, err := o.activities(t).Remind(t.Context(), reminder())
	if err != nil {
		t.Fatal(err)
	}
	want := engine.Delivery{Status: care.MessageSent, Channel: "email"}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
	if len(o.letters) != 1 || o.begun != 1 || len(o.ended) != 1 {
		t.Fatalf("%d letters, %d beginnings, %d ends", len(o.letters), o.begun, len(o.ended))
	}
	letter := o.letters[0]
	if letter.ID != "m-1" || letter.To.Email != "ann@clinic.example" || !strings.Contains(letter.Text, "https://care.example/tasks/t-1") ||
		!strings.Contains(letter.HTML, "https://care.example/tasks/t-1") {
		t.Errorf("sent %+v", letter)
	}
	if err := letter.Check(); err != nil {
		t.Errorf("no channel would take it: %v", err)
	}
}

func TestEveryBuiltInMessageIsWordedInEveryLanguage(t *testing.T) {
	for _, language := range []string{"en", "es", "es-MX", "vi", ""} {
		for _, m := range []care.Message{
			{Purpose: "reminder", To: "role:coordinator", Template: engine.TemplateReminder, TaskID: "t-1"},
			{Purpose: "reminder", To: "patient", Template: engine.TemplateReminder, TaskID: "t-1"},
			{Purpose: "questionnaire", To: "patient", Template: engine.TemplateQuestionnaire},
			{Purpose: "reminder", To: "patient", Template: engine.TemplateQuestionnaire},
			{Purpose: "warning", To: "role:supervisor", Template: engine.TemplateWarning, TaskID: "t-1", EscalationID: "e-1"},
			{Purpose: "escalation", To: "role:supervisor", Template: engine.TemplateEscalation, EscalationID: "e-1"},
			{Purpose: "referral", To: "service:s-1", Template: engine.TemplateReferral, ReferralID: "r-1"},
		} {
			o := newOutside()
			o.to.Language = language
			m.ID, m.Status = "m-1", care.MessageQueued
			a := o.activities(t)
			send := map[string]func(context.Context, workflows.Outgoing) (engine.Delivery, error){
				"warning": a.Escalate, "escalation": a.Escalate, "referral": a.SendLink, "reminder": a.Remind, "questionnaire": a.Remind,
			}[m.Purpose]
			if d, err := send(t.Context(), workflows.Outgoing{Message: m}); err != nil || d.Status != care.MessageSent {
				t.Errorf("%s to %s in %q: %+v, %v", m.Purpose, m.To, language, d, err)
				continue
			}
			letter := o.letters[0]
			if want := map[string]string{"es": "es", "es-MX": "es"}[language]; letter.Language != want && (want != "" || letter.Language != "en") {
				t.Errorf("%s to %s in %q went out in %q", m.Purpose, m.To, language, letter.Language)
			}
			if m.To == "patient" && strings.Contains(letter.Text, "https://") {
				t.Errorf("a patient is sent to a page for staff: %s", letter.Text)
			}
		}
	}
}

// TestAPatientsMessageBringsItsQuestions: the built-in message, its reminder, a message of the
// pathway's own and one that names the questions lead to the page on which they are answered.
func TestAPatientsMessageBringsItsQuestions(t *testing.T) {
	asking := &pathways.Definition{
		Emergency: []pathways.Saying{{Language: "es", Text: "Si no puede respirar, llame al 911."}},
		Steps: []pathways.Step{
			{ID: "weekly", Questionnaire: &pathways.Questionnaire{To: "patient", Form: "f", Within: "1 day"}},
			{ID: "staff", Questionnaire: &pathways.Questionnaire{To: "owner", Form: "f", Within: "1 day"}},
			{ID: "hello", Message: &pathways.MessageSpec{To: "patient", Template: "own", Questions: "weekly"}},
			{ID: "bye", Message: &pathways.MessageSpec{To: "patient", Template: "own"}},
		},
	}
	own := &pathways.Template{Name: "own", Texts: []pathways.Wording{{Language: "es", Subject: "Hola", Text: "Llame al {{phone}}."}}}
	weekly := identity.Asked{EnrollmentID: "e-1", Step: "weekly", Occurrence: 2, Language: "es"}
	latest := weekly
	latest.Occurrence = 0
	for _, c := range []struct {
		step, purpose, template string
		words                   *pathways.Template
		asks                    []identity.Asked
		says, label             string
	}{
		{"weekly", "questionnaire", engine.TemplateQuestionnaire, nil, []identity.Asked{weekly}, "Si no puede respirar, llame al 911.", "Responder las preguntas"},
		{"weekly", "reminder", engine.TemplateQuestionnaire, nil, []identity.Asked{weekly}, "No necesita cuenta", "Responder las preguntas"},
		{"weekly", "questionnaire", "own", own, []identity.Asked{weekly}, "Llame al", "Responder las preguntas"},
		{"hello", "message", "own", own, []identity.Asked{latest}, "Llame al", "Responder las preguntas"},
		{"bye", "message", "own", own, nil, "Llame al", ""},
		{"staff", "reminder", engine.TemplateReminder, nil, nil, "llámenos", ""},
	} {
		o := newOutside()
		o.to.Language, o.follows = "es", asking
		out := workflows.Outgoing{Template: c.words, Message: care.Message{
			ID: "m-1", EnrollmentID: "e-1", Step: c.step, Occurrence: 2, Purpose: c.purpose, To: "patient", Template: c.template, Status: care.MessageQueued,
		}}
		if d, err := o.activities(t).Remind(t.Context(), out); err != nil || d.Status != care.MessageSent {
			t.Errorf("%s of %s: %+v, %v", c.purpose, c.step, d, err)
			continue
		}
		text := o.letters[0].Text
		if diff := cmp.Diff(c.asks, o.asks); diff != "" || !strings.Contains(text, c.says) || !strings.Contains(text, c.label) {
			t.Errorf("%s of %s: %s\n%s", c.purpose, c.step, diff, text)
		}
		if strings.Contains(text, "https://care.example/p/token") != (c.asks != nil) {
			t.Errorf("%s of %s leads elsewhere:\n%s", c.purpose, c.step, text)
		}
	}
}

// TestAMessageFromBeforeAMoveBringsItsQuestions: the step that asks has another name since the message was
// queued.
func TestAMessageFromBeforeAMoveBringsItsQuestions(t *testing.T) {
	o := newOutside()
	o.follows = &pathways.Definition{Steps: []pathways.Step{{ID: "sunday", Questionnaire: &pathways.Questionnaire{To: "patient", Form: "f", Within: "1 day"}}}}
	o.state.Former = []engine.FormerName{{Step: "weekly", Occurrence: 2, Now: "sunday", NowOccurrence: 2, At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}}
	out := workflows.Outgoing{Message: care.Message{ID: "m-1", EnrollmentID: "e-1", Step: "weekly", Occurrence: 2, Purpose: "questionnaire", To: "patient", Template: engine.TemplateQuestionnaire, Language: "en"}}
	if d, err := o.activities(t).Remind(t.Context(), out); err != nil || d.Status != care.MessageSent {
		t.Fatalf("%+v, %v", d, err)
	}
	if want := []identity.Asked{{EnrollmentID: "e-1", Step: "sunday", Occurrence: 2, Language: "en"}}; !cmp.Equal(want, o.asks) {
		t.Error(cmp.Diff(want, o.asks))
	}
}

func TestWithoutALinkNoQuestionsGoOut(t *testing.T) {
	o := newOutside()
	o.followsErr = care.Errorf(care.Unavailable, "the database does not answer")
	out := workflows.Outgoing{Message: care.Message{ID: "m-1", Step: "weekly", Purpose: "questionnaire", To: "patient", Template: engine.TemplateQuestionnaire}}
	if d, err := o.activities(t).Remind(t.Context(), out); err == nil || len(o.letters) > 0 {
		t.Errorf("%+v went out, and nobody is asked for another attempt", d)
	}
}

// TestQuestionsHaveWords holds that the checker asks for a message of a pathway's own in exactly the
// languages that have no built-in one.
func TestQuestionsHaveWords(t *testing.T) {
	if diff := cmp.Diff(template.Builtins()[engine.TemplateQuestionnaire], pathways.QuestionnaireLanguages); diff != "" {
		t.Error(diff)
	}
}

func TestPathwaysOwnWords(t *testing.T) {
	o := newOutside()
	o.to.Language = "es-MX"
	out := workflows.Outgoing{
		Message: care.Message{ID: "m-1", Purpose: "message", To: "patient", Template: "thanks"},
		Template: &pathways.Template{Name: "thanks", Texts: []pathways.Wording{
			{Language: "en", Subject: "From {{organization}}", Text: "Call {{phone}}."},
			{Language: "es", Subject: "De {{ organization }}", Text: "Llame al {{phone}}."},
		}},
	}
	if _, err := o.activities(t).Remind(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	letter := o.letters[0]
	if letter.Subject != "De Example Clinic" || !strings.Contains(letter.Text, "Llame al 555-0100.") || letter.Language != "es" {
		t.Errorf("sent %+v", letter)
	}
}

func TestTransientFailureAsksForAnotherAttempt(t *testing.T) {
	o := newOutside()
	o.result = notify.FailedNow("greylisted", time.Time{})
	_, err := o.activities(t).Remind(t.Context(), reminder())
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.NonRetryable() {
		t.Fatalf("got %v", err)
	}
	if len(o.ended) != 1 || o.ended[0].Status != care.MessageFailed {
		t.Errorf("recorded %+v", o.ended)
	}
}

func TestWhatCannotSucceedIsAResult(t *testing.T) {
	expired := newOutside().now.Add(-time.Minute)
	for name, c := range map[string]struct {
		prepare func(*outside, *workflows.Outgoing)
		want    care.MessageStatus
		letters int
	}{
		"refused for good": {func(o *outside, _ *workflows.Outgoing) {
			o.result = notify.FailedForGood("no such mailbox", time.Time{})
		}, care.MessageFailed, 1},
		"unknown": {func(o *outside, _ *workflows.Outgoing) { o.result = notify.MaybeSent("no answer", time.Time{}) }, care.MessageUnknown, 1},
		"nobody there": {func(o *outside, _ *workflows.Outgoing) {
			o.toErr = care.Errorf(care.NotFound, "the role has no address")
		}, care.MessageFailed, 0},
		"no address": {func(o *outside, _ *workflows.Outgoing) { o.to.Address = notify.Address{} }, care.MessageFailed, 0},
		"too late":   {func(_ *outside, out *workflows.Outgoing) { out.Message.Expires = &expired }, care.MessageStopped, 0},
		"no words":   {func(_ *outside, out *workflows.Outgoing) { out.Message.Template = "no.such" }, care.MessageFailed, 0},
		"cut off before": {func(o *outside, _ *workflows.Outgoing) {
			o.settled = &engine.Delivery{Status: care.MessageUnknown, Detail: "an earlier attempt was cut off"}
		}, care.MessageUnknown, 0},
		"sent before": {func(o *outside, _ *workflows.Outgoing) { o.settled = &engine.Delivery{Status: care.MessageSent} }, care.MessageSent, 0},
	} {
		o, out := newOutside(), reminder()
		c.prepare(o, &out)
		d, err := o.activities(t).Remind(t.Context(), out)
		if err != nil || d.Status != c.want || len(o.letters) != c.letters {
			t.Errorf("%s: %+v, %v, %d letters", name, d, err, len(o.letters))
		}
		if d.Status != care.MessageSent && d.Detail == "" {
			t.Errorf("%s: nobody is told why", name)
		}
	}
}

// TestNothingIsSentUnrecorded: without a record of its beginning there is no attempt.
func TestNothingIsSentUnrecorded(t *testing.T) {
	o := newOutside()
	o.beginErr = errors.New("connection refused")
	if _, err := o.activities(t).Remind(t.Context(), reminder()); err == nil {
		t.Error("no error")
	}
	if len(o.letters) != 0 {
		t.Errorf("%d letters", len(o.letters))
	}
}

func TestEndIsRecordedThoughTheTimeIsUp(t *testing.T) {
	o := newOutside()
	o.endErrs = 2
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d, err := o.activities(t).Remind(ctx, reminder())
	if err != nil || d.Status != care.MessageSent {
		t.Errorf("%+v, %v", d, err)
	}
	if len(o.ended) != 1 || o.endCtxErr != nil {
		t.Errorf("recorded %+v under %v", o.ended, o.endCtxErr)
	}
}

func TestResultOutlivesItsRecord(t *testing.T) {
	o := newOutside()
	o.endErrs = 100
	d, err := o.activities(t).Remind(t.Context(), reminder())
	if err != nil || d.Status != care.MessageSent {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestPeopleWithoutMailAreReachedInTheApp(t *testing.T) {
	o, inside := newOutside(), newOutside()
	o.to.Address = notify.Address{Account: "ann"}
	c := o.config()
	c.InApp = inside
	a, err := activities.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := a.Remind(t.Context(), reminder()); err != nil || d.Status != care.MessageSent || len(inside.letters) != 1 || len(o.letters) != 0 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestReferralMailCarriesTheSignedLink(t *testing.T) {
	o := newOutside()
	out := workflows.Outgoing{Message: care.Message{ID: "m-2", Purpose: "referral", To: "service:s-1", Template: engine.TemplateReferral, ReferralID: "r-1"}}
	if _, err := o.activities(t).SendLink(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(o.letters[0].Text, o.link) || strings.Contains(o.letters[0].Subject, "r-1") {
		t.Errorf("sent %+v", o.letters[0])
	}
	o.linkErr = care.Errorf(care.NotFound, "the referral was withdrawn")
	if d, err := o.activities(t).SendLink(t.Context(), out); err != nil || d.Status != care.MessageFailed {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestFindServices(t *testing.T) {
	o := newOutside()
	o.services = []engine.Candidate{{ServiceID: "s-1", Name: "Rides"}}
	found, err := o.activities(t).FindServices(t.Context(), engine.Search{Need: "transportation-insecurity"})
	if err != nil || !cmp.Equal(o.services, found) {
		t.Errorf("%+v, %v", found, err)
	}
	for err, final := range map[error]bool{care.Errorf(care.Invalid, "no such need"): true, errors.New("away"): false} {
		o.servicesErr = err
		_, got := o.activities(t).FindServices(t.Context(), engine.Search{})
		var app *temporal.ApplicationError
		if !errors.As(got, &app) || app.NonRetryable() != final {
			t.Errorf("%v came out as %v", err, got)
		}
	}
}

func TestCommitShowsTheDeskItsWork(t *testing.T) {
	o := newOutside()
	task := func(id string, status care.TaskStatus, assignee string) engine.Effect {
		return engine.Effect{Kind: engine.TaskRow, Task: &care.Task{ID: id, EnrollmentID: "e-1", Role: "coordinator", Assignee: assignee, Status: status, Priority: 3}}
	}
	turn := engine.Turn{State: engine.State{Seq: 7}, Effects: []engine.Effect{
		task("t-1", care.TaskRequested, ""), task("t-2", care.TaskCompleted, "bo"), task("t-1", care.TaskInProgress, "ann"),
	}}
	if _, err := o.activities(t).Commit(t.Context(), workflows.Commit{Turn: turn}); err != nil {
		t.Fatal(err)
	}
	want := []activities.Assignment{{TaskID: "t-1", EnrollmentID: "e-1", Role: "coordinator", Assignee: "ann", Priority: 3}}
	if diff := cmp.Diff(want, o.assigned); diff != "" || !cmp.Equal([]int64{7}, o.committed) {
		t.Errorf("committed %v\n%s", o.committed, diff)
	}
}

// TestNoCommitFailsForGood: a turn is never given up, whatever the store says of it.
func TestNoCommitFailsForGood(t *testing.T) {
	for _, cause := range []error{care.Errorf(care.Conflict, "other content"), care.Errorf(care.Invalid, "too long"), errors.New("away")} {
		o := newOutside()
		o.commitErr = cause
		_, err := o.activities(t).Commit(t.Context(), workflows.Commit{})
		var app *temporal.ApplicationError
		if !errors.As(err, &app) || app.NonRetryable() || app.Type() != string(care.CodeOf(cause)) {
			t.Errorf("%v came out as %v", cause, err)
		}
		if o.assigned != nil {
			t.Error("the desk was shown what was not committed")
		}
	}
}

func TestLogsHoldNoWordsOfTheDatabase(t *testing.T) {
	o := newOutside()
	o.commitErr = fmt.Errorf("writing: %w", databaseError{})
	_, _ = o.activities(t).Commit(t.Context(), workflows.Commit{})
	line := o.log.String()
	if strings.Contains(line, "Jane") || !strings.Contains(line, `"sql_state":"23505"`) || !strings.Contains(line, "databaseError") {
		t.Errorf("logged %s", line)
	}
}

type databaseError struct{}

func (databaseError) Error() string    { return "duplicate key: (name)=(Jane Doe)" }
func (databaseError) SQLState() string { return "23505" }

// What other enrollments are asked and told is passed on; a refusal is final, a failure is tried again.
func TestNeighbours(t *testing.T) {
	o := newOutside()
	o.started = workflows.SubStart{EnrollmentID: "child"}
	a := o.activities(t)
	done, err := a.StartPathway(t.Context(), engine.SubLaunch{Pathway: "food"})
	if err != nil || done.EnrollmentID != "child" {
		t.Errorf("%+v, %v", done, err)
	}
	if err := a.EndPathway(t.Context(), engine.SubEnd{EnrollmentID: "child"}); err != nil {
		t.Error(err)
	}
	if err := a.TellParent(t.Context(), engine.ParentNews{Parent: engine.Parent{EnrollmentID: "parent"}}); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"start food", "end child", "tell parent"}, o.asked); diff != "" {
		t.Error(diff)
	}
	for _, code := range []care.Code{care.NotFound, care.Unavailable} {
		o.neighbours = care.Errorf(code, "no")
		_, err := a.StartPathway(t.Context(), engine.SubLaunch{})
		var failure *temporal.ApplicationError
		if !errors.As(err, &failure) || failure.NonRetryable() != (code == care.NotFound) {
			t.Errorf("%s became %v", code, err)
		}
	}
}
