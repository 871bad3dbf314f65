package router

import (
	"context"
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
	Version   int // 0: the latest published one
	Facts     []care.FactValue
	Need      string
	Key       string // the same key asks for the same enrollment
	Actor     care.Actor
	Reason    string
}

// Launch starts an enrollment that a person asks for. The same request again gives the same
// enrollment. It is care.Conflict where the pathway's policy refuses, or the version is not
// published.
func (r *Router) Launch(ctx context.Context, req Request) (Launched, error) {
	stored, err := r.Store.Definition(ctx, req.Pathway, req.Version)
	if err != nil {
		return Launched{}, err
	}
	if stored.Status != store.DefinitionPublished {
		return Launched{}, care.Errorf(care.Conflict, "version %d of %s is %s: only a published one starts enrollments", stored.Definition.Version, req.Pathway, stored.Status).At("version")
	}
	var done Launched
	err = r.asPerson(ctx, req.PatientID, req.Actor, func(ctx context.Context, s *scene) error {
		done, err = r.launchByHand(ctx, s, stored.Definition, req)
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

func (r *Router) launchByHand(ctx context.Context, s *scene, d *pathways.Definition, req Request) (Launched, error) {
	eng, err := engine.For(d)
	if err != nil {
		return Launched{}, err
	}
	l := r.launch(s)
	l.Facts, l.Need = req.Facts, req.Need
	l.EnrollmentID = eng.EnrollmentID(l, req.Key)
	if known, err := r.exists(ctx, l.EnrollmentID); known || err != nil {
		return Launched{Decision: store.LaunchStarted, EnrollmentID: l.EnrollmentID, Reason: "it was started before"}, err
	}
	done, err := r.start(ctx, s, d, l, engine.Event{ID: "start:" + l.EnrollmentID, Actor: req.Actor, Reason: req.Reason})
	if err != nil {
		return Launched{}, err
	}
	s.decisions = append(s.decisions, store.LaunchDecision{
		PatientID: s.patient.ID, Pathway: d.Pathway, Version: d.Version,
		Decision: done.Decision, Reason: done.Reason, EnrollmentID: done.EnrollmentID, At: r.Now().UTC(),
	})
	if err := r.keepDecisions(ctx, s); err != nil {
		return Launched{}, err
	}
	return done, s.failed()
}

// asPerson runs fn for a patient when its turn comes, among the messages.
func (r *Router) asPerson(ctx context.Context, patientID care.ID, by care.Actor, fn func(context.Context, *scene) error) error {
	leave, err := r.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return r.withPatient(ctx, &news{by: by}, patientID, fn)
}

// zoneOf gives the patient's zone, or the organization's where it is not known or is none.
func (r *Router) zoneOf(p *care.Patient) string {
	if p.Zone == "" {
		return r.Zone.String()
	}
	if _, err := time.LoadLocation(p.Zone); err != nil {
		return r.Zone.String()
	}
	return p.Zone
}
