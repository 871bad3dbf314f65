package router

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
)

// scene is what the pathways of a patient are told against: all that is known now, whichever
// message brought it.
type scene struct {
	*news
	patient     *care.Patient
	encounters  []care.Encounter // all of the patient's
	byID        map[care.ID]*care.Encounter
	enrollments []care.Enrollment // all of the patient's, the oldest first, also those that ended
	facts       engine.PatientFacts
	offset      time.Duration

	definitions map[engine.EventKind][]*pathways.Definition // that what happens to a stay starts; read when first asked for
	decided     map[[2]care.ID]store.LaunchDecision
	decisions   []store.LaunchDecision // new ones, to be kept
	failures    []error                // of single enrollments: the others are told all the same
}

// look reads all that is known of a patient. The caller holds the patient's lock.
func (r *Router) look(ctx context.Context, n *news, patientID care.ID) (*scene, error) {
	s := &scene{news: n, byID: map[care.ID]*care.Encounter{}, definitions: map[engine.EventKind][]*pathways.Definition{}}
	var err error
	if s.patient, err = r.Store.Patient(ctx, patientID); err != nil {
		return nil, fmt.Errorf("reading the patient: %w", err)
	}
	if s.encounters, err = r.Store.Encounters(ctx, patientID); err != nil {
		return nil, fmt.Errorf("reading the patient's stays: %w", err)
	}
	for i := range s.encounters {
		s.byID[s.encounters[i].ID] = &s.encounters[i]
	}
	if s.enrollments, err = r.enrollmentsOf(ctx, patientID); err != nil {
		return nil, fmt.Errorf("reading the patient's enrollments: %w", err)
	}
	if s.offset, err = r.Store.ClockOffset(ctx); err != nil {
		return nil, fmt.Errorf("reading the clock's offset: %w", err)
	}
	s.facts = FactsOf(s.patient, s.encounters, r.Now().UTC().Add(s.offset))
	return s, nil
}

func (r *Router) enrollmentsOf(ctx context.Context, patientID care.ID) ([]care.Enrollment, error) {
	var all []care.Enrollment
	page := store.Page{Limit: store.MaxLimit}
	for {
		some, next, err := r.Store.ListEnrollments(ctx, store.EnrollmentFilter{PatientID: patientID}, page)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if next == "" {
			slices.Reverse(all)
			return all, nil
		}
		page.Cursor = next
	}
}

// active gives the enrollments that have not ended, as they are now.
func (s *scene) active() []care.Enrollment {
	var active []care.Enrollment
	for _, e := range s.enrollments {
		if e.Status != care.EnrollmentEnded {
			active = append(active, e)
		}
	}
	return active
}

// note keeps what became of an enrollment; one that is new is added.
func (s *scene) note(e care.Enrollment) {
	i := slices.IndexFunc(s.enrollments, func(o care.Enrollment) bool { return o.ID == e.ID })
	if i < 0 {
		s.enrollments = append(s.enrollments, e)
		return
	}
	s.enrollments[i] = e
}

func (s *scene) enrolled(id care.ID) bool {
	return slices.ContainsFunc(s.enrollments, func(e care.Enrollment) bool { return e.ID == id })
}

// bear keeps a failure that concerns one enrollment alone, so that the others are told all the
// same. One that concerns all, such as a part that does not answer, is given back.
func (s *scene) bear(err error) error {
	if err == nil || care.CodeOf(err) == care.Unavailable {
		return err
	}
	s.failures = append(s.failures, err)
	return nil
}

// failed gives what was borne; what may pass decides whether the message is tried again.
func (s *scene) failed() error {
	slices.SortStableFunc(s.failures, func(a, b error) int {
		return cmp.Compare(weight(a), weight(b))
	})
	return errors.Join(s.failures...)
}

func weight(err error) int {
	if care.Permanent(err) {
		return 1
	}
	return 0
}

// moment is an enrollment's, or a launch's, place among the others of a patient: when the patient
// left the stay that it follows.
type moment struct {
	at  time.Time
	key care.ID
}

func (m moment) before(o moment) bool {
	if !m.at.Equal(o.at) {
		return m.at.Before(o.at)
	}
	return m.key < o.key
}

// moment gives the place of what follows a stay. While a discharge is taken back, the admission
// stands in; where there is no stay, the given time.
func (s *scene) moment(encounterID care.ID, otherwise time.Time) moment {
	enc := s.byID[encounterID]
	switch {
	case enc != nil && enc.DischargedAt != nil:
		return moment{*enc.DischargedAt, enc.ID}
	case enc != nil && enc.AdmittedAt != nil:
		return moment{*enc.AdmittedAt, enc.ID}
	}
	return moment{otherwise, encounterID}
}

func (s *scene) momentOf(e care.Enrollment) moment { return s.moment(e.EncounterID, e.StartedAt) }
