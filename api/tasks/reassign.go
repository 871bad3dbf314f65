package tasks

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// Reassignment passes a task on.
type Reassignment struct {
	Role     string `json:"role,omitempty" maxLength:"100" doc:"The role that owns it from now on"`
	Assignee string `json:"assignee,omitempty" maxLength:"100" doc:"Who holds it from now on"`
	Reason   string `json:"reason,omitempty" maxLength:"2000"`
}

type reassignInput struct {
	rest.ByID
	Body Reassignment
}

func registerReassign(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "reassign-task", Path: "/tasks/{id}/reassign", Tag: tag, Summary: "Pass a task to another role or person"}, d.reassign)
}

func (d Deps) reassign(ctx context.Context, in *reassignInput) (*rest.One[care.Task], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.TaskReassign, Role: in.Body.Role, Assignee: in.Body.Assignee, Reason: in.Body.Reason})
}
