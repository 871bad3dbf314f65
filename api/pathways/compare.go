package pathways

import (
	"context"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/compare"
)

// fromTheLibrary stands for the version that comes with the program, in a comparison.
const fromTheLibrary = "library"

type compareInput struct {
	Key  string `path:"key" maxLength:"100" doc:"The pathway's key"`
	From string `query:"from" required:"true" pattern:"^(library|[1-9][0-9]{0,8})$" patternDescription:"a version's number, or library" doc:"A version, or library: what comes with the program"`
	To   string `query:"to" required:"true" pattern:"^(library|[1-9][0-9]{0,8})$" patternDescription:"a version's number, or library" doc:"A version, or library: what comes with the program"`
}

// Compared is what differs between two versions.
type Compared struct {
	compare.Comparison
	Summary string `json:"summary" doc:"How much differs, in a sentence"`
	Care    int    `json:"care" doc:"How many differences may change what patients get"`
}

func registerCompare(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "compare-pathway-versions", Path: "/pathways/{key}/compare", Tag: tag, Summary: "Say in words what differs between two versions",
	}, d.compare)
}

func (d Deps) compare(ctx context.Context, in *compareInput) (*rest.One[Compared], error) {
	from, err := d.numbered(ctx, in.Key, in.From)
	if err != nil {
		return nil, err
	}
	to, err := d.numbered(ctx, in.Key, in.To)
	if err != nil {
		return nil, err
	}
	found := compare.Versions(from, to)
	if found.Differences == nil {
		found.Differences = []compare.Difference{}
	}
	return &rest.One[Compared]{Body: Compared{Comparison: found, Summary: found.Summary(), Care: found.Care()}}, nil
}

func (d Deps) numbered(ctx context.Context, key, version string) (*pathways.Definition, error) {
	if version == fromTheLibrary {
		shipped, err := d.Store.LibraryVersion(ctx, key)
		return shipped.Definition, err
	}
	n, err := strconv.Atoi(version)
	if err != nil {
		return nil, care.Errorf(care.Invalid, "give a version's number")
	}
	kept, err := d.Store.Definition(ctx, key, n)
	return kept.Definition, err
}
