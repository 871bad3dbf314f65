package parts

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/life"
	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways"
	"throughline/store"
)

// ByVersion asks for one version.
type ByVersion struct {
	Part    string `path:"part" maxLength:"100" doc:"The part's name"`
	Version int    `path:"version" minimum:"1"`
}

// PartDetail is a version of a part with all that it says.
type PartDetail struct {
	PartVersion

	Part     string             `json:"part" doc:"Its name"`
	Content  *pathways.Part     `json:"content"`
	Source   string             `json:"source" doc:"The file as its author wrote it"`
	Problems []pathways.Problem `json:"problems,omitempty" doc:"What the checker found, where it was asked"`
	Warnings []string           `json:"warnings,omitempty" doc:"What the step that was taken means for what uses the part"`
}

type detailOutput struct {
	ETag string `header:"ETag"` //nolint:tagliatelle // HTTP's word
	Body PartDetail
}

func registerVersion(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "get-part-version", Path: "/parts/{part}/versions/{version}", Tag: tag, Summary: "Show a version of a part",
	}, d.version)
}

func (d Deps) version(ctx context.Context, in *ByVersion) (*detailOutput, error) {
	kept, origin, err := d.find(ctx, in.Part, in.Version)
	if err != nil {
		return nil, err
	}
	return detailOf(kept, origin), nil
}

// find gives a version: the organization's own before the library's, as pathways find it.
func (d Deps) find(ctx context.Context, part string, version int) (kept store.StoredPart, origin string, err error) {
	kept, err = d.Store.Part(ctx, part, version)
	if care.CodeOf(err) != care.NotFound {
		return kept, store.OriginOrganization, err
	}
	kept, err = shipped(part, version)
	return kept, store.OriginLibrary, err
}

func detailOf(kept store.StoredPart, origin string) *detailOutput {
	return &detailOutput{ETag: life.ETag(kept.Life), Body: PartDetail{
		PartVersion: versionOf(kept, origin), Part: kept.Part.Part, Content: kept.Part, Source: string(kept.Source),
	}}
}

// answer tells an own version after a command.
func answer(kept store.StoredPart, problems pathways.Problems, warnings []string, err error) (*detailOutput, error) {
	if err != nil {
		return nil, err
	}
	out := detailOf(kept, store.OriginOrganization)
	out.Body.Problems, out.Body.Warnings = problems, warnings
	return out, nil
}
