package pathways

import (
	"cmp"
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/simulate"
	"throughline/pathways/simulate/population"
	"throughline/store"
)

// Simulation is a pathway to be tried out.
type Simulation struct {
	Pathway  string         `json:"pathway,omitempty" maxLength:"100" doc:"The key of a pathway that is kept here, or source"`
	Version  int            `json:"version,omitempty" minimum:"1" doc:"Default: the latest published one"`
	Source   string         `json:"source,omitempty" maxLength:"262144" doc:"A definition in YAML, instead of pathway"`
	Facts    map[string]any `json:"facts,omitempty" doc:"What is known at the start, by name"`
	Start    time.Time      `json:"start,omitzero" doc:"When it starts; default: at the discharge, else at noon of the earliest day among the facts, else now"`
	Days     int            `json:"days,omitempty" minimum:"1" maximum:"1100" doc:"How long a patient is followed at most; default: until the pathway has ended, and as its scenario says for a population"`
	Zone     string         `json:"zone,omitempty" maxLength:"60" doc:"IANA; default: the organization's"`
	Services []string       `json:"services,omitempty" maxItems:"20" doc:"Names of the services that could be asked"`
	Respond  bool           `json:"respond,omitempty" doc:"Let everybody do their work promptly and well; otherwise nobody acts"`
	// Scenario makes it a population: the fields about one patient are not read then.
	Scenario string `json:"scenario,omitempty" maxLength:"65536" doc:"A population's scenario in YAML (docs/simulation.md): who arrives, what they and the services do, who works when. The answer is in population then"`
	Patients int    `json:"patients,omitempty" minimum:"1" maximum:"2000" doc:"Of a population, instead of the scenario's number; at most 2000 in one request"`
	Seed     *int   `json:"seed,omitempty" minimum:"0" doc:"Of a population, instead of the scenario's"`
	OnTime   string `json:"on_time,omitempty" maxLength:"100" doc:"Of a population: how many people it takes to keep this share of deadlines, 95%, or of one step, contact=95%. The answer is in population.staffing"`
	// Against lets the same patients go through another version as well.
	Against *Opponent `json:"against,omitempty" doc:"Of a population: another version, which the same patients go through as well. The answer is in comparison"`
}

// Opponent is the version that another one is held against.
type Opponent struct {
	Pathway string `json:"pathway,omitempty" maxLength:"100" doc:"The key of a pathway that is kept here, or source"`
	Version int    `json:"version,omitempty" minimum:"1" doc:"Default: the latest published one"`
	Source  string `json:"source,omitempty" maxLength:"262144" doc:"A definition in YAML, instead of pathway"`
}

type simulateInput struct {
	Body Simulation
}

// SimulationResult is what would happen to one patient, in the words of throughline simulate --json,
// or to a population.
type SimulationResult struct {
	*simulate.Result

	Population *PopulationReport     `json:"population,omitempty" doc:"Instead, what came of a population"`
	Comparison *PopulationComparison `json:"comparison,omitempty" doc:"Instead, what came of the same population in two versions"`
}

// PopulationComparison is what came of two versions, in the words of throughline simulate --against.
type PopulationComparison population.Comparison

// PopulationReport is what came of a population, in the words of throughline simulate --population.
type PopulationReport population.Report

func registerSimulate(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "simulate-pathway", Path: "/pathways/simulate", Tag: tag, Summary: "Try a pathway out",
		Text: "The production engine against a virtual clock: what would happen to one patient, why, and where it could have gone otherwise. Nothing is kept and nothing is sent.",
	}, d.simulate)
}

