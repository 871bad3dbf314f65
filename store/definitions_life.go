package store

import (
	"context"

	"throughline/care"
	"throughline/pathways"
)

// shipper is who keeps what ships with the program.
var shipper = care.Actor{Kind: care.System, ID: "throughline"}

// DefinitionChange is one step of the life of a pathway's version.
type DefinitionChange struct {
	Pathway string `json:"pathway"`
	Change
}

// Draft is a version that may still change.
type Draft struct {
	Definition *pathways.Definition
	Source     []byte // the file as written
	// BasedOn is the library's version that it was made from; nil where none was.
	BasedOn *DefinitionRef
	Reason  string // why it was made or changed
}

// CreateDraft keeps a new version. It is care.Conflict where the pathway has that version already.
func (s *Store) CreateDraft(ctx context.Context, actor care.Actor, d Draft) (StoredDefinition, error) {
	if err := named(d.Definition); err != nil {
		return StoredDefinition{}, err
	}
	err := s.Tx(ctx, actor, func(tx *Tx) error {
		r := tx.newDefinitionRow(d.Definition, d.Source, DefinitionDraft, OriginOrganization)
		r.BasedOn.V, r.Life.ChangedAt, r.Life.ChangedBy.V = d.BasedOn, &r.Life.CreatedAt, actor
		return tx.createVersion(&r, r.locked(), d.Reason)
	})
	if err != nil {
		return StoredDefinition{}, err
	}
	return s.Definition(ctx, d.Definition.Pathway, d.Definition.Version)
}

// SaveDraft replaces the content of a draft. Based tells whether the caller's edit is based on what
// is kept now, and is asked under a lock; its error is passed on. The same content again is no
// change. It is care.Conflict where the version is no draft any more.
func (s *Store) SaveDraft(ctx context.Context, actor care.Actor, d Draft, based func(StoredDefinition) error) (StoredDefinition, error) {
	if err := named(d.Definition); err != nil {
		return StoredDefinition{}, err
	}
	err := s.Tx(ctx, actor, func(tx *Tx) error {
		var r definitionRow
		if err := tx.lockVersion(aPathway, d.Definition.Pathway, d.Definition.Version, &r); err != nil {
			return err
		}
		if err := r.locked().mayChange(); err != nil {
			return err
		}
		if err := based(r.stored()); err != nil {
			return err
		}
		return tx.saveDraft(r, d)
	})
	if err != nil {
		return StoredDefinition{}, err
	}
	return s.Definition(ctx, d.Definition.Pathway, d.Definition.Version)
}

func (tx *Tx) saveDraft(r definitionRow, d Draft) error {
	fresh := tx.newDefinitionRow(d.Definition, d.Source, DefinitionDraft, r.Origin)
	if r.Life.says(fresh.Life) {
		return nil
	}
	r.Life = r.Life.become(fresh.Life, tx)
	r.LaunchOn, r.Body = fresh.LaunchOn, fresh.Body
	if d.BasedOn != nil {
		r.BasedOn.V = d.BasedOn
	}
	return tx.saveVersion(&r, r.locked(), d.Reason)
}

// MoveDefinition takes a version of a pathway one step on in its life; see moveVersion.
func (s *Store) MoveDefinition(ctx context.Context, actor care.Actor, pathway string, version int, step LifeStep) (StoredDefinition, error) {
	err := s.Tx(ctx, actor, func(tx *Tx) error { return tx.moveVersion(aPathway, pathway, version, step) })
	if err != nil {
		return StoredDefinition{}, err
	}
	return s.Definition(ctx, pathway, version)
}

// DefinitionChanges lists the life of a pathway's version, the latest change first; version 0 means
// every version of the pathway.
func (s *Store) DefinitionChanges(ctx context.Context, pathway string, version int, p Page) ([]DefinitionChange, string, error) {
	q := s.read(ctx).Where("pathway = ?", pathway)
	if version != 0 {
		q = q.Where("version = ?", version)
	}
	return listByTime[DefinitionChange](q, aPathway.changeList(), p)
}
