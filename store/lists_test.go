package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/store/storetest"
)

// readAll reads a list page by page and tells the ids in order and how many pages it took.
func readAll[T any](t *testing.T, limit int, id func(T) care.ID, list func(store.Page) ([]T, string, error)) ([]care.ID, int) {
	t.Helper()
	var ids []care.ID
	page := store.Page{Limit: limit}
	for pages := 1; ; pages++ {
		items, next, err := list(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			ids = append(ids, id(item))
		}
		if next == "" {
			return ids, pages
		}
		if len(items) != limit {
			t.Fatalf("a page that is not the last has %d items, want %d", len(items), limit)
		}
		page.Cursor = next
	}
}

func taskID(v care.Task) care.ID { return v.ID }

// tasksFor commits one task for each deadline, in hours after Monday; -1 is undated.
func tasksFor(t *testing.T, s *store.Store, st *story, hours ...int) []care.ID {
	t.Helper()
	effects := []engine.Effect{st.enrollment()}
	var ids []care.ID
	for i, h := range hours {
		var due *time.Time
		if h >= 0 {
			at := monday.Add(time.Duration(h) * time.Hour)
			due = &at
		}
		name := fmt.Sprintf("task%d", i)
		effects = append(effects, st.task(name, care.TaskRequested, due))
		ids = append(ids, st.id("task", name))
	}
	mustCommit(t, s, st.turn(engine.Started, nil, effects...))
	return ids
}

