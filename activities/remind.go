package activities

import (
	"context"

	"throughline/pathways/engine"
	"throughline/workflows"
)

// Remind sends a reminder, or a message that the pathway words itself. It implements
// workflows.Deliverer, as do the other two.
func (a *Activities) Remind(ctx context.Context, out workflows.Outgoing) (engine.Delivery, error) {
	return a.deliver(ctx, out, a.page(out.Message))
}
