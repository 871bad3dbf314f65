package pathways

import (
	"context"
	"fmt"
	"net/http"
	"regexp"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/life"
	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways"
	"throughline/store"
)

// Rules that refuse a step of a version's life, in a problem's rule. The store has the others.
const (
	// RuleCheck: the definition has errors, so it is not submitted or published.
	RuleCheck = "pathway.check"
	// RuleIfMatch: an edit says what it is based on.
	RuleIfMatch = "pathway.if_match"
)

// NewDraft is a version to be made.
type NewDraft struct {
	Source string `json:"source,omitempty" maxLength:"262144" doc:"The definition, in YAML. Its pathway and version say which version it is; or library"`
	// Library takes up what ships as a draft, with the next free number.
	Library string `json:"library,omitempty" maxLength:"100" doc:"Instead of source: the key of a pathway that comes with the program. Its latest version becomes a draft with the next free number"`
	BasedOn int    `json:"based_on,omitempty" minimum:"1" doc:"The version that this one was made from; default: the latest one. What library version that was is kept"`
	Reason  string `json:"reason" minLength:"1" maxLength:"2000" doc:"Why"`
}

type createInput struct{ Body NewDraft }

type saveInput struct {
	ByVersion
	rest.IfMatch
	Body life.DraftEdit
}

type detailOutput struct {
	ETag string `header:"ETag"` //nolint:tagliatelle // HTTP's word
	Body PathwayDetail
}

func registerDraft(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "create-pathway-draft", Path: "/pathways", Tag: tag, Summary: "Make a draft", Status: http.StatusCreated,
		Text: "A draft may have errors: the answer lists them. It starts nothing until a second person has approved it and it is published.",
	}, d.create)
	rest.Change(a, http.MethodPut, rest.Op{
		ID: "save-pathway-draft", Path: "/pathways/{key}/versions/{version}", Tag: tag, Summary: "Save a draft",
		Text: "If-Match says which content the edit is based on. Every save is kept in the change log.",
	}, d.save)
}

func (d Deps) create(ctx context.Context, in *createInput) (*detailOutput, error) {
	source := []byte(in.Body.Source)
	var taken *store.DefinitionRef
	switch {
	case in.Body.Source != "" && in.Body.Library != "":
		return nil, care.Errorf(care.Invalid, "give source or library, not both").At("library")
	case in.Body.Library != "":
		text, ref, err := d.fromLibrary(ctx, in.Body.Library)
		if err != nil {
			return nil, err
		}
		source, taken = text, ref
	case in.Body.Source == "":
		return nil, care.Errorf(care.Invalid, "give the definition in YAML, or the key of a pathway that comes with the program").At("source")
	}
	def, problems, err := d.read(ctx, source)
	if err != nil {
		return nil, err
	}
	if taken == nil {
		if taken, err = d.basis(ctx, def, in.Body.BasedOn); err != nil {
			return nil, err
		}
	}
	kept, err := d.Store.CreateDraft(ctx, rest.ActorOf(ctx), store.Draft{Definition: def, Source: source, BasedOn: taken, Reason: in.Body.Reason})
	return answer(kept, problems, nil, err)
}

func (d Deps) save(ctx context.Context, in *saveInput) (*detailOutput, error) {
	based, err := life.BasedOn(ctx, in.IfMatch, RuleIfMatch)
	if err != nil {
		return nil, err
	}
	def, problems, err := d.read(ctx, []byte(in.Body.Source))
	if err != nil {
		return nil, err
	}
	if def.Pathway != in.Key || def.Version != in.Version {
		return nil, care.Errorf(care.Invalid, "the file says pathway: %s and version: %d, but this is version %d of %s", def.Pathway, def.Version, in.Version, in.Key).At("source")
	}
	kept, err := d.Store.SaveDraft(ctx, rest.ActorOf(ctx), store.Draft{Definition: def, Source: []byte(in.Body.Source), Reason: in.Body.Reason},
		func(present store.StoredDefinition) error { return based(present.Life) })
	return answer(kept, problems, nil, err)
}

// read reads a draft. It may have errors, but its key and version must be legible.
func (d Deps) read(ctx context.Context, source []byte) (*pathways.Definition, pathways.Problems, error) {
	parts, err := d.Store.PartsFor(ctx, store.ToTry)
	if err != nil {
		return nil, nil, err
	}
	def, problems := pathways.LoadWith("", source, parts)
	if def == nil || !pathways.IsKey(def.Pathway) || def.Version < 1 {
		text := "the file needs at least pathway: with a key in lower case and hyphens, and version: with a whole number"
		if err := problems.Err(); err != nil {
			text += "; " + err.Error()
		}
		return nil, problems, care.Errorf(care.Invalid, "%s", text).At("source")
	}
	return def, problems, nil
}

var versionLine = regexp.MustCompile(`(?m)^version:[ \t]*[0-9]+`)

// fromLibrary gives the file of what ships, under the next free number.
func (d Deps) fromLibrary(ctx context.Context, key string) ([]byte, *store.DefinitionRef, error) {
	shipped, err := d.Store.LibraryVersion(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	next, err := d.next(ctx, key, shipped.Definition.Version)
	if err != nil {
		return nil, nil, err
	}
	ref := shipped.Ref()
	return versionLine.ReplaceAll(shipped.Source, fmt.Appendf(nil, "version: %d", next)), &ref, nil
}

// next gives the wished number where it is free, else one more than the highest.
func (d Deps) next(ctx context.Context, key string, wished int) (int, error) {
	all, err := d.versions(ctx, key)
	if err != nil {
		return 0, err
	}
	highest, free := 0, true
	for _, v := range all {
		highest = max(highest, v.Definition.Version)
		free = free && v.Definition.Version != wished
	}
	if free && wished > highest {
		return wished, nil
	}
	return highest + 1, nil
}

// versions gives the kept versions of a pathway, the latest first.
func (d Deps) versions(ctx context.Context, key string) ([]store.StoredDefinition, error) {
	all, err := d.Store.ListDefinitions(ctx)
	if err != nil {
		return nil, err
	}
	var out []store.StoredDefinition
	for _, v := range all {
		if v.Definition.Pathway == key {
			out = append(out, v)
		}
	}
	return out, nil
}

// basis gives the library's version that an organization's own goes back to: that of the version it
// was made from. Nil where the pathway is the organization's alone.
func (d Deps) basis(ctx context.Context, def *pathways.Definition, from int) (*store.DefinitionRef, error) {
	all, err := d.versions(ctx, def.Pathway)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if v.Definition.Version == def.Version || from != 0 && v.Definition.Version != from {
			continue
		}
		if v.Origin == store.OriginLibrary {
			ref := v.Ref()
			return &ref, nil
		}
		return v.BasedOn, nil
	}
	if from != 0 {
		return nil, care.Errorf(care.NotFound, "%s has no version %d to be based on", def.Pathway, from).At("based_on")
	}
	return nil, nil //nolint:nilnil // nothing it is based on
}

func answer(kept store.StoredDefinition, problems pathways.Problems, warnings []string, err error) (*detailOutput, error) {
	if err != nil {
		return nil, err
	}
	out := detailOf(kept)
	out.Problems, out.Warnings = problems, warnings
	return &detailOutput{ETag: life.ETag(kept.Life), Body: out}, nil
}
