package engine_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

func TestRungsFireOnce(t *testing.T) {
	w := followed(t)
	for range 200 { // many small ticks, each twice
		next := w.Now.Add(4 * time.Hour)
		sleep(t, w, next.Format(time.RFC3339Nano))
		for range 2 {
			do(t, w, engine.Event{ID: "tick " + next.String(), Kind: engine.Tick})
		}
		do(t, w, engine.Event{Kind: engine.Tick})
	}
	if got := raised(w, "contact"); got != 3 {
		t.Errorf("the contact escalated %d times, want 3", got)
	}
	if got := queued(w, "reminder", "contact"); got != 1 {
		t.Errorf("%d reminders, want 1", got)
	}

	jump := followed(t)
	jump.Now = w.Now
	do(t, jump, engine.Event{Kind: engine.Tick})
	if diff := cmp.Diff(texts(w), texts(jump)); diff != "" {
		t.Errorf("one jump tells another story than many ticks (-many +jump):\n%s", diff)
	}
}

// texts is the story without who recorded it when, and without what deliveries tell.
func texts(w *simulate.World) []string {
	var out []string
	for _, entry := range w.Timeline() {
		out = append(out, entry.OccurredAt.UTC().Format(time.RFC3339)+" "+entry.Text)
	}
	return out
}

func TestRungsRemindPatientsAndReassign(t *testing.T) {
	w := begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.TaskClaim, Actor: coordinator, TaskID: step(t, w, "measured").Task.ID})
	sleep(t, w, "2025-12-01T19:00:00-05:00")
	st := step(t, w, "measured")
	if st.Task.Role != "nurse" || st.Task.Assignee != "" {
		t.Errorf("the task is with %s %q", st.Task.Role, st.Task.Assignee)
	}
	if st.Status != care.StepOpen || !st.Task.Missed {
		t.Errorf("a missed task must stay open: %s", st.Status)
	}
	told(t, w, "passed from the care coordinator to the nurse")
	to := ""
	for _, m := range w.Messages() {
		if m.Purpose == "reminder" && m.Step == "measured" {
			to = m.To
		}
	}
	if to != "patient" {
		t.Errorf("the reminder went to %q", to)
	}
	moved := false
	for _, turn := range w.Turns {
		for _, eff := range turn.Effects {
			moved = moved || eff.Kind == engine.Moved && eff.Transition.Item == st.Task.ID && eff.Transition.Owner == "nurse"
		}
	}
	if !moved {
		t.Error("the table of transitions does not know the new owner")
	}
}

func TestReminderThatHelpsNobodyIsLeftOut(t *testing.T) {
	t.Run("told of the discharge late", func(t *testing.T) {
		w := discharge(t, load(t, "testdata/tcm.yaml"), "2025-11-26T15:00:00-05:00", "2025-12-03T10:00:00-05:00")
		if got := queued(w, "reminder", "contact") + queued(w, "warning", "contact"); got != 0 {
			t.Errorf("%d reminders and warnings of what is late already", got)
		}
		if got := raised(w, "contact"); got != 2 {
			t.Errorf("%d escalations, want both", got)
		}
	})
	t.Run("the discharge was earlier than told", func(t *testing.T) {
		w := discharge(t, load(t, "testdata/tcm.yaml"), "2025-12-01T15:00:00-05:00", "2025-12-01T16:00:00-05:00")
		do(t, w, engine.Event{Kind: engine.EncounterUpdated, Actor: system, Encounter: stay(t, "enc-1", care.EncounterDischarged, 2, "2025-11-24T10:00:00-05:00")})
		if got := queued(w, "reminder", "contact") + queued(w, "warning", "contact"); got != 0 {
			t.Errorf("%d reminders and warnings of what is late already", got)
		}
		if clock(t, w, "contact", "contact").Status != care.ClockMissed || raised(w, "contact") == 0 {
			t.Error("the deadline passed unnoticed")
		}
	})
	t.Run("the visit is booked in time", func(t *testing.T) {
		w := discharge(t, load(t, "../library/post-discharge-tcm.yaml"), "2025-11-26T15:00:00-05:00", "2025-11-26T16:00:00-05:00")
		complete(t, w, "visit", "booked", answered("start", "2025-12-09T10:00:00-05:00"))
		sleep(t, w, "2025-12-09T09:00:00-05:00")
		if got := queued(w, "reminder", "visit") + queued(w, "warning", "visit"); got != 0 {
			t.Errorf("%d reminders and warnings to book a visit that is booked", got)
		}
	})
}

func TestLateRecordedActWithdrawsTheEscalation(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-12-02T10:00:00-05:00")
	complete(t, w, "contact", "reached", answered("transport_barrier", false), occurred(at(t, "2025-12-01T23:59:59-05:00")))
	if c := clock(t, w, "contact", "contact"); c.Status != care.ClockMet {
		t.Errorf("the clock is %s", c.Status)
	}
	got := map[string]care.EscalationStatus{}
	for _, esc := range w.Escalations() {
		got[esc.Kind+" "+esc.Level] = esc.Status
	}
	want := map[string]care.EscalationStatus{
		"warn supervisor":     care.EscalationResolved, // it was right when it was raised
		"escalate supervisor": care.EscalationWithdrawn, "escalate medical_director": care.EscalationWithdrawn,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	told(t, w, "it was only recorded late")
	told(t, w, "was withdrawn: it was done on Mon 2025-12-01 23:59 (America/New_York)")
	if step(t, w, "contact").Missed {
		t.Error("the step is still missed")
	}
}

func TestLateActResolvesTheEscalation(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-12-02T10:00:00-05:00")
	complete(t, w, "contact", "reached", answered("transport_barrier", false))
	for _, esc := range w.Escalations() {
		if esc.Status != care.EscalationResolved {
			t.Errorf("%s to %s is %s", esc.Kind, esc.Level, esc.Status)
		}
	}
	if c := clock(t, w, "contact", "contact"); c.Status != care.ClockMissed {
		t.Errorf("the clock is %s", c.Status)
	}
}

func TestEscalationsAreForPeople(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-12-02T08:00:00-05:00")
	esc := w.State.Escalations[len(w.State.Escalations)-1]
	act := func(kind engine.EventKind) engine.Event {
		return engine.Event{Kind: kind, Actor: coordinator, EscalationID: esc.ID}
	}
	refused(t, w, act(engine.EscalationSnooze), care.Invalid, "escalation.snooze")
	refused(t, w, act(engine.EscalationResolve), care.Invalid, "escalation.resolve")
	do(t, w, act(engine.EscalationAcknowledge))
	until := at(t, "2025-12-03T08:00:00-05:00")
	snooze := act(engine.EscalationSnooze)
	snooze.Until, snooze.Reason = &until, "on the way"
	do(t, w, snooze)
	is(t, w, "contact", care.StepOpen, "")
	sleep(t, w, "2025-12-03T09:00:00-05:00")
	told(t, w, "The snooze is over")
	resolve := act(engine.EscalationResolve)
	resolve.Reason = "the supervisor calls herself"
	do(t, w, resolve)
	is(t, w, "contact", care.StepOpen, "")
	refused(t, w, resolve, care.NotFound, "escalation_id")
}
