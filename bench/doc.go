// Package bench measures what a turn costs, from the pure engine to a whole command through
// Temporal, the worker and the commit, side by side in one run: docs/performance.md says what the
// numbers mean. It starts its own PostgreSQL and Temporal server, asserts nothing about time, and
// nothing imports it.
package bench
