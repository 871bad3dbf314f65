// Package compare says in words what differs between two versions of a pathway or of a part, sorted by what a
// clinician cares about.
//
// It owns the comparison and its wording. It compares everything that a definition says, also what
// it has no words of its own for, and nothing else: not the lines, which move with every comment.
// It is pure: it must not know files, the database, the network or the clock.
package compare
