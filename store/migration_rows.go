package store

import (
	"context"

	"gorm.io/gorm/clause"

	"throughline/care"
)

type migratedRow struct {
	MigrationID  string `gorm:"primaryKey"`
	EnrollmentID string `gorm:"primaryKey"`
	PatientID    string
	Class        string
	Result       string
	Body         document[MigrationRow]
}

func (migratedRow) TableName() string { return "patient_migration_enrollments" }

func (r migratedRow) row() MigrationRow { return r.Body.V }

// EnrollmentsOn gives the running enrollments that follow the definition, by id.
func (s *Store) EnrollmentsOn(ctx context.Context, digest string, after care.ID, limit int) ([]care.ID, error) {
	q := s.read(ctx).Table("enrollments").Where("definition = ? AND status <> 'ended'", digest)
	if after != "" {
		q = q.Where("id > ?", after)
	}
	var ids []care.ID
	return ids, fault("listing the enrollments of a version", q.Order("id").Limit(limit).Pluck("id", &ids).Error)
}

// PutMigrationRows keeps what a migration means for enrollments and what became of them, and how far the
// present pass has come.
func (s *Store) PutMigrationRows(ctx context.Context, id care.ID, rows []MigrationRow, cursor care.ID) error {
	return s.Tx(ctx, care.TheEngine, func(tx *Tx) error {
		db := tx.db
		for _, row := range rows {
			r := migratedRow{
				MigrationID: id, EnrollmentID: row.EnrollmentID, PatientID: row.PatientID,
				Class: row.Preview.Class, Result: row.Result, Body: document[MigrationRow]{V: row},
			}
			err := db.Clauses(clause.OnConflict{
				Columns:   []clause.Column{{Name: "migration_id"}, {Name: "enrollment_id"}},
				DoUpdates: clause.AssignmentColumns([]string{"patient_id", "class", "result", "body"}),
			}).Create(&r).Error
			if err != nil {
				return err
			}
		}
		return db.Model(&migrationRow{}).Where("id = ?", id).Update("cursor", maybeID(cursor)).Error
	})
}

// MigrationRows gives a migration's enrollments that have the result, by id.
func (s *Store) MigrationRows(ctx context.Context, id care.ID, result string, after care.ID, limit int) ([]MigrationRow, error) {
	q := s.read(ctx).Where("migration_id = ? AND result = ?", id, result)
	if after != "" {
		q = q.Where("enrollment_id > ?", after)
	}
	var rows []migratedRow
	err := q.Order("enrollment_id").Limit(limit).Find(&rows).Error
	return bodies(rows, migratedRow.row), fault("reading a migration's enrollments", err)
}

// ReconsiderMigration lets the enrollments that had become another case be moved after all, as they were
// previewed anew.
func (s *Store) ReconsiderMigration(ctx context.Context, id care.ID) error {
	err := s.read(ctx).Exec(`UPDATE patient_migration_enrollments SET result = '', body = body - 'result' - 'detail'
		WHERE migration_id = ? AND result IN ('changed', 'failed')`, id).Error
	return fault("accepting the changed enrollments of a migration", err)
}

// MigrationRowFilter narrows a list of a migration's enrollments.
type MigrationRowFilter struct {
	Class, Result string
}

const migrationRowList = "patient_migration_enrollments"

// ListMigrationRows lists a migration's enrollments by id.
func (s *Store) ListMigrationRows(ctx context.Context, id care.ID, f MigrationRowFilter, p Page) ([]MigrationRow, string, error) {
	if _, err := s.PatientMigration(ctx, id); err != nil {
		return nil, "", err
	}
	keys, err := p.after(migrationRowList, 1)
	if err != nil {
		return nil, "", err
	}
	n := narrow{s.read(ctx).Where("migration_id = ?", id)}
	n.text("class", f.Class)
	n.text("result", f.Result)
	if keys != nil {
		if !validID(keys[0]) {
			return nil, "", care.Errorf(care.Invalid, "the cursor is damaged: start again without it").At("cursor")
		}
		n.q = n.q.Where("enrollment_id > ?", keys[0])
	}
	var rows []migratedRow
	if err := n.q.Order("enrollment_id").Limit(p.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", fault("listing a migration's enrollments", err)
	}
	rows, next := cut(rows, p.limit(), migrationRowList, func(r migratedRow) []string { return []string{r.EnrollmentID} })
	return bodies(rows, migratedRow.row), next, nil
}

// MigrationCounts counts a migration's enrollments by class and result.
func (s *Store) MigrationCounts(ctx context.Context, id care.ID) ([]MigrationCount, error) {
	if !validID(id) {
		return nil, notFound("migration")
	}
	var counts []MigrationCount
	err := s.read(ctx).Raw(`SELECT class, result, count(*) AS count FROM patient_migration_enrollments
		WHERE migration_id = ? GROUP BY class, result ORDER BY class, result`, id).Scan(&counts).Error
	return counts, fault("counting a migration's enrollments", err)
}
