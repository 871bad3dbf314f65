package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"throughline/workflows"
)

// beat tells Temporal that the activity is at work, until it is stopped. Without it a process that
// died in the middle of it, and an attempt that no worker ever got, would be waited for as long as the
// slowest may take.
func beat(ctx context.Context) (stop func()) {
	if !activity.IsActivity(ctx) {
		return func() {}
	}
	ctx, stop = context.WithCancel(ctx)
	go func() {
		ticker := time.NewTicker(workflows.DeliveryBeat)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return stop
}
