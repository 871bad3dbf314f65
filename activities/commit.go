package activities

import (
	"context"

	"throughline/workflows"
)

// Commit makes a turn durable. It implements workflows.Committer.
func (a *Activities) Commit(ctx context.Context, c workflows.Commit) (workflows.Committed, error) {
	done, err := a.c.Journal.Commit(ctx, c)
	if err != nil {
		return workflows.Committed{}, a.tryAgain(ctx, "committing a turn", err)
	}
	if done.Ahead == nil {
		a.assign(ctx, c.Turn)
	}
	return done, nil
}
