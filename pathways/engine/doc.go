// Package engine says what a pathway does next. It is one pure function,
//
//	Advance(state, event, now) → (turn: the new state, its effects, the next wake)
//
// over one serialisable state. Temporal makes it durable, the simulator runs it against a virtual
// clock, the tests run it by the thousand: all call this one function, and there is no second
// interpreter.
//
// It owns every rule of behaviour: when steps open, how clocks run, when rungs fire, how a
// referral finds its way, when an enrollment ends, and what holds it until then. It must not know
// Temporal, the database, the network, the wall clock or a random number; it ranges over no map
// whose order could show.
package engine
