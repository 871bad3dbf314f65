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

// Launched is what a launch led to.
type Launched struct {
	EnrollmentID care.ID `json:"enrollment_id,omitempty"`
	Decision     string  `json:"decision"` // started | joined | refused | not_started
	Reason       string  `json:"reason,omitempty"`
}

// stayActs are what a stay can start pathways by, in the order in which it happens.
var stayActs = []engine.EventKind{engine.EncounterAdmitted, engine.EncounterDischarge}

// actOf gives when what starts a pathway happened to the stay; told is false where it did not, or
// nobody said when. A discharge tells of the admission before it, so that the order of the messages
// makes no difference.
func actOf(enc *care.Encounter, act engine.EventKind) (at time.Time, happened, told bool) {
	when := enc.DischargedAt
	if act == engine.EncounterAdmitted {
		when, happened = enc.AdmittedAt, enc.Status == care.EncounterInProgress || enc.Status == care.EncounterDischarged
	} else {
		happened = enc.Status == care.EncounterDischarged
	}
	if when == nil {
		return time.Time{}, happened, false
	}
	return *when, happened, true
}

// launchAll starts every published pathway that the stay's admission or discharge starts, and records
// each decision.
func (r *Router) launchAll(ctx context.Context, s *scene, enc *care.Encounter) error {
	for _, act := range stayActs {
		if _, happened, _ := actOf(enc, act); !happened {
			continue
		}
		if err := r.launchBy(ctx, s, act, enc); err != nil {
			return err
		}
	}
	return nil
}

