package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/workflows"
)

const patientID care.ID = "019ab000-0000-7000-8000-0000000000aa"

var coordinator = care.Actor{Kind: care.Person, ID: "ann"}

// route is a pathway with what a person does on the way through it.
type route struct {
	name       string
	definition *pathways.Definition
	ref        workflows.DefinitionRef
	engine     *engine.Engine
	stay       bool // a discharge leads to it
	done       []work
}

// work is one task and how it is completed.
type work struct {
	step, outcome string
	answers       []care.FactValue
}

// fiveTasks are sequential: each completed task opens the next, and the last ends the enrollment.
func fiveTasks() (*route, error) {
	r, err := newRoute(filepath.Join("testdata", "five-tasks.yaml"))
	if err != nil {
		return nil, err
	}
	for _, step := range []string{"first", "second", "third", "fourth", "fifth"} {
		r.done = append(r.done, work{step: step, outcome: "done"})
	}
	return r, nil
}

// letter sends one message and ends.
func letter() (*route, error) { return newRoute(filepath.Join("testdata", "letter.yaml")) }

// discharge is the follow-up that ships, as far as the work of its first days.
func discharge() (*route, error) {
	r, err := newRoute(filepath.Join("..", "pathways", "library", "post-discharge-tcm.yaml"))
	if err != nil {
		return nil, err
	}
	r.stay = true
	r.done = []work{
		{step: "information", outcome: "received", answers: []care.FactValue{{Name: "pending_tests", Value: false}}},
		{step: "contact", outcome: "reached", answers: []care.FactValue{
			{Name: "condition", Value: "same"}, {Name: "new_symptoms", Value: false}, {Name: "has_medicines", Value: true},
			{Name: "transport_barrier", Value: false}, {Name: "food_barrier", Value: false},
		}},
		{step: "medicines", outcome: "reconciled", answers: []care.FactValue{{Name: "discrepancies", Value: false}}},
	}
	return r, nil
}

func newRoute(file string) (*route, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	d, problems := pathways.Load(file, src)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	core, err := engine.For(d)
	if err != nil {
		return nil, err
	}
	ref := workflows.DefinitionRef{Pathway: d.Pathway, Version: d.Version, Digest: pathways.Digest(d)}
	return &route{name: d.Pathway, definition: d, ref: ref, engine: core}, nil
}

// launch is the first event of a new enrollment.
func (r *route) launch(now time.Time) engine.Event {
	id := care.NewID(now)
	l := &engine.Launch{
		EnrollmentID: id, PatientID: patientID, Zone: "America/New_York", Calendar: care.USFederalCalendar(),
		Patient: engine.PatientFacts{Language: "en", HasEmail: true, Age: 71},
	}
	if r.stay {
		discharged := now.Add(-36 * time.Hour).UTC()
		l.Encounter = &care.Encounter{
			ID: care.NewID(now), PatientID: patientID, Class: care.Inpatient, Status: care.EncounterDischarged,
			DischargedAt: &discharged, Disposition: care.ToHome, Revision: 1,
		}
	}
	return engine.Event{ID: "start:" + id, Kind: engine.Started, Actor: coordinator, Launch: l}
}

// complete is the event that ends the work's task.
func (w work) complete(taskID care.ID) engine.Event {
	return engine.Event{
		ID: "complete:" + taskID, Kind: engine.TaskComplete, Actor: coordinator, TaskID: taskID,
		Outcome: w.outcome, Mode: care.ByPhone, Answers: w.answers,
	}
}

// openTask finds the task of a step that waits for a person.
func openTask(s engine.State, step string) (care.ID, error) {
	for _, st := range s.Steps {
		if st.ID == step && st.Task != nil && st.Task.Status.Open() {
			return st.Task.ID, nil
		}
	}
	return "", fmt.Errorf("the step %s has no open task", step)
}

// input is what Advance is asked for one completed task.
type input struct {
	state engine.State
	event engine.Event
	now   time.Time
}

// walk lets the engine alone take a new enrollment all the way: the first turn, and what Advance is
// asked for every task after it.
func (r *route) walk(now time.Time) (first engine.Turn, inputs []input, err error) {
	first, err = r.engine.Advance(engine.State{}, r.launch(now), now)
	if err != nil {
		return first, nil, fmt.Errorf("starting %s: %w", r.name, err)
	}
	state := first.State
	for _, w := range r.done {
		task, err := openTask(state, w.step)
		if err != nil {
			return first, nil, err
		}
		in := input{state: state, event: w.complete(task), now: now}
		turn, err := r.engine.Advance(in.state, in.event, in.now)
		if err != nil {
			return first, nil, fmt.Errorf("completing %s: %w", w.step, err)
		}
		state, inputs = turn.State, append(inputs, in)
	}
	return first, inputs, nil
}
