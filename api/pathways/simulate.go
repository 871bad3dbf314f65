package pathways

import (
	"cmp"
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/enrollments"
	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

const (
	defaultDays = 30
	morning     = 9 // the hour at which a simulated enrollment starts
)

// Simulation is a pathway to be tried out.
type Simulation struct {
	Pathway  string         `json:"pathway,omitempty" maxLength:"100" doc:"The key of a pathway that is kept here, or source"`
	Version  int            `json:"version,omitempty" minimum:"1" doc:"Default: the latest published one"`
	Source   string         `json:"source,omitempty" maxLength:"262144" doc:"A definition in YAML, instead of pathway"`
	Facts    map[string]any `json:"facts,omitempty" doc:"What is known at the start, by name"`
	Start    time.Time      `json:"start,omitzero" doc:"When it starts; default: the earliest day among the facts, at nine in the morning, else now"`
	Days     int            `json:"days,omitempty" minimum:"1" maximum:"1100" default:"30" doc:"How long nobody acts"`
	Zone     string         `json:"zone,omitempty" maxLength:"60" doc:"IANA; default: the organization's"`
	Services []string       `json:"services,omitempty" maxItems:"20" doc:"Names of the services that could be asked"`
}

type simulateInput struct {
	Body Simulation
}

// SimulationResult is what would happen.
type SimulationResult struct {
	Start       time.Time             `json:"start"`
	End         time.Time             `json:"end"`
	Status      care.EnrollmentStatus `json:"status"`
	Outcome     string                `json:"outcome,omitempty"`
	Clocks      []care.Clock          `json:"clocks" nullable:"false" doc:"Each deadline as it was first set, with how it came about"`
	Timeline    []care.TimelineEntry  `json:"timeline" nullable:"false"`
	Escalations []care.Escalation     `json:"escalations" nullable:"false"`
	Messages    []care.Message        `json:"messages" nullable:"false"`
}

func registerSimulate(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "simulate-pathway", Path: "/pathways/simulate", Tag: tag, Summary: "Try a pathway out",
		Text: "The production engine against a virtual clock: what would happen, and why, if nobody acted. Nothing is kept and nothing is sent.",
	}, d.simulate)
}

func (d Deps) simulate(ctx context.Context, in *simulateInput) (*rest.One[SimulationResult], error) {
	def, err := d.definition(ctx, in)
	if err != nil {
		return nil, err
	}
	eng, err := engine.For(def)
	if err != nil {
		return nil, care.Errorf(care.Invalid, "the definition cannot be run: %w", err).At("source")
	}
	zone := cmp.Or(in.Body.Zone, d.Zone, "UTC")
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, care.Errorf(care.Invalid, "the time zone is not known: give an IANA name such as America/New_York").At("zone")
	}
	facts := enrollments.FactsOf(in.Body.Facts)
	world := simulate.New(eng, d.start(in.Body.Start, facts, loc))
	for _, name := range in.Body.Services {
		world.Services = append(world.Services, engine.Candidate{ServiceID: care.KeyID("service", name), Name: name})
	}
	begun := world.Now
	if err := world.Do(d.launch(facts, zone)); err != nil {
		return nil, err
	}
	if err := world.Sleep(begun.AddDate(0, 0, cmp.Or(in.Body.Days, defaultDays))); err != nil {
		return nil, err
	}
	return &rest.One[SimulationResult]{Body: told(world, begun)}, nil
}

func (d Deps) definition(ctx context.Context, in *simulateInput) (*pathways.Definition, error) {
	switch {
	case in.Body.Source != "":
		def, problems := pathways.Load("", []byte(in.Body.Source))
		if err := problems.Err(); err != nil {
			return nil, care.Errorf(care.Invalid, "%w", err).At("source")
		}
		return def, nil
	case in.Body.Pathway != "":
		kept, err := d.Store.Definition(ctx, in.Body.Pathway, in.Body.Version)
		return kept.Definition, err
	}
	return nil, care.Errorf(care.Invalid, "say which pathway, or give a definition").At("pathway")
}

// start is when the simulation begins.
func (d Deps) start(asked time.Time, facts []care.FactValue, zone *time.Location) time.Time {
	if !asked.IsZero() {
		return asked.UTC()
	}
	var earliest care.Date
	for _, f := range facts {
		text, _ := f.Value.(string)
		day, err := care.ParseDate(text)
		if err == nil && (earliest.IsZero() || day.Before(earliest)) {
			earliest = day
		}
	}
	if earliest.IsZero() {
		return d.Now().UTC()
	}
	return time.Date(earliest.Year, earliest.Month, earliest.Day, morning, 0, 0, 0, zone).UTC()
}

func (d Deps) launch(facts []care.FactValue, zone string) engine.Event {
	return engine.Event{
		ID: "start", Kind: engine.Started, Actor: care.Actor{Kind: care.Person, ID: "simulation"},
		Launch: &engine.Launch{
			EnrollmentID: care.KeyID("simulation"), PatientID: care.KeyID("simulated patient"), Facts: facts,
			Patient: engine.PatientFacts{HasEmail: true, HasPhone: true, Language: "en", Zone: zone}, Zone: zone, Calendar: d.Calendar,
		},
	}
}

func told(w *simulate.World, begun time.Time) SimulationResult {
	out := SimulationResult{
		Start: begun, End: w.Now, Status: w.State.Status, Outcome: w.State.Outcome,
		Clocks: firstClocks(w.Turns), Timeline: w.Timeline(), Escalations: w.Escalations(), Messages: w.Messages(),
	}
	if out.Escalations == nil {
		out.Escalations = []care.Escalation{}
	}
	if out.Messages == nil {
		out.Messages = []care.Message{}
	}
	return out
}

// firstClocks gives each deadline as it was when it was set.
func firstClocks(turns []engine.Turn) []care.Clock {
	type name struct {
		clock, step string
		occurrence  int
	}
	seen := map[name]bool{}
	out := []care.Clock{}
	for _, t := range turns {
		for _, eff := range t.Effects {
			if eff.Clock == nil || seen[name{eff.Clock.Clock, eff.Clock.Step, eff.Clock.Occurrence}] {
				continue
			}
			seen[name{eff.Clock.Clock, eff.Clock.Step, eff.Clock.Occurrence}] = true
			out = append(out, *eff.Clock)
		}
	}
	return out
}
