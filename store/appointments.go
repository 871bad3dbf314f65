package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gorm.io/gorm/clause"

	"throughline/care"
)

// StoredAppointment is the latest that was said about an appointment.
type StoredAppointment struct {
	OccurredAt time.Time
	Report     care.AppointmentReport
}

type appointmentRow struct {
	PatientID  string `gorm:"primaryKey"`
	Identity   string `gorm:"primaryKey"`
	Digest     string `gorm:"primaryKey"`
	OccurredAt time.Time
	ControlID  string
	Report     document[care.AppointmentReport]
	RecordedAt time.Time
}

func (appointmentRow) TableName() string { return "appointment_reports" }

// AddAppointmentReport keeps what a message said about an appointment of a patient. Nothing is ever
// changed, and the same report (control id, time, content) again adds nothing.
func (tx *Tx) AddAppointmentReport(patientID care.ID, occurredAt time.Time, controlID string, r care.AppointmentReport) error {
	content, err := encode([]any{controlID, occurredAt.UTC(), r})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	added := appointmentRow{
		PatientID: patientID, Identity: appointmentIdentity(r), Digest: hex.EncodeToString(sum[:]), OccurredAt: occurredAt,
		ControlID: controlID, Report: document[care.AppointmentReport]{V: r}, RecordedAt: tx.now().UTC(),
	}
	err = tx.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&added).Error
	return fault("keeping a report about an appointment", err)
}

func appointmentIdentity(r care.AppointmentReport) string {
	if r.Identifier.Value == "" && r.Start != nil {
		return r.Start.UTC().Format(time.RFC3339)
	}
	return r.Identifier.System + "|" + r.Identifier.Value
}

// Appointments gives the latest that was said of each appointment of a patient, and of those merged
// into them, since the time; in the order in which it was said, whatever order it arrived in.
func (s *Store) Appointments(ctx context.Context, patientID care.ID, since time.Time) ([]StoredAppointment, error) {
	ids, err := lineage(s.read(ctx), patientID)
	if err != nil {
		return nil, err
	}
	var rows []appointmentRow
	err = s.read(ctx).Raw(`SELECT occurred_at, report FROM (SELECT DISTINCT ON (identity) occurred_at, control_id, digest, report FROM appointment_reports WHERE patient_id IN ?
			ORDER BY identity, occurred_at DESC, control_id COLLATE "C" DESC, digest DESC) latest
		WHERE occurred_at >= ? ORDER BY occurred_at, control_id COLLATE "C", digest`, ids, since.UTC()).Scan(&rows).Error
	return bodies(rows, func(r appointmentRow) StoredAppointment {
		return StoredAppointment{OccurredAt: r.OccurredAt.UTC(), Report: r.Report.V}
	}), fault("reading a patient's appointments", err)
}
