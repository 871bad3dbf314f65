package engine_test

import (
	"slices"
	"testing"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

func TestReminderFollowsTheVisit(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-11-28T10:00:00-05:00")
	complete(t, w, "contact", "reached", answered("transport_barrier", false))
	opens := func(want string) {
		t.Helper()
		st := step(t, w, "nudge")
		if want == "" {
			if st.OpensAt != nil {
				t.Errorf("it goes out %s", st.OpensAt)
			}
			return
		}
		if st.OpensAt == nil || !st.OpensAt.Equal(at(t, want)) {
			t.Errorf("it goes out %v, want %s", st.OpensAt, want)
		}
	}
	opens("")
	complete(t, w, "visit", "booked", answered("start", "2025-12-09T10:00:00-05:00"))
	opens("2025-12-07T09:00:00-05:00")
	complete(t, w, "visit", "booked", answered("start", "2025-12-05T10:00:00-05:00")) // earlier
	opens("2025-12-03T09:00:00-05:00")
	complete(t, w, "visit", "booked", answered("start", "2025-12-08T10:00:00-05:00")) // later
	opens("2025-12-06T09:00:00-05:00")
	complete(t, w, "visit", "cancelled")
	opens("")
	sleep(t, w, "2025-12-07T10:00:00-05:00")
	if got := queued(w, "message", "nudge"); got != 0 {
		t.Errorf("%d reminders of a visit that is not booked", got)
	}
	complete(t, w, "visit", "booked", answered("start", "2025-12-10T10:00:00-05:00"))
	sleep(t, w, "2025-12-08T09:00:00-05:00")
	is(t, w, "nudge", care.StepDone, "sent")
	if got := queued(w, "message", "nudge"); got != 1 {
		t.Errorf("%d reminders", got)
	}
}

func TestReminderThatIsTooLateIsNotSent(t *testing.T) {
	w := followed(t)
	complete(t, w, "visit", "booked", answered("start", "2025-11-28T10:00:00-05:00"))
	sleep(t, w, "2025-11-28T12:00:00-05:00") // only now does its turn come
	complete(t, w, "contact", "reached", answered("transport_barrier", false))
	is(t, w, "nudge", care.StepSkipped, "")
	if got := queued(w, "message", "nudge"); got != 0 {
		t.Errorf("%d reminders of a visit that is over", got)
	}
}

func TestMessageIsStopped(t *testing.T) {
	w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
	complete(t, w, "ask", "asked", answered("worried", true))
	is(t, w, "later", care.StepSkipped, "")
	sleep(t, w, "2025-12-10T10:00:00-05:00")
	if got := queued(w, "message", "later"); got != 0 {
		t.Errorf("%d messages went out though they were stopped", got)
	}
}

func TestMessageEndsAsItsDelivery(t *testing.T) {
	for status, want := range map[care.MessageStatus]care.StepStatus{
		care.MessageSent: care.StepDone, care.MessageUnknown: care.StepDone,
		care.MessageFailed: care.StepCancelled, care.MessageStopped: care.StepSkipped,
	} {
		t.Run(string(status), func(t *testing.T) {
			w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
			w.Delivery = func(m care.Message) engine.Delivery {
				if m.Purpose == "message" {
					return engine.Delivery{Status: status, Detail: "full."}
				}
				return engine.Delivery{Status: care.MessageSent}
			}
			complete(t, w, "ask", "asked")
			sleep(t, w, "2025-12-03T10:00:00-05:00")
			is(t, w, "later", want, string(status))
			bad := status == care.MessageFailed || status == care.MessageUnknown
			told := false
			for _, esc := range w.State.Escalations {
				told = told || esc.Kind == "delivery"
			}
			if told != bad {
				t.Errorf("a person was told: %v", told)
			}
		})
	}
}

func TestDeliveriesThatMakeNoSense(t *testing.T) {
	w := followed(t)
	refused(t, w, engine.Event{Kind: engine.MessageDelivered, MessageID: "x"}, care.Invalid, "delivery")
	refused(t, w, engine.Event{Kind: engine.MessageDelivered, MessageID: "x", Delivery: &engine.Delivery{Status: "lost at sea"}}, care.Invalid, "delivery.status")
	seq := w.State.Seq
	do(t, w, engine.Event{Kind: engine.MessageDelivered, MessageID: "unheard of", Delivery: &engine.Delivery{Status: care.MessageSent}})
	if w.State.Seq != seq {
		t.Error("the delivery of a message that nobody knows changed something")
	}
}

// A message can be on its way when it is withdrawn. Its late result says what the record then denies.
func TestWithdrawnWhileGoingOut(t *testing.T) {
	for status, want := range map[care.MessageStatus]care.MessageStatus{
		care.MessageSent: care.MessageSent, care.MessageUnknown: care.MessageUnknown,
		care.MessageFailed: care.MessageStopped, care.MessageStopped: care.MessageStopped,
	} {
		t.Run(string(status), func(t *testing.T) {
			w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
			complete(t, w, "ask", "asked")
			sleep(t, w, "2025-12-03T08:00:00-05:00")
			out := advanceAt(t, w, engine.Event{ID: "tick", Kind: engine.Tick}, "2025-12-03T10:00:00-05:00")
			m := tips(t, out.State.Outbox)
			w.State = out.State
			stopped := advanceAt(t, w, engine.Event{ID: "stop", Kind: engine.EnrollmentWithdraw, Actor: coordinator, Outcome: care.EndRevoked, Reason: "asked to stop"}, "2025-12-03T10:00:01-05:00")
			for _, eff := range engine.Unanswered(stopped.State) {
				if eff.Message != nil && eff.Message.ID == m.ID {
					t.Error("a withdrawn message would be sent anew")
				}
			}
			w.State = stopped.State
			late := advanceAt(t, w, engine.Event{ID: "late", Kind: engine.MessageDelivered, MessageID: m.ID, Delivery: &engine.Delivery{Status: status}}, "2025-12-03T10:00:02-05:00")
			if got := lastOf(m.ID, stopped, late); got != want {
				t.Errorf("the message is recorded as %s, want %s", got, want)
			}
			if slices.ContainsFunc(late.State.Outbox, func(o care.Message) bool { return o.ID == m.ID }) {
				t.Error("an answered message still waits")
			}
		})
	}
}

// tips is the queued message of that template.
func tips(t testing.TB, outbox []care.Message) care.Message {
	t.Helper()
	i := slices.IndexFunc(outbox, func(m care.Message) bool { return m.Template == "tips" && m.Status == care.MessageQueued })
	if i < 0 {
		t.Fatalf("the message does not wait: %v", outbox)
	}
	return outbox[i]
}

func advanceAt(t testing.TB, w *simulate.World, ev engine.Event, now string) engine.Turn {
	t.Helper()
	turn, err := w.Engine.Advance(w.State, ev, at(t, now))
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

// lastOf is how the turns leave a message.
func lastOf(id care.ID, turns ...engine.Turn) (status care.MessageStatus) {
	for _, turn := range turns {
		for _, eff := range turn.Effects {
			if eff.Message != nil && eff.Message.ID == id {
				status = eff.Message.Status
			}
		}
	}
	return status
}
