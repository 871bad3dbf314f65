package engine

import (
	"strings"

	"throughline/care"
	"throughline/pathways"
)

// Decision says whether an event starts a pathway, with the reason.
type Decision struct {
	Start  bool   `json:"start"`
	Reason string `json:"reason,omitempty"` // why not
	// Untold says that it depends on diagnoses of which nothing was told so far.
	Untold bool `json:"untold,omitempty"`
}

// Decide tells whether the pathway would start with what the launch holds. It is asked before an
// enrollment exists, and again by the enrollment whenever its stay is corrected.
func (e *Engine) Decide(l Launch) Decision {
	zone, err := zoneNamed(l.Zone)
	if err != nil {
		return Decision{Reason: "the time zone " + quoted(l.Zone) + " is not known"}
	}
	r := &run{Engine: e, zone: zone, ev: Event{Kind: Started, Launch: &l}}
	r.s.Patient, r.s.Encounter, r.s.Zone, r.s.Calendar = l.Patient, l.Encounter, l.Zone, l.Calendar
	return r.launchDecision(values{r: r})
}

// launchDecision asks the pathway's launch conditions: each exclusion first, so that the reason is
// as exact as the author made it.
func (r *run) launchDecision(vals pathways.Values) Decision {
	for _, x := range r.def.Launch.Unless {
		if r.holds(x.When, vals).True {
			return Decision{Reason: x.Because}
		}
	}
	v := r.holds(r.def.Launch.When, vals)
	if waiting := r.untold(v); waiting != "" {
		return Decision{Reason: "not known yet: " + waiting, Untold: true}
	}
	if !v.True {
		return Decision{Reason: "not for this pathway: " + v.words()}
	}
	return Decision{Start: true}
}

// untold names the diagnoses that a launch could not be decided without; empty where it was decided,
// or asks for none. They come with a later message, and the launch is decided again.
func (r *run) untold(v answer) string {
	var names []string
	for _, name := range v.Unknown {
		if set, _ := r.def.AskedDiagnosis(strings.TrimPrefix(name, "event.")); set != nil {
			names = append(names, r.nameInWords(name))
		}
	}
	return strings.Join(names, ", ")
}

// EnrollmentID gives the id of the enrollment that a launch makes. The same stay (or patient, or
// request) always gives the same id, so that the same discharge twice is one enrollment.
func (e *Engine) EnrollmentID(l Launch, request string) care.ID {
	switch e.def.Launch.OncePer {
	case "encounter":
		if l.Encounter != nil {
			return care.KeyID("enrollment", e.def.Pathway, "encounter", l.Encounter.ID)
		}
	case "patient":
		return care.KeyID("enrollment", e.def.Pathway, "patient", l.PatientID)
	}
	return care.KeyID("enrollment", e.def.Pathway, "request", l.PatientID, request)
}
