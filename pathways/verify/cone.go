package verify

import (
	"fmt"
	"slices"
	"strings"

	"throughline/pathways"
	"throughline/pathways/engine"
)

// view is the part of a pathway that an exploration looks at. What lies outside it stays untouched:
// nobody acts on it, and states that differ in it only count as one. The whole pathway is a view
// too.
type view struct {
	whole  bool
	steps  []string         // ids, in the order of the file
	asks   []pathways.Asked // the expressions that count
	events []string         // the kinds of event that something in it waits for
}

func (v *view) has(step string) bool { return v.whole || slices.Contains(v.steps, step) }

func (v *view) waitsFor(kind engine.EventKind) bool { return slices.Contains(v.events, string(kind)) }

// wholeView is everything.
func wholeView(d *pathways.Definition, asks []pathways.Asked) *view {
	v := &view{whole: true, asks: asks}
	for i := range d.Steps {
		v.steps = append(v.steps, d.Steps[i].ID)
		v.wait(eventsOf(d, &d.Steps[i])...)
	}
	for _, e := range d.Ends {
		v.wait(e.On, e.Suspend)
	}
	v.patientEvents()
	return v
}

// cone gathers what can make a difference to something: the steps it comes after, the steps whose
// facts it asks, the events it waits for, and so on for each of those.
type cone struct {
	def  *pathways.Definition
	asks []pathways.Asked
	view *view
	todo []string
}

// coneOfStep is the view of what decides whether a step opens, and how it ends.
func coneOfStep(d *pathways.Definition, asks []pathways.Asked, id string) *view {
	c := &cone{def: d, asks: asks, view: &view{}}
	c.step(id)
	return c.close()
}

// coneOfEnd is the view of what decides whether an end comes.
func coneOfEnd(d *pathways.Definition, asks []pathways.Asked, i int) *view {
	c := &cone{def: d, asks: asks, view: &view{}}
	c.view.wait(d.Ends[i].On)
	c.moment(d.Ends[i].On)
	c.expressions(func(a pathways.Asked) bool { return a.Path == fmt.Sprintf("ends[%d].when", i) })
	return c.close()
}

// close follows everything to its end and puts the steps into the file's order.
func (c *cone) close() *view {
	for len(c.todo) > 0 && !c.view.whole {
		id := c.todo[0]
		c.todo = c.todo[1:]
		c.follow(c.def.StepByID(id))
	}
	if c.view.whole {
		return wholeView(c.def, c.asks)
	}
	ordered := make([]string, 0, len(c.view.steps))
	for i := range c.def.Steps {
		if slices.Contains(c.view.steps, c.def.Steps[i].ID) {
			ordered = append(ordered, c.def.Steps[i].ID)
		}
	}
	c.view.steps = ordered
	c.expressions(func(a pathways.Asked) bool { return strings.HasPrefix(a.Path, "facts.") })
	c.view.patientEvents()
	return c.view
}

func (c *cone) step(id string) {
	if c.def.StepByID(id) == nil || slices.Contains(c.view.steps, id) {
		return
	}
	c.view.steps = append(c.view.steps, id)
	c.todo = append(c.todo, id)
}

// follow adds what a step depends on.
func (c *cone) follow(s *pathways.Step) {
	for _, id := range s.After {
		c.step(id)
	}
	for _, kind := range eventsOf(c.def, s) {
		c.view.wait(kind)
		c.moment(kind) // the answers to a questionnaire come of its step
	}
	if k := c.def.ClockByName(s.Clock); k != nil {
		c.moment(k.From)
		c.moment(k.NotAfter)
	}
	if s.Message != nil {
		if m, err := pathways.ParseMoment(s.Message.At); err == nil {
			c.moment(m.Anchor)
		}
	}
	track := c.def.TrackOf(s.ID)
	c.expressions(func(a pathways.Asked) bool {
		return a.Step == s.ID || track != nil && a.Path == "tracks."+track.Name+".when" || a.Path == "clocks."+s.Clock+".within"
	})
}

func eventsOf(d *pathways.Definition, s *pathways.Step) []string {
	events := []string{s.On}
	if s.Wait != nil {
		events = append(events, s.Wait.On)
	}
	if t := d.TrackOf(s.ID); t != nil {
		events = append(events, t.On)
	}
	return events
}

// moment adds the step whose moment is meant: "visit.start".
func (c *cone) moment(name string) {
	head, _, _ := strings.Cut(name, ".")
	c.step(head)
}

// expressions adds those wanted, and the steps that they ask about.
func (c *cone) expressions(wanted func(pathways.Asked) bool) {
	for _, a := range c.asks {
		if !wanted(a) || slices.ContainsFunc(c.view.asks, func(b pathways.Asked) bool { return b.Path == a.Path }) {
			continue
		}
		c.view.asks = append(c.view.asks, a)
		for _, name := range a.Names {
			if name == "required" {
				c.view.whole = true // every step counts
				return
			}
			c.moment(name)
		}
	}
}

func (v *view) wait(kinds ...string) {
	for _, kind := range kinds {
		if kind != "" && !slices.Contains(v.events, kind) {
			v.events = append(v.events, kind)
		}
	}
}

// patientEvents adds the events that change what is asked of the patient.
func (v *view) patientEvents() {
	if mentions(v.asks, "patient.in_hospital") || mentions(v.asks, "patient.readmitted") {
		v.wait(string(engine.EncounterAdmitted), string(engine.EncounterDischarge))
	}
	if mentions(v.asks, "patient.deceased") {
		v.wait(string(engine.PatientDied))
	}
	if v.waitsFor(engine.EncounterAdmitted) {
		v.wait(string(engine.EncounterDischarge))
	}
}
