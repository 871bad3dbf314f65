package activities

import (
	"context"

	"throughline/workflows"
)

// Commit makes a turn durable. It implements workflows.Committer.
func (a *Activities) Commit(ctx context.Context, c workflows.Commit) error {
	if err := a.c.Journal.Commit(ctx, c); err != nil {
		return a.tryAgain(ctx, "committing a turn", err)
	}
	a.assign(ctx, c.Turn)
	return nil
}
