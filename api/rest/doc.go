// Package rest holds the conventions that every operation of the API keeps: how an error is told
// (RFC 9457), how lists are paged, who acts, how an event gets its identity, what an ETag is.
//
// It must not know any resource.
package rest
