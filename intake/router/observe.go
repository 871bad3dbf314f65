package router

import (
	"context"
	"fmt"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
)

// launchByResults starts the pathways that results start: a critical one, say. The same result gives
// the same enrollment, whatever message brought it.
func (r *Router) launchByResults(ctx context.Context, s *scene) error {
	if len(s.in.Observations) == 0 {
		return nil
	}
	published, err := r.Store.PublishedFor(ctx, string(engine.ObservationMade))
	if err != nil {
		return fmt.Errorf("reading the pathways that results start: %w", err)
	}
	for _, d := range published {
		for i := range s.in.Observations {
			if err := s.bear(r.launchByResult(ctx, s, d, &s.in.Observations[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Router) launchByResult(ctx context.Context, s *scene, d *pathways.Definition, o *care.ObservationReport) error {
	eng, err := engine.For(d)
	if err != nil {
		return err
	}
	key := contentID("observation", o)
	l := r.launch(s)
	l.Observation = o
	l.EnrollmentID = eng.EnrollmentID(l, key)
	if s.enrolled(l.EnrollmentID) {
		return nil
	}
	if verdict := eng.Decide(l); !verdict.Start {
		return nil // most results start nothing: that is not kept
	}
	if known, err := r.exists(ctx, l.EnrollmentID); known || err != nil {
		return err
	}
	ev := engine.Event{ID: key, Actor: s.teller()} // the result's own identity: told once more, it is known
	if o.ObservedAt != nil {
		ev.OccurredAt = *o.ObservedAt
	}
	done, err := r.start(ctx, s, d, l, ev)
	if err != nil {
		return fmt.Errorf("launching %s: %w", d.Pathway, err)
	}
	s.decisions = append(s.decisions, store.LaunchDecision{
		PatientID: s.patient.ID, Pathway: d.Pathway, Version: d.Version, Decision: done.Decision, Reason: done.Reason,
		EnrollmentID: done.EnrollmentID, InboxID: s.messageID, At: r.Now().UTC(),
	})
	return nil
}
