package migration_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"throughline/care"
	"throughline/migration"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/store/storetest"
	"throughline/workflows"
)

const before = `
pathway: visit
version: 1
title: A visit
owner: coordinator
languages: [en]
launch: {on: request, once_per: request}
clocks:
  call: {from: start, within: 4 hours}
  period: {from: enrolled, within: 60 days}
ladders:
  call:
    - {at: 1 hour before due, remind: owner}
    - {at: due, escalate: supervisor}
messages:
  hello:
    en: {subject: Hello, text: Hello.}
steps:
  - {id: hello, message: {to: patient, template: hello}, optional: true}
  - {id: call, task: Call, clock: call, ladder: call, outcomes: [reached, gave_up]}
  - {id: papers, after: call, task: Get the papers, due: 2 days}
  - {id: report, after: papers, task: Write the report, due: 1 day}
ends:
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// after has another ladder, no papers, and a letter.
var after = strings.NewReplacer("version: 1", "version: 2", "    - {at: due, escalate: supervisor}\n", "    - {at: due, escalate: supervisor}\n    - {at: 1 day after due, escalate: director}\n",
	"  - {id: papers, after: call, task: Get the papers, due: 2 days}\n", "", "after: papers,", "after: call,", "ends:\n", "  - {id: letter, after: report, task: Write a letter, due: 1 day}\nends:\n").Replace(before)

var nurse = care.Actor{Kind: care.Person, ID: "ann", Role: "coordinator"}

// hall runs enrollments in the process, as their workflows would.
type hall struct {
	t     *testing.T
	mu    sync.Mutex
	store *store.Store
	now   time.Time
	taken map[string]int // how often each event led to a turn
	down  func(care.ID) bool
}

func newHall(t *testing.T) (*hall, *migration.Runner) {
	t.Helper()
	h := &hall{t: t, now: time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC), taken: map[string]int{}}
	h.store = storetest.New(t, storetest.WithNow(h.clock))
	for _, text := range []string{before, after} {
		if err := h.store.PutDefinition(t.Context(), definition(t, text), []byte(text), store.DefinitionPublished); err != nil {
			t.Fatal(err)
		}
	}
	return h, migration.New(migration.Runner{Store: h.store, Commands: h, Logger: slog.New(slog.DiscardHandler), Now: h.clock, Parallel: 2})
}

func definition(t testing.TB, text string) *pathways.Definition {
	t.Helper()
	d, problems := pathways.Parse("visit.yaml", []byte(text))
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	return d
}

func (h *hall) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// Submit implements migration.Commands.
func (h *hall) Submit(ctx context.Context, id care.ID, ev engine.Event) (workflows.Receipt, error) {
	now := h.clock()
	if h.down != nil && h.down(id) {
		return workflows.Receipt{}, care.Errorf(care.Unavailable, "nobody answers")
	}
	state, ref, err := h.store.Snapshot(ctx, id)
	if care.CodeOf(err) == care.NotFound {
		state, err = engine.State{}, nil
		ref.Digest = pathways.Digest(definition(h.t, before))
	}
	if err != nil {
		return workflows.Receipt{}, err
	}
	kept, err := h.store.DefinitionByDigest(ctx, ref.Digest)
	if err != nil {
		return workflows.Receipt{}, err
	}
	core, err := engine.For(kept.Definition)
	if err != nil {
		return workflows.Receipt{}, err
	}
	turn, err := core.Advance(state, ev, now)
	if err != nil {
		return workflows.Receipt{}, err
	}
	next, err := core.Next(ev, turn)
	if err != nil {
		return workflows.Receipt{}, err
	}
	d := next.Definition()
	err = h.store.Commit(ctx, store.Commit{Turn: turn, Definition: store.DefinitionRef{Pathway: d.Pathway, Version: d.Version, Digest: pathways.Digest(d)}})
	if err == nil && !turn.Duplicate {
		h.mu.Lock()
		h.taken[id+"/"+ev.ID]++
		h.mu.Unlock()
	}
	return workflows.Receipt{EnrollmentID: id, Seq: turn.State.Seq, Duplicate: turn.Duplicate}, err
}

func (h *hall) do(id care.ID, ev engine.Event) {
	h.t.Helper()
	if ev.ID == "" {
		ev.ID = care.NewID(h.clock())
	}
	if _, err := h.Submit(h.t.Context(), id, ev); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) state(id care.ID) engine.State {
	h.t.Helper()
	s, _, err := h.store.Snapshot(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func (h *hall) task(id care.ID, step string) care.ID {
	h.t.Helper()
	for _, st := range h.state(id).Steps {
		if st.ID == step && st.Task != nil {
			return st.Task.ID
		}
	}
	h.t.Fatalf("no task of %s", step)
	return ""
}

// enroll starts n enrollments: every third is on the step that will be removed, every fifth is paused.
func (h *hall) enroll(n int) []care.ID {
	h.t.Helper()
	var ids []care.ID
	for i := range n {
		id := care.KeyID("enrollment", fmt.Sprint(i))
		ids = append(ids, id)
		h.do(id, engine.Event{ID: "start", Kind: engine.Started, Actor: nurse, Launch: &engine.Launch{EnrollmentID: id, PatientID: care.KeyID("patient", fmt.Sprint(i)), Zone: "UTC", Calendar: care.USFederalCalendar()}})
		if i%3 == 0 {
			h.do(id, engine.Event{Kind: engine.TaskComplete, Actor: nurse, TaskID: h.task(id, "call"), Outcome: "reached"})
		}
		if i%5 == 0 {
			until := h.clock().Add(48 * time.Hour)
			h.do(id, engine.Event{Kind: engine.EnrollmentPause, Actor: nurse, Reason: "away", Until: &until})
		}
	}
	return ids
}

func (h *hall) preview(r *migration.Runner) store.PatientMigration {
	h.t.Helper()
	m, err := r.Preview(h.t.Context(), migration.Request{Pathway: "visit", From: 1, To: 2, Reason: "the better version"}, nurse)
	if err != nil {
		h.t.Fatal(err)
	}
	h.work(r)
	return m
}

func (h *hall) work(r *migration.Runner) {
	h.t.Helper()
	if err := r.Work(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) act(r *migration.Runner, id care.ID, what string) {
	h.t.Helper()
	if _, err := r.Act(h.t.Context(), id, what, "so it was decided", nurse); err != nil {
		h.t.Fatalf("%s: %v", what, err)
	}
}

// count gives how many enrollments have the result.
func (h *hall) count(id care.ID, result string) int {
	h.t.Helper()
	counts, err := h.store.MigrationCounts(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	n := 0
	for _, c := range counts {
		if c.Result == result {
			n += c.Count
		}
	}
	return n
}

func (h *hall) rows(id care.ID, f store.MigrationRowFilter) []store.MigrationRow {
	h.t.Helper()
	rows, next, err := h.store.ListMigrationRows(h.t.Context(), id, f, store.Page{Limit: 200})
	if err != nil || next != "" {
		h.t.Fatal(next, err)
	}
	return rows
}

func TestAMigrationFromPreviewToTheWayBack(t *testing.T) {
	h, r := newHall(t)
	ids := h.enroll(120)
	was := map[care.ID]string{}
	for _, id := range ids {
		was[id] = fingerprint(t, h.state(id))
	}
	m := h.preview(r)
	if got := h.rows(m.ID, store.MigrationRowFilter{}); len(got) != len(ids) {
		t.Fatalf("%d of %d are previewed", len(got), len(ids))
	}
	if got := h.rows(m.ID, store.MigrationRowFilter{Class: engine.ClassPerson}); len(got) != 40 || got[0].Preview.Why == nil {
		t.Fatalf("%d are on the step that goes", len(got))
	}
	for _, id := range ids {
		if fingerprint(t, h.state(id)) != was[id] {
			t.Fatal("a preview changed something")
		}
	}
	if _, err := r.Act(t.Context(), m.ID, migration.Start, "", nurse); care.CodeOf(err) != care.Conflict {
		t.Fatalf("without approval it is answered with %v", err)
	}
	h.act(r, m.ID, migration.Approve)
	h.act(r, m.ID, migration.Start)
	h.work(r)
	if n := h.count(m.ID, store.ResultMoved); n != len(ids) {
		t.Fatalf("%d of %d are moved", n, len(ids))
	}
	for _, id := range ids {
		d, err := h.store.Enrollment(t.Context(), id)
		if err != nil || d.Enrollment.Version != 2 || d.Definition.Digest != m.To.Digest {
			t.Fatalf("%s follows version %d, %v", id, d.Enrollment.Version, err)
		}
		if len(engine.Holds(h.state(id))) == 0 {
			t.Fatalf("nothing holds %s", id)
		}
	}
	h.act(r, m.ID, migration.Rollback)
	h.work(r)
	for _, row := range h.rows(m.ID, store.MigrationRowFilter{Result: store.ResultBack}) {
		if row.Restored != row.Before || row.Restored != was[row.EnrollmentID] || row.After == row.Before {
			t.Fatalf("%s is not as it was: %+v", row.EnrollmentID, row)
		}
		delete(was, row.EnrollmentID)
	}
	if len(was) > 0 {
		t.Fatalf("%d did not go back", len(was))
	}
	acts, err := h.store.MigrationActs(t.Context(), m.ID)
	var did []string
	for _, a := range acts {
		did = append(did, a.What)
	}
	if want := []string{"preview", "previewed", "approve", "run", "done", "rollback", "rolled_back"}; err != nil || !slices.Equal(did, want) {
		t.Errorf("the audit trail says %v", did)
	}
}

func fingerprint(t *testing.T, s engine.State) string {
	t.Helper()
	f, err := engine.Fingerprint(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPauseKillAndGoOn(t *testing.T) {
	h, r := newHall(t)
	ids := h.enroll(130)
	m := h.preview(r)
	h.act(r, m.ID, migration.Approve)
	h.act(r, m.ID, migration.Start)
	moved := 0
	h.down = func(care.ID) bool { // dies on its way, and somebody pauses it meanwhile
		h.mu.Lock()
		defer h.mu.Unlock()
		moved++
		return moved > 70
	}
	if err := r.Work(t.Context()); care.CodeOf(err) != care.Unavailable {
		t.Fatalf("%v", err)
	}
	h.act(r, m.ID, migration.Pause)
	done := h.count(m.ID, store.ResultMoved)
	if done < 60 || done >= len(ids) {
		t.Fatalf("%d are moved", done)
	}
	h.down = nil
	h.work(r)
	if h.count(m.ID, store.ResultMoved) != done {
		t.Fatal("it went on though it is paused")
	}
	h.act(r, m.ID, migration.Resume)
	again := migration.New(migration.Runner{Store: h.store, Commands: h, Logger: slog.New(slog.DiscardHandler), Now: h.clock})
	h.work(again)
	if n := h.count(m.ID, store.ResultMoved); n != len(ids) {
		t.Fatalf("%d of %d are moved", n, len(ids))
	}
	for event, n := range h.taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", event, n)
		}
	}
}

// TestAKillBetweenTheMoveAndItsNote: the enrollment is moved and the migration does not know.
func TestAKillBetweenTheMoveAndItsNote(t *testing.T) {
	h, _ := newHall(t)
	ids := h.enroll(3)
	dying := &forgetful{Store: h.store}
	r := migration.New(migration.Runner{Store: dying, Commands: h, Logger: slog.New(slog.DiscardHandler), Now: h.clock})
	m := h.preview(r)
	h.act(r, m.ID, migration.Approve)
	h.act(r, m.ID, migration.Start)
	dying.dead = true
	if err := r.Work(t.Context()); err == nil {
		t.Fatal("it did not die")
	}
	dying.dead = false
	h.work(r)
	if n := h.count(m.ID, store.ResultMoved); n != len(ids) {
		t.Fatalf("%d of %d are moved", n, len(ids))
	}
	for _, row := range h.rows(m.ID, store.MigrationRowFilter{}) {
		if row.Before == "" || row.Before == row.After {
			t.Errorf("%s was %q before and is %q after", row.EnrollmentID, row.Before, row.After)
		}
	}
}

// forgetful dies before it notes that something was moved.
type forgetful struct {
	*store.Store
	dead bool
}

func (f *forgetful) PutMigrationRows(ctx context.Context, id care.ID, rows []store.MigrationRow, cursor care.ID) error {
	if f.dead && slices.ContainsFunc(rows, func(row store.MigrationRow) bool { return row.Result == store.ResultMoved }) {
		return errors.New("killed")
	}
	return f.Store.PutMigrationRows(ctx, id, rows, cursor)
}

func TestWhatChangedSinceThePreviewStopsForAPerson(t *testing.T) {
	h, r := newHall(t)
	ids := h.enroll(4)
	m := h.preview(r)
	h.act(r, m.ID, migration.Approve)
	h.do(ids[1], engine.Event{Kind: engine.TaskComplete, Actor: nurse, TaskID: h.task(ids[1], "call"), Outcome: "reached"}) // onto the step that goes
	h.do(ids[2], engine.Event{Kind: engine.EnrollmentWithdraw, Actor: nurse, Reason: "moved away"})
	h.act(r, m.ID, migration.Start)
	h.work(r)
	changed := h.rows(m.ID, store.MigrationRowFilter{Result: store.ResultChanged})
	if len(changed) != 1 || changed[0].EnrollmentID != ids[1] || changed[0].Preview.Class != engine.ClassPerson || changed[0].Detail == "" {
		t.Fatalf("%+v", changed)
	}
	if h.count(m.ID, store.ResultEnded) != 1 || h.count(m.ID, store.ResultMoved) != 2 {
		t.Error("the others")
	}
	h.act(r, m.ID, migration.Approve)
	h.act(r, m.ID, migration.Start)
	h.work(r)
	if h.count(m.ID, store.ResultMoved) != 3 || h.count(m.ID, store.ResultChanged) != 0 {
		t.Error("what a person has accepted is not moved")
	}
}

func TestWhatIsAskedWrongly(t *testing.T) {
	h, r := newHall(t)
	m := h.preview(r)
	for name, try := range map[string]func() error{
		"no such version": func() error {
			_, err := r.Preview(t.Context(), migration.Request{Pathway: "visit", From: 1, To: 9, Reason: "x"}, nurse)
			return err
		},
		"the same version": func() error {
			_, err := r.Preview(t.Context(), migration.Request{Pathway: "visit", From: 1, To: 1, Reason: "x"}, nurse)
			return err
		},
		"no reason": func() error {
			_, err := r.Preview(t.Context(), migration.Request{Pathway: "visit", From: 1, To: 2}, nurse)
			return err
		},
		"a plan that does not fit": func() error {
			_, err := r.Preview(t.Context(), migration.Request{Pathway: "visit", From: 1, To: 2, Reason: "x", Plan: engine.MovePlan{Steps: []engine.StepMove{{Step: "papers", To: "hello"}}}}, nurse)
			return err
		},
		"approved without a reason": func() error { _, err := r.Act(t.Context(), m.ID, migration.Approve, "", nurse); return err },
		"nonsense":                  func() error { _, err := r.Act(t.Context(), m.ID, "dance", "x", nurse); return err },
		"paused before it runs":     func() error { _, err := r.Act(t.Context(), m.ID, migration.Pause, "x", nurse); return err },
		"unknown": func() error {
			_, err := r.Act(t.Context(), care.KeyID("no"), migration.Approve, "x", nurse)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := try(); !care.Permanent(err) {
				t.Errorf("answered with %v", err)
			}
		})
	}
}
