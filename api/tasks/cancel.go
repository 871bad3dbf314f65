package tasks

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// TaskCancellation calls a task off.
type TaskCancellation struct {
	Reason string `json:"reason" minLength:"1" maxLength:"2000"`
}

type cancelInput struct {
	rest.ByID
	Body TaskCancellation
}

func registerCancel(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "cancel-task", Path: "/tasks/{id}/cancel", Tag: tag, Summary: "Call a task off, with the reason"}, d.cancel)
}

func (d Deps) cancel(ctx context.Context, in *cancelInput) (*rest.One[care.Task], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.TaskCancel, Reason: in.Body.Reason})
}
