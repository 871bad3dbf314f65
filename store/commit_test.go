package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/store/storetest"
)

var (
	monday = time.Date(2025, 11, 24, 15, 0, 0, 123456000, time.UTC)
	ref    = store.DefinitionRef{Pathway: "post-discharge-tcm", Version: 1, Digest: "sha256:one"}
)

// story writes the turns of one enrollment by hand.
type story struct {
	state engine.State
	at    time.Time
}

func newStory(name string) *story {
	return &story{at: monday, state: engine.State{
		Engine: engine.Version, EnrollmentID: care.KeyID("enrollment", name), PatientID: care.KeyID("patient", name),
		Zone: "America/New_York", Status: care.EnrollmentActive, StartedAt: monday,
	}}
}

func (s *story) id(parts ...string) care.ID {
	return care.DeriveID(s.state.StartedAt, append([]string{s.state.EnrollmentID}, parts...)...)
}

// turn is the next turn with the effects.
func (s *story) turn(kind engine.EventKind, wake *time.Time, effects ...engine.Effect) store.Commit {
	s.at = s.at.Add(time.Minute)
	s.state.Seq++
	s.state.At = s.at
	ev := engine.Event{ID: fmt.Sprintf("%s:%d", kind, s.state.Seq), Kind: kind, Actor: care.TheEngine, OccurredAt: s.at}
	return store.Commit{
		Turn:       engine.Turn{State: s.state, Event: ev, Effects: effects, Wake: wake, RecordedAt: s.at},
		Definition: ref,
	}
}

func (s *story) enrollment() engine.Effect {
	return engine.Effect{Kind: engine.EnrollmentRow, Enrollment: &care.Enrollment{
		ID: s.state.EnrollmentID, PatientID: s.state.PatientID, Pathway: ref.Pathway, Version: ref.Version,
		Title: "After the hospital", Status: s.state.Status, Outcome: s.state.Outcome, Owner: "coordinator",
		StartedAt: s.state.StartedAt, Zone: s.state.Zone, EndedAt: s.state.EndedAt,
		Facts: []care.FactValue{{Name: "risk", Value: 0.75, At: monday, From: "launch"}},
		Cause: care.Cause{Event: "encounter.discharged", Text: "the patient was discharged"},
	}}
}

func (s *story) task(name string, status care.TaskStatus, due *time.Time) engine.Effect {
	return engine.Effect{Kind: engine.TaskRow, Task: &care.Task{
		ID: s.id("task", name), EnrollmentID: s.state.EnrollmentID, PatientID: s.state.PatientID, Step: name, Occurrence: 1,
		Kind: "task", Title: "Reach the patient", Outcomes: []string{"reached"}, Role: "coordinator", Status: status,
		Priority: 3, OpenedAt: s.at, DueAt: due, Cause: care.Cause{Text: "the step opened"},
	}}
}

func (s *story) clock(name string, status care.ClockStatus, due time.Time) engine.Effect {
	return engine.Effect{Kind: engine.ClockRow, Clock: &care.Clock{
		EnrollmentID: s.state.EnrollmentID, Clock: name, Step: name, Occurrence: 1, Status: status, Anchor: s.state.StartedAt,
		Offset: "2 business days", DueAt: due, Zone: s.state.Zone, Pause: "never", Reason: "two business days after the discharge",
	}}
}

func (s *story) step(name string, status care.StepStatus, opens *time.Time) engine.Effect {
	opened := s.at
	return engine.Effect{Kind: engine.StepRow, Step: &care.Step{
		EnrollmentID: s.state.EnrollmentID, Step: name, Occurrence: 1, Kind: "task", Title: "Contact", Status: status,
		OpenedAt: &opened, OpensAt: opens,
	}}
}

func (s *story) referral(name string, status care.ReferralStatus, due *time.Time) engine.Effect {
	return engine.Effect{Kind: engine.ReferralRow, Referral: &care.Referral{
		ID: s.id("referral", name), EnrollmentID: s.state.EnrollmentID, PatientID: s.state.PatientID, Step: name, Occurrence: 1,
		Attempt: 1, Need: "transportation-insecurity", ServiceID: care.KeyID("service", "rides"), Status: status, DueAt: due,
	}}
}

func (s *story) moved(item care.ID, kind, from, to string) engine.Effect {
	return engine.Effect{Kind: engine.Moved, Transition: &care.Transition{
		Item: item, ItemKind: kind, From: from, To: to, Owner: "coordinator", Actor: care.TheEngine, EffectiveAt: s.at, RecordedAt: s.at,
	}}
}

func (s *story) told(text string) engine.Effect {
	return engine.Effect{Kind: engine.Told, Timeline: &care.TimelineEntry{
		EnrollmentID: s.state.EnrollmentID, Kind: "told", Text: text, Actor: care.TheEngine, OccurredAt: s.at, RecordedAt: s.at,
	}}
}

