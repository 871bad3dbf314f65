package tasks

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

func registerRelease(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "release-task", Path: "/tasks/{id}/release", Tag: tag, Summary: "Give a task back to its role"}, d.release)
}

func (d Deps) release(ctx context.Context, in *plainInput) (*rest.One[care.Task], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.TaskRelease, Reason: in.reason()})
}