func TestTasksAreListedByDeadlineUndatedLast(t *testing.T) {
	s := storetest.New(t)
	ids := tasksFor(t, s, newStory("ada"), 5, -1, 2, 2, -1, 9, 1)
	tied := []care.ID{ids[2], ids[3]}
	slices.Sort(tied)
	undated := []care.ID{ids[1], ids[4]}
	slices.Sort(undated)
	want := slices.Concat([]care.ID{ids[6]}, tied, []care.ID{ids[0], ids[5]}, undated)

	for limit := 1; limit <= len(want)+1; limit++ {
		got, _ := readAll(t, limit, taskID, func(p store.Page) ([]care.Task, string, error) {
			return s.ListTasks(t.Context(), store.TaskFilter{Open: true}, p)
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("pages of %d: %s", limit, diff)
		}
	}
}

func TestTaskFilters(t *testing.T) {
	s := storetest.New(t)
	ada, bob := newStory("ada"), newStory("bob")
	adas := tasksFor(t, s, ada, 1, 2, -1)
	bobs := tasksFor(t, s, bob, 3)
	held := ada.task("task0", care.TaskInProgress, nil)
	held.Task.Assignee, held.Task.Role = "nurse-7", "nurse"
	mustCommit(t, s, ada.turn(engine.TaskClaim, nil, held, ada.task("task2", care.TaskCompleted, nil)))
	soon := monday.Add(150 * time.Minute)

	for name, c := range map[string]struct {
		filter store.TaskFilter
		want   []care.ID
	}{
		"all":            {store.TaskFilter{}, []care.ID{adas[0], adas[1], adas[2], bobs[0]}},
		"open":           {store.TaskFilter{Open: true}, []care.ID{adas[0], adas[1], bobs[0]}},
		"open by status": {store.TaskFilter{Status: []care.TaskStatus{care.TaskRequested, care.TaskInProgress}}, []care.ID{adas[0], adas[1], bobs[0]}},
		"completed":      {store.TaskFilter{Status: []care.TaskStatus{care.TaskCompleted}}, []care.ID{adas[2]}},
		"assignee":       {store.TaskFilter{Assignee: "nurse-7"}, []care.ID{adas[0]}},
		"unassigned":     {store.TaskFilter{Open: true, Unassigned: true}, []care.ID{adas[1], bobs[0]}},
		"roles":          {store.TaskFilter{Roles: []string{"nurse", "nobody"}}, []care.ID{adas[0]}},
		"due before":     {store.TaskFilter{DueBefore: &soon}, []care.ID{adas[1]}},
		"patient":        {store.TaskFilter{PatientID: bob.state.PatientID}, bobs},
		"enrollment":     {store.TaskFilter{EnrollmentID: bob.state.EnrollmentID}, bobs},
		"no such":        {store.TaskFilter{PatientID: "not an id"}, nil},
		"nor such":       {store.TaskFilter{EnrollmentID: "not an id"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := readAll(t, 50, taskID, func(p store.Page) ([]care.Task, string, error) {
				return s.ListTasks(t.Context(), c.filter, p)
			})
			slices.Sort(got)
			want := slices.Sorted(slices.Values(c.want))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCursorsAreChecked(t *testing.T) {
	s := storetest.New(t)
	tasksFor(t, s, newStory("ada"), 1, 2, 3)
	_, next, err := s.ListTasks(t.Context(), store.TaskFilter{}, store.Page{Limit: 1})
	if err != nil || next == "" {
		t.Fatalf("got %q, %v", next, err)
	}
	for name, cursor := range map[string]string{
		"nonsense":     "nonsense!",
		"no cursor":    "e30",
		"not a time":   "eyJsIjoidGFza3MiLCJrIjpbIngiLCJ5Il19",
		"another list": next,
	} {
		t.Run(name, func(t *testing.T) {
			list := func() error {
				_, _, err := s.ListTasks(t.Context(), store.TaskFilter{}, store.Page{Cursor: cursor})
				return err
			}
			if name == "another list" {
				list = func() error {
					_, _, err := s.ListMessages(t.Context(), store.MessageFilter{}, store.Page{Cursor: cursor})
					return err
				}
			}
			refused(t, list(), care.Invalid, "")
		})
	}
}

func TestPagesAreBounded(t *testing.T) {
	s := storetest.New(t)
	hours := make([]int, store.MaxLimit+10)
	tasksFor(t, s, newStory("ada"), hours...)
	for limit, want := range map[int]int{0: store.DefaultLimit, -1: store.DefaultLimit, 7: 7, 100_000: store.MaxLimit} {
		items, next, err := s.ListTasks(t.Context(), store.TaskFilter{}, store.Page{Limit: limit})
		if err != nil || len(items) != want || next == "" {
			t.Errorf("limit %d: got %d items and next %q, %v; want %d", limit, len(items), next, err, want)
		}
	}
}

// What appears while a list is read neither hides nor repeats what was there before.
func TestPagingWhileTheListGrows(t *testing.T) {
	s := storetest.New(t)
	want := tasksFor(t, s, newStory("ada"), 10, 20, 30, 40)
	first, next, err := s.ListTasks(t.Context(), store.TaskFilter{}, store.Page{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	tasksFor(t, s, newStory("bob"), 5, 15)
	second, _, err := s.ListTasks(t.Context(), store.TaskFilter{}, store.Page{Limit: 2, Cursor: next})
	if err != nil {
		t.Fatal(err)
	}
	var got []care.ID
	for _, v := range slices.Concat(first, second) {
		got = append(got, v.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEnrollmentsAreListedNewestFirst(t *testing.T) {
	s := storetest.New(t)
	var want []care.ID
	for i := range 5 {
		st := newStory(fmt.Sprint("patient", i))
		st.state.StartedAt = monday.Add(-time.Duration(i) * time.Hour)
		mustCommit(t, s, st.opening())
		want = append(want, st.state.EnrollmentID)
	}
	got, pages := readAll(t, 2, func(e care.Enrollment) care.ID { return e.ID }, func(p store.Page) ([]care.Enrollment, string, error) {
		return s.ListEnrollments(t.Context(), store.EnrollmentFilter{
			Pathway: ref.Pathway, Owner: "coordinator", Status: []care.EnrollmentStatus{care.EnrollmentActive}}, p)
	})
	if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
		t.Errorf("%d pages: %s", pages, diff)
	}
}

func TestTimelines(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	mustCommit(t, s, st.opening(), st.turn(engine.Tick, nil, st.told("three"), st.told("four")), st.turn(engine.Tick, nil, st.told("five")))
	putPatient(t, s, st.state.PatientID)
	text := func(e care.TimelineEntry) string { return fmt.Sprint(e.Seq, ".", e.Ordinal, " ", e.Text) }
	want := []string{"1.1 The pathway started", "1.2 The task was opened", "2.1 three", "2.2 four", "3.1 five"}
	got, _ := readAll(t, 2, text, func(p store.Page) ([]care.TimelineEntry, string, error) {
		return s.EnrollmentTimeline(t.Context(), st.state.EnrollmentID, p)
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	slices.Reverse(want)
	for limit := 1; limit <= 6; limit++ {
		got, _ = readAll(t, limit, text, func(p store.Page) ([]care.TimelineEntry, string, error) {
			return s.PatientTimeline(t.Context(), st.state.PatientID, p)
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pages of %d: %s", limit, diff)
		}
	}
}

func TestEscalationsReferralsMessages(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	due := monday.Add(time.Hour)
	mustCommit(t, s, st.opening())
	escalated, tried := st.escalation("contact"), st.attempt("contact")
	referred, queued := st.referral("ride", care.ReferralRequested, &due), st.message("reminder", care.MessageQueued)
	mustCommit(t, s, st.turn(engine.Tick, nil, escalated, tried, referred, queued))

	escalations, _, err := s.ListEscalations(t.Context(), store.EscalationFilter{
		Levels: []string{"supervisor"}, Open: true, Status: []care.EscalationStatus{care.EscalationOpen},
		PatientID: st.state.PatientID, EnrollmentID: st.state.EnrollmentID, TaskID: st.id("task", "contact")}, store.Page{})
	if diff := cmp.Diff([]care.Escalation{*escalated.Escalation}, escalations); diff != "" || err != nil {
		t.Error(diff, err)
	}
	escalation, err := s.Escalation(t.Context(), escalations[0].ID)
	if err != nil || escalation.Level != "supervisor" {
		t.Errorf("got %+v, %v", escalation, err)
	}

	referrals, _, err := s.ListReferrals(t.Context(), store.ReferralFilter{
		Need: "transportation-insecurity", ServiceID: care.KeyID("service", "rides"), Open: true, PatientID: st.state.PatientID}, store.Page{})
	if diff := cmp.Diff([]care.Referral{*referred.Referral}, referrals); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := s.Referral(t.Context(), referrals[0].ID); err != nil {
		t.Error(err)
	}

	messages, _, err := s.ListMessages(t.Context(), store.MessageFilter{
		To: "role:coordinator", Purpose: "reminder", Status: []care.MessageStatus{care.MessageQueued}, EnrollmentID: st.state.EnrollmentID}, store.Page{})
	if diff := cmp.Diff([]care.Message{*queued.Message}, messages); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := s.Message(t.Context(), messages[0].ID); err != nil {
		t.Error(err)
	}

	attempts, err := s.Attempts(t.Context(), st.id("task", "contact"))
	if diff := cmp.Diff([]care.Attempt{*tried.Attempt}, attempts); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	s := storetest.New(t)
	ctx := t.Context()
	for _, id := range []care.ID{"", "no id", care.KeyID("nothing")} {
		for what, err := range map[string]error{
			"patient":    second(s.Patient(ctx, id)),
			"encounter":  second(s.Encounter(ctx, id)),
			"enrollment": second(s.Enrollment(ctx, id)),
			"task":       second(s.Task(ctx, id)),
			"escalation": second(s.Escalation(ctx, id)),
			"referral":   second(s.Referral(ctx, id)),
			"message":    second(s.Message(ctx, id)),
			"inbound":    second(s.Inbound(ctx, id)),
			"service":    second(s.Service(ctx, id)),
			"link":       second(s.LinkByID(ctx, id)),
			"definition": second(s.Definition(ctx, id, 1)),
			"replay":     s.ReplayInbound(ctx, id),
		} {
			if care.CodeOf(err) != care.NotFound {
				t.Errorf("%s %q: got %v, want not found", what, id, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A message of the database is never passed on: it quotes what was stored.
func TestErrorsDoNotQuoteWhatIsStored(t *testing.T) {
	s := storetest.New(t)
	putPatient(t, s, care.KeyID("ada"), "MRN-4711")
	err := s.Tx(t.Context(), care.TheEngine, func(tx *store.Tx) error {
		return tx.PutPatient(&care.Patient{ID: care.KeyID("bob"), Identifiers: []care.Identifier{{System: "hospital", Value: "MRN-4711"}}})
	})
	refused(t, err, care.Conflict, "")
	if strings.Contains(err.Error(), "4711") {
		t.Errorf("the error quotes the record number: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Task(cancelled, care.KeyID("task"))
	refused(t, err, care.Unavailable, "")
}
