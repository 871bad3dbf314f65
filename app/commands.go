package app

import (
	"context"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/workflows"
)

// commands tells enrollments what happened. Where the process died between a turn's commit and
// Temporal's knowledge of it, the workflow is behind the database, and may refuse what people see as
// possible: it is then told of the database's state, and asked again.
type commands struct {
	*workflows.Client
	store *store.Store
}

// Submit tells an enrollment that something happened.
func (c commands) Submit(ctx context.Context, enrollmentID care.ID, ev engine.Event) (workflows.Receipt, error) {
	receipt, err := c.Client.Submit(ctx, enrollmentID, ev)
	if !care.Permanent(err) {
		return receipt, err
	}
	ahead, adoptErr := c.adopt(ctx, enrollmentID)
	if care.CodeOf(adoptErr) == care.Unavailable {
		return receipt, adoptErr // what refused may not have been up to date
	}
	if adoptErr != nil || !ahead {
		return receipt, err
	}
	return c.Client.Submit(ctx, enrollmentID, ev)
}

// adopt tells a workflow of the database's state, and whether that was ahead of its own.
func (c commands) adopt(ctx context.Context, enrollmentID care.ID) (ahead bool, err error) {
	state, _, err := c.store.Snapshot(ctx, enrollmentID)
	if err != nil {
		return false, err
	}
	return c.Adopt(ctx, state)
}
