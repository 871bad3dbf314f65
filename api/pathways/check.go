package pathways

import (
	"cmp"
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways"
	"throughline/pathways/simulate"
	"throughline/pathways/verify"
	"throughline/store"
)

// Check is a definition to be checked.
type Check struct {
	Source    string `json:"source" maxLength:"262144" doc:"The definition, in YAML"`
	File      string `json:"file,omitempty" maxLength:"200" doc:"What to call it in the answer"`
	Scenarios string `json:"scenarios,omitempty" maxLength:"262144" doc:"How it must behave, in YAML; each scenario is played"`
}

type checkInput struct {
	Body Check
}

// CheckResult is what is wrong with a definition.
type CheckResult struct {
	OK       bool               `json:"ok" doc:"It may be published"`
	Pathway  string             `json:"pathway,omitempty"`
	Version  int                `json:"version,omitempty"`
	Digest   string             `json:"digest,omitempty"`
	Problems []pathways.Problem `json:"problems" nullable:"false" doc:"In the file's order, with line and column"`
	Explored *Explored          `json:"explored,omitempty" doc:"What was looked at; missing where the form has errors"`
}

// Explored is what can become of an enrollment, as far as it was looked at.
type Explored struct {
	Launches   int      `json:"launches" doc:"Launches that make a difference"`
	States     int      `json:"states" doc:"States that were told apart"`
	Turns      int      `json:"turns" doc:"Turns of the engine"`
	Complete   bool     `json:"complete" doc:"Nothing was left out"`
	Unexplored []string `json:"unexplored" nullable:"false" doc:"What was left out, a sentence each"`
	Beyond     []string `json:"beyond" nullable:"false" doc:"What lies beyond what the exploration knows, a sentence each"`
	Scenarios  int      `json:"scenarios" doc:"Scenarios played"`
	Stories    []Story  `json:"stories" nullable:"false" doc:"How what was refuted comes about"`
}

// Story tells how something comes about.
type Story struct {
	Line int      `json:"line"`
	Kind string   `json:"kind"`
	Text []string `json:"text" nullable:"false" doc:"A sentence each"`
	Acts any      `json:"acts" doc:"The events, with their times, to be played again"`
}

func registerCheck(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "check-pathway", Path: "/pathways/check", Tag: tag, Summary: "Check a definition",
		Text: "Nothing is kept. Its form is checked, and how it stands beside the published pathways; what can become of an enrollment is explored within fixed bounds, and the scenarios are played. The answer is 200 also where something is wrong: ok says whether it may be published.",
	}, d.check)
}

// exploring bounds how many explorations run at once: each takes a core for a second or two.
var exploring = make(chan struct{}, 1)

// explored checks a definition, with the parts that there are for the purpose, and explores it when
// its turn has come.
func (d Deps) explored(ctx context.Context, file string, source []byte, purpose store.PartPurpose) (verify.Report, error) {
	parts, err := d.Store.PartsFor(ctx, purpose)
	if err != nil {
		return verify.Report{}, err
	}
	select {
	case exploring <- struct{}{}:
		defer func() { <-exploring }()
	case <-ctx.Done():
		return verify.Report{}, ctx.Err() //nolint:wrapcheck // the caller has gone
	}
	return verify.LoadWith(file, source, parts, verify.DefaultLimits)
}

func (d Deps) check(ctx context.Context, in *checkInput) (*rest.One[CheckResult], error) {
	report, err := d.explored(ctx, in.Body.File, []byte(in.Body.Source), store.ToTry)
	if err != nil {
		return nil, err
	}
	var held simulate.Held
	if in.Body.Scenarios != "" && report.Explored != nil {
		held = simulate.Hold(report.Definition, cmp.Or(in.Body.File, "pathway")+".scenarios", []byte(in.Body.Scenarios))
		report.Settle(held.Met)
	}
	out := CheckResult{Problems: append(report.Problems, held.Problems...)}
	if out.Problems == nil {
		out.Problems = []pathways.Problem{}
	}
	out.OK = report.Definition != nil && len(pathways.Problems(out.Problems).Errors()) == 0
	if def := report.Definition; def != nil {
		out.Pathway, out.Version = def.Pathway, def.Version
		if out.OK {
			out.Digest = pathways.Digest(def)
		}
		odd, err := d.beside(ctx, def)
		if err != nil {
			return nil, err
		}
		out.Problems = append(out.Problems, odd...)
	}
	if report.Explored != nil {
		out.Explored = exploredOf(*report.Explored, held.Played)
	}
	return &rest.One[CheckResult]{Body: out}, nil
}

func exploredOf(r verify.Result, scenarios int) *Explored {
	e := &Explored{Launches: r.Launches, States: r.States, Turns: r.Turns, Complete: r.Complete, Unexplored: r.Unexplored, Beyond: r.Beyond, Scenarios: scenarios, Stories: []Story{}}
	if e.Unexplored == nil {
		e.Unexplored = []string{}
	}
	for _, f := range r.Findings {
		if len(f.Story) > 0 {
			e.Stories = append(e.Stories, Story{Line: f.Line, Kind: string(f.Kind), Text: f.Story, Acts: f.Replay})
		}
	}
	return e
}
