// Package care is the vocabulary that every other package speaks: patients, encounters,
// enrollments, tasks, referrals, messages, escalations, the people who act, and the business
// calendar by which deadlines run.
//
// It owns meaning, not behaviour: it knows nothing of pathways, of Temporal, of the database or
// of HTTP, and imports the standard library only.
package care
