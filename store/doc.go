// Package store keeps everything in PostgreSQL: the journal of what every enrollment went
// through, the projections that screens read, patients and stays, the inbox, and what the rest of
// the product must not forget.
//
// It owns the schema (forward-only SQL in migrations/), the one pen that writes a turn (Commit),
// and the queries, one per list, all paged by key and served by an index. It is the only package
// that sees GORM; care types go in and come out. It must not know Temporal, HTTP, how a pathway
// is ruled, or how a message is delivered.
//
// A projection row keeps the whole item as JSON beside the columns that lists, sums and the proof
// ask for. So an item's fields may grow without a migration, what is read is exactly what the
// engine said, and the tables can be made again from the journal (Rebuild).
//
// Database errors leave this package as care.Error without the values that were stored: a
// database likes to quote a name or a number in its message.
package store
