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
	ClockOffset(ctx context.Context) (time.Duration, error)
}

// Engine is what Temporal runs.
type Engine interface {
	Running(ctx context.Context, enrollmentID care.ID) (bool, error)
	Restore(ctx context.Context, d *pathways.Definition, st engine.State, pending ...engine.Effect) error
	Submit(ctx context.Context, enrollmentID care.ID, ev engine.Event) (workflows.Receipt, error)
}

// The kinds of finding.
const (
	WorkflowMissing = "workflow_missing" // the database holds an active enrollment that no workflow runs
	TimerLate       = "timer_late"       // its timer was due long ago and has not fired
)

// Finding is one difference, and what was done about it.
type Finding struct {
	EnrollmentID care.ID `json:"enrollment_id"`
	Kind         string  `json:"kind"`
	Repaired     bool    `json:"repaired"`
	Detail       string  `json:"detail"`
}

// Report is what one comparison found.
type Report struct {
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at"`
	Compared  int       `json:"compared"`
	Findings  []Finding `json:"findings"`
}

// Reconciler compares and repairs.
type Reconciler struct {
	Shelf  Shelf
	Engine Engine
	Logger *slog.Logger
	Now    func() time.Time
	// Grace is how late a timer may be before it counts; zero: store.LateAfter.
	Grace time.Duration

	mu   sync.Mutex
	last *Report
}

// batch is how many enrollments are compared between two looks at the context.
const batch = 200

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

// Reconcile compares every running enrollment once, repairs what it can, and reports.
func (r *Reconciler) Reconcile(ctx context.Context) (Report, error) {
	report := Report{StartedAt: r.Now().UTC(), Findings: []Finding{}}
	offset, err := r.Shelf.ClockOffset(ctx)
	if err != nil {
		return report, fmt.Errorf("reading the clock's offset: %w", err)
	}
	logical := r.Now().UTC().Add(offset)
	var after care.ID
	for {
		running, err := r.Shelf.RunningEnrollments(ctx, after, batch)
		if err != nil {
			return report, fmt.Errorf("reading the running enrollments: %w", err)
		}
		for _, e := range running {
			after = e.EnrollmentID
			found, err := r.compare(ctx, e, logical)
			if err != nil {
				return report, err
			}
			report.Compared++
			if found != nil {
				report.Findings = append(report.Findings, *found)
				r.Logger.WarnContext(ctx, "an enrollment was not held as the database says", "enrollment_id", e.EnrollmentID, "kind", found.Kind, "repaired", found.Repaired)
			}
		}
		if len(running) < batch {
			break
		}
	}
	report.EndedAt = r.Now().UTC()
	r.mu.Lock()
	r.last = &report
	r.mu.Unlock()
	return report, nil
}

func (r *Reconciler) compare(ctx context.Context, e store.Running, now time.Time) (*Finding, error) {
	runs, err := r.Engine.Running(ctx, e.EnrollmentID)
	if err != nil {
		return nil, fmt.Errorf("asking Temporal for an enrollment: %w", err)
	}
	if !runs {
		return r.restore(ctx, e)
	}
	grace := r.Grace
	if grace == 0 {
		grace = store.LateAfter
	}
	if e.WakesAt == nil || now.Sub(*e.WakesAt) <= grace {
		return nil, nil //nolint:nilnil // nothing was found
	}
	return r.wake(ctx, e), nil
}

// restore starts the workflow of an enrollment anew from its last committed state. What was under
// way and has no result is asked for again: deliveries know what they have sent.
func (r *Reconciler) restore(ctx context.Context, e store.Running) (*Finding, error) {
	found := &Finding{EnrollmentID: e.EnrollmentID, Kind: WorkflowMissing}
	state, ref, err := r.Shelf.Snapshot(ctx, e.EnrollmentID)
	if err != nil {
		return nil, fmt.Errorf("reading the last state of an enrollment: %w", err)
	}
	if state.Status == care.EnrollmentEnded {
		return nil, nil //nolint:nilnil // it ended between the two looks
	}
	stored, err := r.Shelf.DefinitionByDigest(ctx, ref.Digest)
	if err != nil {
		found.Detail = "its definition is not there: " + err.Error()
		return found, nil
	}
	err = r.Engine.Restore(ctx, stored.Definition, state, engine.Unanswered(state)...)
	switch {
	case care.CodeOf(err) == care.Conflict:
		return nil, nil //nolint:nilnil // it runs after all
	case err != nil:
		found.Detail = "its workflow could not be started again: " + err.Error()
	default:
		found.Repaired, found.Detail = true, "its workflow was started again from turn "+strconv.FormatInt(state.Seq, 10)
	}
	return found, nil
}

// wake asks a workflow whose timer is late to look at its clocks.
func (r *Reconciler) wake(ctx context.Context, e store.Running) *Finding {
	found := &Finding{EnrollmentID: e.EnrollmentID, Kind: TimerLate, Detail: "its timer was due at " + e.WakesAt.Format(time.RFC3339)}
	ev := engine.Event{ID: "wake:" + strconv.FormatInt(e.Seq, 10) + ":" + strconv.FormatInt(r.Now().Unix(), 10), Kind: engine.Tick, Actor: care.TheEngine}
	if _, err := r.Engine.Submit(ctx, e.EnrollmentID, ev); err != nil {
		found.Detail += ", and it could not be woken: " + err.Error()
		return found
	}
	found.Repaired = true
	return found
}
