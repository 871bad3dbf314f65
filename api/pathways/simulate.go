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
)

// Simulation is a pathway to be tried out.
type Simulation struct {
	Pathway  string         `json:"pathway,omitempty" maxLength:"100" doc:"The key of a pathway that is kept here, or source"`
	Version  int            `json:"version,omitempty" minimum:"1" doc:"Default: the latest published one"`
	Source   string         `json:"source,omitempty" maxLength:"262144" doc:"A definition in YAML, instead of pathway"`
	Facts    map[string]any `json:"facts,omitempty" doc:"What is known at the start, by name"`
	Start    time.Time      `json:"start,omitzero" doc:"When it starts; default: at the discharge, else at noon of the earliest day among the facts, else now"`
	Days     int            `json:"days,omitempty" minimum:"1" maximum:"1100" default:"30" doc:"How long it is followed at most"`
	Zone     string         `json:"zone,omitempty" maxLength:"60" doc:"IANA; default: the organization's"`
	Services []string       `json:"services,omitempty" maxItems:"20" doc:"Names of the services that could be asked"`
	Respond  bool           `json:"respond,omitempty" doc:"Let everybody do their work promptly and well; otherwise nobody acts"`
}

type simulateInput struct {
	Body Simulation
}

// SimulationResult is what would happen to one patient, in the words of throughline simulate --json.
type SimulationResult simulate.Result

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
	result, err := simulate.One(def, simulate.Question{
		Facts: in.Body.Facts, Start: in.Body.Start, Otherwise: d.Now(), Days: cmp.Or(in.Body.Days, defaultDays),
		Zone: cmp.Or(in.Body.Zone, d.Zone), Services: in.Body.Services, Respond: in.Body.Respond, Calendar: &d.Calendar,
	})
	return rest.OneOf(SimulationResult(result), err)
}

const defaultDays = 30

// definition gives the one that is asked for: as given, or as it is kept.
func (d Deps) definition(ctx context.Context, in Simulation) (*pathways.Definition, error) {
	switch {
	case in.Source != "":
		def, problems := pathways.Load("", []byte(in.Source))
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
