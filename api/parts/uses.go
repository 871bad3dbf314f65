package parts

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
)

// PartUse is a version of a pathway, or of another part, that has a part in it.
type PartUse struct {
	Kind    string `json:"kind" enum:"pathway,part"`
	Key     string `json:"key" doc:"The pathway's key, or the part's name"`
	Version int    `json:"version"`
	Title   string `json:"title"`
	Status  string `json:"status" enum:"draft,in_review,approved,published,retired"`
}

type usesInput struct {
	ByVersion
	rest.Page
}

func registerUses(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "list-part-uses", Path: "/parts/{part}/versions/{version}/uses", Tag: tag, Summary: "Show what uses a version of a part",
		Text: "Versions of pathways, also where they have it through another part, and of parts that name it; parts first, by key and version.",
	}, d.uses)
}

func (d Deps) uses(ctx context.Context, in *usesInput) (*rest.Listed[PartUse], error) {
	if _, _, err := d.find(ctx, in.Part, in.Version); err != nil {
		return nil, err
	}
	found, next, err := d.Store.PartUses(ctx, in.Part, in.Version, in.Store())
	uses := make([]PartUse, 0, len(found))
	for _, u := range found {
		uses = append(uses, PartUse(u))
	}
	return rest.ListOf(uses, next, err)
}
