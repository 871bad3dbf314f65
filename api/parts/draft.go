package parts

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/life"
	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways"
	"throughline/store"
)

type createInput struct{ Body life.DraftEdit }

type saveInput struct {
	ByVersion
	rest.IfMatch
	Body life.DraftEdit
}

func registerDraft(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "create-part-draft", Path: "/parts", Tag: tag, Summary: "Make a draft of a part", Status: http.StatusCreated,
		Text: "Its part and version say which version it is. A draft may have errors: the answer lists them. The names of parts that came with the program are taken (rule " + store.RulePartName + ").",
	}, d.create)
	rest.Change(a, http.MethodPut, rest.Op{
		ID: "save-part-draft", Path: "/parts/{part}/versions/{version}", Tag: tag, Summary: "Save a draft of a part",
		Text: "If-Match says which content the edit is based on. Every save is kept in the change log.",
	}, d.save)
}

func (d Deps) create(ctx context.Context, in *createInput) (*detailOutput, error) {
	draft, problems, err := d.read(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	kept, err := d.Store.CreatePart(ctx, rest.ActorOf(ctx), draft)
	return answer(kept, problems, nil, err)
}

func (d Deps) save(ctx context.Context, in *saveInput) (*detailOutput, error) {
	based, err := life.BasedOn(ctx, in.IfMatch, RuleIfMatch)
	if err != nil {
		return nil, err
	}
	draft, problems, err := d.read(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	if draft.Part.Part != in.Part || draft.Part.Version != in.Version {
		return nil, care.Errorf(care.Invalid, "the file says part: %s and version: %d, but this is version %d of %s", draft.Part.Part, draft.Part.Version, in.Version, in.Part).At("source")
	}
	kept, err := d.Store.SavePart(ctx, rest.ActorOf(ctx), draft, func(present store.StoredPart) error { return based(present.Life) })
	return answer(kept, problems, nil, notOurs(in.ByVersion, err))
}

// read reads a draft. It may have errors, but its name and version must be legible.
func (d Deps) read(ctx context.Context, in life.DraftEdit) (store.PartDraft, pathways.Problems, error) {
	part, problems, err := d.load(ctx, "", []byte(in.Source), store.ToTry)
	if err != nil {
		return store.PartDraft{}, nil, err
	}
	if part == nil || !pathways.IsPartName(part.Part) || part.Version < 1 {
		text := "the file needs at least part: with a name in lower case and hyphens, and version: with a whole number"
		if err := problems.Err(); err != nil {
			text += "; " + err.Error()
		}
		return store.PartDraft{}, nil, care.Errorf(care.Invalid, "%s", text).At("source")
	}
	return store.PartDraft{Part: part, Source: []byte(in.Source), Reason: in.Reason}, problems, nil
}

// load reads and checks a part with the parts that it may use for the purpose.
func (d Deps) load(ctx context.Context, file string, source []byte, purpose store.PartPurpose) (*pathways.Part, pathways.Problems, error) {
	parts, err := d.Store.PartsFor(ctx, purpose)
	if err != nil {
		return nil, nil, err
	}
	part, problems := pathways.LoadPart(file, source, parts)
	return part, problems, nil
}
