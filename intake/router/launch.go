package router

import (
	"context"
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
)

// Request asks for an enrollment by hand.
type Request struct {
	PatientID care.ID
	Pathway   string
	Version   int // 0: the published one
	Facts     []care.FactValue
	Need      string
	Key       string // the same key asks for the same enrollment
	Actor     care.Actor
	Reason    string
}

// Launched is what a launch led to.
type Launched struct {
	EnrollmentID care.ID `json:"enrollment_id,omitempty"`
	Decision     string  `json:"decision"` // started | joined | refused | not_started
	Reason       string  `json:"reason,omitempty"`
}

// launchAll starts every published pathway that a discharge starts, and records each decision.
func (r *Router) launchAll(ctx context.Context, s *scene, enc *care.Encounter) error {
	definitions, err := r.Store.PublishedFor(ctx, string(engine.EncounterDischarge))
	if err != nil {
		return fmt.Errorf("reading the published pathways: %w", err)
	}
	for _, d := range definitions {
		if err := r.launchFor(ctx, s, d, enc); err != nil {
			return fmt.Errorf("launching %s: %w", d.Pathway, err)
		}
	}
	return nil
}

func (r *Router) launchFor(ctx context.Context, s *scene, d *pathways.Definition, enc *care.Encounter) error {
	eng, err := engine.For(d)
	if err != nil {
		return err
	}
	l := engine.Launch{PatientID: s.patient.ID, Patient: s.facts, Encounter: enc, Zone: r.zoneOf(s.patient), Calendar: r.Calendar, Offset: s.offset}
	l.EnrollmentID = eng.EnrollmentID(l, "")
	if _, err := r.Store.Enrollment(ctx, l.EnrollmentID); err == nil {
		return nil // followed already; what changed was told to it
	} else if care.CodeOf(err) != care.NotFound {
		return err
	}
	decision := store.LaunchDecision{PatientID: s.patient.ID, EncounterID: enc.ID, Pathway: d.Pathway, Version: d.Version, InboxID: s.messageID, At: r.Now().UTC()}
	if verdict := eng.Decide(l); !verdict.Start {
		decision.Decision, decision.Reason = store.LaunchNotStarted, verdict.Reason
		return r.record(ctx, decision)
	}
	done, err := r.start(ctx, s, d, l, engine.Event{ID: "start:" + l.EnrollmentID, OccurredAt: *enc.DischargedAt, Actor: care.Actor{Kind: care.System, ID: s.in.Source}})
	if err != nil {
		return err
	}
	decision.Decision, decision.Reason, decision.EnrollmentID = done.Decision, done.Reason, done.EnrollmentID
	return r.record(ctx, decision)
}

func (r *Router) record(ctx context.Context, d store.LaunchDecision) error {
	return r.Store.Tx(ctx, intakeActor, func(tx *store.Tx) error { return tx.RecordLaunchDecision(d) })
}

// start applies the pathway's policy for a second launch, and starts the enrollment.
func (r *Router) start(ctx context.Context, s *scene, d *pathways.Definition, l engine.Launch, ev engine.Event) (Launched, error) {
	rivals := rivalsOf(d, l.EnrollmentID, s.active)
	if len(rivals) > 0 {
		switch d.Launch.WhileActive.Policy {
		case pathways.PolicyRefuse:
			return Launched{Decision: store.LaunchRefused, Reason: "the patient is already on " + rivals[0].Pathway, EnrollmentID: rivals[0].ID}, nil
		case pathways.PolicyJoin:
			return Launched{Decision: store.LaunchJoined, Reason: "the running " + rivals[0].Pathway + " follows it", EnrollmentID: rivals[0].ID}, nil
		}
	}
	earlier, newest := r.rank(s, l, rivals)
	if newest != nil {
		l.SupersededBy = newest.ID
	}
	ev.Kind, ev.Launch = engine.Started, &l
	if _, err := r.Commands.Enroll(ctx, d, ev); err != nil && care.CodeOf(err) != care.Conflict {
		return Launched{}, err
	}
	for _, e := range earlier {
		if err := r.supersede(ctx, s, e, l.EnrollmentID); err != nil {
			return Launched{}, err
		}
	}
	done := Launched{Decision: store.LaunchStarted, EnrollmentID: l.EnrollmentID}
	if newest != nil {
		done.Reason = "recorded; a later discharge is already followed"
		return done, nil
	}
	s.active = append(slices.DeleteFunc(s.active, func(e care.Enrollment) bool {
		return slices.ContainsFunc(earlier, func(o care.Enrollment) bool { return o.ID == e.ID })
	}), care.Enrollment{ID: l.EnrollmentID, PatientID: l.PatientID, EncounterID: encounterID(l.Encounter), Pathway: d.Pathway, Status: care.EnrollmentActive, StartedAt: s.now})
	return done, nil
}

