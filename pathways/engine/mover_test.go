package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Wherever an enrollment stands, and however its pathway was changed: it can be moved, nothing falls
// through, nothing is said twice, and what was moved can go back.
func TestMovingPromises(t *testing.T) {
	files := []string{"../library/post-discharge-tcm.yaml", "../library/social-need-referral.yaml", "testdata/kinds.yaml", "testdata/tcm.yaml", questions, subs}
	definitions := make([]*pathways.Definition, len(files))
	for i, file := range files {
		definitions[i] = load(t, file).Definition()
	}
	moved := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := &walk{rt: rt, raised: map[care.ID]bool{}, names: map[string][]engine.StepName{}}
		w.engine = w.forDefinition(rapid.SampledFrom(definitions).Draw(rt, "pathway"))
		w.now = time.Date(2025, 10, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 200*24*60).Draw(rt, "start")) * time.Minute)
		w.turn(w.launch())
		for range rapid.IntRange(1, 4).Draw(rt, "moves") {
			for range rapid.IntRange(0, 15).Draw(rt, "events") {
				w.now = w.now.Add(w.pass())
				w.turn(w.event())
			}
			if w.state.Status == care.EnrollmentEnded {
				break
			}
			w.staysOnItsOwnVersion()
			if w.move() {
				moved++
			}
		}
	})
	if moved == 0 {
		t.Error("nothing was ever moved")
	}
}

func (w *walk) forDefinition(d *pathways.Definition) *engine.Engine {
	e, err := engine.For(d)
	if err != nil {
		w.rt.Fatal(err)
	}
	return e
}

// staysOnItsOwnVersion holds that to move to the version that one is on changes nothing.
func (w *walk) staysOnItsOwnVersion() {
	def := *w.engine.Definition()
	state := w.ticked(w.state, w.now)
	if state.Status == care.EnrollmentEnded {
		return
	}
	turn, err := w.engine.Advance(state, engine.Event{Kind: engine.EnrollmentMigrate, Actor: coordinator, Reason: "to try", Migration: &engine.Migration{Definition: &def}}, w.now)
	if err != nil || len(turn.Effects) > 0 || encode(w.rt, turn.State) != encode(w.rt, state) {
		w.rt.Fatalf("moving to its own version: %v, %d effects\n%s", err, len(turn.Effects), cmp.Diff(encode(w.rt, state), encode(w.rt, turn.State)))
	}
}

// move moves the enrollment to a changed version, and maybe back again.
func (w *walk) move() bool {
	to, plan, what := w.edited()
	if to == nil {
		return false
	}
	w.state = w.ticked(w.state, w.now)
	if w.state.Status == care.EnrollmentEnded {
		return false
	}
	before, from := w.state, w.engine
	ev := engine.Event{ID: fmt.Sprintf("move-%d", w.n), Kind: engine.EnrollmentMigrate, Actor: coordinator, Reason: "a better version", Migration: &engine.Migration{ID: "mig-1", Definition: to, From: pathways.Digest(from.Definition()), Plan: plan}}
	turn := w.moveTurn(ev)
	if turn == nil {
		return false
	}
	w.noneTwice(before, *turn, what)
	if w.state.Status == care.EnrollmentEnded {
		return true
	}
	if !withdrawn(before, plan) {
		w.backAtOnce(before, from, what)
	}
	if w.chance(40, "go on, then back") {
		for range rapid.IntRange(1, 6).Draw(w.rt, "events between") {
			w.now = w.now.Add(w.pass())
			w.turn(w.event())
		}
		if w.state.Status != care.EnrollmentEnded {
			w.moveTurn(engine.Event{ID: fmt.Sprintf("back-%d", w.n), Kind: engine.EnrollmentMoveBack, Actor: coordinator, Reason: "it was better before", Migration: &engine.Migration{ID: "mig-1", Definition: from.Definition()}})
			w.unique()
		}
	}
	return true
}

// withdrawn tells whether the plan withdraws a request from a service, or questions from the patient that
// are on their way: that cannot be taken back, and a person is asked.
func withdrawn(s engine.State, plan engine.MovePlan) bool {
	return slices.ContainsFunc(s.Steps, func(st *engine.Step) bool {
		asked := st.Referral != nil && st.Referral.Current != nil && st.Referral.Current.Status.Open() ||
			slices.ContainsFunc(s.Outbox, func(m care.Message) bool { return m.ID == st.MessageID && m.Status == care.MessageQueued })
		return st.Status == care.StepOpen && asked && slices.ContainsFunc(plan.Steps, func(m engine.StepMove) bool { return m.Step == st.ID && m.Open == engine.CalledOff })
	})
}