func (s *story) message(name string, status care.MessageStatus) engine.Effect {
	return engine.Effect{Kind: engine.MessageRow, Message: &care.Message{
		ID: s.id("message", name), EnrollmentID: s.state.EnrollmentID, PatientID: s.state.PatientID, Purpose: "reminder",
		To: "role:coordinator", Template: "reminder", Status: status, QueuedAt: s.at,
	}}
}

// opening is a usual first turn.
func (s *story) opening() store.Commit {
	due := monday.Add(48 * time.Hour)
	return s.turn(engine.Started, &due,
		s.step("contact", care.StepOpen, nil), s.clock("contact", care.ClockRunning, due),
		s.task("contact", care.TaskRequested, &due), s.moved(s.id("task", "contact"), "task", "", "requested"),
		s.told("The pathway started"), s.told("The task was opened"), s.enrollment())
}

func mustCommit(t *testing.T, s *store.Store, commits ...store.Commit) {
	t.Helper()
	for _, c := range commits {
		if err := s.Commit(t.Context(), c); err != nil {
			t.Fatalf("turn %d: %v", c.Turn.State.Seq, err)
		}
	}
}

func refused(t *testing.T, err error, code care.Code, rule string) {
	t.Helper()
	if care.CodeOf(err) != code {
		t.Fatalf("got %v, want an error of code %s", err, code)
	}
	if rule == "" {
		return
	}
	//nolint:errorlint // asked of the outermost error on purpose
	if e, ok := err.(*care.Error); !ok || e.Rule != rule {
		t.Fatalf("got %v, want rule %s", err, rule)
	}
}

func TestCommitIsReadBack(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	c := st.opening()
	mustCommit(t, s, c)

	got, err := s.Enrollment(t.Context(), st.state.EnrollmentID)
	if err != nil {
		t.Fatal(err)
	}
	want := *c.Turn.Effects[6].Enrollment
	want.Seq, want.WakesAt = 1, c.Turn.Wake
	if diff := cmp.Diff(want, got.Enrollment); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(ref, got.Definition); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]care.Step{*c.Turn.Effects[0].Step}, got.Steps); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]care.Clock{*c.Turn.Effects[1].Clock}, got.Clocks); diff != "" {
		t.Error(diff)
	}
	task, err := s.Task(t.Context(), st.id("task", "contact"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*c.Turn.Effects[2].Task, task); diff != "" {
		t.Error(diff)
	}
	state, gotRef, err := s.Snapshot(t.Context(), st.state.EnrollmentID)
	if err != nil || gotRef != ref {
		t.Fatalf("got %v, %v", gotRef, err)
	}
	if diff := cmp.Diff(c.Turn.State, state); diff != "" {
		t.Error(diff)
	}
	moves, err := s.Transitions(t.Context(), task.ID)
	if err != nil || len(moves) != 1 || moves[0].To != "requested" {
		t.Fatalf("got %v, %v", moves, err)
	}
}

func TestSecondCommitOfATurnChangesNothing(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	st := newStory("ada")
	c := st.opening()
	mustCommit(t, s, c)
	before := dump(t, dsn)
	mustCommit(t, s, c, c)
	if diff := cmp.Diff(before, dump(t, dsn)); diff != "" {
		t.Error(diff)
	}
}

func TestOtherContentUnderATakenNumberIsRefused(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	st := newStory("ada")
	c := st.opening()
	mustCommit(t, s, c)
	before := dump(t, dsn)
	other := c
	other.Turn.RecordedAt = other.Turn.RecordedAt.Add(time.Second)
	refused(t, s.Commit(t.Context(), other), care.Conflict, store.RuleOtherContent)
	if diff := cmp.Diff(before, dump(t, dsn)); diff != "" {
		t.Error(diff)
	}
}

func TestGapIsRefused(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	st := newStory("ada")
	mustCommit(t, s, st.opening())
	before := dump(t, dsn)
	st.turn(engine.Tick, nil)
	skipped := st.turn(engine.Tick, nil, st.told("too early"))
	refused(t, s.Commit(t.Context(), skipped), care.Conflict, store.RuleGap)

	late := newStory("bob")
	late.state.Seq = 1
	refused(t, s.Commit(t.Context(), late.turn(engine.Tick, nil, late.enrollment())), care.Conflict, store.RuleGap)
	if diff := cmp.Diff(before, dump(t, dsn)); diff != "" {
		t.Error(diff)
	}
}

func TestTurnThatChangedNothingIsNotWritten(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	mustCommit(t, s, st.opening())
	again := st.opening()
	again.Turn.Duplicate = true
	mustCommit(t, s, again, st.turn(engine.Tick, nil))
	entries, err := s.Journal(t.Context(), st.state.EnrollmentID, 0, 10)
	if err != nil || len(entries) != 1 {
		t.Fatalf("got %d entries, %v; want 1", len(entries), err)
	}
}

