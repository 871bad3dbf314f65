// Package tasks is the API of people's work: the lists they work from and what they do with a task.
package tasks

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/command"
	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
)

const tag = "tasks"

// Store is what the operations read.
type Store interface {
	ListTasks(ctx context.Context, f store.TaskFilter, p store.Page) ([]care.Task, string, error)
	Task(ctx context.Context, id care.ID) (care.Task, error)
	Attempts(ctx context.Context, taskID care.ID) ([]care.Attempt, error)
	Enrollment(ctx context.Context, id care.ID) (store.EnrollmentDetail, error)
	DefinitionByDigest(ctx context.Context, digest string) (store.StoredDefinition, error)
}

// Deps are what the operations work with.
type Deps struct {
	Store    Store
	Commands command.Sender
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerGet(a, d)
	registerClaim(a, d)
	registerRelease(a, d)
	registerReassign(a, d)
	registerStart(a, d)
	registerComplete(a, d)
	registerCancel(a, d)
	registerAttempts(a, d)
	registerAttempt(a, d)
}

// TaskDetail is a task with the form to be filled in with it.
type TaskDetail struct {
	care.Task
	FormFields []pathways.Field `json:"form_fields,omitempty" doc:"The questions of the form"`
}

// do sends an event about the task and answers with the task as it now stands.
func (d Deps) do(ctx context.Context, id care.ID, ev engine.Event) (*rest.One[care.Task], error) {
	task, err := d.Store.Task(ctx, id)
	if err != nil {
		return nil, err
	}
	ev.TaskID = id
	if err := d.Commands.Send(ctx, task.EnrollmentID, ev); err != nil {
		return nil, closed(task, err)
	}
	return rest.OneOf(d.Store.Task(ctx, id))
}

// closed says that a task which is known, and which the engine no longer has, has ended.
func closed(task care.Task, err error) error {
	if care.CodeOf(err) == care.NotFound && !task.Status.Open() {
		return care.Errorf(care.Conflict, "the task is %s already", task.Status).By("task.ended")
	}
	return err
}

// TaskNote is why a person does something, where they need not say.
type TaskNote struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Why, in a sentence"`
}

type plainInput struct {
	rest.ByID
	Body *TaskNote
}

func (in *plainInput) reason() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Reason
}
