package tasks

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// Claim takes a task on.
type Claim struct {
	Assignee string `json:"assignee,omitempty" maxLength:"100" doc:"For whom; default: the caller"`
}

type claimInput struct {
	rest.ByID
	Body *Claim
}

func registerClaim(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "claim-task", Path: "/tasks/{id}/claim", Tag: tag, Summary: "Take a task on"}, d.claim)
}

func (d Deps) claim(ctx context.Context, in *claimInput) (*rest.One[care.Task], error) {
	ev := engine.Event{Kind: engine.TaskClaim}
	if in.Body != nil {
		ev.Assignee = in.Body.Assignee
	}
	return d.do(ctx, in.ID, ev)
}
