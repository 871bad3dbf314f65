// Package escalations is the API of what is late or wrong and was told to somebody else.
package escalations

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/command"
	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
)

const tag = "escalations"

// Store is what the operations read.
type Store interface {
	ListEscalations(ctx context.Context, f store.EscalationFilter, p store.Page) ([]care.Escalation, string, error)
	Escalation(ctx context.Context, id care.ID) (care.Escalation, error)
}

// Deps are what the operations work with.
type Deps struct {
	Store    Store
	Commands command.Sender
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerGet(a, d)
	registerAcknowledge(a, d)
	registerSnooze(a, d)
	registerResolve(a, d)
}

// do sends an event about the escalation and answers with it as it now stands.
func (d Deps) do(ctx context.Context, id care.ID, ev engine.Event) (*rest.One[care.Escalation], error) {
	esc, err := d.Store.Escalation(ctx, id)
	if err != nil {
		return nil, err
	}
	ev.EscalationID = id
	err = d.Commands.Send(ctx, esc.EnrollmentID, ev)
	if care.CodeOf(err) == care.NotFound && esc.EndedAt != nil {
		return nil, care.Errorf(care.Conflict, "the escalation is %s already", esc.Status).By("escalation.ended")
	}
	if err != nil {
		return nil, err
	}
	return rest.OneOf(d.Store.Escalation(ctx, id))
}

// Acknowledgement says that an escalation was seen.
type Acknowledgement struct {
	Reason string `json:"reason,omitempty" maxLength:"2000"`
}

type plainInput struct {
	rest.ByID
	Body *Acknowledgement
}

func (in *plainInput) reason() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Reason
}
