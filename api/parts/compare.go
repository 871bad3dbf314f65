package parts

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/compare"
)

type compareInput struct {
	Part string `path:"part" maxLength:"100" doc:"The part's name"`
	From int    `query:"from" required:"true" minimum:"1" doc:"A version"`
	To   int    `query:"to" required:"true" minimum:"1" doc:"Another version"`
}

// ComparedParts is what differs between two versions of a part.
type ComparedParts struct {
	compare.Comparison
	Summary string `json:"summary" doc:"How much differs, in a sentence"`
	Care    int    `json:"care" doc:"How many differences may change what patients get"`
}

func registerCompare(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "compare-part-versions", Path: "/parts/{part}/compare", Tag: tag, Summary: "Say in words what differs between two versions of a part",
	}, d.compare)
}

func (d Deps) compare(ctx context.Context, in *compareInput) (*rest.One[ComparedParts], error) {
	from, _, err := d.find(ctx, in.Part, in.From)
	if err != nil {
		return nil, err
	}
	to, _, err := d.find(ctx, in.Part, in.To)
	if err != nil {
		return nil, err
	}
	found := compare.Parts(from.Part, to.Part)
	if found.Differences == nil {
		found.Differences = []compare.Difference{}
	}
	return &rest.One[ComparedParts]{Body: ComparedParts{Comparison: found, Summary: found.Summary(), Care: found.Care()}}, nil
}
