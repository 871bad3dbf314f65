package workflows

import (
	"strings"
	"testing"
	"unicode/utf8"

	"throughline/care"
	"throughline/pathways/engine"
)

var startWithoutLaunch = engine.Event{ID: "e-1", Kind: engine.Started}

func moved(kind, from, to string) engine.Effect {
	return engine.Effect{Kind: engine.Moved, Transition: &care.Transition{ItemKind: kind, From: from, To: to}}
}

func escalated(step, level string) engine.Effect {
	return engine.Effect{Kind: engine.EscalationRow, Escalation: &care.Escalation{Step: step, Level: level, Status: care.EscalationOpen}}
}

func TestSummary(t *testing.T) {
	queued := engine.Effect{Kind: engine.MessageRow, Message: &care.Message{Status: care.MessageQueued}}
	for want, effects := range map[string][]engine.Effect{
		"assign 2 tasks, escalate contact to supervisor":               {moved("task", "", "requested"), moved("task", "", "requested"), escalated("contact", "supervisor")},
		"close 1 task, send 1 message, move 1 referral, find services": {moved("task", "requested", "completed"), queued, moved("referral", "", "requested"), {Kind: engine.FindServices}},
		"escalate 3 items, end the enrollment":                         {escalated("a", "b"), escalated("c", "d"), escalated("e", "f"), moved("enrollment", "active", "ended")},
		"record task.attempt":                                          {{Kind: engine.AttemptRow}, moved("task", "requested", "in-progress")},
	} {
		if got := summaryOf(engine.Turn{Event: engine.Event{Kind: engine.TaskAttempt}, Effects: effects}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSummaryIsShort(t *testing.T) {
	long := summaryOf(engine.Turn{Effects: []engine.Effect{escalated(strings.Repeat("ø", 200), "supervisor")}})
	if len(long) > maxSummary || !utf8.ValidString(long) {
		t.Errorf("%d octets: %q", len(long), long)
	}
}
