package engine_test

import (
	"testing"

	"throughline/care"
	"throughline/pathways/engine"
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
