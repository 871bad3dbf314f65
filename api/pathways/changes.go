package pathways

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/store"
)

type changesInput struct {
	Key string `path:"key" maxLength:"100" doc:"The pathway's key"`
	rest.Page
	Version int `query:"version" minimum:"1" doc:"Only of this version"`
}

type versionChangesInput struct {
	ByVersion
	rest.Page
}

func registerChanges(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "list-pathway-changes", Path: "/pathways/{key}/changes", Tag: tag, Summary: "Show the change log of a pathway",
		Text: "Every save, submission, review, publication and retirement, with who, when and why; the latest first.",
	}, d.changes)
	rest.Get(a, rest.Op{
		ID: "list-pathway-version-changes", Path: "/pathways/{key}/versions/{version}/changes", Tag: tag, Summary: "Show the change log of a version",
	}, d.versionChanges)
}

func (d Deps) changes(ctx context.Context, in *changesInput) (*rest.Listed[store.DefinitionChange], error) {
	return rest.ListOf(d.Store.DefinitionChanges(ctx, in.Key, in.Version, in.Store()))
}

func (d Deps) versionChanges(ctx context.Context, in *versionChangesInput) (*rest.Listed[store.DefinitionChange], error) {
	if _, err := d.Store.Definition(ctx, in.Key, in.Version); err != nil {
		return nil, err
	}
	return rest.ListOf(d.Store.DefinitionChanges(ctx, in.Key, in.Version, in.Store()))
}
