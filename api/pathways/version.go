package pathways

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways"
	"throughline/store"
)

// ByVersion asks for one version.
type ByVersion struct {
	Key     string `path:"key" maxLength:"100" doc:"The pathway's key"`
	Version int    `path:"version" minimum:"1"`
}

// PathwayDetail is a version of a pathway with all that it says.
type PathwayDetail struct {
	PathwayVersion
	Definition *pathways.Definition `json:"definition"`
	Source     string               `json:"source" doc:"The file as its author wrote it"`
	Problems   []pathways.Problem   `json:"problems,omitempty" doc:"What the checker found, where it was asked"`
	Warnings   []string             `json:"warnings,omitempty" doc:"What the step that was taken means for what starts from now on"`
}

func registerVersion(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "get-pathway-version", Path: "/pathways/{key}/versions/{version}", Tag: tag, Summary: "Show a version of a pathway"}, d.version)
}

func (d Deps) version(ctx context.Context, in *ByVersion) (*detailOutput, error) {
	kept, err := d.Store.Definition(ctx, in.Key, in.Version)
	return answer(kept, nil, nil, err)
}

func detailOf(kept store.StoredDefinition) PathwayDetail {
	return PathwayDetail{PathwayVersion: versionOf(kept), Definition: kept.Definition, Source: string(kept.Source)}
}
