package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

const scores = "testdata/scores.yaml"

// scoring starts with some of what LACE asks for.
func scoring(t testing.TB, facts ...care.FactValue) *simulate.World {
	t.Helper()
	w := simulate.New(load(t, scores), at(t, "2025-12-01T10:00:00-05:00"))
	do(t, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{
		EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar(), Facts: facts,
	}})
	return w
}

func given(name string, value any) care.FactValue { return care.FactValue{Name: name, Value: value} }

func TestAScoreIsComputedAtOnce(t *testing.T) {
	w := scoring(t, given("days", 7), given("acute", true), given("charlson", 4), given("visits", 1))
	is(t, w, "risk", care.StepDone, "scored")
	for name, want := range map[string]any{"risk.value": 14.0, "risk.band": "high", "risk.missing": int64(0), "risk.lowest": 14.0, "risk.highest": 14.0} {
		if got := fact(t, w, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	is(t, w, "visit", care.StepOpen, "")
	got := step(t, w, "risk").Score
	value := 14.0
	want := &care.Score{
		Scorer: "lace", Version: 1, Variant: got.Variant, Handling: "Complete: no answer was missing.", Value: &value, Band: "high",
		Inputs: []care.ScoreInput{{Name: "length_of_stay_days", Value: 7.0}, {Name: "acute_admission", Value: true}, {Name: "comorbidity_score", Value: 4.0}, {Name: "ed_visits_6_months", Value: 1.0}},
	}
	if diff := cmp.Diff(want, got); diff != "" || got.Variant == "" {
		t.Errorf("the score that is kept: %s", diff)
	}
	told(t, w, "Score: LACE is 14, high. Complete: no answer was missing.")
}

// What is missing is asked for, and never taken for nothing.
func TestWhatAScoreIsMissingIsAsked(t *testing.T) {
	w := scoring(t, given("days", 7), given("acute", true))
	st := step(t, w, "risk")
	if st.Status != care.StepOpen || st.Task == nil || st.Task.Role != "care_coordinator" || st.Task.DueAt == nil || st.Task.Form != "inputs.risk" {
		t.Fatalf("nobody is asked: %+v", st.Task)
	}
	if form := w.Engine.Definition().TaskForm(st.Task.Form); form == nil || len(form.Fields) != 4 {
		t.Errorf("the form is %+v", form)
	}
	refused(t, w, completion(t, w, "risk", "supplied", answered("comorbidity_score", 1)), care.Invalid, "steps.risk.score")
	refused(t, w, completion(t, w, "risk", "supplied", answered("comorbidity_score", -1), answered("ed_visits_6_months", 0)), care.Invalid, "steps.risk.score")
	refused(t, w, completion(t, w, "risk", "supplied", answered("shoe_size", 9)), care.Invalid, "answers.shoe_size")
	complete(t, w, "risk", "supplied", answered("comorbidity_score", 1), answered("ed_visits_6_months", 0))
	is(t, w, "risk", care.StepDone, "scored")
	if got := fact(t, w, "risk.value"); got != 9.0 {
		t.Errorf("the score is %v", got)
	}
	for _, in := range step(t, w, "risk").Score.Inputs {
		if wantGiven := in.Name == "comorbidity_score" || in.Name == "ed_visits_6_months"; in.Given != wantGiven {
			t.Errorf("%s was given by a person: %v", in.Name, in.Given)
		}
	}
}

func TestAScoreWaitsForWhatBecomesKnown(t *testing.T) {
	w := scoring(t, given("days", 7), given("acute", true), given("charlson", 1))
	is(t, w, "risk", care.StepOpen, "")
	task := step(t, w, "risk").Task.ID
	do(t, w, engine.Event{Kind: engine.FactRecorded, Actor: coordinator, Reason: "from the chart", Answers: []care.FactValue{given("visits", 2)}})
	is(t, w, "risk", care.StepDone, "scored")
	if st := step(t, w, "risk"); st.Task.ID != task || st.Task.Status != care.TaskCompleted {
		t.Errorf("the task is %s", st.Task.Status)
	}
}

func TestAScoreThatStaysIncomplete(t *testing.T) {
	w := scoring(t, given("days", 14), given("acute", true))
	is(t, w, "rough", care.StepDone, "incomplete") // 10 points already: high, whatever is missing
	is(t, w, "shown", care.StepDone, "incomplete")
	if band, value := fact(t, w, "rough.band"), fact(t, w, "rough.value"); band != "high" || value != nil {
		t.Errorf("the band is %v, the value %v", band, value)
	}
	if lowest, highest := fact(t, w, "shown.lowest"), fact(t, w, "shown.highest"); lowest != 7.0 || highest != 19.0 {
		t.Errorf("it lies between %v and %v", lowest, highest)
	}
	complete(t, w, "risk", "not_available")
	is(t, w, "risk", care.StepDone, "incomplete")
	is(t, w, "visit", care.StepOpen, "") // its band is known, though its value is not
}

func TestAnInputThatCannotBe(t *testing.T) {
	w := scoring(t, given("days", -3), given("acute", true), given("charlson", 1), given("visits", 0))
	st := step(t, w, "risk")
	if st.Status != care.StepOpen || st.Task == nil || st.Score.Refused == "" {
		t.Fatalf("a stay of less than nothing was scored: %+v", st.Score)
	}
	complete(t, w, "risk", "supplied", answered("length_of_stay_days", 3))
	is(t, w, "risk", care.StepDone, "scored")
}

func TestAFormThatAScorerScores(t *testing.T) {
	w := scoring(t)
	do(t, w, answers("ask", answered("interest", "half"), answered("mood", "some")))
	if got, band := fact(t, w, "ask.score"), fact(t, w, "ask.band"); got != 3.0 || band != "positive" {
		t.Errorf("the score is %v, %v", got, band)
	}
	is(t, w, "talk", care.StepOpen, "")
	if k := step(t, w, "ask").Score; k == nil || k.Scorer != "phq-2" || len(k.Inputs) != 2 || k.Inputs[0].Value != "LA6570-1" {
		t.Errorf("what is kept of it: %+v", k)
	}
}

func TestSeveralAnswersToOneQuestion(t *testing.T) {
	w := scoring(t)
	refused(t, w, completion(t, w, "look", "done", answered("problems", []any{"dragons"})), care.Invalid, "answers.problems")
	complete(t, w, "look", "done", answered("problems", []any{"water", "pests", "water"}))
	if diff := cmp.Diff([]any{"pests", "water"}, fact(t, w, "look.problems")); diff != "" {
		t.Error(diff)
	}
	is(t, w, "dry", care.StepOpen, "")
}
