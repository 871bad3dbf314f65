// Package migrations is the API of moving running enrollments to another version of their pathway:
// preview, approval, run, pause, and the way back.
//
// It must not know how a migration is made.
package migrations

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/migration"
	"throughline/pathways/engine"
	"throughline/store"
)

const tag = "migrations"

// Store is what the operations read.
type Store interface {
	PatientMigration(ctx context.Context, id care.ID) (store.PatientMigration, error)
	ListMigrations(ctx context.Context, p store.Page) ([]store.PatientMigration, string, error)
	ListMigrationRows(ctx context.Context, id care.ID, f store.MigrationRowFilter, p store.Page) ([]store.MigrationRow, string, error)
	MigrationCounts(ctx context.Context, id care.ID) ([]store.MigrationCount, error)
	MigrationActs(ctx context.Context, id care.ID) ([]store.MigrationAct, error)
}

// Runner makes migrations; *migration.Runner is one.
type Runner interface {
	Preview(ctx context.Context, req migration.Request, by care.Actor) (store.PatientMigration, error)
	Act(ctx context.Context, id care.ID, what, reason string, by care.Actor) (store.PatientMigration, error)
}

// Deps are what the operations work with.
type Deps struct {
	Store  Store
	Runner Runner
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerCreate(a, d)
	registerList(a, d)
	registerGet(a, d)
	registerEnrollments(a, d)
	registerActs(a, d)
}

// Migration moves the running enrollments of one version of a pathway to another one.
type Migration struct {
	ID          care.ID               `json:"id"`
	Pathway     string                `json:"pathway"`
	From        engine.PathVersion    `json:"from"`
	To          engine.PathVersion    `json:"to"`
	Plan        engine.MovePlan       `json:"plan"`
	WindowHours int                   `json:"window_hours" doc:"How long each enrollment may be taken back after it was moved"`
	Status      store.MigrationStatus `json:"status" enum:"previewing,previewed,approved,running,paused,done,rolling_back,rolled_back"`
	Reason      string                `json:"reason"`
	CreatedAt   time.Time             `json:"created_at"`
	CreatedBy   care.Actor            `json:"created_by"`
}

// MigrationDetail is a migration with how far it is and who did what.
type MigrationDetail struct {
	Migration
	Counts []store.MigrationCount `json:"counts" nullable:"false" doc:"How many enrollments of each class have which result; without a result they are still to come"`
	Acts   []store.MigrationAct   `json:"acts" nullable:"false" doc:"Who did what, in order"`
}

func shown(m store.PatientMigration) Migration {
	return Migration{
		ID: m.ID, Pathway: m.Pathway, From: m.From, To: m.To, Plan: m.Plan, WindowHours: int(m.Window / time.Hour),
		Status: m.Status, Reason: m.Reason, CreatedAt: m.CreatedAt, CreatedBy: m.CreatedBy,
	}
}

func (d Deps) detail(ctx context.Context, id care.ID) (*rest.One[MigrationDetail], error) {
	m, err := d.Store.PatientMigration(ctx, id)
	if err != nil {
		return nil, err
	}
	out := MigrationDetail{Migration: shown(m)}
	if out.Counts, err = d.Store.MigrationCounts(ctx, id); err != nil {
		return nil, err
	}
	if out.Counts == nil {
		out.Counts = []store.MigrationCount{}
	}
	out.Acts, err = d.Store.MigrationActs(ctx, id)
	return rest.OneOf(out, err)
}

// MigrationRequest asks for a migration.
type MigrationRequest struct {
	Pathway     string          `json:"pathway" minLength:"1" maxLength:"200"`
	From        int             `json:"from" minimum:"1" doc:"The version whose running enrollments are moved"`
	To          int             `json:"to" minimum:"1" doc:"The published version that they move to"`
	Plan        engine.MovePlan `json:"plan,omitzero" doc:"What becomes of the steps that the versions do not share; a step that it does not name goes on under its own id"`
	WindowHours int             `json:"window_hours,omitempty" minimum:"0" maximum:"720" doc:"How long each may be taken back; 0 means seven days"`
	Reason      string          `json:"reason" minLength:"1" maxLength:"2000"`
}

