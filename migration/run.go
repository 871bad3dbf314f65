package migration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
)

// page is how many enrollments are dealt with before it is noted how far a pass has come, and looked
// whether somebody has paused it.
const page = 50

// answerTime is how long one enrollment may take to answer.
const answerTime = 30 * time.Second

// Run works on migrations until the context ends. A process that dies is followed by another one, which
// goes on where it was: what was done is known by its event.
func (r *Runner) Run(ctx context.Context) error {
	ticker := time.NewTicker(r.Every)
	defer ticker.Stop()
	for {
		if err := r.Work(ctx); err != nil && ctx.Err() == nil {
			r.Logger.ErrorContext(ctx, "moving enrollments", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.wake:
		case <-ticker.C:
		}
	}
}

// Work does all that there is to be done now.
func (r *Runner) Work(ctx context.Context) error {
	at, err := r.Store.MigrationsAtWork(ctx)
	if err != nil {
		return fmt.Errorf("looking for migrations at work: %w", err)
	}
	var errs []error
	for _, m := range at {
		errs = append(errs, r.Store.Exclusive(ctx, "migration:"+m.ID, func(ctx context.Context) error { return r.carryOn(ctx, m.ID) }))
	}
	return errors.Join(errs...)
}

// pass is one way through the enrollments of a migration.
type pass struct {
	*Runner
	m        store.PatientMigration
	from, to store.StoredDefinition
}

// carryOn goes on with a migration, page by page, as long as its status says so.
func (r *Runner) carryOn(ctx context.Context, id care.ID) error {
	for {
		m, err := r.Store.PatientMigration(ctx, id)
		if err != nil {
			return err
		}
		p := pass{Runner: r, m: m}
		if p.from, err = r.Store.DefinitionByDigest(ctx, m.From.Digest); err != nil {
			return fmt.Errorf("reading the version before: %w", err)
		}
		if p.to, err = r.Store.DefinitionByDigest(ctx, m.To.Digest); err != nil {
			return fmt.Errorf("reading the version to move to: %w", err)
		}
		var finished bool
		switch m.Status {
		case store.MigrationPreviewing:
			finished, err = p.previewPage(ctx)
		case store.MigrationRunning:
			finished, err = p.movePage(ctx)
		case store.MigrationRollingBack:
			finished, err = p.backPage(ctx)
		default:
			return nil
		}
		if err != nil {
			return err
		}
		if finished {
			return p.finish(ctx)
		}
	}
}

// after is where each status leads when its pass is over.
var after = map[store.MigrationStatus]store.MigrationStatus{
	store.MigrationPreviewing:  store.MigrationPreviewed,
	store.MigrationRunning:     store.MigrationDone,
	store.MigrationRollingBack: store.MigrationRolledBack,
}

func (p pass) finish(ctx context.Context) error {
	act := store.MigrationAct{At: p.Now().UTC(), Actor: care.TheEngine, What: string(after[p.m.Status])}
	_, err := p.Store.ChangeMigration(ctx, p.m.ID, act, func(m *store.PatientMigration) error {
		if m.Status != p.m.Status {
			return care.Errorf(care.Conflict, "somebody has changed the migration meanwhile")
		}
		m.Status, m.Cursor = after[m.Status], ""
		return nil
	})
	if care.CodeOf(err) == care.Conflict {
		return nil // somebody paused it, or takes it back: that is seen to next
	}
	p.Logger.InfoContext(ctx, "a migration of enrollments", "migration_id", p.m.ID, "status", after[p.m.Status])
	return err
}

// previewPage previews the next enrollments.
func (p pass) previewPage(ctx context.Context) (finished bool, err error) {
	ids, err := p.Store.EnrollmentsOn(ctx, p.m.From.Digest, p.m.Cursor, page)
	if err != nil || len(ids) == 0 {
		return err == nil, err
	}
	rows, err := side(ids, p.Parallel, func(id care.ID) (store.MigrationRow, error) { return p.preview(ctx, id) })
	if err != nil {
		return false, err
	}
	return false, p.Store.PutMigrationRows(ctx, p.m.ID, rows, ids[len(ids)-1])
}

func (p pass) preview(ctx context.Context, id care.ID) (store.MigrationRow, error) {
	row := store.MigrationRow{EnrollmentID: id}
	state, _, err := p.Store.Snapshot(ctx, id)
	if err != nil {
		return row, err
	}
	row.PatientID = state.PatientID
	row.Preview, err = p.ask(state)
	return row, err
}

// ask previews the move of one state.
func (p pass) ask(state engine.State) (engine.MovePreview, error) {
	core, err := engine.For(p.from.Definition)
	if err != nil {
		return engine.MovePreview{}, fmt.Errorf("making the engine: %w", err)
	}
	return core.Preview(state, p.move(state.EnrollmentID), p.Now())
}

// move is the event that moves an enrollment. It has one identity however often it is sent; once more
// people have looked at what had changed, another one.
func (p pass) move(id care.ID) engine.Event {
	reason := p.m.Reason
	if p.m.Approval != "" {
		reason = p.m.Approval
	}
	return engine.Event{
		ID: care.KeyID("migration", p.m.ID, id), Kind: engine.EnrollmentMigrate, Actor: p.m.ApprovedBy, Reason: reason,
		Migration: &engine.Migration{ID: p.m.ID, Definition: p.to.Definition, From: p.m.From.Digest, Plan: p.m.Plan, Window: p.m.Window},
	}
}

// movePage moves the next enrollments.
func (p pass) movePage(ctx context.Context) (finished bool, err error) {
	return p.eachRow(ctx, "", p.moveOne)
}

// backPage takes the next enrollments back.
func (p pass) backPage(ctx context.Context) (finished bool, err error) {
	return p.eachRow(ctx, store.ResultMoved, p.backOne)
}

func (p pass) eachRow(ctx context.Context, result string, do func(context.Context, store.MigrationRow) (store.MigrationRow, error)) (finished bool, err error) {
	rows, err := p.Store.MigrationRows(ctx, p.m.ID, result, p.m.Cursor, page)
	if err != nil {
		return false, err
	}
	if len(rows) == 0 {
		return p.lastPage(ctx, result)
	}
	// What was moved is known by its event: an enrollment that did not answer can be asked again.
	done, failed := side(rows, p.Parallel, func(row store.MigrationRow) (store.MigrationRow, error) { return do(ctx, row) })
	done = slices.DeleteFunc(done, func(row store.MigrationRow) bool { return row.Result == result })
	return false, errors.Join(failed, p.Store.PutMigrationRows(ctx, p.m.ID, done, rows[len(rows)-1].EnrollmentID))
}

// lastPage tells whether a pass is over, and begins again with those that did not answer.
func (p pass) lastPage(ctx context.Context, result string) (finished bool, err error) {
	if p.m.Cursor == "" {
		return true, nil
	}
	left, err := p.Store.MigrationRows(ctx, p.m.ID, result, "", 1)
	if err != nil || len(left) == 0 {
		return err == nil, err
	}
	if err := p.Store.PutMigrationRows(ctx, p.m.ID, nil, ""); err != nil {
		return false, err
	}
	return false, care.Errorf(care.Unavailable, "some enrollments did not answer, and are asked again")
}

// moveOne moves one enrollment, if it is still the case that was approved.
func (p pass) moveOne(ctx context.Context, row store.MigrationRow) (store.MigrationRow, error) {
	state, ref, err := p.Store.Snapshot(ctx, row.EnrollmentID)
	if err != nil {
		return row, err
	}
	switch {
	case ref.Digest == p.m.To.Digest && state.Migration != nil && state.Migration.ID == p.m.ID:
		return p.moved(ctx, row) // before this process, which then died
	case state.Status == care.EnrollmentEnded:
		row.Result, row.Detail = store.ResultEnded, "the pathway had ended"
		return row, nil
	case ref.Digest != p.m.From.Digest:
		row.Result, row.Detail = store.ResultChanged, fmt.Sprintf("it follows version %d meanwhile", ref.Version)
		return row, nil
	}
	now, err := p.ask(state)
	if err != nil {
		return row, err
	}
	approved := row.Preview
	row.Preview = now
	switch {
	case now.Class != approved.Class || now.Blocked != approved.Blocked:
		row.Result, row.Detail = store.ResultChanged, fmt.Sprintf("it was %q when it was approved and is %q now", approved.Class, now.Class)
		return row, nil
	case now.Blocked:
		row.Result = store.ResultLeft
		return row, nil
	}
	if row.Before, err = engine.Fingerprint(state); err != nil {
		return row, err
	}
	// A process that dies after the move must still know how it was before.
	if err := p.Store.PutMigrationRows(ctx, p.m.ID, []store.MigrationRow{row}, p.m.Cursor); err != nil {
		return row, err
	}
	return p.send(ctx, row, p.move(row.EnrollmentID), store.ResultFailed, p.moved)
}

// send tells the enrollment, and notes its refusal. What may have been taken is sent again.
func (p pass) send(ctx context.Context, row store.MigrationRow, ev engine.Event, refused string, then func(context.Context, store.MigrationRow) (store.MigrationRow, error)) (store.MigrationRow, error) {
	limited, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	_, err := p.Commands.Submit(limited, row.EnrollmentID, ev)
	if care.CodeOf(err) == care.NotFound {
		row.Result, row.Detail = store.ResultEnded, "the pathway had ended"
		return row, nil
	}
	if care.Permanent(err) {
		row.Result, row.Detail = refused, err.Error()
		return row, nil
	}
	if err != nil {
		return row, err
	}
	return then(ctx, row)
}

func (p pass) moved(ctx context.Context, row store.MigrationRow) (store.MigrationRow, error) {
	state, _, err := p.Store.Snapshot(ctx, row.EnrollmentID)
	if err != nil {
		return row, err
	}
	row.Result, row.Detail = store.ResultMoved, ""
	row.After, err = engine.Fingerprint(state)
	return row, err
}

// backOne takes one enrollment back.
func (p pass) backOne(ctx context.Context, row store.MigrationRow) (store.MigrationRow, error) {
	state, ref, err := p.Store.Snapshot(ctx, row.EnrollmentID)
	if err != nil {
		return row, err
	}
	switch {
	case ref.Digest == p.m.From.Digest:
		return p.wentBack(ctx, row)
	case state.Status == care.EnrollmentEnded:
		row.Result, row.Detail = store.ResultNotBack, "the pathway has ended"
		return row, nil
	}
	ev := engine.Event{
		ID: care.KeyID("migration.back", p.m.ID, row.EnrollmentID), Kind: engine.EnrollmentMoveBack, Actor: p.m.BackBy, Reason: p.m.BackReason,
		Migration: &engine.Migration{ID: p.m.ID, Definition: p.from.Definition},
	}
	return p.send(ctx, row, ev, store.ResultNotBack, p.wentBack)
}

func (p pass) wentBack(ctx context.Context, row store.MigrationRow) (store.MigrationRow, error) {
	state, _, err := p.Store.Snapshot(ctx, row.EnrollmentID)
	if err != nil {
		return row, err
	}
	row.Result, row.Detail = store.ResultBack, ""
	row.Restored, err = engine.Fingerprint(state)
	return row, err
}

// side does something with each of the items, so many side by side, and gives the results in their order.
func side[I, O any](items []I, parallel int, do func(I) (O, error)) ([]O, error) {
	out, errs := make([]O, len(items)), make([]error, len(items))
	var all sync.WaitGroup
	free := make(chan struct{}, parallel)
	for i, item := range items {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			out[i], errs[i] = do(item)
		})
	}
	all.Wait()
	return out, errors.Join(errs...)
}