// moveTurn takes an event that changes the version; nil where it was refused.
func (w *walk) moveTurn(ev engine.Event) *engine.Turn {
	w.n++
	given := encode(w.rt, w.state)
	turn, err := w.engine.Advance(w.state, ev, w.now)
	again, errAgain := w.engine.Advance(w.roundTrip(w.state), ev, w.now)
	if fmt.Sprint(err) != fmt.Sprint(errAgain) || encode(w.rt, w.state) != given {
		w.rt.Fatalf("%s: %v; from the stored state: %v", ev.Kind, err, errAgain)
	}
	if err != nil {
		if !care.Permanent(err) {
			w.rt.Fatal(err)
		}
		return nil
	}
	if diff := cmp.Diff(encode(w.rt, turn), encode(w.rt, again)); diff != "" {
		w.rt.Fatalf("%s gives another turn from the stored state:\n%s", ev.Kind, diff)
	}
	if w.engine, err = w.engine.Next(ev, turn); err != nil {
		w.rt.Fatal(err)
	}
	w.state = turn.State
	w.stillKnown()
	w.held()
	w.repeated(ev)
	w.effects(turn.Effects)
	return &turn
}

// noneTwice holds that what was there before is there once, and that nothing that was said is said again.
func (w *walk) noneTwice(before engine.State, turn engine.Turn, what string) {
	w.unique()
	said := map[care.ID]bool{}
	for _, st := range before.Steps {
		said[st.MessageID] = true
	}
	for _, m := range before.Outbox {
		said[m.ID] = said[m.ID] || m.Status == care.MessageQueued
	}
	for _, eff := range turn.Effects {
		if m := eff.Message; m != nil && m.Status == care.MessageQueued && said[m.ID] {
			w.rt.Fatalf("%s: the message %s is queued again", what, m.ID)
		}
	}
	tasks := map[care.ID]bool{}
	for _, st := range turn.State.Steps {
		if st.Task != nil {
			tasks[st.Task.ID] = true
		}
	}
	for i, st := range before.Steps {
		if st.Task == nil || !st.Task.Status.Open() {
			continue
		}
		now := turn.State.Steps[i]
		if !tasks[st.Task.ID] && now.Status == care.StepOpen {
			w.rt.Fatalf("%s: the task %s of %s is gone", what, st.Task.ID, st.ID)
		}
		if now.Status == care.StepOpen && now.Task.Status.Open() && !passedOn(turn, st.Task.ID) && (now.Task.Role != st.Task.Role || now.Task.Assignee != st.Task.Assignee) {
			w.rt.Fatalf("%s: the task of %s changed hands", what, st.ID)
		}
	}
}

// passedOn tells whether a rung gave the task to somebody else.
func passedOn(turn engine.Turn, task care.ID) bool {
	return slices.ContainsFunc(turn.Effects, func(eff engine.Effect) bool {
		return eff.Transition != nil && eff.Transition.Item == task && eff.Transition.From == eff.Transition.To
	})
}

// unique holds that no identity is given twice.
func (w *walk) unique() {
	seen := map[string]bool{}
	once := func(kind string, id any) {
		key := kind + fmt.Sprint(id)
		if seen[key] {
			w.rt.Fatalf("%s is there twice", key)
		}
		seen[key] = true
	}
	for _, st := range w.state.Steps {
		once("step ", fmt.Sprint(st.ID, "#", st.Occurrence))
		if st.Task != nil {
			once("task ", st.Task.ID)
		}
		if st.MessageID != "" {
			once("message ", st.MessageID)
		}
	}
	for _, c := range w.state.Clocks {
		once("clock ", fmt.Sprint(c.Name, " ", c.Step, "#", c.Occurrence))
	}
	for _, esc := range w.state.Escalations {
		once("escalation ", esc.ID)
	}
	for _, m := range w.state.Outbox {
		once("queued ", m.ID)
	}
}

