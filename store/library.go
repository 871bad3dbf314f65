package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"throughline/care"
	"throughline/pathways"
)

// Shipped is a definition that comes with the program.
type Shipped struct {
	Definition *pathways.Definition
	Source     []byte
}

// LibraryVersion is a version that ships, as it is kept beside the organization's own.
type LibraryVersion struct {
	Definition  *pathways.Definition
	Digest      string
	Source      []byte // the file as written; not in lists
	FirstSeenAt time.Time
	// TakenUp tells that the organization has it, as it is or in a version based on it.
	TakenUp bool
}

// Ref names the version.
func (v LibraryVersion) Ref() DefinitionRef {
	return DefinitionRef{Pathway: v.Definition.Pathway, Version: v.Definition.Version, Digest: v.Digest}
}

type libraryRow struct {
	Pathway     string `gorm:"primaryKey"`
	Version     int    `gorm:"primaryKey;autoIncrement:false"`
	Digest      string `gorm:"primaryKey"`
	Ships       bool
	Source      []byte
	Body        document[*pathways.Definition]
	FirstSeenAt time.Time
	TakenUp     bool `gorm:"->;-:migration"`
}

func (libraryRow) TableName() string { return "library_versions" }

func (r libraryRow) version() LibraryVersion {
	return LibraryVersion{Definition: r.Body.V, Digest: r.Digest, Source: r.Source, FirstSeenAt: r.FirstSeenAt, TakenUp: r.TakenUp}
}

// KeepLibrary notes what ships with the program that starts. An empty installation publishes all of
// it. In any other nothing is published or replaced: what is new is available, and a person takes it
// up. An upgrade never changes by itself what patients get.
func (s *Store) KeepLibrary(ctx context.Context, shipped []Shipped) error {
	return s.Tx(ctx, shipper, func(tx *Tx) error {
		if err := tx.Lock("library"); err != nil {
			return err
		}
		var kept int64
		if err := tx.db.Model(&definitionRow{}).Count(&kept).Error; err != nil {
			return fault("counting the pathways", err)
		}
		if err := tx.db.Model(&libraryRow{}).Where("ships").Update("ships", false).Error; err != nil {
			return fault("noting what ships", err)
		}
		for _, d := range shipped {
			if err := tx.keepShipped(d, kept == 0); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) keepShipped(d Shipped, publish bool) error {
	r := libraryRow{
		Pathway: d.Definition.Pathway, Version: d.Definition.Version, Digest: pathways.Digest(d.Definition), Ships: true,
		Source: d.Source, Body: document[*pathways.Definition]{V: d.Definition}, FirstSeenAt: tx.now().UTC(),
	}
	err := tx.db.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "pathway"}, {Name: "version"}, {Name: "digest"}},
		DoUpdates: clause.AssignmentColumns([]string{"ships"}),
	}).Create(&r).Error
	if err != nil {
		return fault("noting what ships", err)
	}
	if !publish {
		return nil
	}
	if err := tx.putDefinition(d.Definition, d.Source, DefinitionPublished); err != nil {
		return err
	}
	var row definitionRow
	if err := tx.lockVersion(aPathway, r.Pathway, r.Version, &row); err != nil {
		return err
	}
	return tx.recordChange(row.locked(), ChangePublished, "It ships with the program, and the installation was new.", "", true)
}

// takenUp is true of a library version whose content is kept, as it is or as what another is based
// on.
const takenUp = `EXISTS (SELECT 1 FROM definitions d WHERE d.pathway = library_versions.pathway
	AND (d.digest = library_versions.digest OR d.based_on->>'digest' = library_versions.digest)) AS taken_up`

// LibraryVersions lists what ships with the program that was started last, by pathway and version,
// without the files.
func (s *Store) LibraryVersions(ctx context.Context) ([]LibraryVersion, error) {
	var rows []libraryRow
	err := s.read(ctx).Select("pathway, version, digest, ships, body, first_seen_at, " + takenUp).Where("ships").
		Order("pathway, version, digest").Find(&rows).Error
	return bodies(rows, libraryRow.version), fault("listing what ships", err)
}

// LibraryVersion gives the latest version of a pathway that ships; care.NotFound where none does.
func (s *Store) LibraryVersion(ctx context.Context, pathway string) (LibraryVersion, error) {
	var r libraryRow
	found := s.read(ctx).Select("*, "+takenUp).Where("ships AND pathway = ?", pathway).Order("version DESC, first_seen_at DESC").Limit(1).Find(&r)
	if found.Error != nil {
		return LibraryVersion{}, fault("reading what ships", found.Error)
	}
	if found.RowsAffected == 0 {
		return LibraryVersion{}, care.Errorf(care.NotFound, "no pathway of this key comes with the program")
	}
	return r.version(), nil
}
