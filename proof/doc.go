// Package proof compares what the database says of running enrollments with what Temporal runs, on
// a schedule and on demand, repairs what it can and raises what it cannot.
//
// The count of what holds each enrollment is the store's (it reads the tables, not the engine's
// word); this package adds the other half: that the clocks which the tables speak of are armed.
package proof
