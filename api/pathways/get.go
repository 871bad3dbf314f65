package pathways

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

type getInput struct {
	Key string `path:"key" maxLength:"100" doc:"The pathway's key"`
}

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-pathway", Path: "/pathways/{key}", Tag: tag, Summary: "Show a pathway with its versions"}, d.get)
}

func (d Deps) get(ctx context.Context, in *getInput) (*rest.One[Pathway], error) {
	all, err := d.all(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Pathway == in.Key {
			return &rest.One[Pathway]{Body: p}, nil
		}
	}
	return nil, care.Errorf(care.NotFound, "there is no such pathway")
}
