package router_test

import (
	"strings"
	"testing"
	"time"

	"throughline/care"
	"throughline/intake/router"
	"throughline/pathways"
	"throughline/pathways/engine"
)

const parentFile = `
pathway: parent-path
version: 1
title: A pathway that starts another
owner: care_coordinator
launch: {once_per: request}
facts:
  need: {type: code, values: [food-insecurity, transportation-insecurity], default: food-insecurity}
clocks:
  period: {from: enrolled, within: 90 days}
steps:
  - id: help
    pathway: {start: child-path, with: {need: need}, wait: true, within: 30 days, ends_with_parent: true}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

const childFile = `
pathway: child-path
version: 1
title: A pathway that is started
owner: nurse
launch: {when: event.need == "food-insecurity", once_per: request}
relations:
  - {pathway: hospice-path, is: excludes, because: The patient is cared for in a hospice.}
clocks:
  period: {from: enrolled, within: 60 days}
steps:
  - {id: call, task: Call, due: 2 days}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

const followerFile = `
pathway: follow-path
version: 1
title: What follows
owner: nurse
launch: {on: enrollment.ended, when: event.outcome == "completed", once_per: request}
relations:
  - {pathway: child-path, is: follows}
facts:
  since: {type: date, from: event.ended_at, required: true}
clocks:
  period: {from: since, within: 60 days}
steps:
  - {id: call, task: Call again, due: 2 days}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// together publishes pathways that know of each other, and knows the patient 4711.
func together(t *testing.T, files ...string) *world {
	t.Helper()
	w := newWorld(t)
	for _, file := range files {
		d, problems := pathways.Load("test.yaml", []byte(file))
		w.must(problems.Err())
		w.publish(d)
	}
	w.post(discharged.as("A31", "20251126180000").text(w))
	return w
}

func (w *world) begin(pathway, key string, facts ...care.FactValue) (router.Launched, error) {
	return w.router.Launch(w.t.Context(), router.Request{PatientID: w.patient("4711").ID, Pathway: pathway, Key: key, Actor: nurse, Facts: facts})
}

// awaited gives what an enrollment wants done elsewhere.
func (w *world) awaited(id care.ID) []engine.Effect {
	w.t.Helper()
	state, _, err := w.store.Snapshot(w.t.Context(), id)
	w.must(err)
	return engine.Unanswered(state)
}

func TestAStepStartsAnotherPathway(t *testing.T) {
	w := together(t, parentFile, childFile)
	parent, err := w.begin("parent-path", "k1")
	w.must(err)
	wanted := w.awaited(parent.EnrollmentID)
	if len(wanted) != 1 || wanted[0].Start == nil {
		t.Fatalf("it wants %+v", wanted)
	}
	first, err := w.router.StartPathway(t.Context(), *wanted[0].Start)
	w.must(err)
	again, err := w.router.StartPathway(t.Context(), *wanted[0].Start)
	w.must(err)
	if first.EnrollmentID == "" || first != again || first.Joined {
		t.Fatalf("%+v, again %+v", first, again)
	}
	state, _, err := w.store.Snapshot(t.Context(), first.EnrollmentID)
	w.must(err)
	if want := (engine.Parent{EnrollmentID: parent.EnrollmentID, Step: "help", Occurrence: 1}); state.Parent == nil || *state.Parent != want {
		t.Errorf("its parent is %+v", state.Parent)
	}
	if _, err := w.engine.Submit(t.Context(), parent.EnrollmentID, engine.Event{ID: wanted[0].Start.ID, Kind: engine.SubStarted, Actor: care.TheEngine, Step: "help", Occurrence: 1, Child: first.EnrollmentID}); err != nil {
		t.Fatal(err)
	}
	// The child ends, and its parent hears of it, however often it is told.
	_, err = w.engine.Submit(t.Context(), first.EnrollmentID, engine.Event{ID: "w", Kind: engine.EnrollmentWithdraw, Actor: nurse, Reason: "moved away"})
	w.must(err)
	news := w.awaited(first.EnrollmentID)
	if len(news) != 1 || news[0].Parent == nil {
		t.Fatalf("the child wants %+v", news)
	}
	w.must(w.router.TellParent(t.Context(), *news[0].Parent))
	w.must(w.router.TellParent(t.Context(), *news[0].Parent))
	stored, err := w.store.Enrollment(t.Context(), parent.EnrollmentID)
	w.must(err)
	if stored.Enrollment.Outcome != care.EndCompleted || stored.Steps[0].Outcome != care.EndRevoked || stored.Steps[0].Child != first.EnrollmentID {
		t.Errorf("the parent is %+v, its step %+v", stored.Enrollment.Outcome, stored.Steps[0])
	}
}

func TestAPathwayEndsWithItsParent(t *testing.T) {
	w := together(t, parentFile, childFile)
	parent, err := w.begin("parent-path", "k1")
	w.must(err)
	launch := w.awaited(parent.EnrollmentID)[0].Start
	child, err := w.router.StartPathway(t.Context(), *launch)
	w.must(err)
	_, err = w.engine.Submit(t.Context(), parent.EnrollmentID, engine.Event{ID: launch.ID, Kind: engine.SubStarted, Actor: care.TheEngine, Step: "help", Occurrence: 1, Child: child.EnrollmentID})
	w.must(err)
	_, err = w.engine.Submit(t.Context(), parent.EnrollmentID, engine.Event{ID: "w", Kind: engine.EnrollmentWithdraw, Actor: nurse, Reason: "moved away"})
	w.must(err)
	wanted := w.awaited(parent.EnrollmentID)
	if len(wanted) != 1 || wanted[0].End == nil {
		t.Fatalf("it wants %+v", wanted)
	}
	w.must(w.router.EndPathway(t.Context(), *wanted[0].End))
	w.must(w.router.EndPathway(t.Context(), *wanted[0].End))
	stored, err := w.store.Enrollment(t.Context(), child.EnrollmentID)
	w.must(err)
	if stored.Enrollment.Outcome != care.EndRevoked {
		t.Errorf("the child is %s %s", stored.Enrollment.Status, stored.Enrollment.Outcome)
	}
}

// Whether another pathway starts is for its own rules to say.
func TestAStepIsRefusedAnotherPathway(t *testing.T) {
	hospice := strings.NewReplacer("pathway: child-path", "pathway: hospice-path", "  - {pathway: hospice-path, is: excludes, because: The patient is cared for in a hospice.}\n", "", "relations:\n", "").Replace(childFile)
	w := together(t, parentFile, childFile, hospice)
	parent, err := w.begin("parent-path", "k1", care.FactValue{Name: "need", Value: "transportation-insecurity"})
	w.must(err)
	launch := w.awaited(parent.EnrollmentID)[0].Start
	done, err := w.router.StartPathway(t.Context(), *launch)
	w.must(err)
	if !strings.Contains(done.Refused, "not for this pathway") {
		t.Errorf("a need that it is not for: %+v", done)
	}
	_, err = w.begin("hospice-path", "k2")
	w.must(err)
	w.advance(time.Minute)
	second, err := w.begin("parent-path", "k3")
	w.must(err)
	done, err = w.router.StartPathway(t.Context(), *w.awaited(second.EnrollmentID)[0].Start)
	w.must(err)
	if done.Refused != "The patient is cared for in a hospice." {
		t.Errorf("beside what excludes it: %+v", done)
	}
	if _, err := w.begin("child-path", "k4"); care.CodeOf(err) != care.Conflict {
		t.Errorf("by hand, beside what excludes it: %v", err)
	}
	missing := *launch
	missing.Pathway = "no-such-path"
	if _, err := w.router.StartPathway(t.Context(), missing); care.CodeOf(err) != care.NotFound {
		t.Errorf("a pathway that is not there: %v", err)
	}
}

// What follows another pathway is started by its end, once for each.
func TestWhatFollowsIsStartedOnce(t *testing.T) {
	w := together(t, childFile, followerFile)
	first, err := w.begin("child-path", "k1")
	w.must(err)
	second, err := w.begin("child-path", "k2")
	w.must(err)
	w.must(w.router.FollowEnds(t.Context()))
	if n := w.total()["enrollments"]; n != 2 {
		t.Fatalf("%d enrollments before anything ended", n)
	}
	w.complete(first.EnrollmentID, "call")
	_, err = w.engine.Submit(t.Context(), second.EnrollmentID, engine.Event{ID: "w", Kind: engine.EnrollmentWithdraw, Actor: nurse, Reason: "moved away"})
	w.must(err)
	for range 3 {
		w.must(w.router.FollowEnds(t.Context()))
	}
	started := 0
	for _, e := range w.enrollments("4711") {
		if e.Pathway == "follow-path" {
			started++
		}
	}
	if started != 1 {
		t.Errorf("%d follow the one that was completed", started)
	}
	if got := w.decisionsOn("", "4711"); len(got) != 4 { // two by hand, and one about each end
		t.Errorf("decided %q", got)
	}
}

// complete does the work of a step.
func (w *world) complete(id care.ID, step string) {
	w.t.Helper()
	state, _, err := w.store.Snapshot(w.t.Context(), id)
	w.must(err)
	for _, st := range state.Steps {
		if st.ID == step {
			_, err := w.engine.Submit(w.t.Context(), id, engine.Event{ID: "done:" + step, Kind: engine.TaskComplete, Actor: nurse, TaskID: st.Task.ID, Outcome: "done"})
			w.must(err)
		}
	}
}

// A step that waits for the end of a pathway hears of it also where that one ran already.
func TestAStepWaitsForWhatRunsAlready(t *testing.T) {
	child := strings.Replace(childFile, "once_per: request}", "once_per: request, while_active: {pathways: [child-path], policy: join}}", 1)
	w := together(t, parentFile, child)
	running, err := w.router.Launch(t.Context(), router.Request{PatientID: w.patient("4711").ID, Pathway: "child-path", Key: "k0", Actor: nurse, Need: "food-insecurity"})
	w.must(err)
	parent, err := w.begin("parent-path", "k1")
	w.must(err)
	launch := *w.awaited(parent.EnrollmentID)[0].Start
	for range 2 {
		done, err := w.router.StartPathway(t.Context(), launch)
		w.must(err)
		if !done.Joined || done.EnrollmentID != running.EnrollmentID {
			t.Fatalf("it joins %+v", done)
		}
	}
	_, err = w.engine.Submit(t.Context(), parent.EnrollmentID, engine.Event{ID: launch.ID, Kind: engine.SubStarted, Actor: care.TheEngine, Step: "help", Occurrence: 1, Child: running.EnrollmentID, Outcome: "joined"})
	w.must(err)
	w.complete(running.EnrollmentID, "call")
	news := w.awaited(running.EnrollmentID)
	if len(news) != 1 || news[0].Parent == nil {
		t.Fatalf("what ran already wants %+v", news)
	}
	w.must(w.router.TellParent(t.Context(), *news[0].Parent))
	stored, err := w.store.Enrollment(t.Context(), parent.EnrollmentID)
	w.must(err)
	if stored.Enrollment.Outcome != care.EndCompleted || stored.Steps[0].Outcome != care.EndCompleted {
		t.Errorf("the parent is %q, its step %q", stored.Enrollment.Outcome, stored.Steps[0].Outcome)
	}
}

// What ends between the decision to join it and the word that its end is waited for is told at once.
func TestAStepJoinsWhatHasJustEnded(t *testing.T) {
	child := strings.Replace(childFile, "once_per: request}", "once_per: request, while_active: {pathways: [child-path], policy: join}}", 1)
	w := together(t, parentFile, child)
	running, err := w.router.Launch(t.Context(), router.Request{PatientID: w.patient("4711").ID, Pathway: "child-path", Key: "k0", Actor: nurse, Need: "food-insecurity"})
	w.must(err)
	parent, err := w.begin("parent-path", "k1")
	w.must(err)
	launch := *w.awaited(parent.EnrollmentID)[0].Start
	w.engine.before = func(ev engine.Event) {
		if ev.Kind == engine.ParentJoined {
			w.engine.before = nil
			w.complete(running.EnrollmentID, "call")
		}
	}
	done, err := w.router.StartPathway(t.Context(), launch)
	w.must(err)
	if !done.Joined {
		t.Fatalf("it joins %+v", done)
	}
	_, err = w.engine.Submit(t.Context(), parent.EnrollmentID, engine.Event{ID: launch.ID, Kind: engine.SubStarted, Actor: care.TheEngine, Step: "help", Occurrence: 1, Child: running.EnrollmentID, Outcome: "joined"})
	w.must(err)
	stored, err := w.store.Enrollment(t.Context(), parent.EnrollmentID)
	w.must(err)
	if stored.Steps[0].Outcome != care.EndCompleted {
		t.Errorf("the step is %q", stored.Steps[0].Outcome)
	}
}

// Two pathways of which one excludes the other do not run beside each other, whichever began first.
func TestExclusionHoldsBothWays(t *testing.T) {
	hospice := strings.NewReplacer("pathway: child-path", "pathway: hospice-path", "  - {pathway: hospice-path, is: excludes, because: The patient is cared for in a hospice.}\n", "", "relations:\n", "").Replace(childFile)
	w := together(t, childFile, hospice)
	first, err := w.begin("child-path", "k1")
	w.must(err)
	if _, err := w.begin("hospice-path", "k2"); care.CodeOf(err) != care.Conflict || !strings.Contains(err.Error(), "The patient is cared for in a hospice.") {
		t.Errorf("beside what excludes it: %v", err)
	}
	w.complete(first.EnrollmentID, "call")
	if _, err := w.begin("hospice-path", "k3"); err != nil {
		t.Errorf("after what excluded it has ended: %v", err)
	}
}
