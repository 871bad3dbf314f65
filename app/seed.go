package app

import (
	"context"
	"fmt"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/store"
)

// seed notes the pathways that ship, which a new installation publishes, and gives every role in
// them an address in the local mailbox where mail does not go out.
func (a *App) seed(ctx context.Context) error {
	library, err := pathways.Library()
	if err != nil {
		return fmt.Errorf("reading the pathways that ship: %w", err)
	}
	shipped := make([]store.Shipped, 0, len(library))
	for _, d := range library {
		source, err := pathways.Source(d)
		if err != nil {
			return err
		}
		shipped = append(shipped, store.Shipped{Definition: d, Source: source})
	}
	if err := a.store.KeepLibrary(ctx, shipped); err != nil {
		return fmt.Errorf("keeping the pathways that ship: %w", err)
	}
	if a.cfg.SMTP != "" {
		return nil
	}
	for _, d := range library {
		for _, role := range d.Roles() {
			known, err := a.store.RoleEmail(ctx, role)
			if err != nil {
				return fmt.Errorf("reading the address of a role: %w", err)
			}
			if known != "" {
				continue
			}
			if err := a.store.PutRole(ctx, store.Role{Role: role, Email: role + "@throughline.invalid"}); err != nil {
				return fmt.Errorf("keeping the address of a role: %w", err)
			}
		}
	}
	return nil
}

// followClock takes up a demonstration's clock, and in a process of its own keeps following it.
func (a *App) followClock(ctx context.Context) error {
	if err := a.beginDemo(ctx); err != nil {
		return err
	}
	offset, err := a.store.ClockOffset(ctx)
	if err != nil {
		return fmt.Errorf("reading the clock's offset: %w", err)
	}
	a.offset.Store(int64(offset))
	if offset != 0 && !a.cfg.Demo {
		a.cfg.Logger.WarnContext(ctx, "this installation's clock was moved by a demonstration; it stays moved", "offset", offset.String())
	}
	if a.cfg.API && a.cfg.Workers {
		return nil
	}
	a.background("following the clock", a.pollClock)
	return nil
}

// beginDemo sets the clock of a new demonstration to where it begins. From then on it only goes
// forward.
func (a *App) beginDemo(ctx context.Context) error {
	if a.cfg.DemoStart.IsZero() {
		return nil
	}
	offset, err := a.store.ClockOffset(ctx)
	if err != nil {
		return fmt.Errorf("reading the clock's offset: %w", err)
	}
	if offset != 0 {
		return nil // it has begun
	}
	running, err := a.store.RunningEnrollments(ctx, "", 1)
	if err != nil {
		return fmt.Errorf("reading the running enrollments: %w", err)
	}
	if len(running) > 0 {
		return care.Errorf(care.Conflict, "patients are followed in %s already; a demonstration that begins at another time needs a data directory of its own", a.cfg.DataDir)
	}
	if err := a.store.SetClockOffset(ctx, a.cfg.DemoStart.Sub(a.cfg.Now())); err != nil {
		return fmt.Errorf("keeping the clock's offset: %w", err)
	}
	return nil
}

func (a *App) pollClock(ctx context.Context) error {
	ticker := time.NewTicker(5 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if offset, err := a.store.ClockOffset(ctx); err == nil {
				a.offset.Store(int64(offset))
			}
		}
	}
}
