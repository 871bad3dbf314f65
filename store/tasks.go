package store

import (
	"context"
	"slices"
	"time"

	"throughline/care"
)

// TaskFilter narrows a list of tasks. Empty fields narrow nothing.
type TaskFilter struct {
	Assignee     string   // a user's id
	Unassigned   bool     // only what nobody holds
	Roles        []string // one of these owns it: a person's roles, or a team's
	Status       []care.TaskStatus
	Open         bool // requested, in progress or on hold
	DueBefore    *time.Time
	PatientID    care.ID // and those merged into them
	EnrollmentID care.ID
}

var taskList = timeList{table: "tasks", key: "due_key", value: "due_at"}

// ListTasks lists tasks by deadline, undated last.
func (s *Store) ListTasks(ctx context.Context, f TaskFilter, p Page) ([]care.Task, string, error) {
	n := narrow{s.read(ctx)}
	if err := n.patient(s.read(ctx), f.PatientID); err != nil {
		return nil, "", err
	}
	n.id("enrollment_id", f.EnrollmentID)
	n.text("assignee", f.Assignee)
	anyOf(&n, "role", f.Roles)
	anyOf(&n, "status", f.Status)
	if f.Unassigned {
		n.q = n.q.Where("assignee = ''")
	}
	if f.DueBefore != nil {
		n.q = n.q.Where("due_key < ?", *f.DueBefore)
	}
	if f.Open || onlyOpen(f.Status) {
		// Said as the indexes say it, so that they serve the list.
		n.q = n.q.Where("open")
	}
	return listByTime[care.Task](n.q, taskList, p)
}

func onlyOpen(status []care.TaskStatus) bool {
	return len(status) > 0 && !slices.ContainsFunc(status, func(s care.TaskStatus) bool { return !s.Open() })
}

// Task gives a task.
func (s *Store) Task(ctx context.Context, id care.ID) (care.Task, error) {
	return one[care.Task](s.read(ctx), "tasks", "task", id)
}

// Attempts gives the tries at a contact for a task, in the order in which they happened.
func (s *Store) Attempts(ctx context.Context, taskID care.ID) ([]care.Attempt, error) {
	if !validID(taskID) {
		return nil, nil
	}
	var rows []struct{ Body document[care.Attempt] }
	err := s.read(ctx).Table("attempts").Select("body").Where("task_id = ?", taskID).Order("occurred_at, id").Scan(&rows).Error
	return bodies(rows, func(r struct{ Body document[care.Attempt] }) care.Attempt { return r.Body.V }), fault("listing attempts", err)
}

// Transitions gives every change of the status of a task, a referral, an escalation, a message or
// an enrollment, in order.
func (s *Store) Transitions(ctx context.Context, item care.ID) ([]care.Transition, error) {
	if !validID(item) {
		return nil, nil
	}
	var rows []struct{ Body document[care.Transition] }
	err := s.read(ctx).Table("transitions").Select("body").Where("item = ?", item).Order("seq, ordinal").Scan(&rows).Error
	return bodies(rows, func(r struct{ Body document[care.Transition] }) care.Transition { return r.Body.V }),
		fault("listing transitions", err)
}
