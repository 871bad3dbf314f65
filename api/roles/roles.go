// Package roles is the API of where the mail for each role goes.
package roles

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/store"
)

const tag = "roles"

// Store is what the operations read and write.
type Store interface {
	Roles(ctx context.Context) ([]store.Role, error)
	RoleEmail(ctx context.Context, role string) (string, error)
	PutRole(ctx context.Context, r store.Role) error
}

// Deps are what the operations work with.
type Deps struct{ Store Store }

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerPut(a, d)
}