// backAtOnce holds that a move that is taken back at once leaves everything as it was.
func (w *walk) backAtOnce(before engine.State, from *engine.Engine, what string) {
	ev := engine.Event{ID: "back-at-once", Kind: engine.EnrollmentMoveBack, Actor: coordinator, Reason: "it was better before", Migration: &engine.Migration{Definition: from.Definition()}}
	turn, err := w.engine.Advance(w.state, ev, w.now)
	if err != nil {
		w.rt.Fatalf("%s: going back: %v", what, err)
	}
	a, b := w.comparable(w.roundTrip(before)), w.comparable(w.roundTrip(turn.State))
	if diff := cmp.Diff(a, b); diff != "" {
		w.rt.Fatalf("%s: there and back again is not the same:\n%s", what, diff)
	}
}

// comparable leaves out what every turn changes, the names that steps had in between, messages that wait for the result of having been
// withdrawn, and what is forgotten by now.
func (w *walk) comparable(s engine.State) engine.State {
	if s.Migration != nil && !s.Migration.Until.After(w.now) {
		s.Migration = nil
	}
	s.Seq, s.Seen, s.At, s.Former = 0, nil, time.Time{}, nil
	s.Outbox = slices.DeleteFunc(s.Outbox, func(m care.Message) bool { return m.Status == care.MessageStopped })
	if len(s.Outbox) == 0 {
		s.Outbox = nil
	}
	return s
}

// edited is the pathway with a few changes, and the plan that goes with them; nil where it would not run.
func (w *walk) edited() (to *pathways.Definition, plan engine.MovePlan, what string) {
	def := w.copyOf(w.engine.Definition())
	def.Version++
	def.ConformsTo = nil
	for range rapid.IntRange(1, 3).Draw(w.rt, "edits") {
		edit := pick(w, "edit", w.changeClock, w.changeLadder, w.changeLadder, w.removeStep, w.removeStep, w.addStep, w.addStep, w.renameStep, w.changeStep, w.changeFact)
		what += edit(def, &plan) + "; "
	}
	if _, err := pathways.Compile(def); err != nil || engine.CheckPlan(w.engine.Definition(), def, plan) != nil {
		return nil, plan, what
	}
	return w.copyOf(def), plan, what
}

func (w *walk) copyOf(d *pathways.Definition) *pathways.Definition {
	var out pathways.Definition
	if err := json.Unmarshal([]byte(encode(w.rt, d)), &out); err != nil {
		w.rt.Fatal(err)
	}
	return &out
}

func (w *walk) changeClock(def *pathways.Definition, _ *engine.MovePlan) string {
	c := &def.Clocks[rapid.IntRange(0, len(def.Clocks)-1).Draw(w.rt, "clock")]
	c.Within = pick(w, "within", "1 hour", "1 business day", "3 days", "5 business days", "30 days")
	c.Pause = pick(w, "pause", pathways.PauseNever, pathways.PauseEnrollment, pathways.PauseHospital)
	if w.chance(20, "anchor") {
		c.From = pick(w, "from", "start", "enrolled")
	}
	return "clock " + c.Name + " within " + c.Within
}

func (w *walk) changeLadder(def *pathways.Definition, _ *engine.MovePlan) string {
	if len(def.Ladders) == 0 {
		return "no ladder"
	}
	l := &def.Ladders[rapid.IntRange(0, len(def.Ladders)-1).Draw(w.rt, "ladder")]
	if len(l.Rungs) == 0 {
		return "an empty ladder"
	}
	i := rapid.IntRange(0, len(l.Rungs)-1).Draw(w.rt, "rung")
	switch pick(w, "how", "cut", "add", "move") {
	case "cut":
		l.Rungs = slices.Delete(l.Rungs, i, i+1)
	case "add":
		rung := pick(w, "new rung", pathways.Rung{At: "2 hours after start", Warn: "supervisor"}, pathways.Rung{At: "due", Escalate: "medical_director"}, pathways.Rung{At: "1 day before due", Remind: "owner"}, pathways.Rung{At: "2 days after due", Reassign: "nurse"})
		l.Rungs = slices.Insert(l.Rungs, i, rung)
	case "move":
		l.Rungs[i].At = pick(w, "moment", "due", "1 hour after start", "1 hour before due", "3 days after due")
	}
	return "ladder " + l.Name
}

