// Package fhir reads FHIR R4 (4.0.1) from other systems and tells it in the words of care: one
// care.Inbound for each patient of a Bundle or a single resource.
//
// It owns what FHIR means: bundle types, references, code systems, dates of any precision,
// notifications. It is pure: no clock, no network, no store. It must not know which patient of
// ours is meant (identifiers are handed on for the router to match), nor what a pathway makes of
// a discharge.
//
// Two rules decide what is a discharge, because senders fill the other elements carelessly:
// Encounter.status says whether a stay is over (an admit notification may already carry
// period.end), and Encounter.class says what kind of stay it is (an outpatient visit may carry a
// disposition "transferred").
package fhir
