package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"throughline/care"
	"throughline/pathways/engine"
)

// MigrationStatus is where a migration of enrollments stands.
type MigrationStatus string

// The statuses of a migration.
const (
	MigrationPreviewing  MigrationStatus = "previewing"
	MigrationPreviewed   MigrationStatus = "previewed"
	MigrationApproved    MigrationStatus = "approved"
	MigrationRunning     MigrationStatus = "running"
	MigrationPaused      MigrationStatus = "paused"
	MigrationDone        MigrationStatus = "done"
	MigrationRollingBack MigrationStatus = "rolling_back"
	MigrationRolledBack  MigrationStatus = "rolled_back"
)

// What became of an enrollment in a migration. Empty: nothing yet.
const (
	ResultMoved   = "moved"    // it follows the new version
	ResultChanged = "changed"  // it is another case than was approved: a person has to look again
	ResultLeft    = "left"     // it cannot be moved as it is, and stays for a person
	ResultEnded   = "ended"    // it had ended meanwhile
	ResultFailed  = "failed"   // it refused
	ResultBack    = "back"     // it follows the version before again
	ResultNotBack = "not_back" // it could not go back
)

// PatientMigration moves the running enrollments of one version of a pathway to another one.
type PatientMigration struct {
	ID        care.ID            `json:"id"`
	Pathway   string             `json:"pathway"`
	From      engine.PathVersion `json:"from"`
	To        engine.PathVersion `json:"to"`
	Plan      engine.MovePlan    `json:"plan,omitzero"`
	Window    time.Duration      `json:"window"` // how long it may be taken back
	Status    MigrationStatus    `json:"status"`
	Reason    string             `json:"reason"` // why it is made
	CreatedAt time.Time          `json:"created_at"`
	CreatedBy care.Actor         `json:"created_by"`
	// ApprovedBy is who approved it and why; the events of the enrollments bear both.
	ApprovedBy care.Actor `json:"approved_by,omitzero"`
	Approval   string     `json:"approval,omitempty"`
	BackBy     care.Actor `json:"back_by,omitzero"` // who took it back, and why
	BackReason string     `json:"back_reason,omitempty"`

	Cursor care.ID `json:"-"` // the last enrollment that the present pass has dealt with
}

// MigrationAct is one thing that somebody did with a migration.
type MigrationAct struct {
	At     time.Time  `json:"at"`
	Actor  care.Actor `json:"actor"`
	What   string     `json:"what"`
	Reason string     `json:"reason,omitempty"`
}

// MigrationRow is one enrollment in a migration.
type MigrationRow struct {
	EnrollmentID care.ID            `json:"enrollment_id"`
	PatientID    care.ID            `json:"patient_id"`
	Preview      engine.MovePreview `json:"preview"`
	Result       string             `json:"result,omitempty"`
	Detail       string             `json:"detail,omitempty"` // why it was not moved
	// Before and After are the fingerprints of its state around the move, Restored that of its state
	// once it went back: the same as Before where nothing had happened in between.
	Before   string `json:"before,omitempty"`
	After    string `json:"after,omitempty"`
	Restored string `json:"restored,omitempty"`
}

// MigrationCount is how many enrollments of a class have a result.
type MigrationCount struct {
	Class  string `json:"class"`
	Result string `json:"result,omitempty"`
	Count  int    `json:"count"`
}

type migrationRow struct {
	ID        string `gorm:"primaryKey"`
	Pathway   string
	Status    MigrationStatus
	Cursor    *string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	Body      document[PatientMigration]
}

func (migrationRow) TableName() string { return "patient_migrations" }

func (r migrationRow) migration() PatientMigration {
	m := r.Body.V
	m.Status, m.Cursor = r.Status, idOf(r.Cursor)
	return m
}

func newMigrationRow(m PatientMigration) migrationRow {
	return migrationRow{ID: m.ID, Pathway: m.Pathway, Status: m.Status, Cursor: maybeID(m.Cursor), CreatedAt: m.CreatedAt.UTC(), Body: document[PatientMigration]{V: m}}
}

