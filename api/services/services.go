// Package services is the API of the community services that referrals are sent to.
package services

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/care"
	"throughline/store"
)

const tag = "services"

// Store is what the operations read and write.
type Store interface {
	ListServices(ctx context.Context, f store.ServiceFilter, p store.Page) ([]care.Service, string, error)
	Service(ctx context.Context, id care.ID) (care.Service, error)
	PutService(ctx context.Context, v care.Service) error
}

// Deps are what the operations work with.
type Deps struct{ Store Store }

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerCreate(a, d)
	registerGet(a, d)
}
