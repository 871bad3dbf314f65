package escalations

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// Snooze puts an escalation off.
type Snooze struct {
	Until  time.Time `json:"until" doc:"When it is to be shown again"`
	Reason string    `json:"reason" minLength:"1" maxLength:"2000"`
}

type snoozeInput struct {
	rest.ByID
	Body Snooze
}

func registerSnooze(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "snooze-escalation", Path: "/escalations/{id}/snooze", Tag: tag, Summary: "Put an escalation off, with the reason"}, d.snooze)
}

func (d Deps) snooze(ctx context.Context, in *snoozeInput) (*rest.One[care.Escalation], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.EscalationSnooze, Until: &in.Body.Until, Reason: in.Body.Reason})
}