func TestCommitRefusesWhatIsNoTurn(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	st := newStory("ada")
	first := st.opening()
	for name, spoil := range map[string]func(*store.Commit){
		"no enrollment":    func(c *store.Commit) { c.Turn.State.EnrollmentID = "" },
		"no patient":       func(c *store.Commit) { c.Turn.State.PatientID = "12345" },
		"no number":        func(c *store.Commit) { c.Turn.State.Seq = 0 },
		"nothing enrolled": func(c *store.Commit) { c.Turn.Effects = c.Turn.Effects[:6] },
		"no id of an item": func(c *store.Commit) {
			c.Turn.Effects = append(c.Turn.Effects, engine.Effect{Kind: engine.TaskRow, Task: &care.Task{ID: "seven"}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := first
			c.Turn.Effects = append([]engine.Effect(nil), c.Turn.Effects...)
			spoil(&c)
			refused(t, s.Commit(t.Context(), c), care.Invalid, "")
		})
	}
	for table, rows := range dump(t, dsn) {
		if len(rows) > 0 {
			t.Errorf("a refused commit left %d rows in %s", len(rows), table)
		}
	}
}

func TestTextThatJSONBCannotHoldDoesNotStopAPathway(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	mustCommit(t, s, st.opening(), st.turn(engine.TaskAttempt, nil, st.told("a \x00 and a \\u0000 and \\\x00")))
	entries, _, err := s.EnrollmentTimeline(t.Context(), st.state.EnrollmentID, store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := entries[2].Text, "a \ufffd and a \\u0000 and \\\ufffd"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEnrollmentFollowsATurnThatDoesNotSpeakOfIt(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	mustCommit(t, s, st.opening())
	wake := monday.Add(time.Hour)
	mustCommit(t, s, st.turn(engine.Tick, &wake, st.told("a reminder")))
	got := enrollment(t, s, st)
	if got.Seq != 2 || got.WakesAt == nil || !got.WakesAt.Equal(wake) || got.Title != "After the hospital" {
		t.Errorf("got %+v", got)
	}
	mustCommit(t, s, st.turn(engine.Tick, nil, st.told("nothing more")))
	if got := enrollment(t, s, st); got.Seq != 3 || got.WakesAt != nil {
		t.Errorf("got %+v", got)
	}
}

func enrollment(t *testing.T, s *store.Store, st *story) care.Enrollment {
	t.Helper()
	d, err := s.Enrollment(t.Context(), st.state.EnrollmentID)
	if err != nil {
		t.Fatal(err)
	}
	return d.Enrollment
}

func TestTheLastOfSeveralRowsOfOneItemCounts(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	c := st.opening()
	c.Turn.Effects = append(c.Turn.Effects, st.task("contact", care.TaskCompleted, nil))
	mustCommit(t, s, c)
	task, err := s.Task(t.Context(), st.id("task", "contact"))
	if err != nil || task.Status != care.TaskCompleted {
		t.Fatalf("got %s, %v", task.Status, err)
	}
}

func TestTurnOfEvent(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	mustCommit(t, s, st.opening(), st.turn(engine.Tick, nil, st.told("later")))
	seq, found, err := s.TurnOfEvent(t.Context(), st.state.EnrollmentID, "tick:2")
	if err != nil || !found || seq != 2 {
		t.Errorf("got %d, %v, %v", seq, found, err)
	}
	for _, id := range []string{"", "tick:3"} {
		if _, found, err := s.TurnOfEvent(t.Context(), st.state.EnrollmentID, id); found || err != nil {
			t.Errorf("%q: got %v, %v", id, found, err)
		}
	}
}

// Two writers that hold the same turn: one commits, the other is told, and nothing is mixed.
func TestTwoWriters(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	mustCommit(t, s, st.opening())
	base := *st
	const writers = 4
	results := make(chan error, writers)
	for i := range writers {
		mine := base
		c := mine.turn(engine.Tick, nil, mine.told(fmt.Sprintf("writer %d", i)))
		go func() { results <- s.Commit(context.Background(), c) }()
	}
	won := 0
	for range writers {
		switch err := <-results; care.CodeOf(err) {
		case "":
			won++
		case care.Conflict:
		default:
			t.Error(err)
		}
	}
	entries, _, err := s.EnrollmentTimeline(t.Context(), st.state.EnrollmentID, store.Page{})
	if err != nil || won != 1 || len(entries) != 3 {
		t.Errorf("%d writers won and the timeline has %d entries (%v), want 1 and 3", won, len(entries), err)
	}
}

func TestSnapshotOfNobody(t *testing.T) {
	s := storetest.New(t)
	for _, id := range []care.ID{"", "x", care.KeyID("nobody")} {
		_, _, err := s.Snapshot(t.Context(), id)
		refused(t, err, care.NotFound, "")
	}
}
