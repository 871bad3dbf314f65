package router

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
)

// tellPathways starts and informs enrollments, one message of a patient at a time.
func (r *Router) tellPathways(ctx context.Context, n *news) error {
	return r.withPatient(ctx, n, n.patient.ID, func(ctx context.Context, s *scene) error { return r.tell(ctx, s) })
}

// withPatient runs fn while nobody else tells the pathways of the patient anything. Whom the
// patient was merged into, also while we waited, counts.
func (r *Router) withPatient(ctx context.Context, n *news, id care.ID, fn func(context.Context, *scene) error) error {
	for {
		moved := care.ID("")
		err := r.Store.Exclusive(ctx, "patient:"+id, func(ctx context.Context) error {
			s, err := r.look(ctx, n, id)
			if err != nil {
				return err
			}
			if moved = s.patient.MergedInto; moved != "" {
				return nil
			}
			return fn(ctx, s)
		})
		if err != nil || moved == "" {
			return err
		}
		id = moved
	}
}

// tell follows from what is now known, not from what changed, so that doing it again, after a
// crash or because of another message, does what was left out and no harm.
func (r *Router) tell(ctx context.Context, s *scene) (err error) {
	defer func() {
		if keepErr := r.keepDecisions(ctx, s); err == nil {
			err = keepErr
		}
	}()
	if err := r.tellMerges(ctx, s); err != nil {
		return err
	}
	for _, enc := range s.touched() {
		if err := r.tellStay(ctx, s, enc); err != nil {
			return err
		}
	}
	if err := r.tellPatient(ctx, s); err != nil {
		return err
	}
	if err := r.tellRest(ctx, s); err != nil {
		return err
	}
	if err := r.launchByResults(ctx, s); err != nil {
		return err
	}
	return s.failed()
}

// touched gives the stays that the message speaks of, as they now are, by discharge: so the
// discharges of a whole history start and supersede each other in their order.
func (s *scene) touched() []*care.Encounter {
	var stays []*care.Encounter
	for _, id := range s.stays {
		if enc := s.byID[id]; enc != nil && !slices.Contains(stays, enc) {
			stays = append(stays, enc)
		}
	}
	slices.SortStableFunc(stays, func(a, b *care.Encounter) int {
		switch {
		case laterThan(b.DischargedAt, a.DischargedAt):
			return -1
		case laterThan(a.DischargedAt, b.DischargedAt):
			return 1
		}
		return 0
	})
	return stays
}

// submit tells one enrollment. One that has ended meanwhile needs no telling.
func (r *Router) submit(ctx context.Context, s *scene, e care.Enrollment, ev engine.Event) error {
	ev.Actor = s.teller()
	if ev.OccurredAt.IsZero() {
		ev.OccurredAt = s.in.OccurredAt
	}
	receipt, err := r.Commands.Submit(ctx, e.ID, ev)
	if code := care.CodeOf(err); code == care.NotFound || code == care.Conflict {
		return r.unlessEnded(ctx, s, e, err)
	}
	if err != nil {
		return fmt.Errorf("telling an enrollment of %s: %w", ev.Kind, err)
	}
	e.Status = receipt.Status
	if ev.Kind == engine.PatientMerged && ev.Outcome == "" {
		e.PatientID = ev.Into
	}
	s.note(e)
	return nil
}

// unlessEnded looks whether an enrollment that took no news had ended. One that should run and
// does not is told later: the reconciler starts its workflow again.
func (r *Router) unlessEnded(ctx context.Context, s *scene, e care.Enrollment, refused error) error {
	stored, err := r.Store.Enrollment(ctx, e.ID)
	if err != nil {
		return fmt.Errorf("reading an enrollment: %w", err)
	}
	if stored.Enrollment.Status == care.EnrollmentEnded {
		s.note(stored.Enrollment)
		return nil
	}
	if care.CodeOf(refused) == care.NotFound {
		return care.Errorf(care.Unavailable, "the workflow of an enrollment that has not ended is missing; it is told once it runs again")
	}
	return fmt.Errorf("telling an enrollment: %w", refused)
}

func (s *scene) teller() care.Actor {
	if s.by.Kind != "" {
		return s.by
	}
	return care.Actor{Kind: care.System, ID: s.in.Source}
}

// tellPatient passes on a death, and what else pathways may know of a patient, to the enrollments
// that know otherwise.
func (r *Router) tellPatient(ctx context.Context, s *scene) error {
	for _, e := range s.active() {
		state, _, err := r.Store.Snapshot(ctx, e.ID)
		if err != nil {
			return fmt.Errorf("reading what an enrollment knows: %w", err)
		}
		if text(state.Patient) == text(s.facts) {
			continue
		}
		// The turn is part of the identity: what is true again must be told again.
		ev := engine.Event{ID: contentID("patient", []any{s.facts, state.Seq}), Kind: engine.PatientUpdated, Patient: &s.facts}
		if s.facts.Deceased && !state.Patient.Deceased {
			ev.Kind = engine.PatientDied
		}
		if err := s.bear(r.submit(ctx, s, e, ev)); err != nil {
			return err
		}
	}
	return nil
}

