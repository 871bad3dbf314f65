package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// twoForms asks the patient two things, and starts two other pathways.
const twoForms = `
pathway: visit
version: 1
title: A visit
owner: coordinator
languages: [en]
launch: {on: request, once_per: request}
clocks:
  period: {from: enrolled, within: 60 days}
forms:
  sleep: {fields: [{id: hours, ask: How many hours do you sleep?, type: int, required: true}]}
  pain: {fields: [{id: level, ask: How bad is the pain?, type: int, required: true}]}
messages:
  hello:
    en: {subject: Hello, text: Hello.}
steps:
  - {id: hello, message: {to: patient, template: hello, questions: sleep}, optional: true}
  - {id: sleep, questionnaire: {to: patient, form: sleep, within: 10 days}}
  - {id: pain, questionnaire: {to: patient, form: pain, within: 10 days}}
  - {id: food, pathway: {start: social-need-referral, with: {need: '"food-insecurity"'}, wait: true, within: 10 days}}
  - {id: ride, pathway: {start: social-need-referral, with: {need: '"transportation-insecurity"'}, wait: true, within: 10 days}}
  - {id: visit, task: See the patient, due: 20 days}
ends:
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// renames are ways in which two steps of a kind get other names, with what each is called then.
var renames = map[string]struct {
	text  []string
	plan  []engine.StepMove
	sleep string // as the step sleep is called then
	food  string
}{
	"another name": {
		[]string{"id: sleep,", "id: rest,", "questions: sleep", "questions: rest", "id: food,", "id: meals,"},
		[]engine.StepMove{{Step: "sleep", To: "rest"}, {Step: "food", To: "meals"}}, "rest", "meals",
	},
	"each has the other's name": {
		[]string{"id: sleep,", "id: pain,", "questions: sleep", "questions: pain", "id: pain,", "id: sleep,", "id: food,", "id: ride,", "id: ride,", "id: food,"},
		[]engine.StepMove{{Step: "sleep", To: "pain"}, {Step: "pain", To: "sleep"}, {Step: "food", To: "ride"}, {Step: "ride", To: "food"}}, "pain", "ride",
	},
	"a new step has the name": {
		[]string{
			"id: sleep,", "id: rest,", "questions: sleep", "questions: rest", "id: food,", "id: meals,",
			"ends:\n", "  - {id: sleep, questionnaire: {to: patient, form: pain, within: 10 days}}\n  - {id: food, pathway: {start: lost-to-follow-up, wait: true, within: 10 days}}\nends:\n",
		},
		[]engine.StepMove{{Step: "sleep", To: "rest"}, {Step: "food", To: "meals"}}, "rest", "meals",
	},
}

// renamed moves an enrollment in which both other pathways run to the version with other names.
func renamed(t *testing.T, how string) *mover {
	m := enrolled(t, version(t, twoForms))
	for _, id := range []string{"food", "ride"} {
		m.do(engine.Event{ID: "started:" + id, Kind: engine.SubStarted, Actor: care.TheEngine, Step: id, Occurrence: 1, Child: "enr-" + id})
	}
	m.pass(time.Hour)
	c := renames[how]
	var begin []string
	if how == "a new step has the name" {
		begin = []string{"sleep", "food"}
	}
	m.do(move(version(t, twoForms, append([]string{"version: 1", "version: 2"}, c.text...)...), engine.MovePlan{Steps: c.plan, Begin: begin}))
	return m
}

// A patient's link and the end of another pathway reach their step by the name that they know it by, in
// the version after, and in the one before when the move was taken back.
func TestARenamedStepIsStillKnown(t *testing.T) {
	for how, c := range renames {
		for _, back := range []bool{false, true} {
			name := how
			if back {
				name += ", and back again"
			}
			t.Run(name, func(t *testing.T) {
				m := renamed(t, how)
				sleep, food := c.sleep, c.food
				sent := m.state.Former[0].At.Add(-time.Minute)
				link := m.step(sleep).MessageID
				if back {
					m.pass(time.Hour)
					m.do(moveBack(version(t, twoForms)))
					sleep, food = "sleep", "food"
				}
				m.opens(link, "hours", sleep, "sleep", 1)
				id, n := m.state.NameNow("sleep", 0, sent)
				m.opens(link, "hours", sleep, id, n) // by a message that says “the latest”
				m.do(engine.Event{Kind: engine.QuestionsAnswered, Actor: patient, Step: "sleep", Occurrence: 1, Answers: []care.FactValue{{Name: "hours", Value: 7}}})
				m.do(engine.Event{ID: "ended", Kind: engine.SubEnded, Actor: care.TheEngine, Step: "food", Occurrence: 1, Child: "enr-food", Outcome: "closed"})
				m.answered(sleep, "hours", 7)
				for _, st := range m.state.Steps {
					over := st.MessageID == link || st.Sub != nil && st.Sub.EnrollmentID == "enr-food"
					if over != (st.Status == care.StepDone) && (st.Kind == "questionnaire" || st.Kind == "pathway") && st.Status != care.StepSkipped {
						t.Errorf("%s#%d is %s %q", st.ID, st.Occurrence, st.Status, st.Reason)
					}
				}
				if st := m.step(food); food == "meals" && st.Outcome != "closed" {
					t.Errorf("%s ended as %q", food, st.Outcome)
				}
			})
		}
	}
}

// opens holds that a link to a step's questions leads to those of the step whose message brought it.
func (m *mover) opens(message care.ID, field, called, step string, occurrence int) {
	m.t.Helper()
	q, err := m.engine.Questions(m.state, step, occurrence)
	if err != nil || q.Refused != nil || q.Step != called || q.Form.Fields[0].ID != field {
		m.t.Fatalf("the link to %s#%d leads to %+v, %v", step, occurrence, q, err)
	}
	i := slices.IndexFunc(m.state.Steps, func(st *engine.Step) bool { return st.ID == q.Step && st.Occurrence == q.Occurrence })
	if i < 0 || m.state.Steps[i].MessageID != message {
		m.t.Errorf("the link to %s#%d leads to %s#%d, which another message brought", step, occurrence, q.Step, q.Occurrence)
	}
}

func (m *mover) answered(step, field string, want any) {
	m.t.Helper()
	for _, f := range m.state.Facts {
		if f.Name == step+"."+field {
			return
		}
	}
	m.t.Errorf("%s.%s is not known, but was answered with %v", step, field, want)
}

// A link that was sent under the name in between leads to its step after the move was taken back.
func TestALinkOfAMoveThatWasTakenBackLeadsToItsStep(t *testing.T) {
	m := renamed(t, "another name")
	m.pass(time.Hour)
	m.do(moveBack(version(t, twoForms)))
	m.opens(m.step("sleep").MessageID, "hours", "sleep", "rest", 1)
	m.do(engine.Event{Kind: engine.QuestionsAnswered, Actor: patient, Step: "rest", Occurrence: 1, Answers: []care.FactValue{{Name: "hours", Value: 7}}})
	m.answered("sleep", "hours", 7)
	m.do(move(version(t, twoForms, "version: 1", "version: 3", "id: pain,", "id: ache,"), engine.MovePlan{Steps: []engine.StepMove{{Step: "pain", To: "ache"}}}))
	m.opens(m.step("ache").MessageID, "level", "ache", "pain", 1)
}

// A message that was queued before the move leads to its questions, whatever their step is called by now.
func TestAMessageBringsTheQuestionsOfARenamedStep(t *testing.T) {
	m := renamed(t, "another name")
	for name, want := range map[string]string{"sleep": "rest#1", "rest": "rest#1", "pain": "pain#1", "hello": "rest#0", "visit": "#0"} {
		step, n := engine.Brings(m.engine.Definition(), m.state, care.Message{Step: name, Occurrence: 1})
		if got := step + "#" + string(rune('0'+n)); got != want {
			t.Errorf("the message of %s brings %s, not %s", name, got, want)
		}
	}
}

// Whoever asks again for another pathway asks for the same enrollment, though the step is called
// otherwise since: no patient gets two.
func TestARenamedStepAsksForTheSameEnrollment(t *testing.T) {
	m := enrolled(t, version(t, twoForms))
	asked := startOf(t, m.last, "food")
	c := renames["another name"]
	m.do(move(version(t, twoForms, append([]string{"version: 1", "version: 2"}, c.text...)...), engine.MovePlan{Steps: c.plan}))
	again := engine.Unanswered(m.state)
	if i := slices.IndexFunc(again, func(eff engine.Effect) bool { return eff.Start != nil && eff.Start.ID == asked.ID }); i < 0 || again[i].Start.Parent != asked.Parent {
		t.Fatalf("a workflow that is started anew asks for %+v", again)
	}
	m.do(engine.Event{ID: asked.ID, Kind: engine.SubRefused, Actor: care.TheEngine, Step: "food", Occurrence: 1, Reason: "no service is known"})
	st := m.step("meals")
	if st.Task == nil || !strings.Contains(st.Task.Title, "could not be started") {
		t.Fatalf("nobody decides: %+v", st)
	}
	m.do(engine.Event{Kind: engine.TaskComplete, Actor: coordinator, TaskID: st.Task.ID, Outcome: "try_again"})
	if second := startOf(t, m.last, "food"); second.Parent != asked.Parent || second.ID == asked.ID {
		t.Errorf("asked again for %+v, first for %+v", second, asked)
	}
}

// startOf gives the launch that a turn asked for in a step's name.
func startOf(t *testing.T, turn engine.Turn, step string) *engine.SubLaunch {
	t.Helper()
	for _, eff := range turn.Effects {
		if eff.Start != nil && eff.Start.Parent.Step == step {
			return eff.Start
		}
	}
	t.Fatalf("nothing was started for %s", step)
	return nil
}

// An enrollment that moved under an engine before keeps to what that engine did.
func TestAnOlderEngineForgetsNames(t *testing.T) {
	m := enrolled(t, version(t, twoForms))
	m.state.Engine = 3
	c := renames["another name"]
	m.do(move(version(t, twoForms, append([]string{"version: 1", "version: 2"}, c.text...)...), engine.MovePlan{Steps: c.plan}))
	if len(m.state.Former) > 0 || m.step("meals").Sub.As != nil {
		t.Errorf("it remembers %v", m.state.Former)
	}
	if _, err := m.engine.Questions(m.state, "sleep", 1); care.CodeOf(err) != care.NotFound {
		t.Errorf("the link leads somewhere: %v", err)
	}
}

// stillKnown holds that every name by which a patient's message or another enrollment ever knew a step
// leads to that step, and that what comes under it does what it would do under the name of today.
func (w *walk) stillKnown() {
	if w.names == nil {
		return
	}
	for _, st := range w.state.Steps {
		now := engine.StepName{Step: st.ID, Occurrence: st.Occurrence}
		for _, key := range w.knownAs(st, now) {
			if !slices.Contains(w.names[key], now) {
				w.names[key] = append(w.names[key], now)
			}
			for _, called := range w.names[key] {
				if id, n := w.state.NameNow(called.Step, called.Occurrence, time.Time{}); (engine.StepName{Step: id, Occurrence: n}) != now {
					w.rt.Fatalf("%s was called %v, which now leads to %s#%d", key, called, id, n)
				}
				w.doesTheSame(st, called, now)
			}
		}
	}
}

// knownAs says what a step has that is kept elsewhere with its name.
func (*walk) knownAs(st *engine.Step, now engine.StepName) (keys []string) {
	if st.MessageID != "" {
		keys = append(keys, "message "+st.MessageID)
	}
	if st.Sub != nil {
		first := now
		if st.Sub.As != nil {
			first = *st.Sub.As
		}
		keys = append(keys, fmt.Sprintf("pathway of %v", first))
	}
	return keys
}

// doesTheSame lets the patient answer, or the other pathway end, under both names.
func (w *walk) doesTheSame(st *engine.Step, called, now engine.StepName) {
	if called == now || st.Status != care.StepOpen || w.state.Status == care.EnrollmentEnded {
		return
	}
	var ends []string
	for _, name := range []engine.StepName{called, now} {
		ev := engine.Event{ID: "by its name", Kind: engine.QuestionsAnswered, Actor: patient, Step: name.Step, Occurrence: name.Occurrence}
		if st.Sub != nil {
			ev.Kind, ev.Actor, ev.Child, ev.Outcome = engine.SubEnded, care.TheEngine, "child", care.EndCompleted
		} else if form := w.formOf(now.Step); form != nil {
			for _, f := range form.Fields {
				if f.Type == pathways.TypeInt && w.engine.Asks(w.state, f, ev.Answers) {
					ev.Answers = append(ev.Answers, care.FactValue{Name: f.ID, Value: 1})
				}
			}
		}
		turn, err := w.engine.Advance(w.state, ev, w.now)
		ends = append(ends, fmt.Sprint(encode(w.rt, turn.State), err))
	}
	if ends[0] != ends[1] {
		w.rt.Fatalf("what comes for %v does otherwise than for %v:\n%s", called, now, cmp.Diff(ends[0], ends[1]))
	}
}

func (w *walk) formOf(step string) *pathways.Form {
	q, err := w.engine.Questions(w.state, step, 0)
	if err != nil {
		return nil
	}
	return q.Form
}

// Questions that a move withdrew before they went out are not sent again when it is taken back: a person
// asks them.
func TestWithdrawnQuestionsAreAPersonsAfterTheWayBack(t *testing.T) {
	m := enrolled(t, version(t, twoForms))
	gone := version(t, twoForms, "version: 1", "version: 2", "  - {id: pain, questionnaire: {to: patient, form: pain, within: 10 days}}\n", "",
		"  pain: {fields: [{id: level, ask: How bad is the pain?, type: int, required: true}]}\n", "")
	m.do(move(gone, engine.MovePlan{Steps: []engine.StepMove{{Step: "pain", Open: engine.CalledOff, Reason: "nobody reads it"}}}))
	m.do(moveBack(version(t, twoForms)))
	if st := m.step("pain"); st.Status != care.StepOpen {
		t.Fatalf("pain is %s", st.Status)
	}
	review := m.step("move_review_1")
	if review.Task == nil || !strings.Contains(review.Task.Instructions, "the message with the questions had been withdrawn") {
		t.Errorf("nobody is asked: %+v", review.Task)
	}
}
