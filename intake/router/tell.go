package router

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// scene is what the pathways of a patient are told against: all that is known now, whichever
// message brought it.
type scene struct {
	*news
	encounters []care.Encounter // all of the patient's
	facts      engine.PatientFacts
	active     []care.Enrollment
	offset     time.Duration
	now        time.Time
}

// tellPathways starts and informs enrollments. What it does follows from what is now known, not
// from what changed, so that doing it again does no harm.
func (r *Router) tellPathways(ctx context.Context, n *news) error {
	s, err := r.look(ctx, n)
	if err != nil {
		return err
	}
	for _, losing := range n.merged {
		if err := r.tellMerge(ctx, s, losing); err != nil {
			return err
		}
	}
	if err := r.tellPatient(ctx, s); err != nil {
		return err
	}
	touched := slices.Clone(n.encounters)
	sort.SliceStable(touched, func(i, j int) bool { return laterThan(touched[j].DischargedAt, touched[i].DischargedAt) })
	for i := range touched {
		if err := r.tellStay(ctx, s, &touched[i]); err != nil {
			return err
		}
	}
	return r.tellRest(ctx, s)
}

func (r *Router) look(ctx context.Context, n *news) (*scene, error) {
	s := &scene{news: n}
	var err error
	if s.encounters, err = r.Store.Encounters(ctx, n.patient.ID); err != nil {
		return nil, fmt.Errorf("reading the patient's stays: %w", err)
	}
	if s.active, err = r.Store.ActiveEnrollments(ctx, n.patient.ID); err != nil {
		return nil, fmt.Errorf("reading the patient's enrollments: %w", err)
	}
	if s.offset, err = r.Store.ClockOffset(ctx); err != nil {
		return nil, fmt.Errorf("reading the clock's offset: %w", err)
	}
	s.now = r.Now().UTC().Add(s.offset)
	s.facts = FactsOf(n.patient, s.encounters, s.now)
	return s, nil
}

func (s *scene) encounter(id care.ID) *care.Encounter {
	for i := range s.encounters {
		if s.encounters[i].ID == id {
			return &s.encounters[i]
		}
	}
	return nil
}

// submit tells one enrollment. One that has ended meanwhile needs no telling.
func (r *Router) submit(ctx context.Context, s *scene, enrollmentID care.ID, ev engine.Event) error {
	ev.Actor = care.Actor{Kind: care.System, ID: s.in.Source}
	_, err := r.Commands.Submit(ctx, enrollmentID, ev)
	if code := care.CodeOf(err); code == care.NotFound || code == care.Conflict {
		return nil
	}
	if err != nil {
		return fmt.Errorf("telling an enrollment of %s: %w", ev.Kind, err)
	}
	return nil
}

// tellPatient passes on a death, and what else pathways may know of a patient.
func (r *Router) tellPatient(ctx context.Context, s *scene) error {
	died := s.facts.Deceased
	known := FactsOf(&s.before, s.encounters, s.now)
	if !died && s.before.ID != "" && contentID("facts", known) == contentID("facts", s.facts) {
		return nil
	}
	for _, e := range s.active {
		ev := engine.Event{ID: contentID("patient", s.facts), Kind: engine.PatientUpdated, OccurredAt: s.in.OccurredAt, Patient: &s.facts}
		if died {
			ev.Kind = engine.PatientDied
		}
		if err := r.submit(ctx, s, e.ID, ev); err != nil {
			return err
		}
	}
	return nil
}

// tellStay passes a stay on to the enrollments it concerns, and starts the pathways it starts.
func (r *Router) tellStay(ctx context.Context, s *scene, enc *care.Encounter) error {
	if now := s.encounter(enc.ID); now != nil {
		enc = now // another message may have told more meanwhile
	}
	for _, e := range s.active {
		if !s.concerns(e, enc) {
			continue
		}
		facts := s.facts
		ev := engine.Event{ID: contentID("stay", enc), Kind: stayEvent(e, enc), OccurredAt: s.in.OccurredAt, Encounter: enc, Patient: &facts}
		if err := r.submit(ctx, s, e.ID, ev); err != nil {
			return err
		}
	}
	if enc.Status != care.EncounterDischarged {
		return nil
	}
	return r.launchAll(ctx, s, enc)
}

