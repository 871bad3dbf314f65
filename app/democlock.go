package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"throughline/care"
)

// demoClock moves the time of a demonstration. It only goes forward.
type demoClock struct {
	app *App
	mu  sync.Mutex
}

const (
	tellBatch = 500 // how many enrollments are read at once
	atOnce    = 8   // how many are told of a moved clock side by side
)

// Offset gives what is added to the real time.
func (c *demoClock) Offset(ctx context.Context) (time.Duration, error) {
	return c.app.store.ClockOffset(ctx)
}

// Advance moves the clock, and returns when every running enrollment has done all that fell due.
func (c *demoClock) Advance(ctx context.Context, by time.Duration) (time.Duration, error) {
	if by <= 0 {
		return 0, care.Errorf(care.Invalid, "the clock only goes forward").At("advance")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	offset, err := c.app.store.ClockOffset(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the clock's offset: %w", err)
	}
	offset += by
	if err := c.app.store.SetClockOffset(ctx, offset); err != nil {
		return 0, fmt.Errorf("keeping the clock's offset: %w", err)
	}
	c.app.offset.Store(int64(offset))
	return offset, c.tellAll(ctx, offset)
}

// clockTold is the setting that holds the offset that every enrollment was told of.
const clockTold = "clock_told"

// catchUp finishes what a crash in the middle of a skip left undone, however often it takes.
func (c *demoClock) catchUp(ctx context.Context) error {
	for {
		err := c.finishSkip(ctx)
		if err == nil {
			return nil
		}
		c.app.cfg.Logger.WarnContext(ctx, "catching up with the moved clock", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(5 * time.Second):
		}
	}
}

func (c *demoClock) finishSkip(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var told time.Duration
	if _, err := c.app.store.Setting(ctx, clockTold, &told); err != nil {
		return fmt.Errorf("reading how far the clock was told: %w", err)
	}
	if offset := time.Duration(c.app.offset.Load()); offset != told {
		return c.tellAll(ctx, offset)
	}
	return nil
}

// tellAll tells every running enrollment of the new offset, and lets it do what is now due. One that
// was told before a failure takes no harm from being told again.
func (c *demoClock) tellAll(ctx context.Context, offset time.Duration) error {
	var after care.ID
	for more := true; more; {
		running, err := c.app.store.RunningEnrollments(ctx, after, tellBatch)
		if err != nil {
			return fmt.Errorf("reading the running enrollments: %w", err)
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(atOnce)
		for _, e := range running {
			after = e.EnrollmentID
			group.Go(func() error { return c.app.commands.moveClock(ctx, e.EnrollmentID, offset) })
		}
		if err := group.Wait(); err != nil {
			return fmt.Errorf("moving the clock on: %w", err)
		}
		more = len(running) == tellBatch
	}
	if err := c.app.store.PutSetting(ctx, clockTold, offset); err != nil {
		return fmt.Errorf("keeping how far the clock was told: %w", err)
	}
	return nil
}
