// Package population lets many simulated patients go through a pathway at once, with people who
// have only so many hours a day, and tells what comes of it: how much work there is, what is late
// and where, how many people it would take.
//
// Every patient is moved by the production engine (engine.Advance), and by nothing else. This
// package plays the world around it: patients who arrive, answer, come or stay away; staff who take
// work in the order in which it is due; community services that accept, decline or say nothing.
//
// It reads no clock and no source of chance. What looks like chance is a function of the seed, the
// patient, and the occasion (see dice.go), so that the same seed gives the same bytes, and two
// versions of a pathway meet the same patients.
package population
