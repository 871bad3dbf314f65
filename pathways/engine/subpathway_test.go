package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

const subs = "testdata/subs.yaml"

// childEnded reports what became of the pathway that a step started.
func childEnded(w *simulate.World, id, as string) engine.Event {
	ev := engine.Event{ID: "ended:" + id, Kind: engine.SubEnded, Actor: care.TheEngine, Step: id, Occurrence: 1, Outcome: as}
	for _, st := range w.State.Steps {
		if st.ID == id && st.Sub != nil {
			ev.Child = st.Sub.EnrollmentID
		}
	}
	return ev
}

// asksOther counts the effects that ask something of other enrollments.
func asksOther(w *simulate.World, kind engine.EffectKind) (found []engine.Effect) {
	for _, turn := range w.Turns {
		for _, eff := range turn.Effects {
			if eff.Kind == kind {
				found = append(found, eff)
			}
		}
	}
	return found
}

func TestAnotherPathwayIsStartedAndWaitedFor(t *testing.T) {
	w := begin(t, subs, "2025-12-01T10:00:00-05:00")
	starts := asksOther(w, engine.StartPathway)
	if len(starts) != 2 {
		t.Fatalf("%d pathways were to be started", len(starts))
	}
	want := &engine.SubLaunch{
		ID: starts[0].Start.ID, Pathway: "social-need-referral", PatientID: "pat-1", Need: "food-insecurity",
		Parent: engine.Parent{EnrollmentID: "enr-1", Step: "help", Occurrence: 1}, OccurredAt: at(t, "2025-12-01T10:00:00-05:00"), Await: true,
		Facts: []care.FactValue{{Name: "need", Value: "food-insecurity", At: at(t, "2025-12-01T10:00:00-05:00"), From: "given by enr-1"}},
	}
	if diff := cmp.Diff(want, starts[0].Start); diff != "" {
		t.Error(diff)
	}
	is(t, w, "search", care.StepDone, "started") // nobody waits for it
	is(t, w, "help", care.StepOpen, "")
	due(t, w, "help", "wait", "2025-12-31T23:59:59-05:00")
	do(t, w, childEnded(w, "help", care.EndCompleted))
	is(t, w, "help", care.StepDone, care.EndCompleted)
	is(t, w, "after_help", care.StepOpen, "")
}

// A wait for another pathway has an end, and then an owner.
func TestAnotherPathwayThatDoesNotEnd(t *testing.T) {
	w := begin(t, subs, "2025-12-01T10:00:00-05:00")
	sleep(t, w, "2026-01-01T00:00:00-05:00")
	st := step(t, w, "help")
	if st.Status != care.StepOpen || !st.Missed || st.Task == nil || st.Task.Role != "care_coordinator" || st.Task.DueAt == nil {
		t.Fatalf("nobody looks after it: %s, %+v", st.Status, st.Task)
	}
	complete(t, w, "help", "keep_waiting")
	due(t, w, "help", "wait", "2026-01-31T23:59:59-05:00")
	if st := step(t, w, "help"); st.Missed {
		t.Error("it is late still")
	}
	sleep(t, w, "2026-02-01T00:00:00-05:00")
	complete(t, w, "help", "no_longer_awaited")
	is(t, w, "help", care.StepDone, "no_longer_awaited")
	is(t, w, "after_help", care.StepSkipped, "")
}

func TestAnotherPathwayThatIsRefused(t *testing.T) {
	w := simulate.New(load(t, subs), at(t, "2025-12-01T10:00:00-05:00"))
	refuse := true
	w.Other = func(l engine.SubLaunch) engine.Event {
		if refuse && l.Pathway == "social-need-referral" {
			return engine.Event{Kind: engine.SubRefused, Reason: "the patient is on it already"}
		}
		return engine.Event{Kind: engine.SubStarted, Child: "child"}
	}
	do(t, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar()}})
	st := step(t, w, "help")
	if st.Status != care.StepOpen || st.Task == nil || !st.Task.Status.Open() || st.Task.Cause.Text != "the patient is on it already" {
		t.Fatalf("nobody decides: %s, %+v", st.Status, st.Task)
	}
	refuse = false
	complete(t, w, "help", "try_again")
	st = step(t, w, "help")
	if st.Status != care.StepOpen || st.Sub.EnrollmentID != "child" || st.Task.Status.Open() {
		t.Errorf("tried again it is %s, with %+v", st.Status, st.Sub)
	}
	if starts := asksOther(w, engine.StartPathway); len(starts) != 3 || starts[0].Start.ID == starts[2].Start.ID {
		t.Error("the second try is not one of its own")
	}
}

