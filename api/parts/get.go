package parts

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

type getInput struct {
	Part string `path:"part" maxLength:"100" doc:"The part's name"`
}

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-part", Path: "/parts/{part}", Tag: tag, Summary: "Show a part with its versions"}, d.get)
}

func (d Deps) get(ctx context.Context, in *getInput) (*rest.One[ReusablePart], error) {
	own, err := d.Store.PartVersions(ctx, in.Part)
	if err != nil {
		return nil, err
	}
	p := partOf(in.Part, own)
	if len(p.Versions) == 0 {
		return nil, care.Errorf(care.NotFound, "there is no such part")
	}
	return &rest.One[ReusablePart]{Body: p}, nil
}
