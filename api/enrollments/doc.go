// Package enrollments is the API of patients on pathways: starting, seeing, stopping and changing
// one. The rules are the engine's; this package translates.
package enrollments
