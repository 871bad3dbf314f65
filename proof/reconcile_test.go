package proof_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/proof"
	"throughline/store"
	"throughline/store/storetest"
	"throughline/workflows"
)

// start is a Wednesday morning in New York.
var start = time.Date(2025, 11, 26, 14, 0, 0, 0, time.UTC)

// world is a reconciler between a real database and workflows that are only said to run.
type world struct {
	t     *testing.T
	store *store.Store
	proof *proof.Reconciler
	log   *bytes.Buffer
	def   *pathways.Definition

	mu       sync.Mutex
	now      time.Time
	running  map[care.ID]bool
	restored map[care.ID][]engine.Effect
	behind   map[care.ID]bool // whose workflow does not know its last turn
	woken    []care.ID
	asked    func(care.ID)       // before Running answers
	refuse   func(care.ID) error // what Submit and Restore say instead
	away     error               // what Running says instead
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: start, log: &bytes.Buffer{}, running: map[care.ID]bool{}, restored: map[care.ID][]engine.Effect{}}
	w.store = storetest.New(t, storetest.WithNow(w.clock))
	library, err := pathways.Library()
	w.must(err)
	for _, d := range library {
		w.must(w.store.PutDefinition(t.Context(), d, nil, store.DefinitionPublished))
		if d.Pathway == "social-need-referral" {
			w.def = d
		}
	}
	w.proof = &proof.Reconciler{Shelf: w.store, Engine: w, Logger: slog.New(slog.NewJSONHandler(w.log, nil)), Now: w.clock}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) clock() time.Time { return w.now }

