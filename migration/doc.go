// Package migration moves the running enrollments of one version of a pathway to another: it previews
// each, waits for a person's approval, runs by pages, can be paused, goes on after a crash, and can be
// taken back for a while.
//
// It decides nothing about an enrollment: what a move means is the engine's affair, and the enrollment's
// own workflow makes it. It must not know HTTP nor Temporal.
package migration
