// Package score computes the published scores that pathways ask for: LACE and HOSPITAL (risk of
// readmission), the AHC screening for health-related social needs, HITS (safety), PHQ-2
// (depression) and CTM-3 (how well a discharge was prepared).
//
// It owns the instruments: their questions, their points, their thresholds, each with its source,
// and what is done when an answer is missing. A version of a scorer never changes; what has to
// change becomes a new version beside it. Every result carries what it was computed from, so that
// it can be checked by hand years later.
//
// An answer that is missing is never taken for "no" or for zero. Where an instrument cannot be
// scored without it, the result has no value; where the answer could change nothing, the result
// says so; and the result names, in words, how it was handled.
//
// It knows nothing of pathways, questionnaires or patients: answers come by name, as plain values.
package score