// Running implements proof.Engine.
func (w *world) Running(_ context.Context, id care.ID) (bool, error) {
	if w.asked != nil {
		w.asked(id)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running[id], w.away
}

// Restore implements proof.Engine.
func (w *world) Restore(_ context.Context, d *pathways.Definition, st engine.State, pending ...engine.Effect) error {
	if w.refuse != nil {
		if err := w.refuse(st.EnrollmentID); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running[st.EnrollmentID] {
		return care.Errorf(care.Conflict, "it runs")
	}
	if d.Pathway != w.def.Pathway {
		return care.Errorf(care.Invalid, "another pathway")
	}
	w.running[st.EnrollmentID], w.restored[st.EnrollmentID] = true, pending
	return nil
}

// Adopt implements proof.Engine.
func (w *world) Adopt(_ context.Context, _ *pathways.Definition, st engine.State) (bool, error) {
	if w.refuse != nil {
		if err := w.refuse(st.EnrollmentID); err != nil {
			return false, err
		}
	}
	was := w.behind[st.EnrollmentID]
	delete(w.behind, st.EnrollmentID)
	return was, nil
}

// Submit implements proof.Engine with the real engine.
func (w *world) Submit(ctx context.Context, id care.ID, ev engine.Event) (workflows.Receipt, error) {
	if w.refuse != nil {
		if err := w.refuse(id); err != nil {
			return workflows.Receipt{}, err
		}
	}
	w.woken = append(w.woken, id)
	state, _, err := w.store.Snapshot(ctx, id)
	if err != nil {
		return workflows.Receipt{}, err
	}
	turn, err := w.advance(ctx, state, ev)
	return workflows.Receipt{EnrollmentID: id, Seq: turn.State.Seq}, err
}

func (w *world) advance(ctx context.Context, state engine.State, ev engine.Event) (engine.Turn, error) {
	eng, err := engine.For(w.def)
	if err != nil {
		return engine.Turn{}, err
	}
	turn, err := eng.Advance(state, ev, w.clock())
	if err != nil {
		return engine.Turn{}, err
	}
	return turn, w.commit(ctx, turn)
}

func (w *world) commit(ctx context.Context, turn engine.Turn) error {
	ref := store.DefinitionRef{Pathway: w.def.Pathway, Version: w.def.Version, Digest: pathways.Digest(w.def)}
	return w.store.Commit(ctx, store.Commit{Turn: turn, Definition: ref})
}

// enroll starts an enrollment whose workflow runs.
func (w *world) enroll(name string) engine.State {
	w.t.Helper()
	l := &engine.Launch{EnrollmentID: care.KeyID("enrollment", name), PatientID: care.KeyID("patient", name), Need: "food-insecurity", Zone: "America/New_York", Calendar: care.USFederalCalendar()}
	turn, err := w.advance(w.t.Context(), engine.State{}, engine.Event{ID: "start:" + name, Kind: engine.Started, Launch: l, Actor: care.TheEngine})
	w.must(err)
	w.running[l.EnrollmentID] = true
	return turn.State
}

func (w *world) end(id care.ID) {
	w.t.Helper()
	state, _, err := w.store.Snapshot(w.t.Context(), id)
	w.must(err)
	_, err = w.advance(w.t.Context(), state, engine.Event{ID: "bye", Kind: engine.EnrollmentWithdraw, Reason: "moved away", Actor: care.TheEngine})
	w.must(err)
	w.running[id] = false
}

func (w *world) reconcile() proof.Report {
	w.t.Helper()
	report, err := w.proof.Reconcile(w.t.Context())
	w.must(err)
	return report
}

// overdue lets time pass until something is to be sent to somebody.
func (w *world) overdue(state engine.State) {
	w.t.Helper()
	eng, err := engine.For(w.def)
	w.must(err)
	for n := 0; len(state.Outbox) == 0 && n < 10; n++ {
		w.now = *eng.Wake(state)
		turn, err := w.advance(w.t.Context(), state, engine.Event{ID: fmt.Sprint("tick", n), Kind: engine.Tick, Actor: care.TheEngine})
		w.must(err)
		state = turn.State
	}
}

// said gives the findings in short.
func said(r proof.Report) []string {
	out := []string{}
	for _, f := range r.Findings {
		done := "raised"
		if f.Repaired {
			done = "repaired"
		}
		out = append(out, f.Kind+" "+done)
	}
	return out
}

func TestNothingIsFoundWhereAllIsWell(t *testing.T) {
	w := newWorld(t)
	w.enroll("a")
	w.end(w.enroll("b").EnrollmentID)
	report := w.reconcile()
	if report.Compared != 1 || report.Found != 0 || len(report.Findings) != 0 || report.EndedAt.IsZero() {
		t.Errorf("%+v", report)
	}
	if diff := cmp.Diff(&report, w.proof.Last()); diff != "" {
		t.Error(diff)
	}
}

func TestMissingWorkflowIsRestored(t *testing.T) {
	w := newWorld(t)
	lost := w.enroll("lost")
	w.overdue(lost)
	w.enroll("well")
	w.running[lost.EnrollmentID] = false

	report := w.reconcile()
	if diff := cmp.Diff([]string{"workflow_missing repaired"}, said(report)); diff != "" || report.Found != 1 || report.Repaired != 1 {
		t.Fatalf("%+v %s", report, diff)
	}
	state, _, err := w.store.Snapshot(t.Context(), lost.EnrollmentID)
	w.must(err)
	if len(state.Outbox) == 0 {
		t.Fatal("nothing waits to be sent: the test is worth nothing")
	}
	if diff := cmp.Diff(engine.Unanswered(state), w.restored[lost.EnrollmentID]); diff != "" {
		t.Errorf("asked for again: %s", diff)
	}
	if again := w.reconcile(); again.Found != 0 {
		t.Errorf("found again: %+v", again)
	}
	if log := w.log.String(); !strings.Contains(log, lost.EnrollmentID) {
		t.Errorf("the log says %s", log)
	}
}

func TestLateTimerIsWoken(t *testing.T) {
	w := newWorld(t)
	state := w.enroll("a")
	eng, err := engine.For(w.def)
	w.must(err)
	due := eng.Wake(state)
	w.now = due.Add(store.LateAfter)
	if report := w.reconcile(); report.Found != 0 {
		t.Fatalf("a timer within its grace is found: %+v", report)
	}
	w.now = w.now.Add(time.Second)
	report := w.reconcile()
	if diff := cmp.Diff([]string{"clock_late repaired"}, said(report)); diff != "" {
		t.Error(diff)
	}
	if again := w.reconcile(); again.Found != 0 {
		t.Errorf("woken, and late still: %+v", again)
	}
}

func TestDemonstrationsClockCounts(t *testing.T) {
	w := newWorld(t)
	w.enroll("a")
	w.must(w.store.SetClockOffset(t.Context(), 30*24*time.Hour))
	if diff := cmp.Diff([]string{"clock_late repaired"}, said(w.reconcile())); diff != "" {
		t.Error(diff)
	}
}

func TestSilentWorkflowsAreNotAllAsked(t *testing.T) {
	w := newWorld(t)
	for n := range 5 {
		w.enroll(fmt.Sprint(n))
	}
	w.now = w.now.AddDate(0, 1, 0)
	asked := 0
	w.refuse = func(care.ID) error { asked++; return care.Errorf(care.Unavailable, "no worker") }
	report := w.reconcile()
	if report.Found != 5 || report.Repaired != 0 || asked != 1 {
		t.Errorf("asked %d times, %+v", asked, report)
	}
}

// shelf lets a test come between the reconciler and the database.
type shelf struct {
	proof.Shelf
	definition func() error
	snapshot   func(care.ID) error
	page       func()
}

func (s shelf) DefinitionByDigest(ctx context.Context, digest string) (store.StoredDefinition, error) {
	if s.definition != nil {
		return store.StoredDefinition{}, s.definition()
	}
	return s.Shelf.DefinitionByDigest(ctx, digest)
}

func (s shelf) Snapshot(ctx context.Context, id care.ID) (engine.State, store.DefinitionRef, error) {
	if s.snapshot != nil {
		if err := s.snapshot(id); err != nil {
			return engine.State{}, store.DefinitionRef{}, err
		}
	}
	return s.Shelf.Snapshot(ctx, id)
}

func (s shelf) RunningEnrollments(ctx context.Context, after care.ID, limit int) ([]store.Running, error) {
	running, err := s.Shelf.RunningEnrollments(ctx, after, limit)
	if s.page != nil {
		s.page()
	}
	return running, err
}

func TestWhatCannotBeRepairedIsRaised(t *testing.T) {
	cases := map[string]func(*world, *shelf){
		"definition missing": func(_ *world, s *shelf) {
			s.definition = func() error { return care.Errorf(care.NotFound, "no such pathway") }
		},
		"state unreadable": func(_ *world, s *shelf) {
			s.snapshot = func(care.ID) error { return care.Errorf(care.Internal, "Ada's row") }
		},
		"engine says no": func(w *world, _ *shelf) {
			w.refuse = func(care.ID) error { return care.Errorf(care.Internal, "Ada again") }
		},
		"refused as invalid": func(w *world, _ *shelf) {
			w.refuse = func(care.ID) error { return care.Errorf(care.Invalid, "too large") }
		},
		"nothing is the same": func(_ *world, s *shelf) {
			s.snapshot = func(care.ID) error { return care.Errorf(care.NotFound, "no such") }
		},
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.running[w.enroll("a").EnrollmentID] = false
			w.running[w.enroll("b").EnrollmentID] = false
			between := shelf{Shelf: w.store}
			spoil(w, &between)
			w.proof.Shelf = between
			report := w.reconcile()
			if diff := cmp.Diff([]string{"workflow_missing raised", "workflow_missing raised"}, said(report)); diff != "" {
				t.Error(diff)
			}
			for _, f := range report.Findings {
				if f.Detail == "" || strings.Contains(f.Detail, "Ada") {
					t.Errorf("the detail is %q", f.Detail)
				}
			}
		})
	}
}

