package app

import (
	"context"
	"time"
)

// answersKept is how long a repeated command gets the answer that the first one got.
const answersKept = 7 * 24 * time.Hour

// housekeeping forgets, once an hour, what is kept for a time only.
func (a *App) housekeeping(ctx context.Context) error {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if _, err := a.store.ForgetAnswers(ctx, a.cfg.Now().Add(-answersKept)); err != nil && ctx.Err() == nil {
			a.cfg.Logger.ErrorContext(ctx, "forgetting old answers", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// catchUp tells the workflows that may have fallen behind when the process before this one ended,
// until all were told.
func (a *App) catchUp(ctx context.Context) error {
	for {
		behind, err := a.proof.CatchUp(ctx)
		if err == nil {
			a.cfg.Logger.InfoContext(ctx, "caught up with what was committed last", "behind", behind)
			return nil
		}
		a.cfg.Logger.WarnContext(ctx, "catching up with what was committed last", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(10 * time.Second):
		}
	}
}