// concerns tells whether a stay is an enrollment's own, or came after it.
func (s *scene) concerns(e care.Enrollment, enc *care.Encounter) bool {
	if e.EncounterID == enc.ID {
		return true
	}
	if enc.Class != care.Inpatient && enc.Class != care.Observation {
		return false
	}
	own := s.encounter(e.EncounterID)
	since := e.StartedAt
	if own != nil && own.DischargedAt != nil {
		since = *own.DischargedAt
	}
	last := enc.AdmittedAt
	if enc.DischargedAt != nil {
		last = enc.DischargedAt
	}
	return last != nil && !last.Before(since)
}

func stayEvent(e care.Enrollment, enc *care.Encounter) engine.EventKind {
	switch {
	case e.EncounterID == enc.ID:
		return engine.EncounterUpdated
	case enc.Status == care.EncounterInProgress:
		return engine.EncounterAdmitted
	case enc.Status == care.EncounterDischarged:
		return engine.EncounterDischarge
	}
	return engine.EncounterUpdated
}

// tellMerge tells the enrollments of a patient who was found to be another one. Where both follow
// the same stay, or the pathway runs once per patient, one of them ends.
func (r *Router) tellMerge(ctx context.Context, s *scene, losing care.ID) error {
	moved, err := r.Store.ActiveEnrollments(ctx, losing)
	if err != nil {
		return fmt.Errorf("reading the losing patient's enrollments: %w", err)
	}
	for _, e := range append(moved, s.active...) {
		if e.PatientID != losing {
			continue
		}
		ev := engine.Event{ID: "merged:" + losing, Kind: engine.PatientMerged, OccurredAt: s.in.OccurredAt, Into: s.patient.ID}
		if twin(e, s.active) {
			ev.Outcome = care.EndMerged
		}
		if err := r.submit(ctx, s, e.ID, ev); err != nil {
			return err
		}
	}
	s.active, err = r.Store.ActiveEnrollments(ctx, s.patient.ID)
	if err != nil {
		return fmt.Errorf("reading the surviving patient's enrollments: %w", err)
	}
	return r.settleRivals(ctx, s)
}

func twin(e care.Enrollment, others []care.Enrollment) bool {
	for _, o := range others {
		if o.ID != e.ID && o.PatientID != e.PatientID && o.Pathway == e.Pathway && o.EncounterID == e.EncounterID {
			return true
		}
	}
	return false
}

// tellRest passes on appointments and results.
func (r *Router) tellRest(ctx context.Context, s *scene) error {
	for _, e := range s.active {
		for i := range s.in.Appointments {
			ev, ok := appointmentEvent(&s.in.Appointments[i])
			if !ok || ev.Appointment.Start != nil && ev.Appointment.Start.Before(e.StartedAt.AddDate(0, 0, -1)) {
				continue
			}
			ev.OccurredAt = s.in.OccurredAt
			if err := r.submit(ctx, s, e.ID, ev); err != nil {
				return err
			}
		}
		for i := range s.in.Observations {
			o := &s.in.Observations[i]
			if o.ObservedAt != nil && o.ObservedAt.Before(e.StartedAt) {
				continue
			}
			ev := engine.Event{ID: contentID("observation", o), Kind: engine.ObservationMade, OccurredAt: s.in.OccurredAt, Observation: o}
			if err := r.submit(ctx, s, e.ID, ev); err != nil {
				return err
			}
		}
	}
	return nil
}

func appointmentEvent(a *care.AppointmentReport) (engine.Event, bool) {
	kinds := map[care.AppointmentStatus]engine.EventKind{
		care.AppointmentBooked: engine.AppointmentBooked, care.AppointmentCancelled: engine.AppointmentCancel,
		care.AppointmentNoShow: engine.AppointmentNoShow, care.AppointmentKept: engine.AppointmentKept,
	}
	kind, ok := kinds[a.Status]
	if !ok || kind == engine.AppointmentBooked && a.Start == nil {
		return engine.Event{}, false
	}
	return engine.Event{
		ID: contentID("appointment", a), Kind: kind,
		Appointment: &care.Appointment{Identifier: a.Identifier.System + "|" + a.Identifier.Value, Status: a.Status, Start: a.Start},
	}, true
}

// contentID is the identity of news by its content: the same news twice is one event, whatever
// message brought it. It is a hash, so it holds no patient fact.
func contentID(kind string, content any) string {
	raw, err := json.Marshal(content)
	if err != nil { // plain data; it cannot fail
		raw = fmt.Append(nil, content)
	}
	sum := sha256.Sum256(raw)
	return kind + ":" + hex.EncodeToString(sum[:16])
}
