package app

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/workflows"
)

// commands tells enrollments what happened. Where the process died between a turn's commit and
// Temporal's knowledge of it, the workflow is behind the database, and may refuse what people see as
// possible: it is then told of the database's state, and asked again.
type commands struct {
	*workflows.Client
	store  *store.Store
	offset *atomic.Int64 // a demonstration's, in nanoseconds
}

// Enroll starts an enrollment. One that begins while time is being skipped may have begun with the
// old time, after the others were told of the new one: it is told here.
func (c commands) Enroll(ctx context.Context, d *pathways.Definition, ev engine.Event) (workflows.Receipt, error) {
	receipt, err := c.Client.Enroll(ctx, d, ev)
	if err != nil {
		return receipt, err
	}
	if offset := time.Duration(c.offset.Load()); offset > ev.Launch.Offset {
		return receipt, c.moveClock(ctx, receipt.EnrollmentID, offset)
	}
	return receipt, nil
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
	state, ref, err := c.store.Snapshot(ctx, enrollmentID)
	if err != nil {
		return false, err
	}
	d, err := versionOf(ctx, c.store, ref)
	if err != nil {
		return false, err
	}
	return c.Adopt(ctx, d, state)
}

// moveClock tells an enrollment of a demonstration's new offset, and lets it do what is now due.
func (c commands) moveClock(ctx context.Context, id care.ID, offset time.Duration) error {
	for _, ev := range []engine.Event{
		{ID: "offset:" + offset.String(), Kind: engine.ClockOffset, Actor: care.TheEngine, Offset: offset},
		{ID: "tick:" + offset.String(), Kind: engine.Tick, Actor: care.TheEngine},
	} {
		_, err := c.Submit(ctx, id, ev)
		if code := care.CodeOf(err); code == care.NotFound || code == care.Conflict {
			return nil // it has ended meanwhile
		}
		if err != nil {
			return fmt.Errorf("telling an enrollment of the moved clock: %w", err)
		}
	}
	return nil
}