// The end of the other pathway may be told before its start is.
func TestEndsToldBeforeStarts(t *testing.T) {
	w := simulate.New(load(t, subs), at(t, "2025-12-01T10:00:00-05:00"))
	turn, err := w.Engine.Advance(w.State, engine.Event{ID: "start", Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar()}}, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	w.State = turn.State
	var launch *engine.SubLaunch
	for _, eff := range engine.Unanswered(w.State) {
		if eff.Start != nil && eff.Start.Pathway == "social-need-referral" {
			launch = eff.Start
		}
	}
	if launch == nil {
		t.Fatal("a restored workflow would not ask again")
	}
	ended := engine.Event{ID: "ended", Kind: engine.SubEnded, Actor: care.TheEngine, Step: "help", Occurrence: 1, Child: "child", Outcome: care.EndCompleted}
	do(t, w, ended)
	is(t, w, "help", care.StepOpen, "")
	do(t, w, engine.Event{ID: launch.ID, Kind: engine.SubStarted, Actor: care.TheEngine, Step: "help", Occurrence: 1, Child: "child"})
	is(t, w, "help", care.StepDone, care.EndCompleted)
}

// What does not outlive the enrollment ends with it, everything else goes on.
func TestWhatEndsWithTheEnrollment(t *testing.T) {
	w := begin(t, subs, "2025-12-01T10:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.EnrollmentWithdraw, Actor: coordinator, Reason: "moved away"})
	ends := asksOther(w, engine.EndPathway)
	if len(ends) != 1 || ends[0].End.Step != "search" || ends[0].End.EnrollmentID == "" {
		t.Fatalf("these were to end: %+v", ends)
	}
	if left := engine.Unanswered(w.State); len(left) > 0 {
		t.Errorf("a restored workflow would ask again: %+v", left)
	}
}

// An enrollment that another one started tells it how it ended, once.
func TestTheParentIsTold(t *testing.T) {
	w := simulate.New(load(t, subs), at(t, "2025-12-01T10:00:00-05:00"))
	parent := &engine.Parent{EnrollmentID: "enr-0", Step: "sub", Occurrence: 2}
	do(t, w, engine.Event{Kind: engine.Started, Actor: care.TheEngine, Launch: &engine.Launch{
		EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar(), Parent: parent,
	}})
	do(t, w, engine.Event{Kind: engine.EnrollmentWithdraw, Actor: coordinator, Reason: "moved away"})
	news := asksOther(w, engine.TellParent)
	if len(news) != 1 || news[0].Parent.Parent != *parent || news[0].Parent.Outcome != care.EndRevoked || news[0].Parent.Child != "enr-1" {
		t.Fatalf("the parent hears %+v", news)
	}
	if w.State.Untold {
		t.Error("the answer was not heard")
	}
}

func TestDiscretionarySteps(t *testing.T) {
	w := begin(t, subs, "2025-12-01T10:00:00-05:00")
	complete(t, w, "talk", "done", answered("worried", true))
	st := step(t, w, "home")
	if st.Status != care.StepWaiting || !st.Offered {
		t.Fatalf("it is %s, offered %v", st.Status, st.Offered)
	}
	told(t, w, "May be begun: Visit at home.")
	sleep(t, w, "2025-12-20T10:00:00-05:00")
	is(t, w, "home", care.StepWaiting, "") // never by itself
	do(t, w, engine.Event{Kind: engine.StepStart, Actor: coordinator, Reason: "she asked for it", Step: "home"})
	is(t, w, "home", care.StepOpen, "")
	if step(t, w, "home").Offered {
		t.Error("what is begun is offered still")
	}
	do(t, w, childEnded(w, "help", care.EndRevoked))
	ended(t, w, care.EndCompleted) // nobody had to begin it, nor to finish it
}

func TestDiscretionaryStepsByAnEvent(t *testing.T) {
	w := begin(t, subs, "2025-12-01T10:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.ObservationMade, Actor: system, Observation: &care.ObservationReport{Critical: false}})
	if step(t, w, "result").Offered {
		t.Error("offered without its condition")
	}
	do(t, w, engine.Event{Kind: engine.ObservationMade, Actor: system, Observation: &care.ObservationReport{Critical: true}})
	do(t, w, engine.Event{Kind: engine.Tick})
	if !step(t, w, "result").Offered {
		t.Error("what an event offered is forgotten")
	}
}

func TestLaunchedByAnEnd(t *testing.T) {
	e := load(t, "testdata/follows.yaml")
	l := engine.Launch{
		EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar(),
		Ended: &engine.EndedEnrollment{EnrollmentID: "enr-0", Pathway: "subs-test", Outcome: care.EndRevoked, EndedAt: at(t, "2025-12-01T23:00:00-05:00")},
	}
	if d := e.Decide(l); d.Start {
		t.Error("started after an end that does not lead to it")
	}
	l.Ended.Outcome = care.EndCompleted
	if d := e.Decide(l); !d.Start {
		t.Fatalf("not started: %s", d.Reason)
	}
	if a, b := e.EnrollmentID(l, "follows:enr-0"), e.EnrollmentID(l, "follows:enr-9"); a == b {
		t.Error("two ends are one enrollment")
	}
	w := simulate.New(e, at(t, "2025-12-02T08:00:00-05:00"))
	do(t, w, engine.Event{Kind: engine.Started, Actor: care.TheEngine, Launch: &l})
	if got := fact(t, w, "since"); got != "2025-12-01" {
		t.Errorf("it counts from %v", got)
	}
	if text := w.State.Cause.Text; text != "subs test ended as completed" {
		t.Errorf("it started because %q", text)
	}
}

// joined starts the pathway where the one that its step starts runs already.
func joined(t *testing.T, version int) *simulate.World {
	t.Helper()
	w := simulate.New(load(t, subs), at(t, "2025-12-01T10:00:00-05:00"))
	w.Other = func(engine.SubLaunch) engine.Event {
		return engine.Event{Kind: engine.SubStarted, Child: "child", Outcome: "joined"}
	}
	w.State.Engine = version
	do(t, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar()}})
	return w
}

