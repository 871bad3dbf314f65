package store

import (
	"context"

	"gorm.io/gorm"

	"throughline/care"
)

// EnrollmentFilter narrows a list of enrollments. Empty fields narrow nothing.
type EnrollmentFilter struct {
	PatientID   care.ID // and those merged into them
	EncounterID care.ID
	Pathway     string
	Status      []care.EnrollmentStatus
	Owner       string // the role that answers for it
}

var enrollmentList = timeList{table: "enrollments", key: "started_at", value: "started_at", desc: true}

// ListEnrollments lists enrollments, the latest first.
func (s *Store) ListEnrollments(ctx context.Context, f EnrollmentFilter, p Page) ([]care.Enrollment, string, error) {
	n := narrow{s.read(ctx)}
	if err := n.patient(s.read(ctx), f.PatientID); err != nil {
		return nil, "", err
	}
	n.id("encounter_id", f.EncounterID)
	n.text("pathway", f.Pathway)
	n.text("owner", f.Owner)
	anyOf(&n, "status", f.Status)
	return listByTime[care.Enrollment](n.q, enrollmentList, p)
}

// EnrollmentDetail is an enrollment with what it consists of.
type EnrollmentDetail struct {
	Enrollment care.Enrollment
	Definition DefinitionRef
	Steps      []care.Step  // by opening, what waits last
	Clocks     []care.Clock // by deadline
}

// Enrollment gives an enrollment with its steps and clocks.
func (s *Store) Enrollment(ctx context.Context, id care.ID) (EnrollmentDetail, error) {
	var d EnrollmentDetail
	if !validID(id) {
		return d, notFound("enrollment")
	}
	db := s.read(ctx)
	var rows []struct {
		Pathway    string
		Version    int
		Definition string
		Body       document[care.Enrollment]
	}
	err := db.Table("enrollments").Select("pathway, version, definition, body").Where("id = ?", id).Limit(1).Scan(&rows).Error
	if err != nil {
		return d, fault("reading an enrollment", err)
	}
	if len(rows) == 0 {
		return d, notFound("enrollment")
	}
	d.Enrollment = rows[0].Body.V
	d.Definition = DefinitionRef{Pathway: rows[0].Pathway, Version: rows[0].Version, Digest: rows[0].Definition}
	// The text of a time sorts wrongly across zones; the engine's order is by what it opened first.
	d.Steps, err = parts[care.Step](db, "steps", id, "(body->>'opened_at')::timestamptz NULLS LAST, step, occurrence")
	if err != nil {
		return d, err
	}
	d.Clocks, err = parts[care.Clock](db, "clocks", id, "due_at, clock, step, occurrence")
	return d, err
}

// parts reads all rows of one enrollment in a table of its parts.
func parts[T any](db *gorm.DB, table string, enrollmentID care.ID, order string) ([]T, error) {
	var rows []struct{ Body document[T] }
	err := db.Table(table).Select("body").Where("enrollment_id = ?", enrollmentID).Order(order).Scan(&rows).Error
	return bodies(rows, func(r struct{ Body document[T] }) T { return r.Body.V }), fault("reading "+table, err)
}

// ActiveEnrollments gives the enrollments of a patient, and of those merged into them, that have
// not ended: active, paused or suspended. The oldest first.
func (tx *Tx) ActiveEnrollments(patientID care.ID) ([]care.Enrollment, error) {
	return activeEnrollments(tx.db, patientID)
}

// ActiveEnrollments gives the enrollments of a patient that have not ended, the oldest first.
func (s *Store) ActiveEnrollments(ctx context.Context, patientID care.ID) ([]care.Enrollment, error) {
	return activeEnrollments(s.read(ctx), patientID)
}

func activeEnrollments(db *gorm.DB, patientID care.ID) ([]care.Enrollment, error) {
	ids, err := lineage(db, patientID)
	if err != nil {
		return nil, err
	}
	var rows []struct{ Body document[care.Enrollment] }
	err = db.Table("enrollments").Select("body").Where("patient_id IN ? AND status <> 'ended'", ids).Order("started_at, id").Scan(&rows).Error
	return bodies(rows, func(r struct{ Body document[care.Enrollment] }) care.Enrollment { return r.Body.V }),
		fault("listing a patient's enrollments", err)
}

// patient narrows to a patient and those merged into them.
func (n *narrow) patient(db *gorm.DB, id care.ID) error {
	if id == "" {
		return nil
	}
	ids, err := lineage(db, id)
	if err != nil {
		return err
	}
	n.ids("patient_id", ids)
	return nil
}
