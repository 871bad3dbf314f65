package pathways

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways/sop"
	"throughline/store"
)

// maxChanges is how many lines of the change log a document has.
const maxChanges = 200

type sopInput struct {
	ByVersion
	Format string `query:"format" enum:"md,html" default:"html" doc:"md: Markdown. html: one page that prints, without script, and without anything to load"`
}

type sopOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func registerSOP(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "export-pathway-version", Path: "/pathways/{key}/versions/{version}/sop", Tag: tag, Summary: "Show a version as a standard operating procedure",
		Text: "Who does what by when, every form and message word by word, what ends it, what happens when nobody acts, and the change log: to be handed out.",
	}, d.sop)
}

func (d Deps) sop(ctx context.Context, in *sopInput) (*sopOutput, error) {
	kept, err := d.Store.Definition(ctx, in.Key, in.Version)
	if err != nil {
		return nil, err
	}
	changes, _, err := d.Store.DefinitionChanges(ctx, in.Key, in.Version, store.Page{Limit: maxChanges})
	if err != nil {
		return nil, err
	}
	v := sop.Version{Definition: kept.Definition, Status: kept.Status, PublishedAt: kept.PublishedAt, Organization: d.Organization}
	for _, c := range changes {
		v.Changes = append(v.Changes, sop.Change{At: c.At, What: c.Kind, Who: c.Actor.ID, Why: words(c)})
	}
	if in.Format == "md" {
		text, err := sop.Markdown(v)
		return &sopOutput{ContentType: "text/markdown; charset=utf-8", Body: text}, err
	}
	text, err := sop.HTML(v)
	return &sopOutput{ContentType: "text/html; charset=utf-8", Body: text}, err
}

func words(c store.DefinitionChange) string {
	if c.Comment == "" {
		return c.Reason
	}
	return strings.TrimRight(c.Reason, ". ") + ". " + c.Comment
}
