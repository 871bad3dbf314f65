package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"throughline/pathways/engine"
	"throughline/store"
)

// migrated is how many enrollments are moved; E2E_MIGRATED sets another number.
const migrated = 60

const movingPathway = `
pathway: moving
version: 1
title: A pathway that moves
owner: care_coordinator
languages: [en]
launch: {on: request, once_per: request}
facts:
  wants_ride: {type: bool, default: false}
  has_papers: {type: bool, default: false}
clocks:
  call: {from: start, within: 4 hours}
  visit: {from: start, within: 14 days}
  period: {from: enrolled, within: 60 days}
ladders:
  call:
    - {at: 1 hour before due, remind: owner}
    - {at: due, escalate: supervisor}
messages:
  hello:
    en: {subject: "A message from {{organization}}", text: "Hello. Questions? Call {{phone}}."}
steps:
  - {id: hello, message: {to: patient, template: hello}, optional: true}
  - {id: call, task: Call, clock: call, ladder: call, outcomes: [reached, gave_up]}
  - {id: visit, after: call, appointment: The visit, clock: visit, ladder: call, on_no_show: {ask: barrier, values: [transportation, forgot]}}
  - {id: ride, after: call, when: wants_ride, optional: true, referral: {need: transportation-insecurity, consent: on file, acknowledge: 2 business days, first_contact: 4 business days, outcome: 14 days, otherwise: next_best}}
  - {id: papers, after: call, when: has_papers, task: Get the papers, due: 2 days}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// movedPathway has another ladder, no papers, and a letter.
var movedPathway = strings.NewReplacer("version: 1", "version: 2",
	"    - {at: due, escalate: supervisor}\n", "    - {at: due, escalate: supervisor}\n    - {at: 1 day after due, escalate: medical_director}\n",
	"  - {id: papers, after: call, when: has_papers, task: Get the papers, due: 2 days}\n", "",
	"ends:\n", "  - {id: letter, after: visit, task: Write a letter, due: 2 days}\nends:\n").Replace(movingPathway)

// The cases in which enrollments stand when they are moved.
var standing = []string{"fresh", "contacted", "booked", "referred", "paused", "on what goes"}

// Enrollments in the midst of their ways move to another version and back: no clock is lost, nothing is
// doubled, those on the step that goes are listed for a person, and afterwards everything is as it was.
func TestRunningPatientsMoveToAnotherVersionAndBack(t *testing.T) {
	t.Parallel()
	n := migrated
	if set := os.Getenv("E2E_MIGRATED"); set != "" {
		var err error
		if n, err = strconv.Atoi(set); err != nil {
			t.Fatalf("reading E2E_MIGRATED: %v", err)
		}
	}
	s := start(t, options{args: []string{"--demo"}})
	s.giveRides(t)
	s.publish(t, movingPathway)
	late := s.enrollMany(t, 0, n/6, "late")
	s.advanceTo(t, s.clockNow(t).Add(5*time.Hour))
	ids := slices.Concat(late, s.enrollMany(t, n/6, n, ""))
	s.publish(t, movedPathway)

	conn := s.database(t, "throughline")
	quiet := func() (bool, string) {
		mail := column[int](t, conn, `SELECT count(*)::int FROM messages WHERE status = 'queued'`)
		searches := column[int](t, conn, `SELECT count(*)::int FROM snapshots WHERE state @? '$.steps[*].referral.phase ? (@ == "search")'`)
		return mail[0]+searches[0] == 0, fmt.Sprintf("%d messages and %d searches are on their way", mail[0], searches[0])
	}
	await(t, "what was begun is answered", quiet)
	before, sent := s.states(t, ids), s.sentOnce(t)

	began := time.Now()
	type detail struct {
		ID, Status string
		Counts     []store.MigrationCount
	}
	m := post[detail](t, s.client, "/migrations", map[string]any{"pathway": "moving", "from": 1, "to": 2, "reason": "the better version"})
	until := func(status string) {
		t.Helper()
		awaitFor(t, 10*time.Minute, "the migration is "+status, func() (bool, string) {
			m = get[detail](t, s.client, "/migrations/"+m.ID)
			return m.Status == status, m.Status
		})
	}
	until("previewed")
	t.Logf("%d previewed in %s", n, time.Since(began).Round(time.Millisecond))
	people := list[store.MigrationRow](t, s.client, "/migrations/"+m.ID+"/enrollments?class=person")
	want := 0
	for i := n / 6; i < n; i++ {
		if standing[i%len(standing)] == "on what goes" {
			want++
		}
	}
	if len(people) != want || want == 0 {
		t.Fatalf("%d are listed for a person, want %d", len(people), want)
	}
	post[detail](t, s.client, "/migrations/"+m.ID+"/approve", map[string]string{"reason": "reviewed"})
	began = time.Now()
	post[detail](t, s.client, "/migrations/"+m.ID+"/run", map[string]string{})
	until("done")
	t.Logf("%d moved in %s", n, time.Since(began).Round(time.Millisecond))
	if moved := column[int](t, conn, `SELECT count(*)::int FROM enrollments WHERE pathway = 'moving' AND version = 2`); moved[0] != n {
		t.Errorf("%d of %d are moved: %+v", moved[0], n, m.Counts)
	}
	if open := column[int](t, conn, `SELECT count(*)::int FROM tasks WHERE open AND due_at IS NULL`); open[0] != 0 {
		t.Errorf("%d open tasks have lost their clock", open[0])
	}
	s.nothingFalls(t)
	await(t, "what was begun is answered", quiet)
	for id, count := range s.sentOnce(t) {
		if count > max(1, sent[id]) {
			t.Errorf("the message %s was sent %d times", id, count)
		}
	}
	if twice := column[int](t, conn, `SELECT count(*)::int FROM (SELECT 1 FROM tasks WHERE open GROUP BY enrollment_id, body->>'step', body->>'occurrence' HAVING count(*) > 1) d`); twice[0] != 0 {
		t.Errorf("%d tasks are doubled", twice[0])
	}

	began = time.Now()
	post[detail](t, s.client, "/migrations/"+m.ID+"/rollback", map[string]string{"reason": "the first was better"})
	until("rolled_back")
	t.Logf("%d taken back in %s", n, time.Since(began).Round(time.Millisecond))
	after := s.states(t, ids)
	differ := 0
	for id, was := range before {
		if fingerprint(t, was) != fingerprint(t, after[id]) {
			differ++
			t.Logf("%s is not as it was (-before +after):\n%s", id, gocmp.Diff(was, after[id]))
		}
	}
	if differ > 0 || len(after) != n {
		t.Errorf("%d of %d are not as they were", differ, n)
	}
	s.nothingFalls(t)
}

// enrollMany starts the enrollments from one number to another, and brings each to where it stands.
func (s *server) enrollMany(t *testing.T, from, to int, as string) []string {
	t.Helper()
	ids := make([]string, to-from)
	var all sync.WaitGroup
	free := make(chan struct{}, 8)
	for i := from; i < to; i++ {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			where := as
			if where == "" {
				where = standing[i%len(standing)]
			}
			ids[i-from] = s.enrollAs(t, i, where)
		})
	}
	all.Wait()
	return ids
}

func (s *server) enrollAs(t *testing.T, i int, where string) string {
	made := post[struct{ ID string }](t, s.client, "/patients", map[string]any{
		"family_name": "Mover", "given_name": strconv.Itoa(i), "telecoms": []any{map[string]string{"system": "email", "value": "m" + strconv.Itoa(i) + "@patients.example"}},
	})
	e := post[struct{ ID string }](t, s.client, "/enrollments", map[string]any{
		"patient_id": made.ID, "pathway": "moving", "version": 1, "reason": "to be moved",
		"facts": map[string]any{"wants_ride": where == "referred", "has_papers": where == "on what goes"},
	})
	if where == "fresh" || where == "late" {
		return e.ID
	}
	s.complete(t, e.ID, "call", "reached", nil)
	switch where {
	case "booked":
		s.complete(t, e.ID, "visit", "booked", map[string]any{"answers": map[string]any{"start": s.clockNow(t).AddDate(0, 0, 5).Format(time.RFC3339)}})
	case "paused":
		s.must(t, http.MethodPost, "/enrollments/"+e.ID+"/pause", map[string]any{"until": s.clockNow(t).AddDate(0, 0, 7), "reason": "away"})
	}
	return e.ID
}

func fingerprint(t *testing.T, s engine.State) string {
	t.Helper()
	f, err := engine.Fingerprint(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// states gives each enrollment's state as it is stored.
func (s *server) states(t *testing.T, ids []string) map[string]engine.State {
	t.Helper()
	conn := s.database(t, "throughline")
	defer conn.Close(context.Background())
	out := map[string]engine.State{}
	for _, id := range ids {
		raw := column[string](t, conn, `SELECT state::text FROM snapshots WHERE enrollment_id = $1`, id)
		var state engine.State
		if err := json.Unmarshal([]byte(raw[0]), &state); err != nil {
			t.Fatal(err)
		}
		out[id] = state
	}
	return out
}

// sentOnce counts how often each message was sent.
func (s *server) sentOnce(t *testing.T) map[string]int {
	t.Helper()
	conn := s.database(t, "throughline")
	defer conn.Close(context.Background())
	out := map[string]int{}
	for _, id := range column[string](t, conn, `SELECT message_id::text FROM deliveries WHERE state = 'sent'`) {
		out[id]++
	}
	return out
}

// nothingFalls asks the proof.
func (s *server) nothingFalls(t *testing.T) {
	t.Helper()
	if p := get[struct{ Unheld int }](t, s.client, "/proof"); p.Unheld != 0 {
		t.Errorf("%d enrollments are not held", p.Unheld)
	}
}