func encounterID(enc *care.Encounter) care.ID {
	if enc == nil {
		return ""
	}
	return enc.ID
}

func (r *Router) supersede(ctx context.Context, s *scene, e care.Enrollment, by care.ID) error {
	return r.submit(ctx, s, e.ID, engine.Event{ID: "superseded:" + by, Kind: engine.EnrollmentSupersede, Into: by})
}

// rivalsOf gives the active enrollments that the pathway's policy speaks of.
func rivalsOf(d *pathways.Definition, own care.ID, active []care.Enrollment) []care.Enrollment {
	var rivals []care.Enrollment
	for _, e := range active {
		if e.ID != own && slices.Contains(d.Launch.WhileActive.Pathways, e.Pathway) {
			rivals = append(rivals, e)
		}
	}
	return rivals
}

// rank splits rivals into those that the launch supersedes and the one that already follows a
// later discharge, so that discharges told in the wrong order end as those told in the right one.
func (r *Router) rank(s *scene, l engine.Launch, rivals []care.Enrollment) (earlier []care.Enrollment, newest *care.Enrollment) {
	own := dischargeOf(l.Encounter)
	for i := range rivals {
		other := dischargeOf(s.encounter(rivals[i].EncounterID))
		if own != nil && laterThan(other, own) {
			newest = &rivals[i]
			continue
		}
		earlier = append(earlier, rivals[i])
	}
	return earlier, newest
}

func dischargeOf(enc *care.Encounter) *time.Time {
	if enc == nil {
		return nil
	}
	return enc.DischargedAt
}

// settleRivals applies the policy among enrollments that a merge brought together: the one for the
// latest discharge stays.
func (r *Router) settleRivals(ctx context.Context, s *scene) error {
	for _, e := range s.active {
		stored, err := r.Store.Definition(ctx, e.Pathway, e.Version)
		if err != nil {
			return fmt.Errorf("reading the definition of %s: %w", e.Pathway, err)
		}
		d := stored.Definition
		if d.Launch.WhileActive.Policy != pathways.PolicySupersede {
			continue
		}
		own := dischargeOf(s.encounter(e.EncounterID))
		for _, rival := range rivalsOf(d, e.ID, s.active) {
			if rival.Pathway == e.Pathway && laterThan(dischargeOf(s.encounter(rival.EncounterID)), own) {
				if err := r.supersede(ctx, s, e, rival.ID); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// Launch starts an enrollment that a person asks for.
func (r *Router) Launch(ctx context.Context, req Request) (Launched, error) {
	stored, err := r.Store.Definition(ctx, req.Pathway, req.Version)
	if err != nil {
		return Launched{}, err
	}
	d := stored.Definition
	patient, err := r.Store.Patient(ctx, req.PatientID)
	if err != nil {
		return Launched{}, err
	}
	eng, err := engine.For(d)
	if err != nil {
		return Launched{}, err
	}
	var done Launched
	err = r.Store.Exclusive(ctx, "patient:"+patient.ID, func(ctx context.Context) error {
		s, err := r.look(ctx, &news{patient: patient, in: care.Inbound{Source: req.Actor.ID}})
		if err != nil {
			return err
		}
		l := engine.Launch{PatientID: patient.ID, Patient: s.facts, Facts: req.Facts, Need: req.Need, Zone: r.zoneOf(patient), Calendar: r.Calendar, Offset: s.offset}
		l.EnrollmentID = eng.EnrollmentID(l, req.Key)
		done, err = r.start(ctx, s, d, l, engine.Event{ID: "start:" + l.EnrollmentID, Actor: req.Actor, Reason: req.Reason})
		return err
	})
	if err != nil {
		return Launched{}, err
	}
	if done.Decision == store.LaunchRefused {
		return done, care.Errorf(care.Conflict, "%s", done.Reason).By("launch.while_active")
	}
	return done, nil
}

func (r *Router) zoneOf(p *care.Patient) string {
	if p.Zone != "" {
		return p.Zone
	}
	return r.Zone.String()
}
