package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/store/storetest"
)

// dump gives all tables as text, row by row.
func dump(t testing.TB, dsn string) map[string][]string {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	tables := texts(t, conn, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%'`)
	out := map[string][]string{}
	for _, table := range tables {
		out[table] = texts(t, conn, "SELECT r::text FROM "+table+" r ORDER BY 1")
	}
	return out
}

func texts(t testing.TB, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func execute(t testing.TB, dsn, statement string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

// drawTurn makes a turn of any effects.
func drawTurn(rt *rapid.T, st *story) store.Commit {
	var wake *time.Time
	if rapid.Bool().Draw(rt, "wakes") {
		at := st.at.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "hours")) * time.Hour)
		wake = &at
	}
	effects := []engine.Effect{st.told("something happened")}
	if st.state.Seq == 0 || rapid.IntRange(0, 3).Draw(rt, "speaks") == 0 {
		st.state.Status = rapid.SampledFrom([]care.EnrollmentStatus{
			care.EnrollmentActive, care.EnrollmentPaused, care.EnrollmentSuspended, care.EnrollmentEnded}).Draw(rt, "status")
		effects = append(effects, st.enrollment())
	}
	for range rapid.IntRange(0, 6).Draw(rt, "effects") {
		name := rapid.SampledFrom([]string{"contact", "visit"}).Draw(rt, "name")
		due := st.at.Add(time.Hour)
		effects = append(effects, rapid.SampledFrom([]func() engine.Effect{
			func() engine.Effect { return st.task(name, care.TaskRequested, &due) },
			func() engine.Effect { return st.task(name, care.TaskCompleted, nil) },
			func() engine.Effect { return st.clock(name, care.ClockRunning, due) },
			func() engine.Effect { return st.clock(name, care.ClockMet, due) },
			func() engine.Effect { return st.step(name, care.StepOpen, &due) },
			func() engine.Effect { return st.step(name, care.StepDone, nil) },
			func() engine.Effect { return st.referral(name, care.ReferralRequested, &due) },
			func() engine.Effect { return st.referral(name, care.ReferralCompleted, nil) },
			func() engine.Effect { return st.message(name, care.MessageQueued) },
			func() engine.Effect { return st.moved(st.id("task", name), "task", "", "requested") },
			func() engine.Effect { return st.escalation(name) },
			func() engine.Effect { return st.attempt(name) },
			func() engine.Effect { return st.consent(name) },
		}).Draw(rt, "effect")())
	}
	return st.turn(engine.Tick, wake, effects...)
}

func (s *story) escalation(name string) engine.Effect {
	return engine.Effect{Kind: engine.EscalationRow, Escalation: &care.Escalation{
		ID: s.id("escalation", name), EnrollmentID: s.state.EnrollmentID, PatientID: s.state.PatientID, TaskID: s.id("task", name),
		Rung: 1, Level: "supervisor", Kind: "escalate", Status: care.EscalationOpen, Text: "it is late", RaisedAt: s.at,
	}}
}

func (s *story) attempt(name string) engine.Effect {
	return engine.Effect{Kind: engine.AttemptRow, Attempt: &care.Attempt{
		ID: s.id("attempt", name), TaskID: s.id("task", name), Mode: care.ByPhone, Who: "patient", OccurredAt: s.at, RecordedAt: s.at,
		Actor: care.Actor{Kind: care.Person, ID: "nurse"},
	}}
}

func (s *story) consent(name string) engine.Effect {
	return engine.Effect{Kind: engine.ConsentRow, Consent: &care.Consent{
		ID: s.id("consent", name), PatientID: s.state.PatientID, Purpose: "transportation-insecurity", Given: true, How: "verbal",
		RecordedBy: care.Actor{Kind: care.Person, ID: "nurse"}, GivenAt: s.at,
	}}
}