// Where the other pathway runs already its end is waited for all the same, and it is not this one's to
// end.
func TestAnotherPathwayThatRunsAlready(t *testing.T) {
	w := joined(t, engine.Version)
	told(t, w, "runs already, and goes on")
	is(t, w, "search", care.StepDone, "joined") // nobody waits for it
	is(t, w, "help", care.StepOpen, "")
	due(t, w, "help", "wait", "2025-12-31T23:59:59-05:00")
	do(t, w, childEnded(w, "help", care.EndCompleted))
	is(t, w, "help", care.StepDone, care.EndCompleted)
	is(t, w, "after_help", care.StepOpen, "")
	do(t, w, engine.Event{Kind: engine.EnrollmentWithdraw, Actor: coordinator, Reason: "moved away"})
	if ends := asksOther(w, engine.EndPathway); len(ends) != 0 {
		t.Errorf("it ends what it has not started: %+v", ends[0].End)
	}

	before := joined(t, 2)
	is(t, before, "help", care.StepDone, "joined")
}

// An enrollment tells its end to everyone who waits for it, once, and again after a new start of its
// workflow where that was not heard.
func TestJoinersAreTold(t *testing.T) {
	w := begin(t, subs, "2025-12-01T10:00:00-05:00")
	one := engine.Parent{EnrollmentID: "enr-7", Step: "help", Occurrence: 1}
	other := engine.Parent{EnrollmentID: "enr-8", Step: "help", Occurrence: 2}
	for _, p := range []engine.Parent{one, one, other} {
		do(t, w, engine.Event{Kind: engine.ParentJoined, Actor: care.TheEngine, Parent: &p})
	}
	refused(t, w, engine.Event{Kind: engine.ParentJoined, Actor: care.TheEngine}, care.Invalid, "parent")
	refused(t, w, engine.Event{Kind: engine.ParentJoined, Actor: care.TheEngine, Parent: &engine.Parent{EnrollmentID: "enr-1"}}, care.Invalid, "parent")
	turn, err := w.Engine.Advance(w.State, engine.Event{ID: "w", Kind: engine.EnrollmentWithdraw, Actor: coordinator, Reason: "moved away"}, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	news := func(effects []engine.Effect) (told []engine.ParentNews) {
		for _, eff := range effects {
			if eff.Parent != nil {
				told = append(told, *eff.Parent)
			}
		}
		return told
	}
	want := []engine.ParentNews{
		{ID: engine.JoinedNewsID("enr-1", one), Parent: one, Child: "enr-1", Outcome: care.EndRevoked},
		{ID: engine.JoinedNewsID("enr-1", other), Parent: other, Child: "enr-1", Outcome: care.EndRevoked},
	}
	if diff := cmp.Diff(want, news(turn.Effects)); diff != "" {
		t.Error(diff)
	}
	turn, err = w.Engine.Advance(turn.State, engine.Event{ID: want[0].ID, Kind: engine.ParentTold, Actor: care.TheEngine}, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[1:], news(engine.Unanswered(turn.State))); diff != "" {
		t.Error(diff)
	}
}
