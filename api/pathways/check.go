package pathways

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways"
)

// Check is a definition to be checked.
type Check struct {
	Source string `json:"source" maxLength:"262144" doc:"The definition, in YAML"`
	File   string `json:"file,omitempty" maxLength:"200" doc:"What to call it in the answer"`
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
}

func registerCheck(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "check-pathway", Path: "/pathways/check", Tag: tag, Summary: "Check a definition",
		Text: "Nothing is kept. The answer is 200 also where something is wrong: ok says whether it may be published.",
	}, d.check)
}

func (Deps) check(_ context.Context, in *checkInput) (*rest.One[CheckResult], error) {
	d, problems := pathways.Load(in.Body.File, []byte(in.Body.Source))
	out := CheckResult{OK: d != nil && len(problems.Errors()) == 0, Problems: problems}
	if out.Problems == nil {
		out.Problems = []pathways.Problem{}
	}
	if d != nil {
		out.Pathway, out.Version = d.Pathway, d.Version
	}
	if out.OK {
		out.Digest = pathways.Digest(d)
	}
	return &rest.One[CheckResult]{Body: out}, nil
}
