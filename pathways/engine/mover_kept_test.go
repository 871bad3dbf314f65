package engine_test

import (
	"strings"
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

const askingPathway = `
pathway: visit
version: 1
title: A visit
owner: coordinator
languages: [en]
launch: {on: request, once_per: request}
clocks:
  period: {from: enrolled, within: 60 days}
forms:
  papers: {fields: [{id: found, ask: Were they found?, type: bool, required: true}]}
  wellbeing: {fields: [{id: sleep, ask: How many hours do you sleep?, type: int, required: true}]}
messages:
  hello:
    en: {subject: Hello, text: Hello.}
steps:
  - {id: papers, task: Get the papers, due: 2 days, form: papers}
  - {id: wellbeing, questionnaire: {to: patient, form: wellbeing, within: 3 days}}
  - {id: ride, pathway: {start: social-need-referral, with: {need: '"food-insecurity"'}, wait: true, within: 10 days}}
  - {id: visit, task: See the patient, due: 20 days}
ends:
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// withoutAsking is the version that no longer asks anything.
var withoutAsking = []string{
	"version: 1", "version: 2",
	"forms:\n  papers: {fields: [{id: found, ask: Were they found?, type: bool, required: true}]}\n  wellbeing: {fields: [{id: sleep, ask: How many hours do you sleep?, type: int, required: true}]}\n", "",
	"  - {id: papers, task: Get the papers, due: 2 days, form: papers}\n", "",
	"  - {id: wellbeing, questionnaire: {to: patient, form: wellbeing, within: 3 days}}\n", "",
	"  - {id: ride, pathway: {start: social-need-referral, with: {need: '\"food-insecurity\"'}, wait: true, within: 10 days}}\n", "",
}

func TestWhatWasAskedIsHeardAfterAMove(t *testing.T) {
	m := enrolled(t, version(t, askingPathway))
	before, err := engine.Fingerprint(m.state)
	if err != nil {
		t.Fatal(err)
	}
	m.do(move(version(t, askingPathway, withoutAsking...), engine.MovePlan{}))
	asked := m.step("move_review_2").Task.Instructions
	for _, title := range []string{"Get the papers", "wellbeing", "social-need-referral"} {
		if !strings.Contains(strings.ToLower(asked), strings.ToLower(strings.ReplaceAll(title, "-", " "))) {
			t.Errorf("nobody is asked about %s: %s", title, asked)
		}
	}

	t.Run("and all is as it was after the way back", func(t *testing.T) {
		back := *m
		back.t = t
		back.do(moveBack(version(t, askingPathway)))
		after, err := engine.Fingerprint(back.state)
		if err != nil || after != before {
			t.Errorf("it is not as before: %v", err)
		}
	})

	unanswered := engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: m.step("papers").Task.ID, Outcome: "done"}
	if err := m.try(unanswered); care.CodeOf(err) != care.Invalid {
		t.Errorf("the form is lost: %v", err)
	}
	unanswered.Answers = []care.FactValue{{Name: "found", Value: true}}
	m.do(unanswered)
	m.pass(24 * time.Hour)
	if q, err := m.engine.Questions(m.state, "wellbeing", 0); err != nil || q.Refused != nil || q.Form.Fields[0].ID != "sleep" {
		t.Errorf("the patient's link leads to %+v, %v", q, err)
	}
	m.do(engine.Event{Kind: engine.QuestionsAnswered, Actor: patient, Step: "wellbeing", Answers: []care.FactValue{{Name: "sleep", Value: 7}}})
	ride := m.step("ride")
	m.do(engine.Event{Kind: engine.SubStarted, Actor: care.TheEngine, Step: "ride", Occurrence: 1, Child: "enr-2"})
	m.do(engine.Event{ID: "ended", Kind: engine.SubEnded, Actor: care.TheEngine, Step: "ride", Occurrence: 1, Child: "enr-2", Outcome: "closed"})
	for _, id := range []string{"papers", "wellbeing", "ride"} {
		if st := m.step(id); st.Status != care.StepDone {
			t.Errorf("%s is %s %q", id, st.Status, st.Reason)
		}
	}
	if ride.Sub == nil {
		t.Error("the other pathway is forgotten")
	}
}

// The patient never answers: the time for it runs on, and then somebody asks.
func TestSilenceIsNoticedAfterAMove(t *testing.T) {
	m := enrolled(t, version(t, askingPathway))
	m.do(move(version(t, askingPathway, withoutAsking...), engine.MovePlan{}))
	m.pass(4 * 24 * time.Hour)
	if st := m.step("wellbeing"); st.Task == nil || !st.Task.Status.Open() || m.engine.Form(m.state, st.Task.Form) == nil {
		t.Errorf("nobody asks by telephone: %+v", st)
	}
}