// CreateMigration keeps a new migration, with who asked for it.
func (s *Store) CreateMigration(ctx context.Context, m PatientMigration) error {
	return s.Tx(ctx, m.CreatedBy, func(tx *Tx) error {
		db := tx.db
		r := newMigrationRow(m)
		if err := db.Create(&r).Error; err != nil {
			return err
		}
		return addAct(db, m.ID, MigrationAct{At: m.CreatedAt, Actor: m.CreatedBy, What: "preview", Reason: m.Reason})
	})
}

// PatientMigration gives a migration.
func (s *Store) PatientMigration(ctx context.Context, id care.ID) (PatientMigration, error) {
	if !validID(id) {
		return PatientMigration{}, notFound("migration")
	}
	var r migrationRow
	found := s.read(ctx).Where("id = ?", id).Limit(1).Find(&r)
	if found.Error != nil {
		return PatientMigration{}, fault("reading a migration", found.Error)
	}
	if found.RowsAffected == 0 {
		return PatientMigration{}, notFound("migration")
	}
	return r.migration(), nil
}

// ListMigrations lists migrations, the latest first.
func (s *Store) ListMigrations(ctx context.Context, p Page) ([]PatientMigration, string, error) {
	list := timeList{table: "patient_migrations", key: "created_at", value: "created_at", desc: true}
	q, err := list.page(s.read(ctx), p)
	if err != nil {
		return nil, "", err
	}
	var rows []migrationRow
	if err := q.Scan(&rows).Error; err != nil {
		return nil, "", fault("listing migrations", err)
	}
	rows, next := cut(rows, p.limit(), list.table, func(r migrationRow) []string {
		return []string{r.CreatedAt.UTC().Format(time.RFC3339Nano), r.ID}
	})
	return bodies(rows, migrationRow.migration), next, nil
}

// MigrationsAtWork gives the migrations that something is to be done for, the oldest first.
func (s *Store) MigrationsAtWork(ctx context.Context) ([]PatientMigration, error) {
	var rows []migrationRow
	err := s.read(ctx).Where("status IN ('previewing', 'running', 'rolling_back')").Order("created_at, id").Find(&rows).Error
	return bodies(rows, migrationRow.migration), fault("looking for migrations at work", err)
}

// ChangeMigration lets change decide what becomes of a migration, while nobody else changes it, and
// keeps who did it. Change refuses with a care.Error. Nothing is kept of an act without What.
func (s *Store) ChangeMigration(ctx context.Context, id care.ID, act MigrationAct, change func(m *PatientMigration) error) (PatientMigration, error) {
	var m PatientMigration
	if !validID(id) {
		return m, notFound("migration")
	}
	err := s.Tx(ctx, act.Actor, func(tx *Tx) error {
		db := tx.db
		var r migrationRow
		found := db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", id).Limit(1).Find(&r)
		if found.Error != nil {
			return found.Error
		}
		if found.RowsAffected == 0 {
			return notFound("migration")
		}
		m = r.migration()
		if err := change(&m); err != nil {
			return err
		}
		next := newMigrationRow(m)
		if err := db.Model(&migrationRow{}).Where("id = ?", id).Updates(map[string]any{"status": next.Status, "cursor": next.Cursor, "body": next.Body}).Error; err != nil {
			return err
		}
		if act.What == "" {
			return nil
		}
		return addAct(db, id, act)
	})
	return m, err
}

func addAct(db *gorm.DB, id care.ID, act MigrationAct) error {
	return db.Exec(`INSERT INTO patient_migration_acts (migration_id, ordinal, at, body)
		SELECT ?, COALESCE(max(ordinal), 0) + 1, ?, ? FROM patient_migration_acts WHERE migration_id = ?`,
		id, act.At.UTC(), document[MigrationAct]{V: act}, id).Error
}

// MigrationActs gives who did what with a migration, in order.
func (s *Store) MigrationActs(ctx context.Context, id care.ID) ([]MigrationAct, error) {
	if !validID(id) {
		return nil, notFound("migration")
	}
	var rows []struct{ Body document[MigrationAct] }
	err := s.read(ctx).Table("patient_migration_acts").Select("body").Where("migration_id = ?", id).Order("ordinal").Scan(&rows).Error
	return bodies(rows, func(r struct{ Body document[MigrationAct] }) MigrationAct { return r.Body.V }), fault("reading who did what", err)
}
