package tasks

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerStart(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "start-task", Path: "/tasks/{id}/start", Tag: tag, Summary: "Begin work on a task"}, d.start)
}

func (d Deps) start(ctx context.Context, in *plainInput) (*rest.One[care.Task], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.TaskStart, Reason: in.reason()})
}
