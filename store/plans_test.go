package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"throughline/care"
	"throughline/store"
	"throughline/store/storetest"
)

// manyRows fills the big tables, so that reading one from end to end is the worst of all plans.
const manyRows = `
INSERT INTO patients (id, sort_name, created_at, updated_at, body)
SELECT md5('p' || i)::uuid, 'name' || i, now(), current_timestamp, '{}' FROM generate_series(1, 20000) i;
INSERT INTO patient_identifiers (system, value, patient_id, ordinal)
SELECT 'hospital', 'mr' || i, md5('p' || i)::uuid, 0 FROM generate_series(1, 20000) i;
INSERT INTO enrollments (id, patient_id, encounter_id, pathway, version, definition, status, owner, started_at, seq, wakes_at,
                         running_clocks, timed_steps, owned_items, partner_waits, body)
SELECT md5('e' || i)::uuid, md5('p' || i)::uuid, md5('s' || i)::uuid, 'pathway' || i % 50, 1, 'd',
       CASE WHEN i % 50 = 0 THEN 'active' ELSE 'ended' END, 'role' || i % 50, now() - i * interval '1 minute', 1,
       now() + i * interval '1 minute', 1, 0, 1, 0, '{}' FROM generate_series(1, 20000) i;
INSERT INTO tasks (id, enrollment_id, patient_id, kind, role, assignee, status, priority, opened_at, due_at, body)
SELECT md5('t' || i)::uuid, md5('e' || i)::uuid, md5('p' || i)::uuid, 'task', 'role' || i % 50, 'user' || i % 500,
       CASE WHEN i % 50 = 0 THEN 'requested' ELSE 'completed' END, 3, now(), now() + i * interval '1 minute', '{}' FROM generate_series(1, 20000) i;
INSERT INTO escalations (id, enrollment_id, patient_id, task_id, level, kind, status, raised_at, body)
SELECT md5('c' || i)::uuid, md5('e' || i)::uuid, md5('p' || i)::uuid, md5('t' || i)::uuid, 'role' || i % 50, 'warn',
       CASE WHEN i % 50 = 0 THEN 'open' ELSE 'resolved' END, now() + i * interval '1 minute', '{}' FROM generate_series(1, 20000) i;
INSERT INTO referrals (id, enrollment_id, patient_id, need, service_id, status, due_at, body)
SELECT md5('r' || i)::uuid, md5('e' || i)::uuid, md5('p' || i)::uuid, 'need' || i % 50, md5('v' || i % 500)::uuid,
       CASE WHEN i % 50 = 0 THEN 'requested' ELSE 'completed' END, now() + i * interval '1 minute', '{}' FROM generate_series(1, 20000) i;
INSERT INTO messages (id, enrollment_id, patient_id, purpose, recipient, status, queued_at, body)
SELECT md5('m' || i)::uuid, md5('e' || i)::uuid, md5('p' || i)::uuid, 'reminder', 'role:' || i % 500,
       CASE WHEN i % 50 = 0 THEN 'queued' ELSE 'sent' END, now() + i * interval '1 minute', '{}' FROM generate_series(1, 20000) i;
INSERT INTO timeline (enrollment_id, seq, ordinal, patient_id, kind, occurred_at, body)
SELECT md5('e' || i)::uuid, 1, 1, md5('p' || i)::uuid, 'told', now(), '{}' FROM generate_series(1, 20000) i;
INSERT INTO transitions (enrollment_id, seq, ordinal, item, item_kind, to_status, actor_kind, effective_at, recorded_at, body)
SELECT md5('e' || i)::uuid, 1, 1, md5('t' || i)::uuid, 'task', 'requested', 'engine', now(), current_timestamp, '{}' FROM generate_series(1, 20000) i;
INSERT INTO attempts (id, enrollment_id, task_id, mode, reached, occurred_at, body)
SELECT md5('a' || i)::uuid, md5('e' || i)::uuid, md5('t' || i)::uuid, 'phone', false, now(), '{}' FROM generate_series(1, 20000) i;
INSERT INTO inbox (id, dedup_key, format, kind, control_id, raw, status, patient_id, received_at)
SELECT md5('i' || i)::uuid, 'k' || i, 'hl7v2', 'ADT^A03', 'c' || i, '', CASE WHEN i % 50 = 0 THEN 'failed' ELSE 'applied' END,
       md5('p' || i)::uuid, now() - i * interval '1 minute' FROM generate_series(1, 20000) i;
INSERT INTO launch_decisions (id, patient_id, encounter_id, pathway, version, decision, at)
SELECT md5('l' || i)::uuid, md5('p' || i)::uuid, md5('s' || i)::uuid, 'tcm', 1, 'started', now() FROM generate_series(1, 20000) i;
ANALYZE`

