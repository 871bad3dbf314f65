package migration

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/workflows"
)

// Store keeps migrations; *store.Store is one.
type Store interface { //nolint:interfacebloat // what one loop of work reads and writes
	CreateMigration(ctx context.Context, m store.PatientMigration) error
	PatientMigration(ctx context.Context, id care.ID) (store.PatientMigration, error)
	MigrationsAtWork(ctx context.Context) ([]store.PatientMigration, error)
	ChangeMigration(ctx context.Context, id care.ID, act store.MigrationAct, change func(*store.PatientMigration) error) (store.PatientMigration, error)
	EnrollmentsOn(ctx context.Context, digest string, after care.ID, limit int) ([]care.ID, error)
	PutMigrationRows(ctx context.Context, id care.ID, rows []store.MigrationRow, cursor care.ID) error
	MigrationRows(ctx context.Context, id care.ID, result string, after care.ID, limit int) ([]store.MigrationRow, error)
	ReconsiderMigration(ctx context.Context, id care.ID) error
	Definition(ctx context.Context, pathway string, version int) (store.StoredDefinition, error)
	DefinitionByDigest(ctx context.Context, digest string) (store.StoredDefinition, error)
	Snapshot(ctx context.Context, enrollmentID care.ID) (engine.State, store.DefinitionRef, error)
	Exclusive(ctx context.Context, key string, fn func(context.Context) error) error
}

// Commands are the running enrollments.
type Commands interface {
	Submit(ctx context.Context, enrollmentID care.ID, ev engine.Event) (workflows.Receipt, error)
}

// Runner keeps migrations going. All fields are required, except where it says otherwise.
type Runner struct {
	Store    Store
	Commands Commands
	Logger   *slog.Logger
	Now      func() time.Time // the time that pathways follow
	// Parallel is how many enrollments are moved side by side; zero: 8.
	Parallel int
	// Every is how often it is looked for work that nobody told of; zero: two seconds.
	Every time.Duration

	wake chan struct{}
}

// New makes a runner.
func New(r Runner) *Runner {
	if r.Parallel == 0 {
		r.Parallel = 8
	}
	if r.Every == 0 {
		r.Every = 2 * time.Second
	}
	r.wake = make(chan struct{}, 1)
	return &r
}

// Request asks for a migration.
type Request struct {
	Pathway  string
	From, To int // versions
	Plan     engine.MovePlan
	Window   time.Duration // zero: engine.DefaultWindow
	Reason   string
}

// Preview makes a migration and begins to preview every running enrollment of the version. Nothing is
// moved before a person has approved it.
func (r *Runner) Preview(ctx context.Context, req Request, by care.Actor) (store.PatientMigration, error) {
	var none store.PatientMigration
	from, err := r.Store.Definition(ctx, req.Pathway, req.From)
	if err != nil {
		return none, err
	}
	to, err := r.Store.Definition(ctx, req.Pathway, req.To)
	if err != nil {
		return none, err
	}
	switch {
	case req.From == 0 || req.To == 0:
		return none, care.Errorf(care.Invalid, "say from which version to which").At("to")
	case from.Digest == to.Digest:
		return none, care.Errorf(care.Invalid, "the two versions are the same").At("to")
	case to.Status != store.DefinitionPublished:
		return none, care.Errorf(care.Conflict, "version %d is %s: patients move to a published version only", req.To, to.Status).At("to").By("migration.published")
	case req.Reason == "":
		return none, care.Errorf(care.Invalid, "say why the patients are moved").At("reason")
	case req.Window < 0 || req.Window > 30*24*time.Hour:
		return none, care.Errorf(care.Invalid, "a move can be taken back for thirty days at most").At("window_hours")
	}
	if err := engine.CheckPlan(from.Definition, to.Definition, req.Plan); err != nil {
		return none, err
	}
	if req.Window == 0 {
		req.Window = engine.DefaultWindow
	}
	m := store.PatientMigration{
		ID: care.NewID(r.Now()), Pathway: req.Pathway, Plan: req.Plan, Window: req.Window, Reason: req.Reason,
		From:   engine.PathVersion{Version: req.From, Digest: from.Digest},
		To:     engine.PathVersion{Version: req.To, Digest: to.Digest},
		Status: store.MigrationPreviewing, CreatedAt: r.Now().UTC(), CreatedBy: by,
	}
	if err := r.Store.CreateMigration(ctx, m); err != nil {
		return none, fmt.Errorf("keeping the migration: %w", err)
	}
	r.ring()
	return m, nil
}

// What a person does with a migration.
const (
	Approve  = "approve"
	Start    = "run"
	Pause    = "pause"
	Resume   = "resume"
	Rollback = "rollback"
)

// acts says from which statuses each act leads where.
var acts = map[string]struct {
	from   []store.MigrationStatus
	to     store.MigrationStatus
	reason bool // it needs one
}{
	Approve:  {[]store.MigrationStatus{store.MigrationPreviewed, store.MigrationPaused, store.MigrationDone}, store.MigrationApproved, true},
	Start:    {[]store.MigrationStatus{store.MigrationApproved}, store.MigrationRunning, false},
	Pause:    {[]store.MigrationStatus{store.MigrationRunning}, store.MigrationPaused, false},
	Resume:   {[]store.MigrationStatus{store.MigrationPaused}, store.MigrationRunning, false},
	Rollback: {[]store.MigrationStatus{store.MigrationRunning, store.MigrationPaused, store.MigrationDone, store.MigrationApproved}, store.MigrationRollingBack, true},
}

// Act does what a person asks of a migration. To approve one that has run accepts the enrollments that
// had become another case since their preview.
func (r *Runner) Act(ctx context.Context, id care.ID, what, reason string, by care.Actor) (store.PatientMigration, error) {
	rule, known := acts[what]
	if !known {
		return store.PatientMigration{}, care.Errorf(care.Invalid, "a migration cannot be asked to %q", what)
	}
	if rule.reason && reason == "" {
		return store.PatientMigration{}, care.Errorf(care.Invalid, "say why").At("reason").By("migration." + what)
	}
	again := false
	m, err := r.Store.ChangeMigration(ctx, id, store.MigrationAct{At: r.Now().UTC(), Actor: by, What: what, Reason: reason}, func(m *store.PatientMigration) error {
		if !slices.Contains(rule.from, m.Status) {
			return care.Errorf(care.Conflict, "the migration is %s", m.Status).By("migration." + what)
		}
		again = m.Status != store.MigrationPreviewed
		m.Status, m.Cursor = rule.to, ""
		switch what {
		case Approve:
			m.ApprovedBy, m.Approval = by, reason
		case Rollback:
			m.BackBy, m.BackReason = by, reason
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	if what == Approve && again {
		if err := r.Store.ReconsiderMigration(ctx, id); err != nil {
			return m, err
		}
	}
	r.ring()
	return m, nil
}

// ring tells the loop of work.
func (r *Runner) ring() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}
