// Package operations is what those who run the server ask it: whether it lives, whether it is
// ready, and its numbers.
package operations

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

const tag = "operations"

// Part is a part of the server that must be ready before it can work.
type Part struct {
	Name   string `json:"name"`
	Ready  bool   `json:"ready"`
	Detail string `json:"detail,omitempty" doc:"What it is doing, or waits for; no secrets"`
}

// Deps are what the operations work with.
type Deps struct {
	// Parts tells how the parts of the server are.
	Parts func(ctx context.Context) []Part
	// Metrics writes the numbers in Prometheus' format.
	Metrics http.Handler
}

// Register adds the operations. They stand beside the API, not below its version.
func Register(a huma.API, d Deps) {
	registerHealth(a)
	registerReady(a, d)
}
