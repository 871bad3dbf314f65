package router

import (
	"context"
	"fmt"
	"strconv"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/workflows"
)

var _ workflows.Neighbours = (*Router)(nil)

// StartPathway starts the latest published version of a pathway because a step of another enrollment
// asks for it, by the rules of every launch. The same step gives the same enrollment.
func (r *Router) StartPathway(ctx context.Context, l engine.SubLaunch) (workflows.SubStart, error) {
	stored, err := r.Store.Definition(ctx, l.Pathway, 0)
	if err != nil {
		return workflows.SubStart{}, fmt.Errorf("reading the pathway to start: %w", err)
	}
	if stored.Status != store.DefinitionPublished {
		return workflows.SubStart{Refused: l.Pathway + " is not published"}, nil
	}
	var done workflows.SubStart
	err = r.asPerson(ctx, l.PatientID, care.TheEngine, func(ctx context.Context, s *scene) error {
		done, err = r.startFor(ctx, s, stored.Definition, l)
		return err
	})
	if err == nil && done.Joined && l.Await {
		err = r.joinEnd(ctx, done.EnrollmentID, l.Parent)
	}
	return done, err
}

// joinEnd has a running enrollment tell its end to a step that found it running. Where it has ended
// just now, the step is told here.
func (r *Router) joinEnd(ctx context.Context, id care.ID, waiting engine.Parent) error {
	_, err := r.Commands.Submit(ctx, id, engine.Event{
		ID: "joined:" + waiting.EnrollmentID + ":" + waiting.Step + ":" + strconv.Itoa(waiting.Occurrence), Kind: engine.ParentJoined, Actor: care.TheEngine, Parent: &waiting,
	})
	if code := care.CodeOf(err); code != care.NotFound && code != care.Conflict {
		return err
	}
	stored, readErr := r.Store.Enrollment(ctx, id)
	switch {
	case readErr != nil:
		return fmt.Errorf("reading an enrollment that ran: %w", readErr)
	case stored.Enrollment.Status != care.EnrollmentEnded:
		return care.Errorf(care.Unavailable, "an enrollment that has not ended takes no news; it is told once it does: %w", err)
	}
	return r.TellParent(ctx, engine.ParentNews{ID: engine.JoinedNewsID(id, waiting), Parent: waiting, Child: id, Outcome: stored.Enrollment.Outcome})
}

func (r *Router) startFor(ctx context.Context, s *scene, d *pathways.Definition, l engine.SubLaunch) (workflows.SubStart, error) {
	eng, err := engine.For(d)
	if err != nil {
		return workflows.SubStart{}, err
	}
	launch := r.launch(s)
	launch.Need, launch.Parent, launch.Facts = l.Need, &l.Parent, factsFor(d, l.Facts)
	if d.Launch.OncePer == "encounter" && l.Encounter != nil {
		launch.Encounter = l.Encounter
		if now := s.byID[l.Encounter.ID]; now != nil {
			launch.Encounter = now
		}
	}
	launch.EnrollmentID = eng.EnrollmentID(launch, "step:"+l.Parent.EnrollmentID+":"+l.Parent.Step+":"+strconv.Itoa(l.Parent.Occurrence))
	if known, err := r.exists(ctx, launch.EnrollmentID); err != nil {
		return workflows.SubStart{}, err
	} else if known {
		return r.startedBefore(ctx, launch.EnrollmentID, l.Parent)
	}
	done := Launched{Decision: store.LaunchNotStarted}
	if verdict := eng.Decide(launch); !verdict.Start {
		done.Reason = verdict.Reason
	} else if done, err = r.start(ctx, s, d, launch, engine.Event{ID: "start:" + launch.EnrollmentID, OccurredAt: l.OccurredAt, Actor: care.TheEngine, Reason: "a step of another pathway asks for it"}); err != nil {
		return workflows.SubStart{}, err
	}
	if err := r.record(ctx, s, d, done, nil); err != nil {
		return workflows.SubStart{}, err
	}
	switch done.Decision {
	case store.LaunchStarted:
		return workflows.SubStart{EnrollmentID: done.EnrollmentID}, s.failed()
	case store.LaunchJoined:
		return workflows.SubStart{EnrollmentID: done.EnrollmentID, Joined: true}, s.failed()
	}
	return workflows.SubStart{Refused: done.Reason}, s.failed()
}

