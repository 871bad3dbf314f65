package router

import (
	"context"
	"fmt"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
)

// followedAtOnce bounds how many ends are dealt with in one go.
const followedAtOnce = 50

// FollowEnds starts the pathways that follow others, once for each end. What failed for a reason that
// may pass is done the next time.
func (r *Router) FollowEnds(ctx context.Context) error {
	followers, err := r.Store.PublishedFor(ctx, pathways.EnrollmentEnded)
	if err != nil {
		return fmt.Errorf("reading the pathways that follow others: %w", err)
	}
	for _, d := range followers {
		ended, err := r.Store.Unfollowed(ctx, d.Pathway, d.Following(), followedAtOnce)
		if err != nil {
			return err
		}
		for i := range ended {
			if err := r.follow(ctx, d, &ended[i]); err != nil && ctx.Err() == nil {
				r.Logger.WarnContext(ctx, "a pathway that follows another could not be started yet", "enrollment_id", ended[i].ID, "error_code", care.CodeOf(err))
			}
		}
	}
	return nil
}

func (r *Router) follow(ctx context.Context, d *pathways.Definition, ended *care.Enrollment) error {
	return r.asPerson(ctx, ended.PatientID, care.TheEngine, func(ctx context.Context, s *scene) error {
		done, err := r.launchAfter(ctx, s, d, ended)
		if err != nil && !care.Permanent(err) {
			return err
		}
		if err != nil {
			done = Launched{Decision: store.LaunchNotStarted, Reason: err.Error()}
		}
		if err := r.record(ctx, s, d, done, ended); err != nil {
			return err
		}
		return s.failed()
	})
}

// launchAfter starts a pathway because an enrollment has ended. The same end gives the same enrollment.
func (r *Router) launchAfter(ctx context.Context, s *scene, d *pathways.Definition, ended *care.Enrollment) (Launched, error) {
	eng, err := engine.For(d)
	if err != nil {
		return Launched{}, err
	}
	l := r.launch(s)
	l.Ended = &engine.EndedEnrollment{EnrollmentID: ended.ID, Pathway: ended.Pathway, Title: ended.Title, Outcome: ended.Outcome}
	if ended.EndedAt != nil {
		l.Ended.EndedAt = *ended.EndedAt
	}
	l.EnrollmentID = eng.EnrollmentID(l, "follows:"+ended.ID)
	if known, err := r.exists(ctx, l.EnrollmentID); known || err != nil {
		return Launched{Decision: store.LaunchStarted, EnrollmentID: l.EnrollmentID, Reason: "it was started before"}, err
	}
	if verdict := eng.Decide(l); !verdict.Start {
		return Launched{Decision: store.LaunchNotStarted, Reason: verdict.Reason}, nil
	}
	return r.start(ctx, s, d, l, engine.Event{ID: "start:" + l.EnrollmentID, OccurredAt: l.Ended.EndedAt, Actor: care.TheEngine})
}

// excluded gives the running enrollment beside which the pathway does not start, and why. It makes no
// difference which of the two pathways excludes the other: what a patient is on goes before what is to
// start, and a person who wants it otherwise ends that first.
func (r *Router) excluded(ctx context.Context, s *scene, d *pathways.Definition, own care.ID) (running care.Enrollment, why string, err error) {
	for _, e := range s.active() {
		if e.ID == own {
			continue
		}
		x := d.Exclusion(e.Pathway)
		if x == nil {
			kept, err := r.Store.Definition(ctx, e.Pathway, e.Version)
			if err != nil {
				return e, "", fmt.Errorf("reading what the patient is on: %w", err)
			}
			x = kept.Definition.Exclusion(d.Pathway)
		}
		switch {
		case x == nil:
		case x.Because != "":
			return e, x.Because, nil
		default:
			return e, "the patient is on " + e.Pathway + ", and " + d.Pathway + " does not run beside it", nil
		}
	}
	return care.Enrollment{}, "", nil
}
