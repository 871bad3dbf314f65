package proof

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/workflows"
)

// Shelf is what the database knows.
type Shelf interface {
	RunningEnrollments(ctx context.Context, after care.ID, limit int) ([]store.Running, error)
	Snapshot(ctx context.Context, enrollmentID care.ID) (engine.State, store.DefinitionRef, error)
	DefinitionByDigest(ctx context.Context, digest string) (store.StoredDefinition, error)
	Orphans(ctx context.Context, p store.Page) ([]store.Orphan, string, error)
	ClockOffset(ctx context.Context) (time.Duration, error)
	LastCommitted(ctx context.Context, within time.Duration) ([]care.ID, error)
	Unanswered(ctx context.Context, longer time.Duration, limit int) ([]care.ID, error)
}

// Engine is what Temporal runs.
type Engine interface {
	Running(ctx context.Context, enrollmentID care.ID) (bool, error)
	Restore(ctx context.Context, d *pathways.Definition, st engine.State, pending ...engine.Effect) error
	Submit(ctx context.Context, enrollmentID care.ID, ev engine.Event) (workflows.Receipt, error)
	Adopt(ctx context.Context, d *pathways.Definition, st engine.State) (behind bool, err error)
}

// The kinds of finding.
const (
	WorkflowMissing = "workflow_missing" // the database holds an active enrollment that no workflow runs
	TimerLate       = "clock_late"       // its timer was due long ago and has not fired
	Behind          = "behind"           // its workflow does not know what was committed last
	Unheld          = "unheld"           // neither a clock, nor anybody's work, nor a partner's answer holds it
)

// Finding is one difference, and what was done about it.
type Finding struct {
	EnrollmentID care.ID `json:"enrollment_id"`
	Kind         string  `json:"kind"`
	Repaired     bool    `json:"repaired"`
	Detail       string  `json:"detail"` // for operators; no patient facts
}

// Report is what one comparison found.
type Report struct {
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at"`
	Compared  int       `json:"compared"`
	Found     int       `json:"found"`
	Repaired  int       `json:"repaired"`
	Findings  []Finding `json:"findings"` // the first thousand
}

const (
	// batch is how many enrollments are read at once.
	batch = 200
	// findingsKept bounds a report: after the loss of Temporal's database everything is found.
	findingsKept = 1000
	// answerTime is how long a workflow may take to answer. One whose worker is away answers never.
	answerTime = 10 * time.Second
)

// Reconciler compares and repairs.
type Reconciler struct {
	Shelf  Shelf
	Engine Engine
	Logger *slog.Logger
	Now    func() time.Time
	// Grace is how late a timer may be before it counts; zero: store.LateAfter.
	Grace time.Duration

	turn sync.Mutex // one comparison at a time
	mu   sync.Mutex // guards last
	last *Report
}

// Last gives the latest complete report; nil where there is none yet.
func (r *Reconciler) Last() *Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// Run compares every interval until the context ends.
func (r *Reconciler) Run(ctx context.Context, every time.Duration) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if _, err := r.Reconcile(ctx); err != nil && ctx.Err() == nil {
			r.Logger.ErrorContext(ctx, "comparing the database with Temporal", "error", err)
		}
	}
}

// Reconcile compares every running enrollment once, repairs what it can, and reports. The error
// means that the database or Temporal did not answer; what was found until then is in the report.
func (r *Reconciler) Reconcile(ctx context.Context) (Report, error) {
	r.turn.Lock()
	defer r.turn.Unlock()
	c := &comparison{Reconciler: r, report: Report{StartedAt: r.Now().UTC(), Findings: []Finding{}}}
	offset, err := r.Shelf.ClockOffset(ctx)
	if err != nil {
		return c.report, fmt.Errorf("reading the clock's offset: %w", err)
	}
	c.now = r.Now().UTC().Add(offset)
	if err := c.compareAll(ctx); err != nil {
		return c.report, err
	}
	if err := c.adoptUnanswered(ctx); err != nil {
		return c.report, err
	}
	if err := c.raiseUnheld(ctx); err != nil {
		return c.report, err
	}
	c.report.EndedAt = r.Now().UTC()
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := c.report
	r.last = &kept
	return c.report, nil
}

// comparison is one comparison under way.
type comparison struct {
	*Reconciler
	report Report
	now    time.Time // with a demonstration's offset
	silent bool      // a workflow did not answer: the others are not asked in vain
}

func (c *comparison) compareAll(ctx context.Context) error {
	var after care.ID
	for {
		running, err := c.Shelf.RunningEnrollments(ctx, after, batch)
		if err != nil {
			return fmt.Errorf("reading the running enrollments: %w", err)
		}
		for _, e := range running {
			after = e.EnrollmentID
			found, err := c.compare(ctx, e)
			if err != nil {
				return err
			}
			c.report.Compared++
			c.note(ctx, found)
		}
		if len(running) < batch {
			return nil
		}
	}
}

func (c *comparison) note(ctx context.Context, found *Finding) {
	if found == nil {
		return
	}
	c.report.Found++
	if found.Repaired {
		c.report.Repaired++
	}
	if len(c.report.Findings) < findingsKept {
		c.report.Findings = append(c.report.Findings, *found)
	}
	c.Logger.WarnContext(ctx, "an enrollment was not held as the database says", "enrollment_id", found.EnrollmentID, "kind", found.Kind, "repaired", found.Repaired)
}