func TestAwayIsAnErrorAndNoFinding(t *testing.T) {
	gone := care.Errorf(care.Unavailable, "away")
	cases := map[string]func(*world, *shelf){
		"Temporal":         func(w *world, _ *shelf) { w.away = gone },
		"on restore":       func(w *world, _ *shelf) { w.refuse = func(care.ID) error { return gone } },
		"the database":     func(_ *world, s *shelf) { s.snapshot = func(care.ID) error { return gone } },
		"for a definition": func(_ *world, s *shelf) { s.definition = func() error { return gone } },
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.running[w.enroll("a").EnrollmentID] = false
			between := shelf{Shelf: w.store}
			spoil(w, &between)
			w.proof.Shelf = between
			report, err := w.proof.Reconcile(t.Context())
			if care.CodeOf(err) != care.Unavailable || report.Found != 0 || w.proof.Last() != nil {
				t.Errorf("%v, %+v", err, report)
			}
		})
	}
}

func TestMoreThanOnePage(t *testing.T) {
	w := newWorld(t)
	const all = 430
	for n := range all {
		state := w.enroll(fmt.Sprint(n))
		w.running[state.EnrollmentID] = n%10 != 0
	}
	report := w.reconcile()
	if report.Compared != all || report.Found != all/10 || report.Repaired != all/10 {
		t.Errorf("compared %d, found %d, repaired %d", report.Compared, report.Found, report.Repaired)
	}
}

// While the comparison is under way enrollments start and end: none of that is a finding.
func TestWhatChangesMeanwhileIsNoFinding(t *testing.T) {
	w := newWorld(t)
	ending := w.enroll("ending")
	starting := w.enroll("starting")
	once := sync.OnceFunc(func() { w.enroll("new") })
	w.proof.Shelf = shelf{Shelf: w.store, page: once}
	w.asked = func(id care.ID) {
		if id == ending.EnrollmentID {
			w.end(id) // its last turn is committed, and then its workflow closes
		}
		if id == starting.EnrollmentID {
			w.running[id] = false
		}
	}
	// Somebody else restores the one that is missing before we do.
	w.refuse = func(id care.ID) error {
		if id == starting.EnrollmentID {
			return care.Errorf(care.Conflict, "it runs")
		}
		return nil
	}
	if report := w.reconcile(); report.Found != 0 {
		t.Errorf("%+v", report)
	}
}