// Whatever happened, the tables can be made again from the journal; and committing each turn a
// second time changes nothing.
func TestRebuildGivesTheSameTables(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching("[a-z]{8}"), 1, 3, rapid.ID[string]).Draw(rt, "names")
		for _, name := range names {
			st := newStory(name + care.NewID(monday))
			for range rapid.IntRange(1, 6).Draw(rt, "turns") {
				c := drawTurn(rt, st)
				for range 2 {
					if err := s.Commit(context.Background(), c); err != nil {
						rt.Fatal(err)
					}
				}
			}
		}
		if rapid.IntRange(0, 9).Draw(rt, "rebuild") > 0 {
			return // the tables grow with every check: rebuilding a tenth of them is telling enough
		}
		sameAfterRebuild(rt, t, s, dsn)
	})
	sameAfterRebuild(t, t, s, dsn)
}

func sameAfterRebuild(fail rapid.TB, t testing.TB, s *store.Store, dsn string) {
	before := dump(t, dsn)
	if len(before["journal"]) == 0 || len(before["tasks"]) == 0 && len(before["journal"]) > 100 {
		fail.Fatal("there was nothing to rebuild from")
	}
	if err := s.Rebuild(context.Background()); err != nil {
		fail.Fatal(err)
	}
	if diff := cmp.Diff(before, dump(t, dsn)); diff != "" {
		fail.Fatal(diff)
	}
}

// More turns than are projected at a time, and damage to put right.
func TestRebuildRepairs(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	for _, name := range []string{"ada", "bob"} {
		st := newStory(name)
		mustCommit(t, s, st.opening())
		for range 300 {
			mustCommit(t, s, st.turn(engine.Tick, nil, st.told("and then"), st.task("contact", care.TaskInProgress, nil)))
		}
	}
	before := dump(t, dsn)
	execute(t, dsn, `DELETE FROM tasks; UPDATE enrollments SET status = 'ended', owned_items = 7; DELETE FROM timeline WHERE seq > 5`)
	if err := s.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, dump(t, dsn)); diff != "" {
		t.Error(diff)
	}
}

func TestRebuildKeepsARevocation(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	mustCommit(t, s, st.opening(), st.turn(engine.ConsentRecorded, nil, st.consent("rides")))
	given := *st.consent("rides").Consent
	revoked := given
	at := monday.Add(time.Hour)
	revoked.RevokedAt = &at
	putPatient(t, s, st.state.PatientID)
	if err := s.PutConsent(t.Context(), revoked); err != nil {
		t.Fatal(err)
	}
	if err := s.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.PutConsent(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	got, err := s.Consents(t.Context(), st.state.PatientID)
	if err != nil || len(got) != 1 || got[0].RevokedAt == nil || !got[0].RevokedAt.Equal(at) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// putPatient makes a patient with the id.
func putPatient(t *testing.T, s *store.Store, id care.ID, identifiers ...string) {
	t.Helper()
	p := &care.Patient{ID: id, FamilyName: "Doe"}
	for _, v := range identifiers {
		p.Identifiers = append(p.Identifiers, care.Identifier{System: "hospital", Value: v, Type: "MR"})
	}
	err := s.Tx(t.Context(), care.TheEngine, func(tx *store.Tx) error { return tx.PutPatient(p) })
	if err != nil {
		t.Fatal(err)
	}
}

// The journal is gapless for ever, whoever writes to it.
func TestTheDatabaseItselfRefusesAGap(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	st := newStory("ada")
	mustCommit(t, s, st.opening())
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, `INSERT INTO journal (enrollment_id, seq, patient_id, event_id, event_kind, event, effects, pathway, version, definition, recorded_at, digest)
		SELECT enrollment_id, 3, patient_id, event_id, event_kind, event, effects, pathway, version, definition, recorded_at, digest FROM journal`)
	if err == nil || !strings.Contains(err.Error(), "journal_without_gap") {
		t.Errorf("got %v", err)
	}
}
