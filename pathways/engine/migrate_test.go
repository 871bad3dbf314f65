package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

const visitPathway = `
pathway: visit
version: 1
title: A visit
owner: coordinator
languages: [en]
launch: {on: request, once_per: request}
facts:
  sort: {type: code, values: [short, long], default: short}
clocks:
  call: {from: start, within: 4 hours}
  period: {from: enrolled, within: 60 days}
ladders:
  call:
    - {at: 1 hour before due, remind: owner}
    - {at: due, escalate: supervisor}
messages:
  hello:
    en: {subject: Hello, text: Hello.}
steps:
  - {id: hello, message: {to: patient, template: hello}, optional: true}
  - {id: call, task: Call, clock: call, ladder: call, outcomes: [reached, gave_up]}
  - {id: papers, task: Get the papers, due: 2 days}
  - {id: report, after: call, task: Write the report, due: 1 day}
ends:
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// version gives the definition of a text in which pairs of words are replaced.
func version(t testing.TB, text string, replace ...string) *pathways.Definition {
	t.Helper()
	text = strings.NewReplacer(replace...).Replace(text)
	d, problems := pathways.Parse("visit.yaml", []byte(text))
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	return d
}

// mover moves one enrollment through versions.
type mover struct {
	t      *testing.T
	engine *engine.Engine
	state  engine.State
	now    time.Time
	last   engine.Turn
}

func enrolled(t *testing.T, d *pathways.Definition) *mover {
	t.Helper()
	e, err := engine.For(d)
	if err != nil {
		t.Fatal(err)
	}
	m := &mover{t: t, engine: e, now: time.Date(2025, 11, 5, 15, 0, 0, 0, time.UTC)}
	m.do(engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "UTC", Calendar: care.USFederalCalendar()}})
	return m
}

func (m *mover) do(ev engine.Event) {
	m.t.Helper()
	if err := m.try(ev); err != nil {
		m.t.Fatalf("%s: %v", ev.Kind, err)
	}
}

func (m *mover) try(ev engine.Event) error {
	turn, err := m.engine.Advance(m.state, ev, m.now)
	if err != nil {
		return err
	}
	if m.engine, err = m.engine.Next(ev, turn); err != nil {
		return err
	}
	m.state, m.last = turn.State, turn
	return nil
}

func (m *mover) pass(d time.Duration) {
	m.t.Helper()
	m.now = m.now.Add(d)
	m.do(engine.Event{Kind: engine.Tick})
}

func move(to *pathways.Definition, plan engine.MovePlan) engine.Event {
	return engine.Event{Kind: engine.EnrollmentMigrate, Actor: coordinator, Reason: "it is better", Migration: &engine.Migration{ID: "mig-1", Definition: to, Plan: plan}}
}

func moveBack(to *pathways.Definition) engine.Event {
	return engine.Event{Kind: engine.EnrollmentMoveBack, Actor: coordinator, Reason: "it was not", Migration: &engine.Migration{ID: "mig-1", Definition: to}}
}

func (m *mover) step(id string) *engine.Step {
	m.t.Helper()
	var found *engine.Step
	for _, st := range m.state.Steps {
		if st.ID == id {
			found = st
		}
	}
	if found == nil {
		m.t.Fatalf("there is no step %s", id)
	}
	return found
}

func (m *mover) clock(name, step string) *engine.Clock {
	m.t.Helper()
	for _, c := range m.state.Clocks {
		if c.Name == name && c.Step == step {
			return c
		}
	}
	m.t.Fatalf("there is no clock %s of %s", name, step)
	return nil
}

// levels are whom the last turn's escalations were raised with.
func (m *mover) levels() []string {
	var out []string
	for _, eff := range m.last.Effects {
		if eff.Message != nil && eff.Message.EscalationID != "" && eff.Message.Status == care.MessageQueued {
			out = append(out, strings.TrimPrefix(eff.Message.To, "role:"))
		}
	}
	return out
}

func TestAChangedDeadlineIsComputedFromTheSameAnchor(t *testing.T) {
	m := enrolled(t, version(t, visitPathway))
	m.pass(time.Hour)
	before := *m.clock("call", "call")
	m.do(move(version(t, visitPathway, "version: 1", "version: 2", "within: 4 hours", "within: 6 hours"), engine.MovePlan{}))
	after := m.clock("call", "call")
	if !after.Anchor.Equal(before.Anchor) || after.Due.Sub(before.Due) != 2*time.Hour {
		t.Errorf("due %s from %s, before %s from %s", after.Due, after.Anchor, before.Due, before.Anchor)
	}
	told := slices.ContainsFunc(m.last.Effects, func(eff engine.Effect) bool {
		return eff.Timeline != nil && eff.Timeline.Kind == "clock.moved" && eff.Timeline.Cause.Text == "the pathway moved to version 2"
	})
	if !told {
		t.Error("nobody is told that the deadline moved, and why")
	}
}

func TestAChangedLadderSaysNothingTwice(t *testing.T) {
	ladder := "    - {at: due, escalate: supervisor}\n"
	for name, c := range map[string]struct {
		passed  time.Duration
		ladder  string
		atOnce  []string
		raised  []string // within the two days after
		because string
	}{
		"the same said at the same moment":               {5 * time.Hour, ladder + "    - {at: 1 day after due, escalate: director}\n", nil, []string{"director"}, ""},
		"another to hear at a moment that was announced": {5 * time.Hour, "    - {at: due, escalate: nurse}\n", nil, nil, ""},
		"many past at once: the highest alone":           {5 * time.Hour, "    - {at: 2 hours after start, warn: nurse}\n" + ladder + "    - {at: 30 minutes after due, escalate: director}\n    - {at: 40 minutes after due, escalate: chief}\n", []string{"chief"}, nil, "by version 2"},
		"a warning whose deadline is ahead":              {3*time.Hour + 30*time.Minute, "    - {at: 1 hour after start, warn: nurse}\n" + ladder, []string{"nurse"}, []string{"supervisor"}, "by version 2"},
		"no ladder of warnings any more":                 {time.Hour, ladder, nil, []string{"supervisor"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := enrolled(t, version(t, visitPathway))
			m.pass(c.passed)
			m.do(move(version(t, visitPathway, "version: 1", "version: 2", "    - {at: 1 hour before due, remind: owner}\n", "", ladder, c.ladder), engine.MovePlan{}))
			if diff := cmp.Diff(c.atOnce, m.levels()); diff != "" {
				t.Errorf("at once (-want +got):\n%s", diff)
			}
			for _, esc := range m.state.Escalations {
				if slices.Contains(c.atOnce, esc.Level) && !strings.Contains(esc.Cause.Text, c.because) {
					t.Errorf("raised because %q", esc.Cause.Text)
				}
			}
			m.pass(48 * time.Hour)
			if diff := cmp.Diff(c.raised, slices.DeleteFunc(m.levels(), func(l string) bool { return l == "" })); diff != "" {
				t.Errorf("afterwards (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALaterDeadlineTakesTheEscalationBack(t *testing.T) {
	m := enrolled(t, version(t, visitPathway))
	m.pass(5 * time.Hour)
	if len(m.state.Escalations) != 1 {
		t.Fatal("not escalated")
	}
	m.do(move(version(t, visitPathway, "version: 1", "version: 2", "within: 4 hours", "within: 9 hours"), engine.MovePlan{}))
	if len(m.state.Escalations) != 0 || m.clock("call", "call").Status != care.ClockRunning || m.step("call").Missed {
		t.Errorf("%d escalations, the clock is %s", len(m.state.Escalations), m.clock("call", "call").Status)
	}
	m.pass(5 * time.Hour)
	if len(m.state.Escalations) != 1 {
		t.Error("not escalated at the new deadline")
	}
}

func TestOpenWorkThatTheVersionNoLongerHas(t *testing.T) {
	without := []string{"version: 1", "version: 2", "  - {id: papers, task: Get the papers, due: 2 days}\n", ""}
	t.Run("is left to a person", func(t *testing.T) {
		m := enrolled(t, version(t, visitPathway))
		before := *m.step("papers")
		due := m.clock("due", "papers").Due
		m.do(move(version(t, visitPathway, without...), engine.MovePlan{}))
		after := m.step("papers")
		if after.Status != care.StepOpen || !after.Personal || after.Task.ID != before.Task.ID || after.Task.Role != before.Task.Role || !m.clock("due", "papers").Due.Equal(due) {
			t.Errorf("the work is %+v", after)
		}
		if review := m.step("move_review_2"); review.Status != care.StepOpen || !strings.Contains(review.Task.Instructions, "Get the papers is not in version 2") {
			t.Errorf("nobody is asked: %+v", review)
		}
		m.pass(72 * time.Hour)
		if !slices.ContainsFunc(m.state.Escalations, func(e care.Escalation) bool { return e.Step == "papers" }) {
			t.Error("its ladder is lost")
		}
	})
	t.Run("with its own clock and ladder", func(t *testing.T) {
		m := enrolled(t, version(t, visitPathway))
		gone := version(t, visitPathway, "version: 1", "version: 2", "  - {id: call, task: Call, clock: call, ladder: call, outcomes: [reached, gave_up]}\n", "", "after: call, ", "",
			"  call: {from: start, within: 4 hours}\n", "", "ladders:\n  call:\n    - {at: 1 hour before due, remind: owner}\n    - {at: due, escalate: supervisor}\n", "")
		m.do(move(gone, engine.MovePlan{}))
		m.pass(5 * time.Hour)
		if !slices.ContainsFunc(m.state.Escalations, func(e care.Escalation) bool { return e.Step == "call" && e.Level == "supervisor" }) {
			t.Error("its ladder is lost")
		}
		m.do(engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: m.step("call").Task.ID, Outcome: "reached"})
		if m.step("call").Status != care.StepDone {
			t.Errorf("it is %s", m.step("call").Status)
		}
	})
	t.Run("is called off where the plan says so", func(t *testing.T) {
		m := enrolled(t, version(t, visitPathway))
		m.do(move(version(t, visitPathway, without...), engine.MovePlan{Steps: []engine.StepMove{{Step: "papers", Open: engine.CalledOff, Reason: "nobody reads them"}}}))
		if st := m.step("papers"); st.Status != care.StepCancelled || st.Reason != "nobody reads them" || st.Task.Status != care.TaskCancelled {
			t.Errorf("it is %+v", st)
		}
	})
}

func TestAStepGoesOnAsAnother(t *testing.T) {
	m := enrolled(t, version(t, visitPathway))
	m.pass(4*time.Hour + time.Minute)
	task, escalation := m.step("call").Task.ID, m.state.Escalations[0].ID
	to := version(t, visitPathway, "version: 1", "version: 2", "id: call, task: Call,", "id: reach, task: Reach them,", "after: call", "after: reach", "id: hello, message", "id: welcome, message")
	m.do(move(to, engine.MovePlan{Steps: []engine.StepMove{{Step: "call", To: "reach"}, {Step: "hello", To: "welcome"}}}))
	st := m.step("reach")
	if st.Task.ID != task || st.Task.Title != "Reach them" || st.Task.Step != "reach" || m.clock("call", "reach").Status != care.ClockMissed {
		t.Errorf("it goes on as %+v", st)
	}
	if esc := m.state.Escalations[0]; esc.ID != escalation || esc.Step != "reach" {
		t.Errorf("the escalation is %+v", esc)
	}
	m.pass(24 * time.Hour)
	sent := 0
	for _, st := range m.state.Steps {
		if st.MessageID != "" {
			sent++
		}
	}
	if sent != 1 || len(m.state.Escalations) != 1 {
		t.Errorf("%d messages, %d escalations", sent, len(m.state.Escalations))
	}
	m.do(engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: task, Outcome: "reached"})
	if m.step("report").Status != care.StepOpen {
		t.Error("what comes after it did not begin")
	}
}

func TestNewStepsDoNotBeginAfterTheFact(t *testing.T) {
	added := "  - {id: extra, task: Something new, due: 1 day}\n  - {id: more, after: extra, task: Something more, due: 1 day}\n  - {id: last, after: report, task: At last, due: 1 day}\nends:\n"
	to := version(t, visitPathway, "version: 1", "version: 2", "ends:\n", added)
	m := enrolled(t, version(t, visitPathway))
	m.do(move(to, engine.MovePlan{}))
	for step, want := range map[string]care.StepStatus{"extra": care.StepSkipped, "more": care.StepSkipped, "last": care.StepWaiting} {
		if got := m.step(step).Status; got != want {
			t.Errorf("%s is %s, not %s", step, got, want)
		}
	}
	m = enrolled(t, version(t, visitPathway))
	m.do(move(to, engine.MovePlan{Begin: []string{"extra"}}))
	for step, want := range map[string]care.StepStatus{"extra": care.StepOpen, "more": care.StepWaiting} {
		if got := m.step(step).Status; got != want {
			t.Errorf("with the plan %s is %s, not %s", step, got, want)
		}
	}
}

func TestWhatEndedStaysJudged(t *testing.T) {
	m := enrolled(t, version(t, visitPathway))
	m.pass(3 * time.Hour)
	m.do(engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: m.step("call").Task.ID, Outcome: "reached"})
	m.do(move(version(t, visitPathway, "version: 1", "version: 2", "within: 4 hours", "within: 1 hour"), engine.MovePlan{}))
	m.do(engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: m.step("papers").Task.ID, Outcome: "done"})
	if st := m.step("call"); st.Status != care.StepDone || st.Missed || m.clock("call", "call").Status != care.ClockMet {
		t.Errorf("what was done in time is now missed: %v, the clock is %s", st.Missed, m.clock("call", "call").Status)
	}
}

func TestAFactThatNoLongerFitsNeedsAPerson(t *testing.T) {
	m := enrolled(t, version(t, visitPathway))
	m.do(move(version(t, visitPathway, "version: 1", "version: 2", "values: [short, long], default: short", "values: [small, big]"), engine.MovePlan{}))
	if len(m.state.Facts) != 0 {
		t.Errorf("it knows %v", m.state.Facts)
	}
	if m.step("move_review_2").Status != care.StepOpen {
		t.Error("nobody is asked")
	}
}

func TestWhatIsRefused(t *testing.T) {
	v1 := version(t, visitPathway)
	v2 := version(t, visitPathway, "version: 1", "version: 2", "within: 4 hours", "within: 5 hours")
	other := version(t, visitPathway, "pathway: visit", "pathway: other")
	over := version(t, visitPathway, "version: 1", "version: 2", "when: all(required)", "when: hello.ended || true")
	back := move(v2, engine.MovePlan{})
	back.Migration.From = pathways.Digest(v2)
	for name, c := range map[string]struct {
		ev   engine.Event
		rule string
	}{
		"another pathway":          {move(other, engine.MovePlan{}), ""},
		"planned for another":      {back, "enrollment.migrate.from"},
		"over at once":             {move(over, engine.MovePlan{}), "enrollment.migrate.ends"},
		"a plan that does not fit": {move(v2, engine.MovePlan{Steps: []engine.StepMove{{Step: "nothing"}}}), ""},
		"nothing to take back":     {moveBack(v1), "enrollment.move_back"},
	} {
		t.Run(name, func(t *testing.T) {
			m := enrolled(t, v1)
			before := m.state
			err := m.try(c.ev)
			if !care.Permanent(err) {
				t.Fatalf("%v", err)
			}
			var refused *care.Error
			if e, ok := err.(*care.Error); ok { //nolint:errorlint // as the engine gives it
				refused = e
			}
			if refused == nil || c.rule != "" && refused.Rule != c.rule {
				t.Errorf("refused by %+v", refused)
			}
			if diff := cmp.Diff(before, m.state); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMovingBack(t *testing.T) {
	v1 := version(t, visitPathway)
	v2 := version(t, visitPathway, "version: 1", "version: 2", "within: 4 hours", "within: 2 hours", "  - {id: papers, task: Get the papers, due: 2 days}\n", "  - {id: extra, task: Something new, due: 1 day}\n")
	plan := engine.MovePlan{Begin: []string{"extra"}, Steps: []engine.StepMove{{Step: "papers", Open: engine.CalledOff, Reason: "not needed"}}}

	t.Run("keeps what happened since", func(t *testing.T) {
		m := enrolled(t, v1)
		m.do(move(v2, plan))
		m.pass(time.Hour)
		m.do(engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: m.step("call").Task.ID, Outcome: "reached"})
		m.do(engine.Event{Kind: engine.TaskClaim, Actor: coordinator, TaskID: m.step("extra").Task.ID})
		m.do(moveBack(v1))
		if m.step("call").Status != care.StepDone || m.step("report").Status != care.StepOpen {
			t.Errorf("the call is %s, the report %s", m.step("call").Status, m.step("report").Status)
		}
		if m.step("papers").Status != care.StepOpen || m.step("papers").Task.Status != care.TaskRequested {
			t.Errorf("the papers are %s", m.step("papers").Status)
		}
		if extra := m.step("extra"); extra.Status != care.StepOpen || !extra.Personal || extra.Task.Assignee != coordinator.ID {
			t.Errorf("the work that somebody had begun is %+v", extra)
		}
		if !strings.Contains(m.step("move_review_1").Task.Instructions, "Something new") {
			t.Error("nobody is asked what becomes of it")
		}
	})
	t.Run("speaks once for what passed meanwhile", func(t *testing.T) {
		m := enrolled(t, v1)
		m.do(move(v2, plan))
		m.pass(72 * time.Hour)
		m.do(moveBack(v1))
		n := 0
		for _, esc := range m.state.Escalations {
			if esc.Step == "papers" {
				n++
			}
		}
		if n != 1 || m.clock("due", "papers").Status != care.ClockMissed {
			t.Errorf("%d escalations of what is late", n)
		}
	})
	t.Run("ends with its window", func(t *testing.T) {
		m := enrolled(t, v1)
		m.do(move(v2, plan))
		m.pass(8 * 24 * time.Hour)
		if err := m.try(moveBack(v1)); care.CodeOf(err) != care.Conflict {
			t.Errorf("answered with %v", err)
		}
	})
}

func TestPreview(t *testing.T) {
	for name, c := range map[string]struct {
		to    []string
		class string
		texts []string
	}{
		"nothing of it changes": {[]string{"title: A visit", "title: Visits"}, engine.ClassKeep, nil},
		"a deadline moves":      {[]string{"within: 4 hours", "within: 6 hours"}, engine.ClassMapped, []string{"The deadline of “Call” moves from Wed 2025-11-05 19:00 (UTC) to Wed 2025-11-05 21:00 (UTC)."}},
		"what lies ahead does":  {[]string{"Write the report, due: 1 day", "Write the report, due: 2 days"}, engine.ClassMapped, []string{"“Write the report” lies ahead, and will go by the new version's rule."}},
		"a step goes":           {[]string{"  - {id: papers, task: Get the papers, due: 2 days}\n", ""}, engine.ClassPerson, []string{"“Get the papers” stays as it is until a person has decided."}},
		"a step comes":          {[]string{"ends:\n", "  - {id: last, after: report, task: At last, due: 1 day}\nends:\n"}, engine.ClassMapped, []string{"“At last” is new and lies ahead."}},
		"it would be over":      {[]string{"when: all(required)", "when: hello.ended || true"}, engine.ClassPerson, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := enrolled(t, version(t, visitPathway))
			p, err := m.engine.Preview(m.state, move(version(t, visitPathway, append([]string{"version: 1", "version: 2"}, c.to...)...), engine.MovePlan{}), m.now)
			if err != nil || p.Class != c.class {
				t.Fatalf("%+v, %v", p, err)
			}
			for _, text := range c.texts {
				if !slices.ContainsFunc(p.Differences, func(d engine.MoveDifference) bool { return d.Text == text }) {
					t.Errorf("nothing says %q: %+v", text, p.Differences)
				}
			}
			if c.class == engine.ClassKeep && len(p.Differences) > 0 {
				t.Errorf("differences: %+v", p.Differences)
			}
		})
	}
}
