// Package workflows makes the engine durable: one Temporal workflow per enrollment, which waits for
// events, lets the engine advance, commits each turn once, keeps one timer, and has the outside work
// done by activities whose results come back to the engine as events.
//
// It owns the shell, its contract with the activities (names and interfaces), the typed client, and
// the versions of what running workflows do. It must not know the database, the activities'
// implementation or the network, and it holds no rule of a pathway: those are the engine's.
package workflows
