package population

import (
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// course is a pathway that patients go through, with the numbers of the scenario that was written for
// it.
type course struct {
	eng       *engine.Engine
	def       *pathways.Definition
	scenario  *Scenario
	behaviour []Behaviour // by the definition's steps
}

func newCourse(eng *engine.Engine, def *pathways.Definition, s *Scenario) *course {
	c := &course{eng: eng, def: def, scenario: s}
	for i := range def.Steps {
		c.behaviour = append(c.behaviour, s.behaviour(def.Steps[i].ID))
	}
	return c
}

func (c *course) behaviourOf(step string) Behaviour {
	for i := range c.def.Steps {
		if c.def.Steps[i].ID == step {
			return c.behaviour[i]
		}
	}
	return c.scenario.Otherwise
}

// courseOf finds a pathway of the library, with the population that ships with it; nil where there is
// none.
func (w *world) courseOf(key string) (*course, error) {
	if key == w.def.Pathway {
		return w.course, nil
	}
	if c, known := w.others[key]; known {
		return c, nil
	}
	c, err := shippedCourse(key)
	if err != nil {
		return nil, err
	}
	w.others[key] = c
	return c, nil
}

func shippedCourse(key string) (*course, error) {
	library, err := pathways.Library()
	if err != nil {
		return nil, fmt.Errorf("reading the library: %w", err)
	}
	i := slices.IndexFunc(library, func(d *pathways.Definition) bool { return d.Pathway == key })
	if i < 0 {
		return nil, nil //nolint:nilnil // that there is none is no error
	}
	file, src, err := pathways.LibraryPopulation(key)
	if err != nil {
		return nil, fmt.Errorf("reading the population of %s: %w", key, err)
	}
	s, problems := Load(file, src, library[i])
	if err := problems.Err(); err != nil {
		return nil, err
	}
	eng, err := engine.For(library[i])
	if err != nil {
		return nil, fmt.Errorf("running %s: %w", key, err)
	}
	return newCourse(eng, library[i], s), nil
}

// elsewhere does what an enrollment asks of others of the same patient.
func (w *world) elsewhere(p *patient, eff *engine.Effect) error {
	switch eff.Kind {
	case engine.EndPathway:
		return w.endOther(p, eff.End)
	case engine.TellParent:
		return w.tellParent(p, eff.Parent)
	}
	l := eff.Start
	ev := engine.Event{Kind: engine.SubRefused, Actor: care.TheEngine, Step: l.Parent.Step, Occurrence: l.Parent.Occurrence, Reason: l.Pathway + " is not among the pathways that ship"}
	other, err := w.courseOf(l.Pathway)
	if err != nil {
		return err
	}
	if other == nil {
		return unlessRefused(w.advance(p, ev))
	}
	child, refusal, err := w.startOther(p, other, l)
	if err != nil {
		return err
	}
	ev.Reason = refusal
	if child != nil {
		ev.Kind, ev.Reason, ev.Child = engine.SubStarted, "", child.state.EnrollmentID
	}
	return unlessRefused(w.advance(p, ev))
}

// beside numbers the enrollments that steps start apart from those of readmissions.
const beside = 1000

// startOther starts another pathway for the patient, by its own launch rules. It is followed as long
// as the enrollment that started it.
func (w *world) startOther(p *patient, c *course, l *engine.SubLaunch) (child *patient, refusal string, err error) {
	p.sent["started elsewhere"]++
	child = newPatient(c, p.number, beside*(p.episode+1)+p.sent["started elsewhere"], w.seed)
	child.begun, child.until, child.parent, child.away = w.now, p.until, p, p.away
	launch := engine.Launch{
		EnrollmentID: child.id("enrollment"), PatientID: l.PatientID, Zone: w.scenario.Zone, Calendar: w.calendar,
		Patient: w.patientFacts(p), Need: l.Need, Parent: &l.Parent, Facts: withoutNeed(c.def, l.Facts),
	}
	if c.def.Launch.OncePer == "encounter" {
		launch.Encounter = l.Encounter
	}
	if d := c.eng.Decide(launch); !d.Start {
		return nil, d.Reason, nil
	}
	err = w.advance(child, engine.Event{Kind: engine.Started, Actor: care.TheEngine, OccurredAt: l.OccurredAt, Launch: &launch})
	if e, isRefusal := refusedBecause(err); isRefusal {
		return nil, e, nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("starting %s: %w", c.def.Pathway, err)
	}
	w.children = append(w.children, child)
	w.later(child.until, func() error {
		child.left = true
		child.letGo()
		return nil
	})
	w.measure(child)
	return child, "", nil
}

// withoutNeed leaves out the need that the pathway knows from its launch, not as a fact.
func withoutNeed(def *pathways.Definition, given []care.FactValue) []care.FactValue {
	if slices.ContainsFunc(def.Facts, func(f pathways.Fact) bool { return f.Name == pathways.GivenNeed }) {
		return given
	}
	return slices.DeleteFunc(slices.Clone(given), func(f care.FactValue) bool { return f.Name == pathways.GivenNeed })
}

// tell lets an event happen to all enrollments of a patient.
func (w *world) tell(p *patient, ev engine.Event) error {
	for _, child := range w.children {
		if child.parent == p && child.running() {
			child.away = p.away
			if err := unlessRefused(w.advance(child, ev)); err != nil {
				return err
			}
		}
	}
	return unlessRefused(w.advance(p, ev))
}

func (w *world) endOther(p *patient, e *engine.SubEnd) error {
	for _, child := range w.children {
		if child.state.EnrollmentID == e.EnrollmentID && child.running() {
			if err := unlessRefused(w.advance(child, engine.Event{Kind: engine.EnrollmentWithdraw, Actor: care.TheEngine, Reason: e.Reason})); err != nil {
				return err
			}
		}
	}
	return unlessRefused(w.advance(p, engine.Event{Kind: engine.SubWithdrawn, Actor: care.TheEngine, Step: e.Step, Occurrence: e.Occurrence}))
}

// tellParent tells the enrollment that started this one how it ended, once the present turn is done.
func (w *world) tellParent(p *patient, n *engine.ParentNews) error {
	w.later(w.now, func() error {
		if p.parent == nil || !p.parent.running() {
			return nil
		}
		return unlessRefused(w.advance(p.parent, engine.Event{
			Kind: engine.SubEnded, Actor: care.TheEngine, OccurredAt: time.Unix(w.now, 0).UTC(),
			Step: n.Parent.Step, Occurrence: n.Parent.Occurrence, Child: n.Child, Outcome: n.Outcome,
		}))
	})
	return unlessRefused(w.advance(p, engine.Event{Kind: engine.ParentTold, Actor: care.TheEngine}))
}

// startedBeside counts what became of the pathways that steps started.
func (w *world) startedBeside() []Count {
	var all tallied[string, Count]
	for _, child := range w.children {
		name := child.course.def.Pathway + ": " + child.state.Outcome
		if child.running() {
			name = child.course.def.Pathway + ": still " + string(child.state.Status)
		}
		all.of(name, Count{Name: name}).Count++
	}
	if len(all.list) == 0 {
		return nil
	}
	return counted(all.list, len(w.children))
}
