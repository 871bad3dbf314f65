package engine_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

var (
	partner = care.Actor{Kind: care.Partner, ID: "link"}
	system  = care.Actor{Kind: care.System, ID: "adt"}
)

// begin starts an enrollment that no stay led to.
func begin(t testing.TB, file, now string) *simulate.World {
	t.Helper()
	w := simulate.New(load(t, file), at(t, now))
	do(t, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{
		EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar(),
	}})
	return w
}

// refused holds that an event is refused by the rule, and changes nothing.
func refused(t testing.TB, w *simulate.World, ev engine.Event, code care.Code, rule string) {
	t.Helper()
	before := jsonOf(t, w.State)
	err := w.Do(ev)
	if err == nil {
		t.Fatalf("%s was not refused", ev.Kind)
	}
	var refusal *care.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Errorf("%s was refused with %v (%s), want %s", ev.Kind, err, care.CodeOf(err), code)
	} else if !strings.Contains(refusal.Rule+" "+refusal.Field, rule) {
		t.Errorf("%s was refused by %q at %q, want %q", ev.Kind, refusal.Rule, refusal.Field, rule)
	}
	if after := jsonOf(t, w.State); after != before {
		t.Errorf("the refused %s changed the state", ev.Kind)
	}
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

type changeEvent func(*engine.Event)

func answered(name string, value any) changeEvent {
	return func(ev *engine.Event) { ev.Answers = append(ev.Answers, care.FactValue{Name: name, Value: value}) }
}

func occurred(when time.Time) changeEvent { return func(ev *engine.Event) { ev.OccurredAt = when } }

func because(reason string) changeEvent { return func(ev *engine.Event) { ev.Reason = reason } }

// completion is the event that completes a step's task.
func completion(t testing.TB, w *simulate.World, id, outcome string, changes ...changeEvent) engine.Event {
	t.Helper()
	st := step(t, w, id)
	for _, other := range w.State.Steps {
		if other.ID == id && other.Status == care.StepOpen {
			st = other
		}
	}
	if st.Task == nil {
		t.Fatalf("the step %s has no task", id)
	}
	ev := engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: st.Task.ID, Outcome: outcome}
	for _, change := range changes {
		change(&ev)
	}
	return ev
}

func complete(t testing.TB, w *simulate.World, id, outcome string, changes ...changeEvent) {
	t.Helper()
	do(t, w, completion(t, w, id, outcome, changes...))
}

// clock finds a clock of the latest occurrence of a step, or with an empty step the enrollment's own.
func clock(t testing.TB, w *simulate.World, id, name string) *engine.Clock {
	t.Helper()
	var found *engine.Clock
	for _, c := range w.State.Clocks {
		if c.Step == id && c.Name == name {
			found = c
		}
	}
	if found == nil {
		t.Fatalf("there is no clock %s of %q", name, id)
	}
	return found
}

func due(t testing.TB, w *simulate.World, id, name, want string) {
	t.Helper()
	if c := clock(t, w, id, name); !c.Due.Equal(at(t, want)) {
		t.Errorf("%s of %q is due %s, want %s (%s)", name, id, c.Due.Format(time.RFC3339), want, c.Reason)
	}
}

func is(t testing.TB, w *simulate.World, id string, status care.StepStatus, outcome string) {
	t.Helper()
	if st := step(t, w, id); st.Status != status || st.Outcome != outcome {
		t.Errorf("%s is %s %q, want %s %q (%s)", id, st.Status, st.Outcome, status, outcome, st.Reason)
	}
}

func ended(t testing.TB, w *simulate.World, as string) {
	t.Helper()
	if w.State.Status != care.EnrollmentEnded || w.State.Outcome != as {
		t.Errorf("the enrollment is %s %q (%s), want ended as %s", w.State.Status, w.State.Outcome, w.State.Reason, as)
	}
}

func status(t testing.TB, w *simulate.World, want care.EnrollmentStatus) {
	t.Helper()
	if w.State.Status != want {
		t.Errorf("the enrollment is %s (%s), want %s", w.State.Status, w.State.Reason, want)
	}
}

// told holds that the timeline has a line with the text.
func told(t testing.TB, w *simulate.World, text string) {
	t.Helper()
	var lines []string
	for _, entry := range w.Timeline() {
		if strings.Contains(entry.Text, text) {
			return
		}
		lines = append(lines, entry.Text)
	}
	t.Errorf("the timeline does not say %q; it says\n\t%s", text, strings.Join(lines, "\n\t"))
}

// raised counts the escalations of a step that were ever raised.
func raised(w *simulate.World, id string) int {
	n := 0
	for _, esc := range w.Escalations() {
		if esc.Step == id {
			n++
		}
	}
	return n
}

// queued counts the messages of a purpose, of a step where one is given.
func queued(w *simulate.World, purpose, id string) int {
	n := 0
	for _, m := range w.Messages() {
		if m.Purpose == purpose && (id == "" || m.Step == id) {
			n++
		}
	}
	return n
}

// stay is the enrollment's own stay, or another one, as it stands after some reports.
func stay(t testing.TB, id string, st care.EncounterStatus, revision int, discharged string) *care.Encounter {
	t.Helper()
	enc := &care.Encounter{ID: id, Class: care.Inpatient, Status: st, Revision: revision}
	if discharged != "" {
		when := at(t, discharged)
		enc.DischargedAt, enc.Disposition = &when, care.ToHome
	}
	return enc
}

func followed(t testing.TB) *simulate.World {
	t.Helper()
	return discharge(t, load(t, "testdata/tcm.yaml"), "2025-11-26T15:00:00-05:00", "2025-11-26T16:00:00-05:00")
}
