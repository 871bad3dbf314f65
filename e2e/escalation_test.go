package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A contact that nobody makes is reminded of, warned of and escalated, once per rung, by real mail:
// also when the server is killed in between.
func TestEveryRungOnce(t *testing.T) {
	t.Parallel()
	s := start(t, options{mail: true, args: []string{"--demo"}})
	left := s.clockNow(t).Truncate(time.Second).Add(-25 * time.Hour)
	s.discharge(t, "RUNG-1", "01", left)
	e := s.onlyEnrollment(t, "RUNG-1")
	due := clockNamed(t, e, "contact").DueAt

	rungs := []string{"1 reminder to role:care_coordinator", "2 warning to role:supervisor", "3 escalation to role:supervisor", "4 escalation to role:medical_director"}
	s.advanceTo(t, due.Add(-time.Hour))
	s.checkRungs(t, e.ID, rungs[:2])
	s.advanceTo(t, due.Add(time.Minute))
	s.checkRungs(t, e.ID, rungs[:3])
	if err := s.kill9(); err != nil {
		t.Fatal(err)
	}
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.advanceTo(t, due.AddDate(0, 0, 6)) // past the next business day, whatever the calendar says
	s.checkRungs(t, e.ID, rungs)
	s.advanceTo(t, due.AddDate(0, 0, 9))
	s.checkRungs(t, e.ID, rungs)

	if _, found := s.openTask(t, e.ID, "contact"); !found {
		t.Error("the escalated task is gone: the work must go on")
	}
}

// checkRungs waits until the contact's rungs are exactly these, and checks that each was mailed once.
func (s *server) checkRungs(t *testing.T, enrollmentID string, want []string) {
	t.Helper()
	var got []string
	var sent []message
	await(t, fmt.Sprintf("the rungs are %q and their mails are sent", want), func() (bool, string) {
		got, sent = s.rungs(t, enrollmentID)
		all := !slices.ContainsFunc(sent, func(m message) bool { return m.Status != "sent" })
		return all && len(got) >= len(want), fmt.Sprintf("%q %+v", got, sent)
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the contact's rungs (-want +got):\n%s", diff)
	}
	mails := map[string]int{}
	for _, m := range s.mail.Messages() {
		mails[outboxID(t, m)]++
	}
	for _, m := range sent {
		if mails[m.ID] != 1 {
			t.Errorf("the %s to %s was mailed %d times", m.Purpose, m.To, mails[m.ID])
		}
	}
}

// rungs gives what the contact's ladder has done so far: the reminder by its message, the others by
// their escalations, each with its one message.
func (s *server) rungs(t *testing.T, enrollmentID string) (done []string, sent []message) {
	t.Helper()
	for _, m := range list[message](t, s.client, "/messages?enrollment_id="+enrollmentID) {
		if m.Step == "contact" {
			sent = append(sent, m)
		}
	}
	for _, m := range sent {
		if m.Purpose == "reminder" {
			done = append(done, "1 reminder to "+m.To)
		}
	}
	for _, x := range list[escalation](t, s.client, "/escalations?enrollment_id="+enrollmentID) {
		if x.Step != "contact" {
			continue
		}
		purpose := map[string]string{"warn": "warning", "escalate": "escalation"}[x.Kind]
		if slices.ContainsFunc(sent, func(m message) bool { return m.EscalationID == x.ID && m.Purpose == purpose }) {
			done = append(done, fmt.Sprintf("%d %s to role:%s", x.Rung, purpose, x.Level))
		}
	}
	slices.Sort(done)
	return done, sent
}
