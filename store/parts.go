package store

import (
	"context"

	"throughline/care"
	"throughline/pathways"
)

// RulePartName refuses a name of an own part: the library has a part of that name.
const RulePartName = "part.name_taken"

// StoredPart is a version of an organization's own part as it is kept.
type StoredPart struct {
	Part *pathways.Part
	Life
}

// PartChange is one step of the life of a part's version.
type PartChange struct {
	Part string `json:"part"`
	Change
}

type partRow struct {
	Part string      `gorm:"primaryKey"`
	Life lifeColumns `gorm:"embedded"`
	Body document[*pathways.Part]
}

func (partRow) TableName() string { return aPart.versions }

func (r partRow) locked() lockedVersion {
	return lockedVersion{of: aPart, key: r.Part, lifeColumns: r.Life}
}

func (r partRow) stored() StoredPart { return StoredPart{Part: r.Body.V, Life: r.Life.life()} }

// PartDraft is a version of a part that may still change.
type PartDraft struct {
	Part   *pathways.Part
	Source []byte // the file as written
	Reason string // why it was made or changed
}

func (d PartDraft) named() error {
	if d.Part == nil || !pathways.IsPartName(d.Part.Part) || d.Part.Version < 1 {
		return care.Errorf(care.Invalid, "a part needs a name in lower case and hyphens, and a version from 1")
	}
	return nil
}

func (tx *Tx) newPartRow(d PartDraft) partRow {
	return partRow{
		Part: d.Part.Part, Life: tx.newLife(d.Part.Version, d.Part.Title, pathways.PartDigest(d.Part), d.Source, DefinitionDraft),
		Body: document[*pathways.Part]{V: d.Part},
	}
}

// CreatePart keeps a new version of a part. It is care.Conflict where the part has that version
// already, and by RulePartName where the library has a part of that name.
func (s *Store) CreatePart(ctx context.Context, actor care.Actor, d PartDraft) (StoredPart, error) {
	if err := d.named(); err != nil {
		return StoredPart{}, err
	}
	err := s.Tx(ctx, actor, func(tx *Tx) error {
		if err := tx.mustBeOurs(d.Part.Part); err != nil {
			return err
		}
		r := tx.newPartRow(d)
		r.Life.ChangedAt, r.Life.ChangedBy.V = &r.Life.CreatedAt, actor
		return tx.createVersion(&r, r.locked(), d.Reason)
	})
	if err != nil {
		return StoredPart{}, err
	}
	return s.Part(ctx, d.Part.Part, d.Part.Version)
}

// mustBeOurs refuses the name of a part that ships: whoever reads it in a pathway could not tell
// which is meant. One that the organization had before the library stays the organization's.
func (tx *Tx) mustBeOurs(part string) error {
	if !shipsPart(part) {
		return nil
	}
	var ours int64
	if err := tx.db.Model(&partRow{}).Where("part = ?", part).Count(&ours).Error; err != nil {
		return fault("looking for a part", err)
	}
	if ours > 0 {
		return nil
	}
	return care.Errorf(care.Conflict, "%s is the name of a part that comes with the program: give yours another name", part).At("source").By(RulePartName)
}

func shipsPart(part string) bool {
	for _, u := range pathways.LibraryParts().Known() {
		if u.Part == part {
			return true
		}
	}
	return false
}

// SavePart replaces the content of a draft of a part, as SaveDraft does of a pathway.
func (s *Store) SavePart(ctx context.Context, actor care.Actor, d PartDraft, based func(StoredPart) error) (StoredPart, error) {
	if err := d.named(); err != nil {
		return StoredPart{}, err
	}
	err := s.Tx(ctx, actor, func(tx *Tx) error {
		var r partRow
		if err := tx.lockVersion(aPart, d.Part.Part, d.Part.Version, &r); err != nil {
			return err
		}
		if err := r.locked().mayChange(); err != nil {
			return err
		}
		if err := based(r.stored()); err != nil {
			return err
		}
		fresh := tx.newPartRow(d)
		if r.Life.says(fresh.Life) {
			return nil
		}
		r.Life = r.Life.become(fresh.Life, tx)
		r.Body = fresh.Body
		return tx.saveVersion(&r, r.locked(), d.Reason)
	})
	if err != nil {
		return StoredPart{}, err
	}
	return s.Part(ctx, d.Part.Part, d.Part.Version)
}

// MovePart takes a version of a part one step on in its life; see moveVersion.
func (s *Store) MovePart(ctx context.Context, actor care.Actor, part string, version int, step LifeStep) (StoredPart, error) {
	err := s.Tx(ctx, actor, func(tx *Tx) error { return tx.moveVersion(aPart, part, version, step) })
	if err != nil {
		return StoredPart{}, err
	}
	return s.Part(ctx, part, version)
}

// Part gives a version of an organization's own part.
func (s *Store) Part(ctx context.Context, part string, version int) (StoredPart, error) {
	var r partRow
	found := s.read(ctx).Where("part = ? AND version = ?", part, version).Limit(1).Find(&r)
	if found.Error != nil {
		return StoredPart{}, fault("reading a part", found.Error)
	}
	if found.RowsAffected == 0 {
		return StoredPart{}, aPart.missing()
	}
	return r.stored(), nil
}

// PartChanges lists the life of a part's version, the latest change first; version 0 means every
// version of the part.
func (s *Store) PartChanges(ctx context.Context, part string, version int, p Page) ([]PartChange, string, error) {
	q := s.read(ctx).Where("part = ?", part)
	if version != 0 {
		q = q.Where("version = ?", version)
	}
	return listByTime[PartChange](q, aPart.changeList(), p)
}
