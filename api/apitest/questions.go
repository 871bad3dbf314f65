package apitest

import (
	"net/http"
	"strings"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// CheckIn is the key of the pathway that asks the patient.
const CheckIn = "test-check-in"

// checkIn asks a patient every kind of question, once a week, and writes once about them.
const checkIn = `
pathway: test-check-in
version: 1
title: Secret disease, weekly
owner: nurse
languages: [en, es]
emergency:
  en: If you cannot breathe, call 911 at once.
  es: Si no puede respirar, llame al 911 de inmediato.
launch:
  once_per: request
clocks:
  period: {from: enrolled, within: 30 days}
ladders:
  answers:
    - {at: 4 hours after start, remind: patient}
    - {at: due, escalate: supervisor}
forms:
  flags:
    title: How are you this week?
    intro: Answer for the last seven days.
    thanks: A nurse reads this today.
    score: {by: sum, missing: zero}
    translations:
      es: {title: ¿Cómo está esta semana?, intro: Responda por los últimos siete días., thanks: Una enfermera lo lee hoy.}
    fields:
      - id: breath
        ask: Are you more short of breath?
        type: bool
        required: true
        points: 2
        translations: {es: {ask: ¿Le falta más el aire?}}
      - id: night
        ask: Does it wake you at night?
        type: bool
        required: true
        points: 1
        when: answer.breath
        translations: {es: {ask: ¿Le despierta por la noche?}}
      - id: weight
        ask: What is your weight today?
        help: In the morning, before breakfast.
        unit: lb
        type: number
        required: true
        translations: {es: {ask: ¿Cuál es su peso hoy?, help: "Por la mañana, antes del desayuno.", unit: libras}}
      - id: since
        ask: Since when have you felt like this?
        type: date
        translations: {es: {ask: ¿Desde cuándo se siente así?}}
      - id: trouble
        ask: What troubles you?
        type: codes
        values: [feet, sleep, nothing]
        labels: [Swollen feet, Bad sleep, Nothing]
        translations: {es: {ask: ¿Qué le molesta?, labels: [Pies hinchados, Mal sueño, Nada]}}
      - id: words
        ask: Is there anything else?
        type: string
        translations: {es: {ask: ¿Hay algo más?}}
messages:
  hello:
    en: {subject: "From {{organization}}", text: "Hello. Call us: {{phone}}."}
    es: {subject: "De {{organization}}", text: "Hola. Llámenos: {{phone}}."}
steps:
  - id: weekly
    questionnaire: {to: patient, form: flags, within: 24 hours}
    repeat: {every: 7 days, times: 3}
    ladder: answers
  - id: hello
    message: {to: patient, template: hello, questions: weekly, at: 1 hour after start}
    optional: true
  - id: call
    task: Call the patient
    due: 1 business day
    outcomes: [called]
tracks:
  flag: {on: weekly.answered, when: event.score >= 2, steps: [call]}
ends:
  - {on: patient.died, as: deceased}
  - {clock: period, as: completed}
`

// Asked puts a new patient on the pathway that asks, and gives the link in the mail that brings the
// questions.
func (s *Server) Asked() (enrollmentID care.ID, link string) {
	s.t.Helper()
	s.publish(checkIn)
	var e struct{ ID care.ID }
	s.Post("/api/v1/enrollments", map[string]any{"patient_id": s.Patient(), "pathway": CheckIn}).Is(http.StatusCreated).Into(&e)
	if len(s.Desk.Asked) == 0 {
		s.t.Fatal("nobody was asked")
	}
	return e.ID, s.Desk.Asked[len(s.Desk.Asked)-1]
}

// checkedIn is the next version of the pathway that asks: the step that asks has another name.
var checkedIn = strings.NewReplacer(
	"version: 1", "version: 2", "id: weekly\n", "id: sunday\n", "questions: weekly", "questions: sunday", "weekly.answered", "sunday.answered", "How are you this week?", "How was your week?",
).Replace(checkIn)

// Moved moves a patient who was asked to the version in which the questions have another name.
func (s *Server) Moved(enrollmentID care.ID) {
	s.t.Helper()
	s.publish(checkedIn)
	s.move(enrollmentID, engine.EnrollmentMigrate, checkedIn, engine.MovePlan{Steps: []engine.StepMove{{Step: "weekly", To: "sunday"}}})
}

// MovedBack takes that back.
func (s *Server) MovedBack(enrollmentID care.ID) {
	s.t.Helper()
	s.move(enrollmentID, engine.EnrollmentMoveBack, checkIn, engine.MovePlan{})
}

func (s *Server) move(enrollmentID care.ID, kind engine.EventKind, file string, plan engine.MovePlan) {
	s.t.Helper()
	d, problems := pathways.Parse("test.yaml", []byte(file))
	if errs := problems.Errors(); len(errs) > 0 {
		s.t.Fatal(errs)
	}
	ev := engine.Event{ID: care.NewID(s.Desk.clock.Now()), Kind: kind, Actor: care.Actor{Kind: care.Person, ID: "ann"}, Reason: "the better version", Migration: &engine.Migration{Definition: d, Plan: plan}}
	if _, err := s.Desk.Submit(s.t.Context(), enrollmentID, ev); err != nil {
		s.t.Fatal(err)
	}
}