func (r *Router) launchBy(ctx context.Context, s *scene, act engine.EventKind, enc *care.Encounter) error {
	definitions, read := s.definitions[act]
	if !read {
		published, err := r.Store.PublishedFor(ctx, string(act))
		if err != nil {
			return fmt.Errorf("reading the published pathways: %w", err)
		}
		definitions, s.definitions[act] = published, published
	}
	for _, d := range definitions {
		if err := r.launchFor(ctx, s, d, act, enc); err != nil {
			if err := s.bear(fmt.Errorf("launching %s: %w", d.Pathway, err)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Router) launchFor(ctx context.Context, s *scene, d *pathways.Definition, act engine.EventKind, enc *care.Encounter) error {
	eng, err := engine.For(d)
	if err != nil {
		return err
	}
	l := r.launch(s)
	l.Encounter = enc
	l.EnrollmentID = eng.EnrollmentID(l, enc.ID)
	if s.enrolled(l.EnrollmentID) {
		return nil // followed already; what changed was told to it
	}
	verdict := eng.Decide(l)
	at, _, told := actOf(enc, act)
	if !told {
		verdict = engine.Decision{Reason: "when " + untoldMoment[act] + " is not known"}
	}
	if !verdict.Start {
		return r.decide(ctx, s, d, enc, Launched{Decision: store.LaunchNotStarted, Reason: verdict.Reason})
	}
	if known, err := r.exists(ctx, l.EnrollmentID); known || err != nil {
		return err // under another record of the patient, that no merge has joined yet
	}
	ev := engine.Event{ID: "start:" + l.EnrollmentID, OccurredAt: at, Actor: s.teller()}
	done, err := r.start(ctx, s, d, l, ev)
	if err != nil {
		return err
	}
	return r.decide(ctx, s, d, enc, done)
}

var untoldMoment = map[engine.EventKind]string{
	engine.EncounterAdmitted: "the patient came to the hospital", engine.EncounterDischarge: "the patient left the hospital",
}

func (r *Router) exists(ctx context.Context, enrollmentID care.ID) (bool, error) {
	_, err := r.Store.Enrollment(ctx, enrollmentID)
	if care.CodeOf(err) == care.NotFound {
		return false, nil
	}
	return err == nil, err
}

// launch gives what every launch for the patient starts with.
func (r *Router) launch(s *scene) engine.Launch {
	l := engine.Launch{PatientID: s.patient.ID, Patient: s.facts, Zone: r.zoneOf(s.patient), Calendar: r.Calendar, Offset: s.offset}
	if place := r.Zone.String(); place != l.Zone {
		l.PlaceZone = place // the organization's: no message says where in the country a ward is
	}
	return l
}

// start applies the pathway's policy for a second launch, and starts the enrollment.
func (r *Router) start(ctx context.Context, s *scene, d *pathways.Definition, l engine.Launch, ev engine.Event) (Launched, error) {
	if e, why, err := r.excluded(ctx, s, d, l.EnrollmentID); err != nil {
		return Launched{}, err
	} else if why != "" {
		return Launched{Decision: store.LaunchRefused, Reason: why, EnrollmentID: e.ID}, nil
	}
	rivals := s.rivals(d, l.EnrollmentID)
	if len(rivals) > 0 {
		switch d.Launch.WhileActive.Policy {
		case pathways.PolicyRefuse:
			return Launched{Decision: store.LaunchRefused, Reason: "the patient is already on " + rivals[0].Pathway, EnrollmentID: rivals[0].ID}, nil
		case pathways.PolicyJoin:
			return Launched{Decision: store.LaunchJoined, Reason: "the running " + rivals[0].Pathway + " follows it", EnrollmentID: rivals[0].ID}, nil
		}
	}
	done := Launched{Decision: store.LaunchStarted, EnrollmentID: l.EnrollmentID}
	if later := s.followedLater(d, l); later != nil {
		l.SupersededBy = later.ID
		done.Reason = "recorded; a later discharge is already followed"
	}
	ev.Kind, ev.Launch = engine.Started, &l
	e, err := r.enroll(ctx, d, ev)
	if err != nil {
		return Launched{}, err
	}
	s.note(e)
	if l.SupersededBy != "" {
		return done, nil
	}
	for _, rival := range rivals {
		if err := s.bear(r.submit(ctx, s, rival, superseded(e.ID))); err != nil {
			return Launched{}, err
		}
	}
	return done, r.catchUp(ctx, s, e)
}

// enroll starts an enrollment. One that had run and is closed is in the database, or nowhere.
func (r *Router) enroll(ctx context.Context, d *pathways.Definition, ev engine.Event) (care.Enrollment, error) {
	l := ev.Launch
	receipt, err := r.Commands.Enroll(ctx, d, ev)
	if care.CodeOf(err) == care.Conflict {
		stored, readErr := r.Store.Enrollment(ctx, l.EnrollmentID)
		if readErr != nil {
			return care.Enrollment{}, fmt.Errorf("starting an enrollment: %w", err)
		}
		return stored.Enrollment, nil
	}
	if err != nil {
		return care.Enrollment{}, fmt.Errorf("starting an enrollment: %w", err)
	}
	e := care.Enrollment{
		ID: l.EnrollmentID, PatientID: l.PatientID, Pathway: d.Pathway, Version: d.Version,
		Status: receipt.Status, StartedAt: r.Now().UTC().Add(l.Offset),
	}
	if l.Encounter != nil {
		e.EncounterID = l.Encounter.ID
	}
	return e, nil
}

// catchUp tells a new enrollment what came before it: that the patient is back in hospital already,
// and which visits are booked.
func (r *Router) catchUp(ctx context.Context, s *scene, e care.Enrollment) error {
	for i := range s.encounters {
		enc := &s.encounters[i]
		if e.Status == care.EnrollmentEnded || enc.ID == e.EncounterID || enc.Status != care.EncounterInProgress || !bedded(enc) {
			continue
		}
		if err := r.tellOfStay(ctx, s, e, enc); err != nil {
			return err
		}
	}
	if e.Status == care.EnrollmentEnded {
		return nil
	}
	return r.tellAppointments(ctx, s, e)
}

// rivals gives the active enrollments that the pathway's policy speaks of.
func (s *scene) rivals(d *pathways.Definition, own care.ID) []care.Enrollment {
	return slices.DeleteFunc(s.active(), func(e care.Enrollment) bool { return e.ID == own || !ruledBy(d, e.Pathway) })
}

func ruledBy(d *pathways.Definition, pathway string) bool {
	return slices.Contains(d.Launch.WhileActive.Pathways, pathway)
}

// followedLater gives the enrollment for a later discharge that makes a launch a mere record, so
// that discharges told in the wrong order end as those told in the right one. It counts also where
// it has ended by now.
func (s *scene) followedLater(d *pathways.Definition, l engine.Launch) *care.Enrollment {
	if l.Encounter == nil || d.Launch.WhileActive.Policy != pathways.PolicySupersede {
		return nil
	}
	own := moment{key: l.Encounter.ID}
	for _, at := range []*time.Time{l.Encounter.AdmittedAt, l.Encounter.DischargedAt} {
		if at != nil {
			own.at = *at
		}
	}
	for i := range s.enrollments {
		e := &s.enrollments[i]
		if e.ID == l.EnrollmentID || !ruledBy(d, e.Pathway) || e.Outcome == care.EndEnteredInError {
			continue
		}
		if e.Status == care.EnrollmentEnded && s.byID[e.EncounterID] == nil {
			continue
		}
		if own.before(s.momentOf(*e)) {
			return e
		}
	}
	return nil
}

// decide notes a decision about a stay, unless the last one about it was the same.
func (r *Router) decide(ctx context.Context, s *scene, d *pathways.Definition, enc *care.Encounter, done Launched) error {
	if err := r.readDecisions(ctx, s); err != nil {
		return err
	}
	key := [2]care.ID{enc.ID, d.Pathway}
	if last, ok := s.decided[key]; ok && last.Decision == done.Decision && last.Reason == done.Reason && last.EnrollmentID == done.EnrollmentID {
		return nil
	}
	decision := store.LaunchDecision{
		PatientID: s.patient.ID, EncounterID: enc.ID, Pathway: d.Pathway, Version: d.Version,
		Decision: done.Decision, Reason: done.Reason, EnrollmentID: done.EnrollmentID, InboxID: s.messageID, At: r.Now().UTC(),
	}
	s.decided[key] = decision
	s.decisions = append(s.decisions, decision)
	return nil
}

func (r *Router) readDecisions(ctx context.Context, s *scene) error {
	if s.decided != nil {
		return nil
	}
	known, err := r.Store.LaunchDecisions(ctx, store.LaunchFilter{PatientID: s.patient.ID})
	if err != nil {
		return fmt.Errorf("reading earlier decisions: %w", err)
	}
	s.decided = map[[2]care.ID]store.LaunchDecision{}
	for _, d := range slices.Backward(known) { // the latest first: it stays
		s.decided[[2]care.ID{d.EncounterID, d.Pathway}] = d
	}
	return nil
}

func (r *Router) keepDecisions(ctx context.Context, s *scene) error {
	if len(s.decisions) == 0 {
		return nil
	}
	return r.Store.Tx(ctx, intakeActor, func(tx *store.Tx) error {
		for _, d := range s.decisions {
			if err := tx.RecordLaunchDecision(d); err != nil {
				return err
			}
		}
		return nil
	})
}
