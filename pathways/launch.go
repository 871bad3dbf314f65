package pathways

import "strings"

// OnRequest launches a pathway when a person asks for it, or a step of another pathway does.
const OnRequest = "request"

// LaunchKinds are the events that start pathways: what the router launches on, what the server follows,
// and what people ask for. Check refuses the others, for which an author would wait for ever.
var LaunchKinds = []string{"encounter.admitted", "encounter.discharged", "observation.recorded", EnrollmentEnded, OnRequest}

// requestEvent is what a request tells the pathway that it starts.
var requestEvent = EventKind{Name: OnRequest, Attributes: []Fact{{Name: "need", Type: TypeString}}}

// Asked tells whether a person starts the pathway, or a step of another one, and no event does.
func (l Launch) Asked() bool { return l.On == "" || l.On == OnRequest }

// event is the kind of event whose attributes the launch may ask.
func (l Launch) event() string {
	if l.Asked() {
		return OnRequest
	}
	return l.On
}

// startsNothing says why an event that a running pathway may wait for starts none, and what to write
// instead.
func startsNothing(kind string) (why, instead string) {
	switch {
	case kind == "encounter.updated":
		return "news of a stay starts nothing: every message about a stay lets its admission or discharge be decided again", "write on: encounter.admitted or on: encounter.discharged"
	case kind == "patient.died":
		return "every pathway ends when its patient dies, so a death starts none", "let a person start it: leave on: out"
	case kind == "need.identified":
		return "no message tells of a need by itself, so nothing would ever start the pathway", "leave on: out: a person or a step of another pathway starts it and names the need, which is event.need"
	case strings.HasPrefix(kind, "appointment."):
		return "no pathway starts because of a visit that belongs to none", "leave on: out and let a person start it, or wait for " + kind + " in the pathway that the visit belongs to"
	}
	return "", ""
}
