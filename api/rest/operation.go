package rest

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// Op describes an operation.
type Op struct {
	ID      string // unique, kebab-case
	Path    string // below /api/v1
	Tag     string // the resource
	Summary string // what it does, in a few words
	Text    string // more, where there is more to say
	Status  int    // of success; 200 when zero
	MaxBody int64  // in bytes; 1 MiB when zero
}

// MaxBody bounds a request's body where an operation says nothing else.
const MaxBody = 1 << 20

// Get registers a read.
func Get[I, O any](a huma.API, op Op, do func(context.Context, *I) (*O, error)) {
	huma.Register(a, op.operation(http.MethodGet, http.StatusNotFound), do)
}

// Post registers a command. It bears an Idempotency-Key.
func Post[I, O any](a huma.API, op Op, do func(context.Context, *I) (*O, error)) {
	operation := op.operation(http.MethodPost, http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge)
	operation.Parameters = append(operation.Parameters, &huma.Param{
		Name: KeyHeader, In: "header", Schema: &huma.Schema{Type: "string", MaxLength: new(MaxKey)},
		Description: "The same key with the same body gives the same answer, and nothing is done twice.",
	})
	huma.Register(a, operation, do)
}

// Change registers an edit of what people edit: PUT or PATCH, with If-Match.
func Change[I, O any](a huma.API, method string, op Op, do func(context.Context, *I) (*O, error)) {
	huma.Register(a, op.operation(method, http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge), do)
}

// KeyHeader names the header by which a caller marks a repetition, MaxKey how long its value may be.
const (
	KeyHeader = "Idempotency-Key"
	MaxKey    = 255
)

func (op Op) operation(method string, errs ...int) huma.Operation {
	status := op.Status
	if status == 0 {
		status = http.StatusOK
	}
	size := op.MaxBody
	if size == 0 {
		size = MaxBody
	}
	return huma.Operation{
		OperationID: op.ID, Method: method, Path: op.Path, Tags: []string{op.Tag}, Summary: op.Summary, Description: op.Text,
		DefaultStatus: status, MaxBodyBytes: size + 1, // huma refuses what is as large as the bound
		// A deadline for reading stays on the connection and would cancel the request's context under a
		// command that takes its time.
		BodyReadTimeout: -1,
		Errors:          append(errs, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable),
		Security:        []map[string][]string{{BearerScheme: {}}},
	}
}

// Sorted gives the entries of a map as items, in the order of their names.
func Sorted[V, T any](entries map[string]V, item func(name string, value V) T) []T {
	out := make([]T, 0, len(entries))
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		out = append(out, item(name, entries[name]))
	}
	return out
}