func (d Deps) simulate(ctx context.Context, in *simulateInput) (*rest.One[SimulationResult], error) {
	def, err := d.definition(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	if in.Body.Scenario != "" {
		return d.populate(ctx, def, in.Body)
	}
	result, err := simulate.One(def, simulate.Question{
		Facts: in.Body.Facts, Start: in.Body.Start, Otherwise: d.Now(), Days: in.Body.Days,
		Zone: cmp.Or(in.Body.Zone, d.Zone), Services: in.Body.Services, Respond: in.Body.Respond, Calendar: &d.Calendar,
	})
	return rest.OneOf(SimulationResult{Result: &result}, err)
}

// mostPatients bounds what one request may simulate: about four seconds' work. Two versions share it,
// and a search for the number of people, which simulates again and again, has a tenth of it. More is
// for the command line.
const (
	mostPatients  = 2000
	mostForTwo    = mostPatients / 2
	mostForSearch = mostPatients / 10
)

func (d Deps) populate(ctx context.Context, def *pathways.Definition, in Simulation) (*rest.One[SimulationResult], error) {
	switch {
	case in.Against != nil && in.OnTime != "":
		return nil, care.Errorf(care.Invalid, "on_time and against are two questions: ask them one after the other").At("on_time")
	case in.Against != nil:
		return d.against(ctx, def, in)
	}
	most := mostPatients
	if in.OnTime != "" {
		most = mostForSearch
	}
	s, err := scenarioFor(def, in, most)
	if err != nil {
		return nil, err
	}
	report, err := population.Run(def, s, population.Options{})
	if err == nil && in.OnTime != "" {
		report.Staffing, err = staffing(def, s, in.OnTime)
	}
	return rest.OneOf(SimulationResult{Population: (*PopulationReport)(report)}, err)
}

func staffing(def *pathways.Definition, s *population.Scenario, onTime string) ([]population.Staffing, error) {
	want, err := population.ParseWanted(onTime)
	if err != nil {
		return nil, err
	}
	return population.StaffFor(def, s, want)
}

// against lets the same patients go through two versions.
func (d Deps) against(ctx context.Context, def *pathways.Definition, in Simulation) (*rest.One[SimulationResult], error) {
	other, err := d.definition(ctx, Simulation{Pathway: in.Against.Pathway, Version: in.Against.Version, Source: in.Against.Source})
	if err != nil {
		return nil, err
	}
	forOther, err := scenarioFor(other, in, mostForTwo)
	if err != nil {
		return nil, err
	}
	s, err := scenarioFor(def, in, mostForTwo)
	if err != nil {
		return nil, err
	}
	found, err := population.Compare(other, def, forOther, s, population.Options{})
	return rest.OneOf(SimulationResult{Comparison: (*PopulationComparison)(found)}, err)
}

// scenarioFor reads the population's scenario for a definition, with what the request says otherwise.
func scenarioFor(def *pathways.Definition, in Simulation, most int) (*population.Scenario, error) {
	s, problems := population.Load("", []byte(in.Scenario), def)
	if err := problems.Err(); err != nil {
		return nil, care.Errorf(care.Invalid, "%w", err).At("scenario")
	}
	seed := -1
	if in.Seed != nil {
		seed = *in.Seed
	}
	if err := s.With(in.Patients, in.Days, seed); err != nil {
		return nil, err
	}
	if s.Patients > most {
		return nil, care.Errorf(care.Invalid, "one such request simulates at most %d patients: give patients, or use throughline simulate", most).At("patients")
	}
	return s, nil
}

// definition gives the one that is asked for: as given, or as it is kept.
func (d Deps) definition(ctx context.Context, in Simulation) (*pathways.Definition, error) {
	switch {
	case in.Source != "":
		parts, err := d.Store.PartsFor(ctx, store.ToTry)
		if err != nil {
			return nil, err
		}
		def, problems := pathways.LoadWith("", []byte(in.Source), parts)
		if err := problems.Err(); err != nil {
			return nil, care.Errorf(care.Invalid, "%w", err).At("source")
		}
		return def, nil
	case in.Pathway != "":
		kept, err := d.Store.Definition(ctx, in.Pathway, in.Version)
		return kept.Definition, err
	}
	return nil, care.Errorf(care.Invalid, "say which pathway, or give a definition").At("pathway")
}
