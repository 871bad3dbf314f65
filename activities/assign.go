package activities

import (
	"context"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// Assignment says that a piece of work now stands with somebody.
type Assignment struct {
	TaskID       care.ID
	EnrollmentID care.ID
	Role         string
	Assignee     string // empty: anyone of the role
	Priority     int    // 1 critical, 3 normal, 5 low
	DueAt        *time.Time
}

// Desk hears whose work has changed, so that open screens show it at once. What it misses is lost to
// nobody: screens read the database.
type Desk interface {
	Assigned(ctx context.Context, work []Assignment)
}

// assign puts the open tasks of a committed turn in front of those who own them.
func (a *Activities) assign(ctx context.Context, t engine.Turn) {
	if a.c.Desk == nil {
		return
	}
	if work := assignments(t); len(work) > 0 {
		a.c.Desk.Assigned(ctx, work)
	}
}

// assignments lists the open tasks that a turn touched, each as it stood last.
func assignments(t engine.Turn) []Assignment {
	var tasks []*care.Task
	for _, eff := range t.Effects {
		if eff.Kind != engine.TaskRow {
			continue
		}
		tasks = slices.DeleteFunc(tasks, func(earlier *care.Task) bool { return earlier.ID == eff.Task.ID })
		tasks = append(tasks, eff.Task)
	}
	var work []Assignment
	for _, task := range tasks {
		if task.Status.Open() {
			work = append(work, Assignment{
				TaskID: task.ID, EnrollmentID: task.EnrollmentID,
				Role: task.Role, Assignee: task.Assignee, Priority: task.Priority, DueAt: task.DueAt,
			})
		}
	}
	return work
}
