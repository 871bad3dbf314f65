package engine_test

import (
	"strings"
	"testing"

	"throughline/care"
	"throughline/pathways/engine"
)

func TestMedicinesAreDueByTheDayOfTheVisit(t *testing.T) {
	e := load(t, "../library/post-discharge-tcm.yaml")
	w := discharge(t, e, "2025-11-26T15:00:00-05:00", "2025-11-26T16:00:00-05:00")
	due := func(want string) {
		t.Helper()
		task := step(t, w, "medicines").Task
		if got := task.DueAt.UTC(); !got.Equal(at(t, want)) {
			t.Errorf("due %s, want %s (%s)", got, want, task.DueReason)
		}
	}
	visit := func(outcome string, answers ...care.FactValue) {
		t.Helper()
		do(t, w, engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: step(t, w, "visit").Task.ID, Outcome: outcome, Answers: answers})
	}
	due("2025-12-10T23:59:59-05:00")
	visit("booked", care.FactValue{Name: "start", Value: "2025-12-05T10:00:00-05:00"})
	due("2025-12-05T23:59:59-05:00")
	if reason := step(t, w, "medicines").Task.DueReason; !strings.Contains(reason, "the day of Follow-up visit") {
		t.Errorf("the reason does not tell: %s", reason)
	}
	visit("cancelled", care.FactValue{Name: "barrier", Value: "transportation"})
	due("2025-12-10T23:59:59-05:00")
	visit("booked", care.FactValue{Name: "start", Value: "2025-12-12T10:00:00-05:00"})
	due("2025-12-10T23:59:59-05:00")
	sleep(t, w, "2025-12-02T12:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: step(t, w, "visit").Task.ID, Outcome: "kept", OccurredAt: at(t, "2025-12-02T11:00:00-05:00")})
	due("2025-12-02T23:59:59-05:00")
}
