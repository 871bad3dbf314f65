package engine_test

import (
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

func attempt(t testing.TB, w *simulate.World, id string, mode care.AttemptMode, when string) engine.Event {
	t.Helper()
	return engine.Event{Kind: engine.TaskAttempt, Actor: coordinator, TaskID: step(t, w, id).Task.ID, OccurredAt: at(t, when), Attempt: &care.Attempt{Mode: mode, Who: "patient"}}
}

func TestExcusedAfterSeparateLiveAttempts(t *testing.T) {
	cases := []struct {
		name     string
		attempts [][2]string
		excused  bool
	}{
		{"two calls", [][2]string{{"phone", "2025-11-28T09:00:00-05:00"}, {"phone", "2025-12-01T09:00:00-05:00"}}, true},
		{"a voicemail is a try", [][2]string{{"voicemail", "2025-11-28T09:00:00-05:00"}, {"phone", "2025-12-01T09:00:00-05:00"}}, true},
		{"told in the wrong order", [][2]string{{"phone", "2025-12-01T09:00:00-05:00"}, {"phone", "2025-11-28T09:00:00-05:00"}}, true},
		{"one call", [][2]string{{"phone", "2025-11-28T09:00:00-05:00"}}, false},
		{"a robot does not count", [][2]string{{"phone", "2025-11-28T09:00:00-05:00"}, {"automated", "2025-12-01T09:00:00-05:00"}}, false},
		{"letters do not count", [][2]string{{"letter", "2025-11-28T09:00:00-05:00"}, {"email", "2025-12-01T09:00:00-05:00"}}, false},
		{"three within half an hour are one", [][2]string{{"phone", "2025-11-28T09:00:00-05:00"}, {"phone", "2025-11-28T09:10:00-05:00"}, {"phone", "2025-11-28T09:29:59-05:00"}}, false},
		{"half an hour apart are two", [][2]string{{"phone", "2025-11-28T09:00:00-05:00"}, {"phone", "2025-11-28T09:30:00-05:00"}}, true},
		{"after the window does not count", [][2]string{{"phone", "2025-12-01T09:00:00-05:00"}, {"phone", "2025-12-02T09:00:00-05:00"}}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := followed(t)
			sleep(t, w, "2025-12-02T12:00:00-05:00")
			for _, a := range c.attempts {
				do(t, w, attempt(t, w, "contact", care.AttemptMode(a[0]), a[1]))
			}
			excuse := completion(t, w, "contact", "excused_after_attempts")
			if !c.excused {
				refused(t, w, excuse, care.Conflict, "steps.contact.excused")
				return
			}
			do(t, w, excuse)
			is(t, w, "contact", care.StepDone, "excused_after_attempts")
		})
	}
}

func TestContactThatDoesNotCount(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-11-28T12:00:00-05:00")
	reached := func(changes ...changeEvent) engine.Event {
		return completion(t, w, "contact", "reached", append(changes, answered("transport_barrier", false))...)
	}
	by := func(mode care.AttemptMode) changeEvent { return func(ev *engine.Event) { ev.Mode = mode } }
	refused(t, w, reached(occurred(at(t, "2025-11-26T10:00:00-05:00"))), care.Invalid, "counts_from")
	refused(t, w, reached(occurred(at(t, "2025-11-26T23:59:00-05:00"))), care.Invalid, "counts_from")
	refused(t, w, reached(occurred(at(t, "2025-11-28T12:06:00-05:00"))), care.Invalid, "occurred")
	refused(t, w, attempt(t, w, "contact", care.ByPhone, "2025-11-26T18:00:00-05:00"), care.Invalid, "counts_from")
	for _, mode := range []care.AttemptMode{care.Automated, care.ByEmail, care.ByLetter, care.ByVoice} {
		refused(t, w, reached(by(mode)), care.Conflict, "steps.contact.interactive")
	}
	refused(t, w, engine.Event{Kind: engine.TaskAttempt, Actor: coordinator, TaskID: step(t, w, "contact").Task.ID, Attempt: &care.Attempt{Mode: "pigeon"}}, care.Invalid, "mode")
	do(t, w, reached(by(care.ByPhone), occurred(at(t, "2025-11-27T08:00:00-05:00"))))
	is(t, w, "contact", care.StepDone, "reached")
}

func TestFormAnswers(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-11-28T12:00:00-05:00")
	refused(t, w, completion(t, w, "contact", "reached"), care.Invalid, "answers.transport_barrier")
	refused(t, w, completion(t, w, "contact", "reached", answered("transport_barrier", "perhaps")), care.Invalid, "answers.transport_barrier")
	refused(t, w, completion(t, w, "contact", "reached", answered("transport_barrier", false), answered("shoe_size", 9)), care.Invalid, "answers.shoe_size")
	refused(t, w, completion(t, w, "contact", "gone_fishing"), care.Invalid, "outcome")
	refused(t, w, completion(t, w, "papers", "done", answered("transport_barrier", false)), care.Invalid, "answers")
	complete(t, w, "papers", "done")
	refused(t, w, engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: step(t, w, "papers").Task.ID, Outcome: "done"}, care.NotFound, "task_id")
}

func TestPeopleShareWork(t *testing.T) {
	w := followed(t)
	id := step(t, w, "papers").Task.ID
	bob := care.Actor{Kind: care.Person, ID: "bob"}
	act := func(kind engine.EventKind, who care.Actor) engine.Event {
		return engine.Event{Kind: kind, Actor: who, TaskID: id}
	}
	do(t, w, act(engine.TaskClaim, coordinator))
	refused(t, w, act(engine.TaskClaim, bob), care.Conflict, "task.claim")
	refused(t, w, act(engine.TaskStart, bob), care.Conflict, "task.start")
	do(t, w, act(engine.TaskStart, coordinator))
	if got := step(t, w, "papers").Task.Status; got != care.TaskInProgress {
		t.Errorf("started, the task is %s", got)
	}
	do(t, w, act(engine.TaskRelease, coordinator))
	do(t, w, act(engine.TaskClaim, bob))
	refused(t, w, act(engine.TaskReassign, coordinator), care.Invalid, "task.reassign")
	pass := act(engine.TaskReassign, coordinator)
	pass.Role = "nurse"
	do(t, w, pass)
	if task := step(t, w, "papers").Task; task.Role != "nurse" || task.Assignee != "" {
		t.Errorf("passed on, the task is with %s %q", task.Role, task.Assignee)
	}
	refused(t, w, act(engine.TaskCancel, coordinator), care.Invalid, "task.cancel")
	off := act(engine.TaskCancel, coordinator)
	off.Reason = "not needed"
	do(t, w, off)
	is(t, w, "papers", care.StepCancelled, "")
}

func TestCompletedWithoutSuccessIsNotCompletion(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-11-28T12:00:00-05:00")
	complete(t, w, "contact", "reached", answered("transport_barrier", false))
	off := engine.Event{Kind: engine.TaskCancel, Actor: coordinator, TaskID: step(t, w, "papers").Task.ID, Reason: "cannot be had"}
	do(t, w, off)
	complete(t, w, "visit", "kept")
	status(t, w, care.EnrollmentActive)
	sleep(t, w, w.Now.AddDate(0, 0, 40).Format(time.RFC3339))
	ended(t, w, care.EndUnfinished)
}
