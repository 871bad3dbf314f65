package store

import (
	"context"

	"throughline/care"
)

// MessageFilter narrows a list of messages. Empty fields narrow nothing.
type MessageFilter struct {
	PatientID    care.ID
	EnrollmentID care.ID
	To           string // patient, role:<role>, service:<id>
	Purpose      string
	Status       []care.MessageStatus
}

var messageList = timeList{table: "messages", key: "queued_at", value: "queued_at", desc: true}

// ListMessages lists messages, the latest first.
func (s *Store) ListMessages(ctx context.Context, f MessageFilter, p Page) ([]care.Message, string, error) {
	n := narrow{s.read(ctx)}
	if err := n.patient(s.read(ctx), f.PatientID); err != nil {
		return nil, "", err
	}
	n.id("enrollment_id", f.EnrollmentID)
	n.text("recipient", f.To)
	n.text("purpose", f.Purpose)
	anyOf(&n, "status", f.Status)
	return listByTime[care.Message](n.q, messageList, p)
}

// Message gives a message.
func (s *Store) Message(ctx context.Context, id care.ID) (care.Message, error) {
	return one[care.Message](s.read(ctx), "messages", "message", id)
}
