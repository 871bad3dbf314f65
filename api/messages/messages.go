// Package messages is the API of what was sent, or is to be sent, and what became of it.
package messages

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/care"
	"throughline/store"
)

const tag = "messages"

// Store is what the operations read.
type Store interface {
	ListMessages(ctx context.Context, f store.MessageFilter, p store.Page) ([]care.Message, string, error)
	Message(ctx context.Context, id care.ID) (care.Message, error)
}

// Deps are what the operations work with.
type Deps struct{ Store Store }

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerGet(a, d)
}
