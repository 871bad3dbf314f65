package store

import (
	"context"

	"throughline/care"
)

// EscalationFilter narrows a list of escalations. Empty fields narrow nothing.
type EscalationFilter struct {
	Levels       []string // the roles escalated to
	Status       []care.EscalationStatus
	Open         bool // open, acknowledged or snoozed
	PatientID    care.ID
	EnrollmentID care.ID
	TaskID       care.ID
}

var escalationList = timeList{table: "escalations", key: "raised_at", value: "raised_at"}

// ListEscalations lists escalations, what was raised first first.
func (s *Store) ListEscalations(ctx context.Context, f EscalationFilter, p Page) ([]care.Escalation, string, error) {
	n := narrow{s.read(ctx)}
	if err := n.patient(s.read(ctx), f.PatientID); err != nil {
		return nil, "", err
	}
	n.id("enrollment_id", f.EnrollmentID)
	n.id("task_id", f.TaskID)
	anyOf(&n, "level", f.Levels)
	anyOf(&n, "status", f.Status)
	if f.Open {
		n.q = n.q.Where("open")
	}
	return listByTime[care.Escalation](n.q, escalationList, p)
}

// Escalation gives an escalation.
func (s *Store) Escalation(ctx context.Context, id care.ID) (care.Escalation, error) {
	return one[care.Escalation](s.read(ctx), "escalations", "escalation", id)
}
