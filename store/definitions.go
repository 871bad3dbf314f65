package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"throughline/care"
	"throughline/pathways"
)

// The origins of a definition.
const (
	OriginLibrary      = "library"      // it ships with the program
	OriginOrganization = "organization" // the organization's own
)

// StoredDefinition is a version of a pathway as it is kept.
type StoredDefinition struct {
	Definition *pathways.Definition
	Life
	Origin string
	// BasedOn is the library's version that an organization's own was made from; nil where none was.
	BasedOn *DefinitionRef
}

// Ref names the definition.
func (d StoredDefinition) Ref() DefinitionRef {
	return DefinitionRef{Pathway: d.Definition.Pathway, Version: d.Definition.Version, Digest: d.Digest}
}

type definitionRow struct {
	Pathway  string      `gorm:"primaryKey"`
	Life     lifeColumns `gorm:"embedded"`
	LaunchOn string
	Body     document[*pathways.Definition]
	Origin   string
	BasedOn  document[*DefinitionRef]
}

func (definitionRow) TableName() string { return aPathway.versions }

func (r definitionRow) locked() lockedVersion {
	return lockedVersion{of: aPathway, key: r.Pathway, lifeColumns: r.Life}
}

func (r definitionRow) stored() StoredDefinition {
	return StoredDefinition{Definition: r.Body.V, Life: r.Life.life(), Origin: r.Origin, BasedOn: r.BasedOn.V}
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
	if kept.Digest != r.Life.Digest {
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
	return definitionRow{
		Pathway: d.Pathway, Life: tx.newLife(d.Version, d.Title, pathways.Digest(d), source, status), Origin: origin,
		LaunchOn: d.Launch.On, Body: document[*pathways.Definition]{V: d},
	}
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
		return StoredDefinition{}, aPathway.missing()
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
