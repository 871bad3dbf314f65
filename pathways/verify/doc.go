// Package verify explores what can become of an enrollment on a definition, before anybody is
// enrolled. It lets the production core, engine.Advance, take every turn, and looks at the states
// that come of it: is each held by a clock or an owner, can an end still be reached, does every
// step and every end come about. What it refutes it tells as a story, with the line of the file.
//
// It owns which events are tried, which states count as one, in what order they are looked at, and
// within what bounds; what it did not look at it says. It must not know what a step, a clock or a
// referral does: that is the engine's, and there is no second interpreter. It reads no clock and no
// file, so that the same definition gives the same answer on every machine.
package verify
