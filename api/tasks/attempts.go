package tasks

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

func registerAttempts(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-attempts", Path: "/tasks/{id}/attempts", Tag: tag, Summary: "List the tries at a contact, in order"}, d.attempts)
}

func (d Deps) attempts(ctx context.Context, in *rest.ByID) (*rest.Listed[care.Attempt], error) {
	if _, err := d.Store.Task(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := d.Store.Attempts(ctx, in.ID)
	return rest.ListOf(all, "", err)
}
