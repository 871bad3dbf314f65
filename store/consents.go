package store

import (
	"context"
	"time"

	"throughline/care"
)

// putConsents projects consents. A consent is never un-revoked, whoever writes later: a rebuild,
// or a pathway that did not hear of the revocation.
const putConsents = `
INSERT INTO consents (id, patient_id, purpose, given, how, recorded_by, given_at, expires_at, revoked_at)
SELECT NULLIF(item.id, '')::uuid, COALESCE(NULLIF(item.patient_id, '')::uuid, turn.patient_id), COALESCE(item.purpose, ''),
       COALESCE(item.given, false), COALESCE(item.how, ''), item.recorded_by, item.given_at, item.expires_at, item.revoked_at
FROM ` + items + `, jsonb_to_record(turn.body) AS item(id text, patient_id text, purpose text, given boolean, how text,
     recorded_by jsonb, given_at timestamptz, expires_at timestamptz, revoked_at timestamptz)
ON CONFLICT (id) DO UPDATE SET given = excluded.given, how = excluded.how, recorded_by = excluded.recorded_by,
    given_at = excluded.given_at, expires_at = excluded.expires_at, revoked_at = LEAST(consents.revoked_at, excluded.revoked_at)`

// consentRow is a row of consents.
type consentRow struct {
	ID         string
	PatientID  string
	Purpose    string
	Given      bool
	How        string
	RecordedBy document[care.Actor]
	GivenAt    time.Time
	ExpiresAt  *time.Time
	RevokedAt  *time.Time
}

func (r consentRow) consent() care.Consent {
	return care.Consent{
		ID: r.ID, PatientID: r.PatientID, Purpose: r.Purpose, Given: r.Given, How: r.How,
		RecordedBy: r.RecordedBy.V, GivenAt: r.GivenAt, ExpiresAt: r.ExpiresAt, RevokedAt: r.RevokedAt,
	}
}

// PutConsent records what a patient said about sharing, or changes it by its id. A revocation stays.
func (s *Store) PutConsent(ctx context.Context, c care.Consent) error {
	if !validID(c.ID) || !validID(c.PatientID) {
		return care.Errorf(care.Invalid, "a consent needs its own id and the patient's")
	}
	text, err := encode([]row{{PatientID: c.PatientID, EnrollmentID: c.PatientID, Body: c}})
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, putConsents, string(text))
	return fault("recording a consent", err)
}

// Consents gives what a patient (and those merged into them) said, by purpose, the latest first.
func (s *Store) Consents(ctx context.Context, patientID care.ID) ([]care.Consent, error) {
	ids, err := lineage(s.read(ctx), patientID)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []consentRow
	err = s.read(ctx).Table("consents").Where("patient_id IN ?", ids).Order("purpose, given_at DESC, id DESC").Scan(&rows).Error
	return bodies(rows, consentRow.consent), fault("listing consents", err)
}