// tellStay passes a stay on to the enrollments it concerns, and starts the pathways it starts.
func (r *Router) tellStay(ctx context.Context, s *scene, enc *care.Encounter) error {
	for _, e := range s.active() {
		if err := r.tellOfStay(ctx, s, e, enc); err != nil {
			return err
		}
	}
	return r.launchAll(ctx, s, enc)
}

func (r *Router) tellOfStay(ctx context.Context, s *scene, e care.Enrollment, enc *care.Encounter) error {
	if !s.concerns(e, enc) {
		return nil
	}
	kind := stayEvent(e, enc)
	ev := engine.Event{ID: contentID(string(kind), enc), Kind: kind, Encounter: enc, Patient: &s.facts}
	return s.bear(r.submit(ctx, s, e, ev))
}

// concerns tells whether a stay is an enrollment's own, or one in hospital that came after it.
func (s *scene) concerns(e care.Enrollment, enc *care.Encounter) bool {
	if e.EncounterID == enc.ID {
		return true
	}
	// A suspended enrollment must also hear that its stay in hospital turned out to be none.
	if !bedded(enc) && e.Status != care.EnrollmentSuspended {
		return false
	}
	last := enc.AdmittedAt
	if enc.DischargedAt != nil {
		last = enc.DischargedAt
	}
	return last != nil && !last.Before(s.momentOf(e).at)
}

func stayEvent(e care.Enrollment, enc *care.Encounter) engine.EventKind {
	switch {
	case e.EncounterID == enc.ID:
		return engine.EncounterUpdated
	case enc.Status == care.EncounterInProgress && !bedded(enc):
		return engine.EncounterDischarge // the inpatient became an outpatient (A07)
	case enc.Status == care.EncounterInProgress:
		return engine.EncounterAdmitted
	case enc.Status == care.EncounterDischarged:
		return engine.EncounterDischarge
	}
	return engine.EncounterUpdated
}

// tellRest passes on appointments and results.
func (r *Router) tellRest(ctx context.Context, s *scene) error {
	results := s.results()
	for _, e := range s.active() {
		if err := r.tellAppointments(ctx, s, e); err != nil {
			return err
		}
		since := s.momentOf(e).at
		for _, ev := range results {
			if o := ev.Observation; o.ObservedAt != nil && o.ObservedAt.Before(since) && (!o.Corrects() || e.EncounterID != "") {
				continue
			}
			if err := s.bear(r.submit(ctx, s, e, ev)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scene) results() []engine.Event {
	var events []engine.Event
	for i := range s.in.Observations {
		o := &s.in.Observations[i]
		events = append(events, engine.Event{ID: contentID("observation", o), Kind: engine.ObservationMade, Observation: o})
	}
	return events
}

// bookedAhead is how long before a discharge a visit after it may have been booked.
const bookedAhead = 365 * 24 * time.Hour

// tellAppointments passes on how each appointment stands that is not before what the enrollment
// follows, whichever message told of it and whenever: a visit is often booked before the discharge.
// What the enrollment has heard is not told again.
func (r *Router) tellAppointments(ctx context.Context, s *scene, e care.Enrollment) error {
	since := s.momentOf(e).at
	known, err := r.Store.Appointments(ctx, s.patient.ID, since.Add(-bookedAhead))
	if err != nil || len(known) == 0 {
		return err
	}
	state, _, err := r.Store.Snapshot(ctx, e.ID)
	if err != nil {
		return fmt.Errorf("reading what an enrollment knows: %w", err)
	}
	for _, a := range known {
		ev, ok := appointmentEvent(a)
		if !ok || a.Report.Start != nil && a.Report.Start.Before(since) || slices.Contains(state.Seen, ev.ID) {
			continue
		}
		if ev.OccurredAt = a.OccurredAt; ev.OccurredAt.Before(since) {
			ev.OccurredAt = since // news of before came with the enrollment
		}
		if err := s.bear(r.submit(ctx, s, e, ev)); err != nil {
			return err
		}
	}
	return nil
}

func appointmentEvent(known store.StoredAppointment) (engine.Event, bool) {
	a := known.Report
	kinds := map[care.AppointmentStatus]engine.EventKind{
		care.AppointmentBooked: engine.AppointmentBooked, care.AppointmentCancelled: engine.AppointmentCancel,
		care.AppointmentNoShow: engine.AppointmentNoShow, care.AppointmentKept: engine.AppointmentKept,
	}
	kind, ok := kinds[a.Status]
	if !ok || kind == engine.AppointmentBooked && a.Start == nil {
		return engine.Event{}, false
	}
	return engine.Event{
		// With its time: an appointment that is moved there and back was moved twice.
		ID: contentID("appointment", []any{a, known.OccurredAt}), Kind: kind,
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
