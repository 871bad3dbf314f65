package router

import (
	"context"
	"fmt"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// tellMerges tells the enrollments of records that were merged into the patient's, whenever that
// was, whom they are about now. Then it lets only one of those go on that may not run together.
func (r *Router) tellMerges(ctx context.Context, s *scene) error {
	settle := len(s.in.Merges) > 0
	for _, e := range s.active() {
		if e.PatientID == s.patient.ID {
			continue
		}
		settle = true
		ev := engine.Event{ID: "merged:" + e.PatientID + ":" + s.patient.ID, Kind: engine.PatientMerged, Into: s.patient.ID}
		if err := s.bear(r.submit(ctx, s, e, ev)); err != nil {
			return err
		}
	}
	if !settle {
		return nil
	}
	return r.settleRivals(ctx, s)
}

// settleRivals applies the pathways' policies among enrollments that a merge brought together.
func (r *Router) settleRivals(ctx context.Context, s *scene) error {
	for _, e := range s.active() {
		stored, err := r.Store.Definition(ctx, e.Pathway, e.Version)
		if err != nil {
			return fmt.Errorf("reading the definition of an enrollment: %w", err)
		}
		for _, rival := range s.active() {
			if rival.ID == e.ID || rival.Pathway != e.Pathway {
				continue
			}
			ev, yields := s.yield(stored.Definition, e, rival)
			if !yields {
				continue
			}
			if err := s.bear(r.submit(ctx, s, e, ev)); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

// yield tells how an enrollment makes way for another one on the same pathway: the later discharge
// supersedes the earlier; of two for the same stay, and of two where the pathway runs once, one
// ends as merged.
func (s *scene) yield(d *pathways.Definition, e, rival care.Enrollment) (engine.Event, bool) {
	own, other := s.momentOf(e), s.momentOf(rival)
	merged := engine.Event{ID: "merged-with:" + rival.ID, Kind: engine.PatientMerged, Into: s.patient.ID, Outcome: care.EndMerged}
	switch {
	case d.Launch.WhileActive.Policy == pathways.PolicySupersede && ruledBy(d, e.Pathway):
		if own.at.Equal(other.at) {
			return merged, own.before(other)
		}
		return superseded(rival.ID), own.before(other)
	case ruledBy(d, e.Pathway) || d.Launch.OncePer == "patient":
		first := moment{rival.StartedAt, rival.ID}
		return merged, first.before(moment{e.StartedAt, e.ID})
	}
	return engine.Event{}, false
}

func superseded(by care.ID) engine.Event {
	return engine.Event{ID: "superseded:" + by, Kind: engine.EnrollmentSupersede, Into: by}
}
