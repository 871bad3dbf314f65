package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"throughline/care"
	"throughline/pathways"
)

// The statuses of a definition.
const (
	DefinitionDraft     = "draft"     // may change
	DefinitionInReview  = "in_review" // waits for the word of a second person
	DefinitionApproved  = "approved"  // has it, and may be published
	DefinitionPublished = "published" // never changes; the newest published version starts enrollments
	DefinitionRetired   = "retired"   // starts no new enrollments; the running ones go on
)

// The origins of a definition.
const (
	OriginLibrary      = "library"      // it ships with the program
	OriginOrganization = "organization" // the organization's own
)

// StoredDefinition is a version of a pathway as it is kept.
type StoredDefinition struct {
	Definition  *pathways.Definition
	Digest      string
	Status      string
	Source      []byte // the file as written; not in lists
	CreatedAt   time.Time
	PublishedAt *time.Time
	RetiredAt   *time.Time
	Origin      string
	// BasedOn is the library's version that an organization's own was made from; nil where none was.
	BasedOn *DefinitionRef
	// ChangedAt and ChangedBy tell the last save of the content; absent for what ships.
	ChangedAt *time.Time
	ChangedBy care.Actor
}

// Ref names the definition.
func (d StoredDefinition) Ref() DefinitionRef {
	return DefinitionRef{Pathway: d.Definition.Pathway, Version: d.Definition.Version, Digest: d.Digest}
}

type definitionRow struct {
	Pathway     string `gorm:"primaryKey"`
	Version     int    `gorm:"primaryKey;autoIncrement:false"`
	Title       string
	Digest      string
	Status      string
	LaunchOn    string
	Source      []byte
	Body        document[*pathways.Definition]
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	PublishedAt *time.Time
	RetiredAt   *time.Time
	Origin      string
	BasedOn     document[*DefinitionRef]
	ChangedAt   *time.Time
	ChangedBy   document[care.Actor]
}

func (definitionRow) TableName() string { return "definitions" }

func (r definitionRow) stored() StoredDefinition {
	return StoredDefinition{
		Definition: r.Body.V, Digest: r.Digest, Status: r.Status, Source: r.Source,
		CreatedAt: r.CreatedAt, PublishedAt: r.PublishedAt, RetiredAt: r.RetiredAt,
		Origin: r.Origin, BasedOn: r.BasedOn.V, ChangedAt: r.ChangedAt, ChangedBy: r.ChangedBy.V,
	}
}

// PutDefinition keeps a version of a pathway that nobody reviews here: one that ships. A draft may
// be replaced, and may become published by it. One that was published stays as it is: the same
// content again changes nothing, other content is refused with care.Conflict.
func (s *Store) PutDefinition(ctx context.Context, d *pathways.Definition, source []byte, status string) error {
	if status != DefinitionDraft && status != DefinitionPublished {
		return care.Errorf(care.Invalid, "a definition is kept as %q or %q", DefinitionDraft, DefinitionPublished).At("status")
	}
	return s.Tx(ctx, shipper, func(tx *Tx) error { return tx.putDefinition(d, source, status) })
}

func (tx *Tx) putDefinition(d *pathways.Definition, source []byte, status string) error {
	if err := named(d); err != nil {
		return err
	}
	r := tx.newDefinitionRow(d, source, status, OriginLibrary)
	done := tx.db.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "pathway"}, {Name: "version"}},
		DoUpdates: clause.AssignmentColumns([]string{"title", "digest", "status", "launch_on", "source", "body", "published_at"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "definitions.status = 'draft'"}}},
	}).Create(&r)
	if done.Error != nil {
		return fault("keeping a definition", done.Error)
	}
	if done.RowsAffected == 1 {
		return nil
	}
	kept, err := oneDefinition(tx.db.Where("pathway = ? AND version = ?", d.Pathway, d.Version))
	if err != nil {
		return err
	}
	if kept.Digest != r.Digest {
		return care.Errorf(care.Conflict, "version %d of %s is published and cannot change: give it a new version", d.Version, d.Pathway).At("version")
	}
	return nil
}

func named(d *pathways.Definition) error {
	if d == nil || d.Pathway == "" || d.Version < 1 {
		return care.Errorf(care.Invalid, "a definition needs a pathway's key and a version from 1")
	}
	return nil
}

func (tx *Tx) newDefinitionRow(d *pathways.Definition, source []byte, status, origin string) definitionRow {
	now := tx.now().UTC()
	r := definitionRow{
		Pathway: d.Pathway, Version: d.Version, Title: d.Title, Digest: pathways.Digest(d), Status: status, Origin: origin,
		LaunchOn: d.Launch.On, Source: source, Body: document[*pathways.Definition]{V: d}, CreatedAt: now,
	}
	if r.Source == nil {
		r.Source = []byte{}
	}
	if status == DefinitionPublished {
		r.PublishedAt = &now
	}
	return r
}

// Definition gives a version of a pathway; version 0 is the latest published one.
func (s *Store) Definition(ctx context.Context, pathway string, version int) (StoredDefinition, error) {
	q := s.read(ctx).Where("pathway = ?", pathway)
	if version == 0 {
		return oneDefinition(q.Where("status = 'published'").Order("version DESC"))
	}
	return oneDefinition(q.Where("version = ?", version))
}

// DefinitionByDigest gives the definition with the content.
func (s *Store) DefinitionByDigest(ctx context.Context, digest string) (StoredDefinition, error) {
	return oneDefinition(s.read(ctx).Where("digest = ?", digest).Order("pathway, version"))
}

func oneDefinition(q *gorm.DB) (StoredDefinition, error) {
	var r definitionRow
	found := q.Limit(1).Find(&r)
	if found.Error != nil {
		return StoredDefinition{}, fault("reading a definition", found.Error)
	}
	if found.RowsAffected == 0 {
		return StoredDefinition{}, notFound("pathway, or no such version of it")
	}
	return r.stored(), nil
}

// ListDefinitions gives all versions of all pathways without their files, by pathway, the latest
// version first. There are few: an organization's own.
func (s *Store) ListDefinitions(ctx context.Context) ([]StoredDefinition, error) {
	var rows []definitionRow
	err := s.read(ctx).Omit("source").Order("pathway, version DESC").Find(&rows).Error
	return bodies(rows, definitionRow.stored), fault("listing definitions", err)
}

// PublishedFor gives the pathways that the kind of event may start: of each the latest published
// version, if that one is started by it. By pathway.
func (s *Store) PublishedFor(ctx context.Context, eventKind string) ([]*pathways.Definition, error) {
	var rows []definitionRow
	err := s.read(ctx).Raw(`SELECT body FROM (
			SELECT DISTINCT ON (pathway) pathway, launch_on, body FROM definitions
			WHERE status = 'published' ORDER BY pathway, version DESC
		) latest WHERE launch_on = ? ORDER BY pathway`, eventKind).Scan(&rows).Error
	return bodies(rows, func(r definitionRow) *pathways.Definition { return r.Body.V }), fault("looking for pathways to start", err)
}
