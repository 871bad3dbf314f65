package parts

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways"
	"throughline/store"
)

// PartCheck is a part to be checked.
type PartCheck struct {
	Source string `json:"source" maxLength:"262144" doc:"The part, in YAML"`
	File   string `json:"file,omitempty" maxLength:"200" doc:"What to call it in the answer"`
}

type checkInput struct{ Body PartCheck }

// PartCheckResult is what is wrong with a part.
type PartCheckResult struct {
	OK       bool               `json:"ok" doc:"It may be submitted, once the parts that it uses are published"`
	Part     string             `json:"part,omitempty"`
	Version  int                `json:"version,omitempty"`
	Digest   string             `json:"digest,omitempty"`
	Problems []pathways.Problem `json:"problems" nullable:"false" doc:"In the file's order, with line and column"`
}

func registerCheck(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "check-part", Path: "/parts/check", Tag: tag, Summary: "Check a part",
		Text: "Nothing is kept. The part is checked by itself; what it asks of a pathway shows where it is used. The answer is 200 also where something is wrong.",
	}, d.check)
}

func (d Deps) check(ctx context.Context, in *checkInput) (*rest.One[PartCheckResult], error) {
	part, problems, err := d.load(ctx, in.Body.File, []byte(in.Body.Source), store.ToTry)
	if err != nil {
		return nil, err
	}
	out := PartCheckResult{Problems: []pathways.Problem{}}
	out.Problems = append(out.Problems, problems...)
	out.OK = part != nil && len(problems.Errors()) == 0
	if part != nil {
		out.Part, out.Version = part.Part, part.Version
	}
	if out.OK {
		out.Digest = pathways.PartDigest(part)
	}
	return &rest.One[PartCheckResult]{Body: out}, nil
}
