package engine

import (
	"time"

	"throughline/care"
)

// moveTo takes the enrollment to the zone where the patient now lives. The dates of what has happened
// stay those of the zone in which it began: whoever left hospital on the 26th in New York left on
// the 26th, wherever they are called from now on.
func (r *run) moveTo(zone string, loc *time.Location) {
	if r.s.DatesZone == "" {
		r.s.DatesZone = r.s.Zone
	}
	r.s.Zone, r.zone = zone, loc
}

// datesZone is where the moments of the stay become dates.
func (r *run) datesZone() *time.Location {
	if r.s.DatesZone == "" {
		return r.zone
	}
	loc, err := zoneNamed(r.s.DatesZone)
	if err != nil {
		return r.zone
	}
	return loc
}

// replaceRepetitions computes anew when the waiting repetitions open.
func (r *run) replaceRepetitions() {
	for _, st := range r.s.Steps {
		if st.Status != care.StepWaiting || st.Round < 2 || st.OpensAt == nil {
			continue
		}
		before, spec := r.stepByNumber(st.ID, st.Occurrence-1), r.spec(st.ID)
		if before == nil || before.OpenedAt == nil || spec == nil || spec.Repeat == nil {
			continue
		}
		if off, err := care.ParseOffset(spec.Repeat.Every); err == nil {
			opens := r.shift(*before.OpenedAt, off)
			st.OpensAt = &opens
		}
	}
}