type createInput struct{ Body MigrationRequest }

func registerCreate(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "create-migration", Path: "/migrations", Tag: tag, Status: 202, Summary: "Preview the move of a version's running enrollments to another one",
		Text: "Every running enrollment is previewed: it is kept, mapped with the exact differences, or needs a person. Nothing moves before somebody has approved it.",
	}, d.create)
}

func (d Deps) create(ctx context.Context, in *createInput) (*rest.One[MigrationDetail], error) {
	b := in.Body
	m, err := d.Runner.Preview(ctx, migration.Request{
		Pathway: b.Pathway, From: b.From, To: b.To, Plan: b.Plan, Window: time.Duration(b.WindowHours) * time.Hour, Reason: b.Reason,
	}, rest.ActorOf(ctx))
	if err != nil {
		return nil, err
	}
	return d.detail(ctx, m.ID)
}

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-migrations", Path: "/migrations", Tag: tag, Summary: "List migrations, the latest first"}, d.list)
}

func (d Deps) list(ctx context.Context, in *rest.Page) (*rest.Listed[Migration], error) {
	all, next, err := d.Store.ListMigrations(ctx, in.Store())
	items := make([]Migration, 0, len(all))
	for _, m := range all {
		items = append(items, shown(m))
	}
	return rest.ListOf(items, next, err)
}

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-migration", Path: "/migrations/{id}", Tag: tag, Summary: "Show a migration, how far it is, and who did what"}, d.get)
}

func (d Deps) get(ctx context.Context, in *rest.ByID) (*rest.One[MigrationDetail], error) {
	return d.detail(ctx, in.ID)
}

type enrollmentsInput struct {
	rest.ByID
	rest.Page
	Class  string `query:"class" enum:"keep,mapped,person" doc:"Only those of the class"`
	Result string `query:"result" enum:"moved,changed,left,ended,failed,back,not_back" doc:"Only those with the result"`
}

func registerEnrollments(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "list-migration-enrollments", Path: "/migrations/{id}/enrollments", Tag: tag, Summary: "List what a migration means for each enrollment, and what became of it",
		Text: "The class person lists those for whom somebody has to decide something, with what it is.",
	}, d.enrollments)
}

func (d Deps) enrollments(ctx context.Context, in *enrollmentsInput) (*rest.Listed[store.MigrationRow], error) {
	return rest.ListOf(d.Store.ListMigrationRows(ctx, in.ID, store.MigrationRowFilter{Class: in.Class, Result: in.Result}, in.Store()))
}

// MigrationAsk is why a person does something with a migration.
type MigrationAsk struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Why, in a sentence; required to approve and to roll back"`
}

type actInput struct {
	rest.ByID
	Body MigrationAsk
}

// registerActs adds what a person can do with a migration: the operations differ in nothing but the act.
func registerActs(a huma.API, d Deps) {
	for _, act := range []struct{ what, summary, text string }{
		{migration.Approve, "Approve a migration", "Once it has run, this accepts the enrollments that had become another case since their preview."},
		{migration.Start, "Begin to move the enrollments", ""},
		{migration.Pause, "Pause a migration", "What is moved stays moved."},
		{migration.Resume, "Go on with a paused migration", ""},
		{migration.Rollback, "Take a migration back", "What nobody has touched since is as it was; what happened since is kept; what cannot go back is left to a person."},
	} {
		rest.Post(a, rest.Op{
			ID: act.what + "-migration", Path: "/migrations/{id}/" + act.what, Tag: tag, Summary: act.summary, Text: act.text,
		}, func(ctx context.Context, in *actInput) (*rest.One[MigrationDetail], error) {
			if _, err := d.Runner.Act(ctx, in.ID, act.what, in.Body.Reason, rest.ActorOf(ctx)); err != nil {
				return nil, err
			}
			return d.detail(ctx, in.ID)
		})
	}
}