// No list, and no screen, reads a table from end to end: its cost does not grow with history. The
// database itself counts such reads.
func TestListsAreServedByIndexes(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	execute(t, dsn, manyRows)
	before := sequentialReads(t, dsn)
	if len(before) < 10 {
		t.Fatalf("only %d tables are watched", len(before))
	}

	ctx := t.Context()
	md5 := func(text string) care.ID { return oneText(t, dsn, "SELECT md5('"+text+"')::uuid::text") }
	patient, enrollment, task := md5("p77"), md5("e77"), md5("t77")
	run := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, f := range []store.TaskFilter{{}, {Open: true}, {Open: true, Roles: []string{"role3"}}, {Open: true, Assignee: "user3"},
		{Status: []care.TaskStatus{care.TaskCompleted}}, {PatientID: patient}, {EnrollmentID: enrollment}} {
		_, next, err := s.ListTasks(ctx, f, store.Page{Limit: 5})
		run("tasks", err)
		_, _, err = s.ListTasks(ctx, f, store.Page{Limit: 5, Cursor: next})
		run("more tasks", err)
	}
	for _, f := range []store.EnrollmentFilter{{}, {PatientID: patient}, {Pathway: "pathway3"}, {Owner: "role3"}, {EncounterID: md5("s77")},
		{Status: []care.EnrollmentStatus{care.EnrollmentActive}}} {
		_, _, err := s.ListEnrollments(ctx, f, store.Page{Limit: 5})
		run("enrollments", err)
	}
	for _, f := range []store.EscalationFilter{{}, {Open: true}, {Open: true, Levels: []string{"role3"}}, {PatientID: patient}, {TaskID: task},
		{EnrollmentID: enrollment}, {Status: []care.EscalationStatus{care.EscalationOpen}}} {
		_, _, err := s.ListEscalations(ctx, f, store.Page{Limit: 5})
		run("escalations", err)
	}
	for _, f := range []store.ReferralFilter{{}, {Open: true}, {Need: "need3"}, {PatientID: patient}, {EnrollmentID: enrollment}, {ServiceID: md5("v3")}} {
		_, _, err := s.ListReferrals(ctx, f, store.Page{Limit: 5})
		run("referrals", err)
	}
	for _, f := range []store.MessageFilter{{}, {PatientID: patient}, {EnrollmentID: enrollment}, {To: "role:3"}, {Status: []care.MessageStatus{care.MessageQueued}}} {
		_, _, err := s.ListMessages(ctx, f, store.Page{Limit: 5})
		run("messages", err)
	}
	for _, f := range []store.InboundFilter{{}, {PatientID: patient}, {ControlID: "c77"}, {Status: []care.InboundStatus{care.InboundFailed}}} {
		_, _, err := s.ListInbound(ctx, f, store.Page{Limit: 5})
		run("inbox", err)
	}
	for _, f := range []store.PatientFilter{{}, {Name: "name77"}, {Identifier: "mr77"}} {
		_, _, err := s.ListPatients(ctx, f, store.Page{Limit: 5})
		run("patients", err)
	}
	_, err := s.Enrollment(ctx, enrollment)
	run("enrollment", err)
	_, _, err = s.EnrollmentTimeline(ctx, enrollment, store.Page{})
	run("timeline", err)
	_, _, err = s.PatientTimeline(ctx, patient, store.Page{})
	run("patient's timeline", err)
	_, err = s.Transitions(ctx, task)
	run("transitions", err)
	_, err = s.Attempts(ctx, task)
	run("attempts", err)
	_, err = s.ActiveEnrollments(ctx, patient)
	run("active", err)
	_, err = s.LaunchDecisions(ctx, store.LaunchFilter{PatientID: patient, EncounterID: md5("s77")})
	run("launches", err)
	_, err = s.NextInbound(ctx, 5)
	run("next inbound", err)
	_, err = s.Proof(ctx)
	run("proof", err)
	_, err = s.RunningEnrollments(ctx, enrollment, 5)
	run("running", err)

	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	untilAlone(t, dsn)
	for table, n := range sequentialReads(t, dsn) {
		if n > before[table] {
			t.Errorf("%s was read from end to end %d times", table, n-before[table])
		}
	}
}

func oneText(t *testing.T, dsn, query string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	return texts(t, conn, query)[0]
}

// untilAlone waits until the other connections have ended, and with that reported what they read.
func untilAlone(t *testing.T, dsn string) {
	t.Helper()
	others := "some"
	for others != "0" {
		others = oneText(t, dsn, `SELECT count(*)::text FROM pg_stat_activity
			WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`)
	}
}

// sequentialReads counts, for each table that was filled, how often it was read from end to end.
func sequentialReads(t *testing.T, dsn string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	text := oneText(t, dsn, `SELECT coalesce(string_agg(relname || ' ' || seq_scan, ','), '') FROM pg_stat_user_tables WHERE n_live_tup >= 10000`)
	for pair := range strings.SplitSeq(text, ",") {
		var table string
		var n int64
		if _, err := fmt.Sscan(pair, &table, &n); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		out[table] = n
	}
	return out
}
