// Package floors keeps the architecture true. Every package of the project
// lives on a floor and imports lower floors only, and a few dependencies belong
// to one package each; docs/architecture.md says why. The package holds tests
// only: they ask the go command what imports what, without compiling it.
//
// A new top-level folder needs a row in the table in rules_test.go.
package floors
