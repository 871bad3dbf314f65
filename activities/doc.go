// Package activities does what the engine wants done in the world: it commits turns, assigns work,
// reminds, escalates, and links patients' needs with services.
//
// It owns the order of a delivery (record, send, record), the wording of our own messages, and who is
// told what. It must not know a pathway's rules, and it knows the database, the directory and the
// channels only by the small interfaces it declares.
package activities