func (w *walk) removeStep(def *pathways.Definition, plan *engine.MovePlan) string {
	if len(def.Steps) < 3 {
		return "too few steps"
	}
	i := rapid.IntRange(0, len(def.Steps)-1).Draw(w.rt, "removed")
	id := def.Steps[i].ID
	def.Steps = slices.Delete(def.Steps, i, i+1)
	for j := range def.Steps {
		def.Steps[j].After = slices.DeleteFunc(def.Steps[j].After, func(a string) bool { return a == id })
		if strings.Contains(def.Steps[j].When, id+".") {
			def.Steps[j].When = ""
		}
	}
	for j := range def.Tracks {
		def.Tracks[j].Steps = slices.DeleteFunc(def.Tracks[j].Steps, func(a string) bool { return a == id })
	}
	if w.chance(30, "called off") {
		plan.Steps = append(plan.Steps, engine.StepMove{Step: id, Open: engine.CalledOff, Reason: "nobody needs it"})
	}
	return "without " + id
}

func (w *walk) addStep(def *pathways.Definition, plan *engine.MovePlan) string {
	id := fmt.Sprintf("extra%d", rapid.IntRange(1, 3).Draw(w.rt, "name"))
	if def.StepByID(id) != nil {
		return "no more of " + id
	}
	st := pick(w, "new step", pathways.Step{Task: "Something new", Due: "1 day"}, pathways.Step{Milestone: "Something reached"}, pathways.Step{Wait: &pathways.Wait{For: "2 days"}, Optional: true})
	if len(def.Templates) > 0 && w.chance(30, "message") {
		st = pathways.Step{Message: &pathways.MessageSpec{To: "patient", Template: def.Templates[0].Name, At: pick(w, "at", "", "1 day after start")}, Optional: true}
	}
	st.ID = id
	if w.chance(70, "after") {
		st.After = []string{pick(w, "after what", def.Steps...).ID}
	}
	if w.chance(50, "begin") {
		plan.Begin = append(plan.Begin, id)
	}
	def.Steps = append(def.Steps, st)
	return fmt.Sprintf("with %s after %v", id, st.After)
}

func (w *walk) renameStep(def *pathways.Definition, plan *engine.MovePlan) string {
	id := pick(w, "renamed", def.Steps...).ID
	if def.StepByID(id+"2") != nil || strings.HasPrefix(id, "extra") || w.engine.Definition().StepByID(id) == nil || slices.ContainsFunc(plan.Steps, func(m engine.StepMove) bool { return m.Step == id }) {
		return "no rename"
	}
	text := encode(w.rt, def)
	for _, pair := range [][2]string{{`"` + id + `"`, `"` + id + `2"`}, {`"` + id + `.`, `"` + id + `2.`}, {` ` + id + `.`, ` ` + id + `2.`}, {`!` + id + `.`, `!` + id + `2.`}, {`(` + id + `.`, `(` + id + `2.`}} {
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	var out pathways.Definition
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		w.rt.Fatal(err)
	}
	if out.StepByID(id+"2") == nil {
		return "no rename"
	}
	*def = out
	plan.Steps = append(plan.Steps, engine.StepMove{Step: id, To: id + "2"})
	return id + " is " + id + "2"
}

func (w *walk) changeStep(def *pathways.Definition, _ *engine.MovePlan) string {
	st := &def.Steps[rapid.IntRange(0, len(def.Steps)-1).Draw(w.rt, "changed")]
	switch pick(w, "what", "title", "owner", "outcomes", "clock", "repeat") {
	case "title":
		if st.Task != "" {
			st.Task = "Another title"
		}
	case "owner":
		st.Owner = "nurse"
	case "outcomes":
		if st.Task != "" {
			st.Outcomes = append(st.Outcomes, "something_else")
		}
	case "clock":
		if st.Task != "" {
			st.Clock, st.Due, st.Ladder = "", "3 days", ""
		}
	case "repeat":
		st.Repeat = pick(w, "repeat", nil, &pathways.Repeat{Every: "2 days", Times: 3})
	}
	return "changed " + st.ID
}

func (w *walk) changeFact(def *pathways.Definition, _ *engine.MovePlan) string {
	if len(def.Facts) == 0 || w.chance(30, "new fact") {
		def.Facts = append(def.Facts, pathways.Fact{Name: fmt.Sprintf("extra_fact%d", len(def.Facts)), Type: pathways.TypeInt, Default: 3})
		return "a new fact"
	}
	f := &def.Facts[rapid.IntRange(0, len(def.Facts)-1).Draw(w.rt, "fact")]
	f.Values = f.Values[:len(f.Values)/2]
	return "fact " + f.Name
}
