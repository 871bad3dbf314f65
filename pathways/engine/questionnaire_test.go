package engine_test

import (
	"strings"
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

const questions = "testdata/questions.yaml"

var patient = care.Actor{Kind: care.Subject, ID: "link"}

func questioned(t testing.TB) *simulate.World {
	t.Helper()
	return begin(t, questions, "2025-12-01T10:00:00-05:00")
}

// answers are what the patient says to a questionnaire.
func answers(id string, changes ...changeEvent) engine.Event {
	ev := engine.Event{Kind: engine.QuestionsAnswered, Actor: patient, Step: id}
	for _, change := range changes {
		change(&ev)
	}
	return ev
}

func fact(t testing.TB, w *simulate.World, name string) any {
	t.Helper()
	for _, f := range w.State.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// first is the first round of a step that is asked again and again.
func first(t testing.TB, w *simulate.World, id string) *engine.Step {
	t.Helper()
	for _, st := range w.State.Steps {
		if st.ID == id && st.Occurrence == 1 {
			return st
		}
	}
	t.Fatalf("there is no step %s", id)
	return nil
}

func firstIs(t testing.TB, w *simulate.World, id string, status care.StepStatus, outcome string) {
	t.Helper()
	if st := first(t, w, id); st.Status != status || st.Outcome != outcome {
		t.Errorf("%s is %s %q, want %s %q (%s)", id, st.Status, st.Outcome, status, outcome, st.Reason)
	}
}

func TestAnswersBecomeFactsAndAScore(t *testing.T) {
	w := questioned(t)
	if n := queued(w, "questionnaire", "weekly_check"); n != 1 {
		t.Fatalf("%d messages bring the questions", n)
	}
	do(t, w, answers("weekly_check", answered("breath", true), answered("weight", "little"), answered("sleeps", true)))
	firstIs(t, w, "weekly_check", care.StepDone, "answered")
	for name, want := range map[string]any{"weekly_check.breath": true, "weekly_check.weight": "little", "weekly_check.sleeps": true, "weekly_check.score": int64(4)} {
		if got := fact(t, w, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	is(t, w, "nurse_call", care.StepOpen, "")
	told(t, w, "Started beside the plan: Red flag.")
	for _, entry := range w.Timeline() {
		if want := "“Questions: red flags” was answered; score: 4"; entry.Kind == "track.started" && entry.Cause.Text != want {
			t.Errorf("the track started because %q, want %q", entry.Cause.Text, want)
		}
	}
}

func TestAFewPointsOpenNoTrack(t *testing.T) {
	w := questioned(t)
	do(t, w, answers("weekly_check", answered("breath", false), answered("weight", "little")))
	if got := fact(t, w, "weekly_check.score"); got != int64(1) {
		t.Errorf("the score is %v", got)
	}
	for _, st := range w.State.Steps {
		if st.ID == "nurse_call" {
			t.Error("the nurse is to call")
		}
	}
}

func TestAnswersThatCannotBe(t *testing.T) {
	w := questioned(t)
	refused(t, w, answers("weekly_check", answered("breath", true), answered("weight", "much")), care.Invalid, "answers.sleeps")
	refused(t, w, answers("weekly_check", answered("breath", false), answered("weight", "much"), answered("sleeps", true)), care.Invalid, "forms.red-flags.fields.sleeps.when")
	refused(t, w, answers("weekly_check", answered("weight", "much")), care.Invalid, "answers.breath")
	refused(t, w, answers("nurse_call", answered("breath", false)), care.NotFound, "step")
	refused(t, w, answers("nothing"), care.NotFound, "step")
	do(t, w, answers("weekly_check", answered("breath", false), answered("weight", "no")))
	refused(t, w, answers("weekly_check", answered("breath", false), answered("weight", "no")), care.Conflict, "questionnaire.answered")
}

func TestAnswersBeyondTheirLimits(t *testing.T) {
	w := questioned(t)
	for _, tc := range []struct {
		name  string
		given []changeEvent
		want  string
	}{
		{"too few", []changeEvent{answered("count", -1)}, `the answer to "How many medicines?" must be from 0 to 40 boxes`},
		{"too many", []changeEvent{answered("count", 41)}, `the answer to "How many medicines?" must be from 0 to 40 boxes`},
		{"none and some", []changeEvent{answered("count", 3), answered("from", []any{"nowhere", "pharmacy"})}, `“I have none” cannot be chosen together with other answers to "Where are they from?"`},
	} {
		err := w.Do(answers("survey", tc.given...))
		if care.CodeOf(err) != care.Invalid || !strings.HasSuffix(err.Error(), tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	do(t, w, answers("survey", answered("count", 40), answered("from", []any{"nowhere"})))
}

// Silence falls to a person, and is never the end by itself.
func TestSilenceIsAskedByTelephone(t *testing.T) {
	w := questioned(t)
	sleep(t, w, "2025-12-02T09:00:00-05:00")
	if n := queued(w, "reminder", "weekly_check"); n != 1 {
		t.Errorf("the patient was reminded %d times", n)
	}
	sleep(t, w, "2025-12-02T10:00:00-05:00")
	st := first(t, w, "weekly_check")
	if st.Status != care.StepOpen || !st.Missed || st.Task == nil || st.Task.Role != "care_coordinator" || st.Task.Title != "Ask by telephone: How are you?" {
		t.Fatalf("after a day it is %s, missed %v, with the task %+v", st.Status, st.Missed, st.Task)
	}
	complete(t, w, "weekly_check", "answered", answered("breath", true), answered("weight", "much"), answered("sleeps", false))
	firstIs(t, w, "weekly_check", care.StepDone, "answered")
	is(t, w, "nurse_call", care.StepOpen, "")
}

func TestNobodyCouldBeAsked(t *testing.T) {
	w := questioned(t)
	sleep(t, w, "2025-12-02T10:00:00-05:00")
	complete(t, w, "weekly_check", "unanswered")
	firstIs(t, w, "weekly_check", care.StepMissed, "unanswered")
	if got := fact(t, w, "weekly_check.score"); got != nil {
		t.Errorf("without answers the score is %v", got)
	}
}

// Answers that come after all are not lost, and what waits for them hears of them.
func TestLateAnswersCount(t *testing.T) {
	w := questioned(t)
	sleep(t, w, "2025-12-05T00:00:00-05:00")
	st := step(t, w, "survey")
	if st.Status != care.StepSkipped || st.Outcome != "unanswered" || !st.Missed {
		t.Fatalf("the survey is %s %q, missed %v", st.Status, st.Outcome, st.Missed)
	}
	sleep(t, w, w.Now.Add(time.Hour).Format(time.RFC3339))
	inTime := answers("survey", answered("count", 4), occurred(at(t, "2025-12-03T10:00:00-05:00")))
	do(t, w, inTime)
	if st := step(t, w, "survey"); st.Status != care.StepDone || st.Missed || fact(t, w, "survey.count") != int64(4) {
		t.Errorf("after answers that were recorded late it is %s, missed %v, with %v", st.Status, st.Missed, fact(t, w, "survey.count"))
	}
}

func TestAnswersToAnEarlierRound(t *testing.T) {
	w := questioned(t)
	sleep(t, w, "2025-12-02T10:00:00-05:00")
	complete(t, w, "weekly_check", "unanswered")
	sleep(t, w, "2025-12-08T12:00:00-05:00")
	again := answers("weekly_check", answered("breath", false), answered("weight", "no"))
	again.Occurrence = 1
	refused(t, w, again, care.Conflict, "questionnaire.answered")
	do(t, w, answers("weekly_check", answered("breath", false), answered("weight", "little"), answered("note", "fine")))
	sleep(t, w, "2025-12-15T12:00:00-05:00")
	do(t, w, answers("weekly_check", answered("breath", false), answered("weight", "no")))
	if note := fact(t, w, "weekly_check.note"); note != nil {
		t.Errorf("the note of the week before is still %v", note)
	}
}

func TestAMemberOfStaffIsAsked(t *testing.T) {
	w := questioned(t)
	st := step(t, w, "pharmacy")
	if st.Task == nil || st.Task.Role != "pharmacist" || st.Task.Form != "medicines" {
		t.Fatalf("the pharmacist's task is %+v", st.Task)
	}
	due(t, w, "pharmacy", "due", "2025-12-02T23:59:59-05:00")
	complete(t, w, "pharmacy", "answered", answered("count", 12))
	is(t, w, "recount", care.StepOpen, "")
}

// A red flag that is told while the pathway is paused is acted on when it goes on.
func TestAnswersInAPause(t *testing.T) {
	w := questioned(t)
	until := at(t, "2025-12-05T10:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.EnrollmentPause, Actor: coordinator, Reason: "they travel", Until: &until})
	do(t, w, answers("weekly_check", answered("breath", true), answered("weight", "much"), answered("sleeps", true)))
	for _, st := range w.State.Steps {
		if st.ID == "nurse_call" {
			t.Fatal("something began in the pause")
		}
	}
	sleep(t, w, "2025-12-05T10:00:00-05:00")
	is(t, w, "nurse_call", care.StepOpen, "")
	if len(w.State.Unheard) > 0 {
		t.Errorf("still unheard: %v", w.State.Unheard)
	}
}

func TestQuestionsThatDoNotArrive(t *testing.T) {
	w := simulate.New(load(t, questions), at(t, "2025-12-01T10:00:00-05:00"))
	w.Delivery = func(m care.Message) engine.Delivery {
		if m.Purpose == "questionnaire" {
			return engine.Delivery{Status: care.MessageFailed, Detail: "no address"}
		}
		return engine.Delivery{Status: care.MessageSent}
	}
	do(t, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar()}})
	if st := first(t, w, "weekly_check"); st.Task == nil || !st.Task.Status.Open() {
		t.Error("nobody asks by telephone")
	}
	if st := step(t, w, "survey"); st.Status != care.StepOpen || st.Task != nil {
		t.Errorf("the survey that may stay unanswered is %s with %+v", st.Status, st.Task)
	}
}

// A person may add questions for one patient, by the same rules.
func TestQuestionsForOnePatient(t *testing.T) {
	w := questioned(t)
	do(t, w, engine.Event{Kind: engine.StepAdd, Actor: coordinator, Reason: "a new medicine", NewStep: moreQuestions("medicines")})
	do(t, w, answers("more", answered("count", 3)))
	is(t, w, "more", care.StepDone, "answered")
	without := moreQuestions("medicines")
	without.ID, without.Questionnaire.Within = "again", ""
	refused(t, w, engine.Event{Kind: engine.StepAdd, Actor: coordinator, Reason: "a new medicine", NewStep: without}, care.Invalid, "new_step")
}

func moreQuestions(form string) *pathways.Step {
	return &pathways.Step{ID: "more", Questionnaire: &pathways.Questionnaire{To: "patient", Form: form, Within: "1 day"}}
}

func TestHowQuestionsStand(t *testing.T) {
	w := questioned(t)
	stand := func(occurrence int) engine.Questions {
		t.Helper()
		q, err := w.Engine.Questions(w.State, "weekly_check", occurrence)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	if q := stand(0); q.Refused != nil || q.Answered || q.Due == nil || q.Occurrence != 1 || q.Form == nil {
		t.Errorf("when they are asked: %+v", q)
	}
	do(t, w, answers("weekly_check", answered("breath", false), answered("weight", "no")))
	if q := stand(1); care.CodeOf(q.Refused) != care.Conflict || !q.Answered || q.Due != nil {
		t.Errorf("once they are answered: %+v", q)
	}
	if q := stand(7); q.Refused == nil || q.Answered {
		t.Errorf("before they are asked: %+v", q)
	}
	if _, err := w.Engine.Questions(w.State, "nurse_call", 0); care.CodeOf(err) != care.NotFound {
		t.Errorf("of a step that asks nothing: %v", err)
	}
}
