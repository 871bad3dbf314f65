package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/store/storetest"
)

// Each way of holding an enrollment, and each way of failing to.
func TestProof(t *testing.T) {
	s := storetest.New(t, storetest.WithNow(func() time.Time { return monday }))
	soon, past := monday.Add(time.Hour), monday.Add(-time.Hour)
	ownerless := func(st *story) engine.Effect {
		e := st.task("contact", care.TaskRequested, &soon)
		e.Task.Role = ""
		return e
	}
	cases := []struct {
		name   string
		status care.EnrollmentStatus
		wake   *time.Time
		effect func(*story) engine.Effect
		held   string // how; empty: not at all
		late   bool
	}{
		{"clock", care.EnrollmentActive, &soon, func(st *story) engine.Effect { return st.clock("a", care.ClockRunning, soon) }, "clock", false},
		{"clock without a timer", care.EnrollmentActive, nil, func(st *story) engine.Effect { return st.clock("a", care.ClockRunning, soon) }, "", false},
		{"timer without a clock", care.EnrollmentActive, &soon, func(st *story) engine.Effect { return st.clock("a", care.ClockMet, soon) }, "", false},
		{"late clock", care.EnrollmentActive, &past, func(st *story) engine.Effect { return st.clock("a", care.ClockRunning, past) }, "clock", true},
		{"timed step", care.EnrollmentActive, &soon, func(st *story) engine.Effect { return st.step("a", care.StepWaiting, &soon) }, "clock", false},
		{"step without a time", care.EnrollmentActive, &soon, func(st *story) engine.Effect { return st.step("a", care.StepWaiting, nil) }, "", false},
		{"paused", care.EnrollmentPaused, &soon, func(st *story) engine.Effect { return st.clock("a", care.ClockPaused, soon) }, "clock", false},
		{"paused for ever", care.EnrollmentPaused, nil, func(st *story) engine.Effect { return st.clock("a", care.ClockPaused, soon) }, "", false},
		{"suspended", care.EnrollmentSuspended, &soon, func(st *story) engine.Effect { return st.told("readmitted") }, "clock", false},
		{"task", care.EnrollmentActive, nil, func(st *story) engine.Effect { return st.task("a", care.TaskRequested, nil) }, "item", false},
		{"task of nobody", care.EnrollmentActive, nil, ownerless, "", false},
		{"done task", care.EnrollmentActive, nil, func(st *story) engine.Effect { return st.task("a", care.TaskCompleted, nil) }, "", false},
		{"partner", care.EnrollmentActive, nil, func(st *story) engine.Effect { return st.referral("a", care.ReferralAccepted, &soon) }, "partner", false},
		{"partner without end", care.EnrollmentActive, nil, func(st *story) engine.Effect { return st.referral("a", care.ReferralAccepted, nil) }, "", false},
		{"partner that is done", care.EnrollmentActive, nil, func(st *story) engine.Effect { return st.referral("a", care.ReferralCompleted, &soon) }, "", false},
		{"ended", care.EnrollmentEnded, nil, func(st *story) engine.Effect { return st.told("the end") }, "ended", false},
	}
	want := store.Proof{At: monday}
	unheld, late := map[care.ID]string{}, map[care.ID]string{}
	for i, c := range cases {
		st := newStory(c.name)
		st.state.StartedAt = monday.Add(time.Duration(i) * time.Minute)
		st.state.Status = c.status
		mustCommit(t, s, st.turn(engine.Started, c.wake, c.effect(st), st.enrollment()))
		switch c.status {
		case care.EnrollmentActive:
			want.Active++
		case care.EnrollmentPaused:
			want.Paused++
		case care.EnrollmentSuspended:
			want.Suspended++
		}
		switch c.held {
		case "clock":
			want.ByClock++
		case "item":
			want.ByItem++
		case "partner":
			want.ByPartner++
		case "":
			want.Unheld++
			unheld[st.state.EnrollmentID] = c.name
		}
		if c.late {
			want.Late++
			late[st.state.EnrollmentID] = c.name
		}
	}
	want.Enrolled = want.Active + want.Paused + want.Suspended

	got, err := s.Proof(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	compareOrphans(t, "unheld", unheld, got.UnheldList)
	compareOrphans(t, "late", late, got.LateList)
	got.UnheldList, got.LateList = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	for limit := 1; limit < 4; limit++ {
		var pages []store.Orphan
		readAll(t, limit, func(o store.Orphan) care.ID { pages = append(pages, o); return o.EnrollmentID }, func(p store.Page) ([]store.Orphan, string, error) {
			return s.Orphans(t.Context(), p)
		})
		compareOrphans(t, fmt.Sprint("pages of ", limit), unheld, pages)
	}
}

func compareOrphans(t *testing.T, what string, want map[care.ID]string, got []store.Orphan) {
	t.Helper()
	found := map[care.ID]string{}
	for _, o := range got {
		found[o.EnrollmentID] = want[o.EnrollmentID]
	}
	if diff := cmp.Diff(want, found); diff != "" || len(got) != len(found) {
		t.Errorf("%s: %s", what, diff)
	}
}

// Time that a demonstration skipped makes late what was not.
func TestProofFollowsTheClockOffset(t *testing.T) {
	s := storetest.New(t, storetest.WithNow(func() time.Time { return monday }))
	mustCommit(t, s, newStory("ada").opening())
	for offset, want := range map[time.Duration]int64{0: 0, 47 * time.Hour: 0, 49 * time.Hour: 1} {
		if err := s.SetClockOffset(t.Context(), offset); err != nil {
			t.Fatal(err)
		}
		p, err := s.Proof(t.Context())
		if err != nil || p.Late != want {
			t.Errorf("after %s: %d late, %v; want %d", offset, p.Late, err, want)
		}
		items, _, err := s.Late(t.Context(), store.Page{})
		if err != nil || int64(len(items)) != want {
			t.Errorf("after %s: %v, %v; want %d", offset, items, err, want)
		}
	}
}

func TestRecountHolds(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	ada, bob := newStory("ada"), newStory("bob")
	mustCommit(t, s, ada.opening(), bob.opening())
	if n, err := s.RecountHolds(t.Context()); n != 0 || err != nil {
		t.Errorf("got %d, %v; want 0", n, err)
	}
	execute(t, dsn, "DELETE FROM tasks WHERE enrollment_id = '"+ada.state.EnrollmentID+"'; DELETE FROM clocks WHERE enrollment_id = '"+ada.state.EnrollmentID+"'")
	if n, err := s.RecountHolds(t.Context()); n != 1 || err != nil {
		t.Errorf("got %d, %v; want 1", n, err)
	}
	p, err := s.Proof(t.Context())
	if err != nil || p.Unheld != 1 || p.UnheldList[0].EnrollmentID != ada.state.EnrollmentID {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestRunningEnrollments(t *testing.T) {
	s := storetest.New(t)
	want := map[care.ID]int64{}
	for i := range 5 {
		st := newStory(fmt.Sprint("patient", i))
		mustCommit(t, s, st.opening())
		if i == 2 {
			st.state.Status = care.EnrollmentEnded
			mustCommit(t, s, st.turn(engine.Tick, nil, st.enrollment()))
			continue
		}
		want[st.state.EnrollmentID] = 1
	}
	got, after := map[care.ID]int64{}, ""
	for {
		batch, err := s.RunningEnrollments(t.Context(), after, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(batch) == 0 {
			break
		}
		for _, r := range batch {
			if r.EnrollmentID <= after || r.WakesAt == nil {
				t.Errorf("got %+v after %q", r, after)
			}
			got[r.EnrollmentID], after = r.Seq, r.EnrollmentID
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCounts(t *testing.T) {
	s := storetest.New(t, storetest.WithNow(func() time.Time { return monday.Add(72 * time.Hour) }))
	st := newStory("ada")
	putPatient(t, s, st.state.PatientID)
	due := monday.Add(96 * time.Hour)
	mustCommit(t, s, st.opening(), st.turn(engine.Tick, nil, st.task("visit", care.TaskRequested, &due), st.task("old", care.TaskCompleted, nil),
		st.escalation("contact"), st.referral("ride", care.ReferralRequested, &due), st.message("reminder", care.MessageQueued)))
	for key, status := range map[string]care.InboundStatus{"a": care.InboundReceived, "b": care.InboundFailed, "c": care.InboundApplied} {
		if _, _, err := s.Receive(t.Context(), store.NewInbound{DedupKey: key, Format: store.FormatHL7v2, Kind: "ADT^A03", Status: status}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := store.Counts{
		Patients: 1, Enrollments: 1, OpenTasks: 2, OverdueTasks: 1, OpenEscalations: 1, OpenReferrals: 1, QueuedMessages: 1, InboxWaiting: 1, InboxFailed: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