func (c *comparison) compare(ctx context.Context, e store.Running) (*Finding, error) {
	runs, err := c.Engine.Running(ctx, e.EnrollmentID)
	if err != nil {
		return nil, fmt.Errorf("asking Temporal for an enrollment: %w", err)
	}
	if !runs {
		return c.restore(ctx, e.EnrollmentID)
	}
	grace := c.Grace
	if grace == 0 {
		grace = store.LateAfter
	}
	if e.WakesAt == nil || c.now.Sub(*e.WakesAt) <= grace {
		return nil, nil //nolint:nilnil // nothing was found
	}
	return c.late(ctx, e), nil
}

// late sees to a timer that has not fired. A workflow that is behind the database has another timer,
// or none: it is told before it is woken.
func (c *comparison) late(ctx context.Context, e store.Running) *Finding {
	found := &Finding{EnrollmentID: e.EnrollmentID, Kind: TimerLate, Detail: "its timer was due at " + e.WakesAt.Format(time.RFC3339)}
	if !c.silent {
		behind, err := c.adopt(ctx, e.EnrollmentID)
		if behind != nil {
			return behind
		}
		if care.CodeOf(err) == care.Unavailable {
			c.silent = true
			found.Detail += "; its workflow does not answer"
			return found
		}
	}
	c.wake(ctx, found)
	return found
}

// restore starts the workflow of an enrollment anew from its last committed state. What was under
// way and has no result is asked for again: deliveries know what they have sent.
//
// The state is read after Temporal was asked, and a workflow ends after its last turn was
// committed; so one that ended in between is seen to have ended.
func (c *comparison) restore(ctx context.Context, id care.ID) (*Finding, error) {
	found := &Finding{EnrollmentID: id, Kind: WorkflowMissing}
	state, ref, err := c.Shelf.Snapshot(ctx, id)
	if err != nil {
		return found, unlessOwn(found, "its last state cannot be read", err)
	}
	if state.Status == care.EnrollmentEnded {
		return nil, nil //nolint:nilnil // it ended between the two looks
	}
	stored, err := c.Shelf.DefinitionByDigest(ctx, ref.Digest)
	if err != nil {
		return found, unlessOwn(found, "the definition that it follows cannot be read", err)
	}
	err = c.Engine.Restore(ctx, stored.Definition, state, engine.Unanswered(state)...)
	switch {
	case care.CodeOf(err) == care.Conflict:
		return nil, nil //nolint:nilnil // it runs after all
	case err != nil:
		return found, unlessOwn(found, "its workflow could not be started again", err)
	}
	found.Repaired, found.Detail = true, "its workflow was started again from turn "+strconv.FormatInt(state.Seq, 10)
	return found, nil
}

// unlessOwn notes a failure that is the enrollment's own in the finding. One that would be met with
// every other one too is given back.
func unlessOwn(found *Finding, what string, err error) error {
	if care.CodeOf(err) == care.Unavailable {
		return fmt.Errorf("restoring an enrollment: %w", err)
	}
	found.Detail = what + " (" + string(care.CodeOf(err)) + ")"
	return nil
}

// wake asks a workflow to look at its clocks and at what holds it.
func (c *comparison) wake(ctx context.Context, found *Finding) {
	if c.silent {
		found.Detail += "; it was not asked, since another one did not answer"
		return
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	id := "wake:" + found.Kind + ":" + strconv.FormatInt(c.report.StartedAt.UnixNano(), 10)
	_, err := c.Engine.Submit(ctx, found.EnrollmentID, engine.Event{ID: id, Kind: engine.Tick, Actor: care.TheEngine})
	switch {
	case err == nil:
		found.Repaired = true
	case care.CodeOf(err) == care.Unavailable:
		c.silent = true
		found.Detail += "; its workflow does not answer"
	default:
		found.Detail += "; it could not be woken (" + string(care.CodeOf(err)) + ")"
	}
}

// raiseUnheld wakes what nothing holds: the engine's safety net then asks a person what is to
// become of it. What is not held even then is raised as it is.
func (c *comparison) raiseUnheld(ctx context.Context) error {
	loose, err := c.unheld(ctx)
	if err != nil || len(loose) == 0 {
		return err
	}
	for _, found := range loose {
		c.wake(ctx, found)
	}
	still, err := c.unheld(ctx)
	if err != nil {
		return err
	}
	left := map[care.ID]bool{}
	for _, found := range still {
		left[found.EnrollmentID] = true
	}
	for _, found := range loose {
		switch {
		case !left[found.EnrollmentID]:
			found.Repaired, found.Detail = true, "nothing held it; it was woken, and is held again"
		case found.Repaired:
			found.Repaired, found.Detail = false, found.Detail+"; it was woken, and still nothing holds it: see to it by hand"
		}
		c.note(ctx, found)
	}
	return nil
}

func (c *comparison) unheld(ctx context.Context) ([]*Finding, error) {
	var all []*Finding
	page := store.Page{Limit: batch}
	for {
		some, next, err := c.Shelf.Orphans(ctx, page)
		if err != nil {
			return nil, fmt.Errorf("reading what nothing holds: %w", err)
		}
		for _, o := range some {
			all = append(all, &Finding{EnrollmentID: o.EnrollmentID, Kind: Unheld, Detail: "nothing holds it since turn " + strconv.FormatInt(o.Seq, 10)})
		}
		if next == "" {
			return all, nil
		}
		page.Cursor = next
	}
}
