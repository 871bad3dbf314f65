package engine_test

import (
	"testing"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

func kinds(t testing.TB) *simulate.World {
	t.Helper()
	return begin(t, "testdata/kinds.yaml", "2025-12-01T10:00:00-05:00")
}

func never(t testing.TB, w *simulate.World, id string) {
	t.Helper()
	for _, st := range w.State.Steps {
		if st.ID == id && st.OpenedAt != nil {
			t.Errorf("%s began", id)
		}
	}
}

func occurrences(w *simulate.World, id string) (begun, all int) {
	for _, st := range w.State.Steps {
		if st.ID == id {
			all++
			if st.OpenedAt != nil {
				begun++
			}
		}
	}
	return begun, all
}

func result(critical bool) engine.Event {
	return engine.Event{Kind: engine.ObservationMade, Actor: system, Observation: &care.ObservationReport{Code: care.Coding{Code: "K"}, Critical: critical}}
}

func TestStepsOpenJustInTime(t *testing.T) {
	w := kinds(t)
	for _, id := range []string{"follow", "quiet", "calm", "weekly", "later"} {
		never(t, w, id)
	}
	complete(t, w, "ask", "asked")
	is(t, w, "follow", care.StepOpen, "")
	is(t, w, "quiet", care.StepOpen, "")
	never(t, w, "calm")
}

func TestWaits(t *testing.T) {
	t.Run("over", func(t *testing.T) {
		w := kinds(t)
		complete(t, w, "ask", "asked")
		sleep(t, w, "2025-12-04T12:00:00-05:00")
		is(t, w, "quiet", care.StepOpen, "")
		sleep(t, w, "2025-12-05T00:00:00-05:00")
		is(t, w, "quiet", care.StepDone, "elapsed")
		is(t, w, "calm", care.StepDone, "reached")
	})
	t.Run("ended by a condition", func(t *testing.T) {
		w := kinds(t)
		complete(t, w, "ask", "asked", answered("worried", true))
		is(t, w, "quiet", care.StepDone, "came")
	})
	t.Run("ended by an event at the same instant", func(t *testing.T) {
		w := kinds(t)
		complete(t, w, "ask", "asked")
		is(t, w, "hears", care.StepOpen, "")
		do(t, w, result(false))
		is(t, w, "hears", care.StepDone, "came")
	})
}

func TestRepeats(t *testing.T) {
	t.Run("to the last time", func(t *testing.T) {
		w := kinds(t)
		complete(t, w, "ask", "asked")
		sleep(t, w, "2025-12-08T08:00:00-05:00")
		if begun, all := occurrences(w, "weekly"); begun != 1 || all != 2 {
			t.Errorf("%d of %d began", begun, all)
		}
		sleep(t, w, "2026-01-20T10:00:00-05:00")
		if begun, all := occurrences(w, "weekly"); begun != 3 || all != 3 {
			t.Errorf("%d of %d began", begun, all)
		}
	})
	t.Run("until it is enough", func(t *testing.T) {
		w := kinds(t)
		sleep(t, w, "2025-12-01T11:00:00-05:00")
		complete(t, w, "ask", "asked", answered("worried", true))
		sleep(t, w, "2026-01-20T10:00:00-05:00")
		if begun, all := occurrences(w, "weekly"); begun != 1 || all != 2 {
			t.Errorf("%d of %d began", begun, all)
		}
		is(t, w, "weekly", care.StepSkipped, "")
	})
}

func TestTracks(t *testing.T) {
	w := kinds(t)
	do(t, w, result(false))
	never(t, w, "checkup")
	do(t, w, result(true))
	is(t, w, "checkup", care.StepOpen, "")
	do(t, w, result(true)) // it runs already
	if begun, _ := occurrences(w, "checkup"); begun != 1 {
		t.Errorf("the track runs %d times at once", begun)
	}
	never(t, w, "sorry")
	complete(t, w, "ask", "asked", answered("worried", true))
	is(t, w, "sorry", care.StepOpen, "")

	complete(t, w, "checkup", "done")
	complete(t, w, "daily", "done")
	sleep(t, w, "2025-12-02T10:00:00-05:00")
	complete(t, w, "daily", "done")
	// Over: the next result starts it again, with its repetitions, even two at one instant.
	do(t, w, result(true))
	sleep(t, w, "2025-12-04T10:00:00-05:00")
	if begun, _ := occurrences(w, "checkup"); begun != 2 {
		t.Errorf("the track ran %d times", begun)
	}
	if begun, _ := occurrences(w, "daily"); begun != 4 {
		t.Errorf("its repeated step began %d times, want twice in each run", begun)
	}
}

func TestPersonalChanges(t *testing.T) {
	w := kinds(t)
	change := func(kind engine.EventKind, changes ...changeEvent) engine.Event {
		ev := engine.Event{Kind: kind, Actor: coordinator, Reason: "the family asked"}
		for _, c := range changes {
			c(&ev)
		}
		return ev
	}
	onStep := func(id string) changeEvent { return func(ev *engine.Event) { ev.Step = id } }
	for _, kind := range []engine.EventKind{engine.StepAdd, engine.StepSkip, engine.StepStart, engine.TrackStart, engine.ClockMove} {
		refused(t, w, change(kind, because("")), care.Invalid, "reason")
	}

	add := func(s pathways.Step) engine.Event {
		return change(engine.StepAdd, func(ev *engine.Event) { ev.NewStep = &s })
	}
	refused(t, w, change(engine.StepAdd), care.Invalid, "new_step")
	refused(t, w, add(pathways.Step{Task: "Water the plants"}), care.Invalid, "step.add")
	refused(t, w, add(pathways.Step{ID: "ask", Task: "Ask again", Due: "1 day"}), care.Conflict, "new_step.id")
	do(t, w, add(pathways.Step{Task: "Water the plants", Due: "1 day"}))
	if st := step(t, w, "added_1"); st.Status != care.StepOpen || !st.Personal || st.Task.DueAt == nil || st.Task.Role != "care_coordinator" {
		t.Errorf("%+v", st)
	}
	do(t, w, add(pathways.Step{ID: "tips", Message: &pathways.MessageSpec{To: "patient", Template: "tips"}}))
	is(t, w, "tips", care.StepDone, "sent")

	refused(t, w, change(engine.StepStart, onStep("ask")), care.NotFound, "step")
	do(t, w, change(engine.StepStart, onStep("follow")))
	is(t, w, "follow", care.StepOpen, "")
	refused(t, w, change(engine.StepSkip, onStep("nothing")), care.NotFound, "step")
	do(t, w, change(engine.StepSkip, onStep("added_1")))
	is(t, w, "added_1", care.StepSkipped, "")

	track := func(name string) changeEvent { return func(ev *engine.Event) { ev.Track = name } }
	refused(t, w, change(engine.TrackStart, track("none")), care.NotFound, "track")
	do(t, w, change(engine.TrackStart, track("worry")))
	is(t, w, "sorry", care.StepOpen, "")
	refused(t, w, change(engine.TrackStart, track("worry")), care.Conflict, "track")

	move := func(clock, until string) engine.Event {
		end := at(t, until)
		return change(engine.ClockMove, func(ev *engine.Event) { ev.Clock, ev.Until = clock, &end })
	}
	refused(t, w, move("law", "2025-12-20T10:00:00-05:00"), care.Conflict, "clock.move.statutory")
	refused(t, w, move("work", "2025-11-20T10:00:00-05:00"), care.Invalid, "until")
	refused(t, w, move("none", "2025-12-20T10:00:00-05:00"), care.NotFound, "clock")
	sleep(t, w, "2025-12-04T12:00:00-05:00")
	if !step(t, w, "ask").Missed || raised(w, "ask") == 0 {
		t.Fatal("it is not missed yet")
	}
	do(t, w, move("work", "2025-12-10T12:00:00-05:00"))
	due(t, w, "ask", "work", "2025-12-10T12:00:00-05:00")
	if step(t, w, "ask").Missed {
		t.Error("with the new deadline it is still missed")
	}
	end := at(t, "2025-12-06T12:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.EnrollmentPause, Actor: coordinator, Reason: "travels", Until: &end})
	refused(t, w, change(engine.StepStart, onStep("later")), care.Conflict, "step.start")
	sleep(t, w, "2025-12-07T12:00:00-05:00")
	due(t, w, "ask", "work", "2025-12-12T12:00:00-05:00")
}

// A deadline that was missed before its work was done has nothing more to run for.
func TestTheDeadlineOfWhatIsDoneStays(t *testing.T) {
	w := kinds(t)
	sleep(t, w, "2025-12-04T12:00:00-05:00")
	complete(t, w, "measured", "done")
	end := at(t, "2025-12-20T10:00:00-05:00")
	refused(t, w, engine.Event{Kind: engine.ClockMove, Actor: coordinator, Reason: "later", Clock: "exact", Step: "measured", Until: &end}, care.NotFound, "clock")
}

// Where nothing else holds an enrollment, a person has it.
func TestNothingFallsThrough(t *testing.T) {
	w := kinds(t)
	for _, st := range w.State.Steps {
		if st.Status == care.StepOpen {
			do(t, w, engine.Event{Kind: engine.TaskCancel, Actor: coordinator, TaskID: st.Task.ID, Reason: "off"})
		}
	}
	if len(engine.Holds(w.State)) == 0 {
		t.Error("nothing holds it")
	}
}

func TestSameEventTwiceChangesNothing(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-11-28T12:00:00-05:00")
	ev := completion(t, w, "papers", "done")
	ev.ID = "once"
	do(t, w, ev)
	turn, err := w.Engine.Advance(w.State, ev, w.Now)
	if err != nil || !turn.Duplicate || len(turn.Effects) != 0 || jsonOf(t, turn.State) != jsonOf(t, w.State) {
		t.Errorf("the same event again: %v, %+v", err, turn.Effects)
	}
}

func TestClockOffsetIsKept(t *testing.T) {
	w := followed(t)
	do(t, w, engine.Event{Kind: engine.ClockOffset, Offset: 1000})
	if w.State.Offset != 1000 {
		t.Errorf("the offset is %d", w.State.Offset)
	}
}
