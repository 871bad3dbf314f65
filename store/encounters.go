package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"throughline/care"
)

// EncounterID gives the id of the stay with the visit number: always the same one.
func EncounterID(visit care.Identifier) care.ID {
	return care.KeyID("encounter", visit.System, visit.Value)
}

// StoredReport is what one message said about a stay.
type StoredReport struct {
	EncounterID care.ID
	PatientID   care.ID // as the message said
	OccurredAt  time.Time
	ControlID   string
	Report      care.EncounterReport
	RecordedAt  time.Time
}

type reportRow struct {
	EncounterID string `gorm:"primaryKey"`
	Digest      string `gorm:"primaryKey"`
	PatientID   string
	OccurredAt  time.Time
	ControlID   string
	Report      document[care.EncounterReport]
	RecordedAt  time.Time
}

func (reportRow) TableName() string { return "encounter_reports" }

// AddEncounterReport keeps what a message said about the stay with the visit number; EncounterID
// gives that stay's id. Nothing is ever changed, and the same report (control id, act, content)
// again adds nothing.
func (tx *Tx) AddEncounterReport(patientID care.ID, visit care.Identifier, occurredAt time.Time, controlID string, r care.EncounterReport) error {
	content, err := encode([]any{controlID, occurredAt.UTC(), r})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	added := reportRow{
		EncounterID: EncounterID(visit), Digest: hex.EncodeToString(sum[:]), PatientID: patientID, OccurredAt: occurredAt,
		ControlID: controlID, Report: document[care.EncounterReport]{V: r}, RecordedAt: tx.now().UTC(),
	}
	err = tx.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&added).Error
	return fault("keeping a report about a stay", err)
}

// EncounterReports gives all that was said about a stay, in the order in which it is folded: by
// when the sender recorded it, then the control id. The order does not depend on the arrival.
func (tx *Tx) EncounterReports(encounterID care.ID) ([]StoredReport, error) {
	if !validID(encounterID) {
		return nil, nil
	}
	var rows []reportRow
	err := tx.db.Where("encounter_id = ?", encounterID).Order(`occurred_at, control_id COLLATE "C", digest`).Find(&rows).Error
	return bodies(rows, func(r reportRow) StoredReport {
		return StoredReport{
			EncounterID: r.EncounterID, PatientID: r.PatientID, OccurredAt: r.OccurredAt,
			ControlID: r.ControlID, Report: r.Report.V, RecordedAt: r.RecordedAt,
		}
	}), fault("reading the reports about a stay", err)
}

type encounterRow struct {
	ID           string `gorm:"primaryKey"`
	PatientID    string
	System       string
	Value        string
	Class        string
	Status       string
	AdmittedAt   *time.Time
	DischargedAt *time.Time
	Disposition  string
	UpdatedAt    time.Time `gorm:"autoUpdateTime:false"`
	Body         document[care.Encounter]
}

func (encounterRow) TableName() string { return "encounters" }

// PutEncounter keeps the stay as folded. Without an id it gets the one of its identifier; an empty
// UpdatedAt is set to now.
func (tx *Tx) PutEncounter(e *care.Encounter) error {
	if e.ID == "" {
		e.ID = EncounterID(e.Identifier)
	}
	if e.UpdatedAt.IsZero() {
		e.UpdatedAt = tx.now().UTC()
	}
	r := encounterRow{
		ID: e.ID, PatientID: e.PatientID, System: e.Identifier.System, Value: e.Identifier.Value,
		Class: string(e.Class), Status: string(e.Status), AdmittedAt: e.AdmittedAt, DischargedAt: e.DischargedAt,
		Disposition: string(e.Disposition), UpdatedAt: e.UpdatedAt, Body: document[care.Encounter]{V: *e},
	}
	err := tx.db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&r).Error
	return fault("keeping a stay", err)
}

// Encounter gives a stay, in this transaction.
func (tx *Tx) Encounter(id care.ID) (*care.Encounter, error) { return encounter(tx.db, id) }

// Encounter gives a stay.
func (s *Store) Encounter(ctx context.Context, id care.ID) (*care.Encounter, error) {
	return encounter(s.read(ctx), id)
}

func encounter(db *gorm.DB, id care.ID) (*care.Encounter, error) {
	e, err := one[care.Encounter](db, "encounters", "stay", id)
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// Encounters gives the stays of a patient and of those merged into them, in this transaction, by
// admission.
func (tx *Tx) Encounters(patientID care.ID) ([]care.Encounter, error) {
	return encounters(tx.db, patientID)
}

// Encounters gives the stays of a patient and of those merged into them, by admission.
func (s *Store) Encounters(ctx context.Context, patientID care.ID) ([]care.Encounter, error) {
	return encounters(s.read(ctx), patientID)
}

func encounters(db *gorm.DB, patientID care.ID) ([]care.Encounter, error) {
	ids, err := lineage(db, patientID)
	if err != nil {
		return nil, err
	}
	var rows []encounterRow
	err = db.Where("patient_id IN ?", ids).Order("admitted_at NULLS LAST, id").Find(&rows).Error
	return bodies(rows, func(r encounterRow) care.Encounter { return r.Body.V }), fault("listing stays", err)
}

// one reads one item by its id.
func one[T any](db *gorm.DB, table, what string, id care.ID) (T, error) {
	var found []struct{ Body document[T] }
	if !validID(id) {
		var none T
		return none, notFound(what)
	}
	err := db.Table(table).Select("body").Where("id = ?", id).Limit(1).Scan(&found).Error
	if err != nil || len(found) == 0 {
		var none T
		if err == nil {
			return none, notFound(what)
		}
		return none, fault("reading a "+what, err)
	}
	return found[0].Body.V, nil
}
