package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"throughline/pathways/engine"
)

// Limits of a commit. As a local activity it costs one history event, but a long one keeps the
// workflow task busy and piles up history; an ordinary one waits on the server for nothing.
const (
	quickCommitLimit = 2 * time.Second
	quickCommitTries = 3
	slowCommitLimit  = 30 * time.Second
	slowCommitPause  = time.Minute
)

// commit makes the turn durable, however long that takes: the enrollment does not move on, and
// nobody gets a receipt, before it is. It gives the database's state where that is ahead, and the
// turn was not taken.
func (e *enrollment) commit(ctx workflow.Context, turn engine.Turn, ref DefinitionRef) (ahead *Adoption) {
	// A workflow that somebody cancels still finishes the turn it is in.
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	c := Commit{Turn: turn, Definition: ref}
	summary := summaryOf(turn)
	done, err := quickCommit(ctx, c, summary)
	if err == nil {
		return done.adoption()
	}
	e.uncommitted = fmt.Sprintf("turn %d could not be committed at once and is being tried again", turn.State.Seq)
	defer func() { e.uncommitted = "" }()
	for {
		if done, err = slowCommit(ctx, c, summary); err == nil {
			return done.adoption()
		}
		// The server retries without end, so that only somebody's intervention leads here.
		_ = workflow.Sleep(ctx, slowCommitPause) // never cancelled: see above
	}
}

func quickCommit(ctx workflow.Context, c Commit, summary string) (done Committed, err error) {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: quickCommitLimit,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumAttempts: quickCommitTries},
		Summary:                summary,
	})
	err = workflow.ExecuteLocalActivity(ctx, CommitActivity, c).Get(ctx, &done)
	return done, err //nolint:wrapcheck // only whether it failed matters
}

func slowCommit(ctx workflow.Context, c Commit, summary string) (done Committed, err error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: slowCommitLimit,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: slowCommitPause},
		Summary:             summary,
	})
	err = workflow.ExecuteActivity(ctx, CommitActivity, c).Get(ctx, &done)
	return done, err //nolint:wrapcheck // only whether it failed matters
}
