package pathways

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways"
)

type versionInput struct {
	Key     string `path:"key" maxLength:"100" doc:"The pathway's key"`
	Version int    `path:"version" minimum:"1"`
}

// PathwayDetail is a version of a pathway with all that it says.
type PathwayDetail struct {
	PathwayVersion
	Definition *pathways.Definition `json:"definition"`
	Source     string               `json:"source" doc:"The file as its author wrote it"`
}

func registerVersion(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-pathway-version", Path: "/pathways/{key}/versions/{version}", Tag: tag, Summary: "Show a version of a pathway"}, d.version)
}

func (d Deps) version(ctx context.Context, in *versionInput) (*rest.One[PathwayDetail], error) {
	kept, err := d.Store.Definition(ctx, in.Key, in.Version)
	if err != nil {
		return nil, err
	}
	return &rest.One[PathwayDetail]{Body: PathwayDetail{PathwayVersion: versionOf(kept), Definition: kept.Definition, Source: string(kept.Source)}}, nil
}
