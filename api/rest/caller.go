package rest

import (
	"context"
	"time"

	"throughline/care"
)

// Request is what is known of a request besides its content.
type Request struct {
	ID    string     // given to the caller, the logs and the traces
	Actor care.Actor // who asks; empty on public pages
	// Key is the caller's Idempotency-Key together with who they are and what they ask for; empty
	// where they gave none.
	Key string
	// Failure is the error that the request was answered with, for the log.
	Failure error
}

type requestKey struct{}

// With puts the request into the context.
func With(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// From gives the request that the context belongs to; an empty one outside of any.
func From(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return &Request{}
}

// ActorOf tells who asks.
func ActorOf(ctx context.Context) care.Actor { return From(ctx).Actor }

// EventID gives the identity of the event that the request leads to. With an Idempotency-Key it is
// always the same, so that a repetition after a crash changes nothing.
func EventID(ctx context.Context) string {
	if key := From(ctx).Key; key != "" {
		return care.KeyID("command", key)
	}
	return care.NewID(time.Now()) // an identity, not a time: what happened when is in the event
}
