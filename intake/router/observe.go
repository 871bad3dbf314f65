package router

import (
	"context"
	"fmt"
	"slices"

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
	if len(published) == 0 {
		return nil
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
	l := r.launch(s)
	l.Observation = o
	if verdict := eng.Decide(l); !verdict.Start {
		return nil // most results start nothing: that is not kept
	}
	told := contentID("observation", o)
	l.EnrollmentID = eng.EnrollmentID(l, resultKey(o))
	known, err := r.followed(ctx, l.EnrollmentID, told)
	if err != nil || known == follows {
		return err
	}
	if known == over { // and does not know what is told now, which is critical again: nobody else would hear of it
		l.EnrollmentID = eng.EnrollmentID(l, told)
		if known, err := r.exists(ctx, l.EnrollmentID); known || err != nil {
			return err
		}
	}
	if corrected, err := r.correctedSince(ctx, s, o); err != nil || corrected {
		return err
	}
	ev := engine.Event{ID: told, Actor: s.teller(), OccurredAt: s.in.OccurredAt} // told once more, it is known
	if o.IssuedAt != nil {
		ev.OccurredAt = *o.IssuedAt
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

// resultKey is what a result and its corrections have in common: they are one thing to follow. A result
// without an identifier is known by what it says.
func resultKey(o *care.ObservationReport) string {
	if o.Identifier.Value == "" {
		return contentID("observation", o)
	}
	return contentID("result", o.Identifier)
}

// following is how an enrollment stands to a result.
type following int

const (
	unknown following = iota // there is none
	follows                  // it runs and is told, or has ended and knew
	over                     // it has ended before this was told
)

func (r *Router) followed(ctx context.Context, id care.ID, told string) (following, error) {
	state, _, err := r.Store.Snapshot(ctx, id)
	switch {
	case care.CodeOf(err) == care.NotFound:
		return unknown, nil
	case err != nil:
		return unknown, fmt.Errorf("reading what follows a result: %w", err)
	case state.Status != care.EnrollmentEnded || slices.Contains(state.Seen, told):
		return follows, nil
	}
	return over, nil
}

// correctedSince tells whether a correction of the result came before it: then the older word starts
// nothing, so that every order of the messages ends alike.
func (r *Router) correctedSince(ctx context.Context, s *scene, o *care.ObservationReport) (bool, error) {
	if o.Identifier.Value == "" {
		return false, nil
	}
	at, known, err := r.Store.ResultCorrectedAt(ctx, o.Identifier)
	if err != nil || !known {
		return false, err
	}
	return at.After(s.in.OccurredAt) || at.Equal(s.in.OccurredAt) && !o.Corrects(), nil
}

// keepCorrections notes which results were corrected, and when.
func keepCorrections(tx *store.Tx, n *news) error {
	for i := range n.in.Observations {
		o := &n.in.Observations[i]
		if !o.Corrects() || o.Identifier.Value == "" {
			continue
		}
		if err := tx.NoteCorrection(o.Identifier, n.in.OccurredAt); err != nil {
			return err
		}
	}
	return nil
}
