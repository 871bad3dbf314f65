// Package parts is the API of reusable parts of pathways, an organization's own and those that ship:
// their versions and the life of each, what uses them, what differs between two, and checking one.
package parts

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/life"
	"throughline/care"
	"throughline/pathways"
	"throughline/store"
)

const tag = "parts"

// Rules that refuse a step of a version's life, in a problem's rule. The store has the others.
const (
	// RuleCheck: the part has errors, so it is not submitted or published.
	RuleCheck = "part.check"
	// RuleIfMatch: an edit says what it is based on.
	RuleIfMatch = "part.if_match"
)

// Store is what the operations read and write.
type Store interface {
	ListParts(ctx context.Context, shipped []string, p store.Page) ([]store.PartVersions, string, error)
	Part(ctx context.Context, part string, version int) (store.StoredPart, error)
	PartVersions(ctx context.Context, part string) ([]store.StoredPart, error)
	PartChanges(ctx context.Context, part string, version int, p store.Page) ([]store.PartChange, string, error)
	PartUses(ctx context.Context, part string, version int, p store.Page) ([]store.PartUse, string, error)
	PartsFor(ctx context.Context, purpose store.PartPurpose) (pathways.Parts, error)
	CreatePart(ctx context.Context, actor care.Actor, d store.PartDraft) (store.StoredPart, error)
	SavePart(ctx context.Context, actor care.Actor, d store.PartDraft, based func(store.StoredPart) error) (store.StoredPart, error)
	MovePart(ctx context.Context, actor care.Actor, part string, version int, step store.LifeStep) (store.StoredPart, error)
}

// Deps are what the operations work with.
type Deps struct{ Store Store }

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerGet(a, d)
	registerVersion(a, d)
	registerDraft(a, d)
	registerLife(a, d)
	registerChanges(a, d)
	registerUses(a, d)
	registerCompare(a, d)
	registerCheck(a, d)
}

// ReusablePart is a part with its versions.
type ReusablePart struct {
	Part     string        `json:"part" doc:"Its name"`
	Title    string        `json:"title"`
	Summary  string        `json:"summary,omitempty"`
	Versions []PartVersion `json:"versions" nullable:"false" doc:"The latest first; of one number, the organization's own before the library's"`
}

// PartVersion is a version of a part in a list.
type PartVersion struct {
	life.Stage

	Holds Holds `json:"holds" doc:"What is in it, by name"`
}

// Holds is what is in a part, by name.
type Holds struct {
	ValueSets []string `json:"value_sets,omitempty"`
	Ladders   []string `json:"ladders,omitempty"`
	Forms     []string `json:"forms,omitempty"`
	Messages  []string `json:"messages,omitempty"`
	Steps     []string `json:"steps,omitempty" doc:"Of a bundle"`
}

func holdsOf(p *pathways.Part) Holds {
	return Holds{
		ValueSets: namesOf(p.ValueSets, func(x pathways.ValueSet) string { return x.Name }),
		Ladders:   namesOf(p.Ladders, func(x pathways.Ladder) string { return x.Name }),
		Forms:     namesOf(p.Forms, func(x pathways.Form) string { return x.Name }),
		Messages:  namesOf(p.Templates, func(x pathways.Template) string { return x.Name }),
		Steps:     namesOf(p.Steps, func(x pathways.Step) string { return x.ID }),
	}
}

func namesOf[T any](list []T, name func(T) string) []string {
	var names []string
	for _, x := range list {
		names = append(names, name(x))
	}
	return names
}

func versionOf(p store.StoredPart, origin string) PartVersion {
	return PartVersion{Stage: life.StageOf(p.Part.Version, p.Part.Title, origin, p.Life), Holds: holdsOf(p.Part)}
}

// partOf puts the organization's versions of a part together with those that ship. It is called as
// its latest version calls it.
func partOf(name string, own []store.StoredPart) ReusablePart {
	out := ReusablePart{Part: name, Versions: []PartVersion{}}
	shipped := shippedVersions(name)
	for len(own)+len(shipped) > 0 {
		list, origin := &own, store.OriginOrganization
		if len(own) == 0 || len(shipped) > 0 && shipped[0].Part.Version > own[0].Part.Version {
			list, origin = &shipped, store.OriginLibrary
		}
		one := (*list)[0]
		*list = (*list)[1:]
		if len(out.Versions) == 0 {
			out.Title, out.Summary = one.Part.Title, one.Part.Summary
		}
		out.Versions = append(out.Versions, versionOf(one, origin))
	}
	return out
}
