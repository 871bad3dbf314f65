// Package pathways is the API of what pathways there are: their versions and the life of each, what
// differs between two, checking a definition and trying it out against a virtual clock.
package pathways

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/life"
	"throughline/care"
	"throughline/pathways"
	"throughline/store"
)

const tag = "pathways"

// Store is what the operations read and write.
type Store interface {
	ListDefinitions(ctx context.Context) ([]store.StoredDefinition, error)
	Definition(ctx context.Context, pathway string, version int) (store.StoredDefinition, error)
	DefinitionChanges(ctx context.Context, pathway string, version int, p store.Page) ([]store.DefinitionChange, string, error)
	CreateDraft(ctx context.Context, actor care.Actor, d store.Draft) (store.StoredDefinition, error)
	SaveDraft(ctx context.Context, actor care.Actor, d store.Draft, based func(store.StoredDefinition) error) (store.StoredDefinition, error)
	MoveDefinition(ctx context.Context, actor care.Actor, pathway string, version int, step store.LifeStep) (store.StoredDefinition, error)
	LibraryVersions(ctx context.Context) ([]store.LibraryVersion, error)
	LibraryVersion(ctx context.Context, pathway string) (store.LibraryVersion, error)
	PartsFor(ctx context.Context, purpose store.PartPurpose) (pathways.Parts, error)
}

// Deps are what the operations work with.
type Deps struct {
	Store Store
	// Zone and Calendar are the organization's.
	Zone     string
	Calendar care.Calendar
	Now      func() time.Time // the time that pathways follow
	// Organization is the name on documents; optional.
	Organization string
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerGet(a, d)
	registerVersion(a, d)
	registerSchema(a, d)
	registerDraft(a, d)
	registerLife(a, d)
	registerChanges(a, d)
	registerCompare(a, d)
	registerSOP(a, d)
	registerQuestionnaire(a, d)
	registerCheck(a, d)
	registerSimulate(a, d)
}

// PathwayVersion is a version of a pathway in a list.
type PathwayVersion struct {
	life.Stage

	BasedOn *store.DefinitionRef `json:"based_on,omitempty" doc:"The library's version that an organization's own goes back to"`
}

func versionOf(d store.StoredDefinition) PathwayVersion {
	return PathwayVersion{Stage: life.StageOf(d.Definition.Version, d.Definition.Title, d.Origin, d.Life), BasedOn: d.BasedOn}
}

// LibraryVersion is a version that came with the program and that nobody took up yet.
type LibraryVersion struct {
	Version int    `json:"version" doc:"The library's number"`
	Title   string `json:"title"`
	Digest  string `json:"digest"`
}

// Pathway is a pathway with its versions.
type Pathway struct {
	Pathway   string           `json:"pathway" doc:"Its key"`
	Title     string           `json:"title"`
	Summary   string           `json:"summary,omitempty"`
	LaunchOn  string           `json:"launch_on,omitempty" doc:"The kind of event that starts it; empty: a person does"`
	InForce   int              `json:"in_force,omitempty" doc:"The version that starts enrollments: the newest published one; absent: none does"`
	Versions  []PathwayVersion `json:"versions" nullable:"false" doc:"The latest first"`
	Available []LibraryVersion `json:"available,omitempty" doc:"What came with the program and is not in use: take it up as a draft with POST /pathways {library}"`
}

// group puts versions, which come by pathway and the latest first, together, with what the library
// offers. A pathway is called as its latest published version calls it.
func group(all []store.StoredDefinition, library []store.LibraryVersion) []Pathway {
	var out []Pathway
	for _, d := range all {
		if n := len(out); n == 0 || out[n-1].Pathway != d.Definition.Pathway {
			out = append(out, described(d.Definition))
		}
		last := &out[len(out)-1]
		if last.InForce == 0 && d.Status == store.DefinitionPublished {
			versions := last.Versions
			*last = described(d.Definition)
			last.Versions, last.InForce = versions, d.Definition.Version
		}
		last.Versions = append(last.Versions, versionOf(d))
	}
	for _, v := range library {
		if !v.TakenUp {
			out = offer(out, v)
		}
	}
	return out
}

// offer adds what the library has to the pathway.
func offer(all []Pathway, v store.LibraryVersion) []Pathway {
	at := slices.IndexFunc(all, func(p Pathway) bool { return p.Pathway == v.Definition.Pathway })
	if at < 0 {
		p := described(v.Definition)
		p.Versions = []PathwayVersion{}
		all, at = append(all, p), len(all)
	}
	all[at].Available = append(all[at].Available, LibraryVersion{Version: v.Definition.Version, Title: v.Definition.Title, Digest: v.Digest})
	return all
}

func described(d *pathways.Definition) Pathway {
	return Pathway{Pathway: d.Pathway, Title: d.Title, Summary: d.Summary, LaunchOn: d.Launch.On}
}

// all gives every pathway, also those that only the library has.
func (d Deps) all(ctx context.Context) ([]Pathway, error) {
	kept, err := d.Store.ListDefinitions(ctx)
	if err != nil {
		return nil, err
	}
	library, err := d.Store.LibraryVersions(ctx)
	if err != nil {
		return nil, err
	}
	every := group(kept, library)
	slices.SortFunc(every, func(a, b Pathway) int { return cmp.Compare(a.Pathway, b.Pathway) })
	return every, nil
}
