// Package intake is the API of messages from other systems: HL7 v2 and FHIR in, their fates out.
// What follows from a message is the router's to say.
package intake

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

const tag = "intake"

// maxMessages bounds what one request may carry: a batch of a day.
const maxMessages = 64 << 20

// MaxBody is the bound of a request to the intake, in bytes.
const MaxBody = maxMessages

// MessageFate is what became of one message.
type MessageFate struct {
	MessageID care.ID            `json:"message_id"`
	Kind      string             `json:"kind"`
	ControlID string             `json:"control_id,omitempty"`
	Status    care.InboundStatus `json:"status" enum:"received,applied,ignored,failed"`
	Reason    string             `json:"reason,omitempty"`
	Duplicate bool               `json:"duplicate,omitempty" doc:"The message was known; nothing was done again"`
}

// Intake takes messages in. Every message is stored before it is acknowledged.
type Intake interface {
	// HL7 takes one HL7 v2 message or a batch and gives an acknowledgement for each, whatever is wrong
	// with them. An error means that nothing could be stored.
	HL7(ctx context.Context, raw []byte, source string) (acks []byte, err error)
	// FHIR takes a Bundle or a resource. With an error that says what is wrong with it, the message is
	// kept all the same and its fate given.
	FHIR(ctx context.Context, body []byte, source string) (MessageFate, error)
	// Replay puts a failed or ignored message back to work.
	Replay(ctx context.Context, id care.ID) (MessageFate, error)
}

// Store is what the operations read.
type Store interface {
	ListInbound(ctx context.Context, f store.InboundFilter, p store.Page) ([]store.InboundMessage, string, error)
	Inbound(ctx context.Context, id care.ID) (store.InboundMessage, error)
}

// Deps are what the operations work with.
type Deps struct {
	Intake Intake
	Store  Store
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerHL7(a, d)
	registerFHIR(a, d)
	registerList(a, d)
	registerGet(a, d)
	registerReplay(a, d)
}

// sourceOf names who brought a message, where the message itself does not say.
func sourceOf(ctx context.Context) string { return rest.ActorOf(ctx).ID }
