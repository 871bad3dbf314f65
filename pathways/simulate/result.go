package simulate

import (
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Result is what happened.
type Result struct {
	Name    string    `json:"name,omitempty"`
	Pathway string    `json:"pathway" required:"false"`
	Version int       `json:"version" required:"false"`
	Title   string    `json:"title" required:"false"`
	Zone    string    `json:"zone" required:"false"`
	Start   time.Time `json:"start" required:"false"`
	End     time.Time `json:"end" required:"false"`
	// NotStarted says why nothing started; empty where something did.
	NotStarted string                `json:"not_started,omitempty"`
	Status     care.EnrollmentStatus `json:"status,omitempty"`
	Outcome    string                `json:"outcome,omitempty"`
	Reason     string                `json:"reason,omitempty"`

	Deadlines   []Deadline           `json:"deadlines" required:"false" nullable:"false"`
	Timeline    []care.TimelineEntry `json:"timeline" required:"false" nullable:"false"`
	Escalations []care.Escalation    `json:"escalations" required:"false" nullable:"false"`
	Messages    []care.Message       `json:"messages" required:"false" nullable:"false"`
	// Branches are the places where it could have gone otherwise: each condition that was asked, when
	// its answer was new.
	Branches []Branch `json:"branches,omitempty"`
	// Opened are the steps that began, in that order, each once.
	Opened []string `json:"opened" required:"false" nullable:"false"`
	// Failures say what came otherwise than the scenario expects. Empty: as expected.
	Failures []string `json:"failures,omitempty"`

	line int // of the event at which the first failure came; 0 where it was at none
}

// Deadline is a clock as it was first set, with its ladder.
type Deadline struct {
	Clock  string          `json:"clock"`
	Step   string          `json:"step,omitempty"`
	Title  string          `json:"title"` // what is to be done by then
	Due    time.Time       `json:"due"`
	Reason string          `json:"reason"`
	Source string          `json:"source,omitempty"`
	Ladder []engine.Moment `json:"ladder,omitempty"`
}

func (p *player) result() Result {
	r := resultOf(p.def, p.world, p.start, p.zone)
	r.Name, r.NotStarted, r.Failures, r.line = p.scenario.Name, p.declined, p.failures, p.wentAt
	return r
}

func resultOf(def *pathways.Definition, w *World, start time.Time, zone *time.Location) Result {
	return Result{
		Pathway: def.Pathway, Version: def.Version, Title: def.Title, Zone: zone.String(), Start: start, End: w.Now,
		Status: w.State.Status, Outcome: w.State.Outcome, Reason: w.State.Reason,
		Deadlines: deadlines(w), Timeline: orEmpty(w.Timeline()), Escalations: orEmpty(w.Escalations()), Messages: orEmpty(w.Messages()),
		Opened: opened(w),
	}
}

// orEmpty keeps an empty list from being null in JSON.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// deadlines gives every clock as it was when it was set, in that order.
func deadlines(w *World) []Deadline {
	type name struct {
		clock, step string
		occurrence  int
	}
	seen := map[name]bool{}
	out := []Deadline{}
	titles := map[string]string{"": "the pathway is over"}
	for _, t := range w.Turns {
		keepTitles(titles, t)
		for _, c := range t.State.Clocks {
			id := name{c.Name, c.Step, c.Occurrence}
			if seen[id] {
				continue
			}
			seen[id] = true
			out = append(out, Deadline{Clock: c.Name, Step: c.Step, Title: titles[c.Step], Due: c.Due, Reason: c.Reason, Source: c.Source, Ladder: stillAhead(w.Engine.Ladder(c), t.RecordedAt)})
		}
	}
	return out
}

// stillAhead leaves out the reminders and warnings whose moment had passed when the clock was set: as
// in production, nobody gets them.
func stillAhead(ladder []engine.Moment, at time.Time) []engine.Moment {
	return slices.DeleteFunc(ladder, func(m engine.Moment) bool {
		return m.At.Before(at) && (m.Act == "remind" || m.Act == "warn")
	})
}

// keepTitles notes what people call the steps that a turn changed.
func keepTitles(titles map[string]string, t engine.Turn) {
	for _, eff := range t.Effects {
		if eff.Step != nil {
			titles[eff.Step.Step] = eff.Step.Title
		}
	}
}

func opened(w *World) []string {
	out := []string{}
	for _, t := range w.Turns {
		for _, eff := range t.Effects {
			if eff.Step != nil && eff.Step.OpenedAt != nil && !slices.Contains(out, eff.Step.Step) {
				out = append(out, eff.Step.Step)
			}
		}
	}
	return out
}