func TestOneComparisonAtATime(t *testing.T) {
	w := newWorld(t)
	w.running[w.enroll("a").EnrollmentID] = false
	found := make([]int, 4)
	var group sync.WaitGroup
	for n := range found {
		group.Go(func() {
			report, err := w.proof.Reconcile(t.Context())
			if err != nil {
				t.Error(err)
			}
			found[n] = report.Found
		})
	}
	group.Wait()
	slices.Sort(found)
	if diff := cmp.Diff([]int{0, 0, 0, 1}, found); diff != "" {
		t.Error(diff)
	}
}

// loosen commits a turn as no engine of ours makes it: all work called off, every clock stopped.
func (w *world) loosen(s engine.State) engine.State {
	w.t.Helper()
	at := w.now
	var effects []engine.Effect
	for _, c := range s.Clocks {
		c.Status = care.ClockCancelled
		effects = append(effects, engine.Effect{Kind: engine.ClockRow, Clock: &care.Clock{EnrollmentID: s.EnrollmentID, Clock: c.Name, Step: c.Step, Occurrence: c.Occurrence, Status: c.Status, DueAt: c.Due}})
	}
	for _, st := range s.Steps {
		st.Status, st.EndedAt, st.OpensAt = care.StepCancelled, &at, nil
		effects = append(effects, engine.Effect{Kind: engine.StepRow, Step: &care.Step{EnrollmentID: s.EnrollmentID, Step: st.ID, Occurrence: st.Occurrence, Kind: st.Kind, Status: st.Status}})
		if st.Task != nil {
			st.Task.Status, st.Task.EndedAt = care.TaskCancelled, &at
			task := *st.Task
			effects = append(effects, engine.Effect{Kind: engine.TaskRow, Task: &task})
		}
	}
	s.Seq++
	w.must(w.commit(w.t.Context(), engine.Turn{State: s, Event: engine.Event{ID: "loosen", Kind: engine.Tick}, Effects: effects, RecordedAt: w.now}))
	return s
}

func TestUnheldIsWokenAndHeldAgain(t *testing.T) {
	w := newWorld(t)
	w.enroll("well")
	loose := w.loosen(w.enroll("loose"))
	before, err := w.store.Proof(t.Context())
	w.must(err)
	if before.Unheld != 1 {
		t.Fatalf("%d are unheld: the test is worth nothing", before.Unheld)
	}
	report := w.reconcile()
	if diff := cmp.Diff([]string{"unheld repaired"}, said(report)); diff != "" || report.Findings[0].EnrollmentID != loose.EnrollmentID {
		t.Errorf("%+v %s", report, diff)
	}
	tasks, _, err := w.store.ListTasks(t.Context(), store.TaskFilter{EnrollmentID: loose.EnrollmentID}, store.Page{})
	w.must(err)
	open := 0
	for _, task := range tasks {
		if task.Status.Open() && task.Role != "" {
			open++
		}
	}
	after, err := w.store.Proof(t.Context())
	w.must(err)
	if open != 1 || after.Unheld != 0 {
		t.Errorf("%d open tasks, %d unheld", open, after.Unheld)
	}
	if again := w.reconcile(); again.Found != 0 {
		t.Errorf("%+v", again)
	}
}

func TestUnheldWhoseWorkflowIsLost(t *testing.T) {
	w := newWorld(t)
	loose := w.loosen(w.enroll("loose"))
	w.running[loose.EnrollmentID] = false
	if diff := cmp.Diff([]string{"workflow_missing repaired", "unheld repaired"}, said(w.reconcile())); diff != "" {
		t.Error(diff)
	}
}

func TestUnheldThatStaysSoIsRaised(t *testing.T) {
	for name, refuse := range map[string]func(care.ID) error{
		"does not answer": func(care.ID) error { return care.Errorf(care.Unavailable, "no worker") },
		"refuses":         func(care.ID) error { return care.Errorf(care.Internal, "a defect") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.loosen(w.enroll("loose"))
			w.refuse = refuse
			report := w.reconcile()
			if diff := cmp.Diff([]string{"unheld raised"}, said(report)); diff != "" {
				t.Error(diff)
			}
			w.refuse = nil
			if diff := cmp.Diff([]string{"unheld repaired"}, said(w.reconcile())); diff != "" {
				t.Errorf("once it answers: %s", diff)
			}
		})
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	w.running[w.enroll("a").EnrollmentID] = false
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.proof.Run(ctx, time.Millisecond) }()
	for w.proof.Last() == nil {
		runtime.Gosched()
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
