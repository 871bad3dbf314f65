package parts

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/store"
)

type changesInput struct {
	Part string `path:"part" maxLength:"100" doc:"The part's name"`
	rest.Page
	Version int `query:"version" minimum:"1" doc:"Only of this version"`
}

type versionChangesInput struct {
	ByVersion
	rest.Page
}

func registerChanges(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "list-part-changes", Path: "/parts/{part}/changes", Tag: tag, Summary: "Show the change log of a part",
		Text: "Every save, submission, review, publication and retirement, with who, when and why; the latest first.",
	}, d.changes)
	rest.Get(a, rest.Op{
		ID: "list-part-version-changes", Path: "/parts/{part}/versions/{version}/changes", Tag: tag, Summary: "Show the change log of a version of a part",
	}, d.versionChanges)
}

func (d Deps) changes(ctx context.Context, in *changesInput) (*rest.Listed[store.PartChange], error) {
	return rest.ListOf(d.Store.PartChanges(ctx, in.Part, in.Version, in.Store()))
}

func (d Deps) versionChanges(ctx context.Context, in *versionChangesInput) (*rest.Listed[store.PartChange], error) {
	if _, _, err := d.find(ctx, in.Part, in.Version); err != nil {
		return nil, err
	}
	return rest.ListOf(d.Store.PartChanges(ctx, in.Part, in.Version, in.Store()))
}
