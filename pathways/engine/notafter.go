package engine

import (
	"throughline/care"
	"throughline/pathways"
)

// notAfter brings a deadline forward to the end of the day of the moment that the clock must not
// outlast, once that moment is known: medicines are reconciled no later than the date of the visit.
func (r *run) notAfter(spec pathways.Clock, st *Step, d care.Deadline) care.Deadline {
	if spec.NotAfter == "" {
		return d
	}
	moment, known := r.anchor(spec.NotAfter, st)
	if !known {
		return d
	}
	end := care.DateOf(moment, r.zone).EndOf(r.zone).UTC()
	if !end.Before(d.Due) {
		return d
	}
	d.Due = end
	d.Reason += "; brought forward to the end of " + r.day(moment) + ", the day of " + r.nameInWords(spec.NotAfter)
	return d
}
