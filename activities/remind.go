package activities

import (
	"context"

	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// Remind sends a reminder, or a message that the pathway words itself. It implements
// workflows.Deliverer, as do the other two.
func (a *Activities) Remind(ctx context.Context, out workflows.Outgoing) (engine.Delivery, error) {
	if out.Message.To != toPatient {
		return a.deliver(ctx, out, matter{page: a.page(out.Message)})
	}
	followed, state, err := a.c.Followed.Followed(ctx, out.Message.EnrollmentID)
	if err != nil {
		return a.unable(ctx, "reading the version that the enrollment follows", err)
	}
	if followed == nil {
		return a.deliver(ctx, out, matter{pathway: &pathways.Definition{}}) // not kept: what it asks is not known here
	}
	about := matter{pathway: followed}
	about.asked.Step, about.asked.Occurrence = engine.Brings(followed, state, out.Message)
	return a.deliver(ctx, out, about)
}