// factsFor gives the facts that the pathway has. The need is what it is launched for, and a fact only
// where it has one of that name.
func factsFor(d *pathways.Definition, given []care.FactValue) []care.FactValue {
	var facts []care.FactValue
	for _, f := range given {
		if f.Name == pathways.GivenNeed && !declares(d, f.Name) {
			continue
		}
		facts = append(facts, f)
	}
	return facts
}

func declares(d *pathways.Definition, fact string) bool {
	for _, f := range d.Facts {
		if f.Name == fact {
			return true
		}
	}
	return false
}

// startedBefore says what an enrollment that is there already means to the step: it was started by the
// step itself, it runs and follows the same thing, or it is over.
func (r *Router) startedBefore(ctx context.Context, id care.ID, parent engine.Parent) (workflows.SubStart, error) {
	state, _, err := r.Store.Snapshot(ctx, id)
	switch {
	case err != nil:
		return workflows.SubStart{}, fmt.Errorf("reading an enrollment that runs: %w", err)
	case state.Parent != nil && *state.Parent == parent:
		return workflows.SubStart{EnrollmentID: id}, nil
	case state.Status == care.EnrollmentEnded:
		return workflows.SubStart{Refused: "the patient has been through it already, and it may run only once"}, nil
	}
	return workflows.SubStart{EnrollmentID: id, Joined: true}, nil
}

// record notes a decision about a launch that no stay led to; follows is the enrollment whose end led
// to it, if any.
func (r *Router) record(ctx context.Context, s *scene, d *pathways.Definition, done Launched, follows *care.Enrollment) error {
	s.decisions = append(s.decisions, store.LaunchDecision{
		PatientID: s.patient.ID, Pathway: d.Pathway, Version: d.Version,
		Decision: done.Decision, Reason: done.Reason, EnrollmentID: done.EnrollmentID, At: r.Now().UTC(),
	})
	return r.Store.Tx(ctx, intakeActor, func(tx *store.Tx) error {
		for _, decision := range s.decisions {
			if err := tx.RecordLaunchDecision(decision); err != nil {
				return err
			}
		}
		if follows == nil {
			return nil
		}
		return tx.MarkFollowed(follows.ID, d.Pathway)
	})
}

// EndPathway withdraws an enrollment that does not outlive the one which started it.
func (r *Router) EndPathway(ctx context.Context, e engine.SubEnd) error {
	return r.tellOther(ctx, e.EnrollmentID, engine.Event{ID: e.ID, Kind: engine.EnrollmentWithdraw, Actor: care.TheEngine, Reason: e.Reason})
}

// TellParent tells an enrollment how one that it started has ended.
func (r *Router) TellParent(ctx context.Context, n engine.ParentNews) error {
	return r.tellOther(ctx, n.Parent.EnrollmentID, engine.Event{
		ID: n.ID, Kind: engine.SubEnded, Actor: care.TheEngine, Step: n.Parent.Step, Occurrence: n.Parent.Occurrence, Child: n.Child, Outcome: n.Outcome,
	})
}

// tellOther tells another enrollment. One that has ended needs no telling; one that should run and does
// not is told once it runs again.
func (r *Router) tellOther(ctx context.Context, id care.ID, ev engine.Event) error {
	_, err := r.Commands.Submit(ctx, id, ev)
	if code := care.CodeOf(err); code != care.NotFound && code != care.Conflict {
		return err
	}
	stored, readErr := r.Store.Enrollment(ctx, id)
	switch {
	case readErr != nil:
		return fmt.Errorf("reading another enrollment: %w", readErr)
	case stored.Enrollment.Status == care.EnrollmentEnded:
		return nil
	case care.CodeOf(err) == care.NotFound:
		return care.Errorf(care.Unavailable, "the workflow of an enrollment that has not ended is missing; it is told once it runs again")
	}
	return err
}
