package tasks

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
)

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "get-task", Path: "/tasks/{id}", Tag: tag, Summary: "Show a task",
		Text: "With why it exists, what happens if nobody acts, and the form to be filled in with it.",
	}, d.get)
}

func (d Deps) get(ctx context.Context, in *rest.ByID) (*rest.One[TaskDetail], error) {
	task, err := d.Store.Task(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	detail := TaskDetail{Task: task}
	if task.Form == "" {
		return &rest.One[TaskDetail]{Body: detail}, nil
	}
	enrollment, err := d.Store.Enrollment(ctx, task.EnrollmentID)
	if err != nil {
		return nil, err
	}
	kept, err := d.Store.DefinitionByDigest(ctx, enrollment.Definition.Digest)
	if err != nil {
		return nil, err
	}
	if form := kept.Definition.TaskForm(task.Form); form != nil {
		detail.FormFields = form.Fields
	}
	return &rest.One[TaskDetail]{Body: detail}, nil
}
