// Package pathways is the API of what pathways there are: their versions, checking a definition and
// trying it out against a virtual clock.
package pathways

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/care"
	"throughline/store"
)

const tag = "pathways"

// Store is what the operations read.
type Store interface {
	ListDefinitions(ctx context.Context) ([]store.StoredDefinition, error)
	Definition(ctx context.Context, pathway string, version int) (store.StoredDefinition, error)
}

// Deps are what the operations work with.
type Deps struct {
	Store Store
	// Zone and Calendar are the organization's.
	Zone     string
	Calendar care.Calendar
	Now      func() time.Time // the time that pathways follow
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerList(a, d)
	registerGet(a, d)
	registerVersion(a, d)
	registerSchema(a, d)
	registerCheck(a, d)
	registerSimulate(a, d)
}

// PathwayVersion is a version of a pathway in a list.
type PathwayVersion struct {
	Version     int        `json:"version"`
	Title       string     `json:"title"`
	Status      string     `json:"status" enum:"draft,published,retired"`
	Digest      string     `json:"digest" doc:"SHA-256 of its content"`
	CreatedAt   time.Time  `json:"created_at"`
	PublishedAt *time.Time `json:"published_at,omitempty"`
	RetiredAt   *time.Time `json:"retired_at,omitempty"`
}

func versionOf(d store.StoredDefinition) PathwayVersion {
	return PathwayVersion{
		Version: d.Definition.Version, Title: d.Definition.Title, Status: d.Status, Digest: d.Digest,
		CreatedAt: d.CreatedAt, PublishedAt: d.PublishedAt, RetiredAt: d.RetiredAt,
	}
}

// Pathway is a pathway with its versions.
type Pathway struct {
	Pathway  string           `json:"pathway" doc:"Its key"`
	Title    string           `json:"title"`
	Summary  string           `json:"summary,omitempty"`
	LaunchOn string           `json:"launch_on,omitempty" doc:"The kind of event that starts it; empty: a person does"`
	Versions []PathwayVersion `json:"versions" nullable:"false" doc:"The latest first"`
}

// group puts versions, which come by pathway and the latest first, together. A pathway is called as
// its latest published version calls it.
func group(all []store.StoredDefinition) []Pathway {
	var out []Pathway
	published := false
	for _, d := range all {
		if n := len(out); n == 0 || out[n-1].Pathway != d.Definition.Pathway {
			out = append(out, described(d))
			published = d.Status == store.DefinitionPublished
		}
		last := &out[len(out)-1]
		if !published && d.Status == store.DefinitionPublished {
			versions := last.Versions
			*last = described(d)
			last.Versions, published = versions, true
		}
		last.Versions = append(last.Versions, versionOf(d))
	}
	return out
}

func described(d store.StoredDefinition) Pathway {
	return Pathway{Pathway: d.Definition.Pathway, Title: d.Definition.Title, Summary: d.Definition.Summary, LaunchOn: d.Definition.Launch.On}
}
