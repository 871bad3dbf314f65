// Package pathways says what a pathway is: its definition as data, how the YAML that a clinician
// writes becomes one, what makes one fit to publish, and the catalog of those that ship.
//
// It owns meaning and checks, not behaviour in time: what a pathway does next is in package
// engine. It must not know Temporal, the database, the network or the wall clock.
package pathways
