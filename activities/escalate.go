package activities

import (
	"context"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// Escalate tells a role that a deadline is near or has passed.
func (a *Activities) Escalate(ctx context.Context, out workflows.Outgoing) (engine.Delivery, error) {
	return a.deliver(ctx, out, matter{page: a.page(out.Message)})
}

// page gives the address of the page on which the recipient can act. Ids are opaque, and the page
// asks who is there: the link tells a stranger nothing. A patient has no such page.
func (a *Activities) page(m care.Message) string {
	switch {
	case m.To == toPatient:
		return ""
	case m.EscalationID != "":
		return a.c.PublicURL + "/escalations/" + m.EscalationID
	case m.TaskID != "":
		return a.c.PublicURL + "/tasks/" + m.TaskID
	}
	return a.c.PublicURL
}
