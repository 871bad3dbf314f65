package apitest

import (
	"net/http"

	"throughline/care"
)

// Pathway is the key of the pathway that every test server has.
const Pathway = "test-follow-up"

// definition has a task with a form and a statutory clock, a booking, a referral, and a track.
const definition = `
pathway: test-follow-up
version: 1
title: Follow-up after a stay
summary: A pathway that the API is tested with.
owner: coordinator
launch:
  once_per: request
facts:
  discharged_on: {type: date, required: true, label: Day of discharge}
  risk: {type: code, values: [low, high], default: low}
clocks:
  contact: {from: discharged_on, within: 2 business days, pause: never, source: a law}
  visit: {from: discharged_on, within: 14 days}
ladders:
  contact:
    - {at: 4 hours before due, remind: owner}
    - {at: due, escalate: supervisor}
  visit:
    - {at: due, escalate: supervisor}
forms:
  contact:
    title: First contact
    fields:
      - {id: feels, ask: How do you feel?, type: code, values: [well, unwell], required: true, for: [reached]}
      - {id: note, ask: Anything else?, type: string}
  mood:
    fields:
      - {id: mood, ask: How is your mood?, type: code, values: [good, low], required: true}
steps:
  - id: contact
    task: Reach the patient
    owner: coordinator
    clock: contact
    ladder: contact
    form: contact
    outcomes: [reached, unreachable]
  - id: visit
    appointment: Follow-up visit
    owner: coordinator
    clock: visit
    ladder: visit
    after: [contact]
  - id: support
    task: Arrange support at home
    owner: coordinator
    due: 3 business days
    ladder: visit
    outcomes: [arranged]
tracks:
  support:
    title: Support at home
    on: need.identified
    steps: [support]
ends:
  - {when: all(required), as: completed}
`

// Patient adds a patient and gives their id.
func (s *Server) Patient() care.ID {
	s.t.Helper()
	var p care.Patient
	s.Post("/api/v1/patients", map[string]any{
		"family_name": "Rivera", "given_name": "Maria Elena", "language": "es", "birth_date": "1950-03-02",
		"identifiers": []any{map[string]string{"system": "urn:hospital", "value": "MRN-" + care.NewID(Start), "type": "MR"}},
		"telecoms":    []any{map[string]string{"system": "phone", "value": "+1 (212) 555-0147"}},
	}).Is(http.StatusCreated).Into(&p)
	return p.ID
}

// Enrolled puts a new patient on the pathway and gives the enrollment's id.
func (s *Server) Enrolled() (enrollmentID, patientID care.ID) {
	s.t.Helper()
	patientID = s.Patient()
	var e struct{ ID care.ID }
	s.Post("/api/v1/enrollments", map[string]any{
		"patient_id": patientID, "pathway": Pathway, "facts": map[string]any{"discharged_on": "2026-03-02"},
	}).Is(http.StatusCreated).Into(&e)
	return e.ID, patientID
}

// Task gives the open task of the enrollment's step.
func (s *Server) Task(enrollmentID care.ID, step string) care.Task {
	s.t.Helper()
	var found struct{ Items []care.Task }
	s.Get("/api/v1/tasks?open=true&enrollment_id=" + enrollmentID).Is(http.StatusOK).Into(&found)
	for _, t := range found.Items {
		if t.Step == step {
			return t
		}
	}
	s.t.Fatalf("the step %q has no open task", step)
	return care.Task{}
}

// Referred asks a new service, by a referral added to the enrollment, and gives the referral and the
// partner's link.
func (s *Server) Referred(enrollmentID care.ID) (care.Referral, string) {
	s.t.Helper()
	s.Post("/api/v1/services", map[string]any{
		"organization": "County", "name": "Rides", "needs": []string{"transportation-insecurity"}, "email": "rides@county.example",
	}).Is(http.StatusCreated)
	s.Post("/api/v1/referrals", map[string]any{
		"enrollment_id": enrollmentID, "need": "transportation-insecurity", "consent": "on file", "reason": "they cannot get to the visit",
	}).Is(http.StatusCreated)
	var found struct{ Items []care.Referral }
	s.Get("/api/v1/referrals?open=true&enrollment_id=" + enrollmentID).Is(http.StatusOK).Into(&found)
	if len(found.Items) != 1 || len(s.Desk.Mails) == 0 {
		s.t.Fatalf("%d referrals and %d mails", len(found.Items), len(s.Desk.Mails))
	}
	return found.Items[0], s.Desk.Mails[len(s.Desk.Mails)-1].Link
}
