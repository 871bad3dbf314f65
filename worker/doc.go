// Package worker runs workflows and activities against a Temporal service: the two workers and their
// options, what is registered under which name, the client's options, and the encryption of all that
// Temporal stores.
//
// It must not know what a pathway does or how an activity does its work.
package worker
