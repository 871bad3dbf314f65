package store

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"throughline/care"
	"throughline/pathways"
)

// shipper is who keeps what ships with the program.
var shipper = care.Actor{Kind: care.System, ID: "throughline"}

// Rules that refuse a step of a version's life, in care.Error.Rule.
const (
	// RuleVersionTaken: there is such a version already.
	RuleVersionTaken = "pathway.version_taken"
	// RuleVersionStatus: the version's status does not allow the step.
	RuleVersionStatus = "pathway.status"
	// RuleSecondPerson: whoever wrote or submitted a version does not review it.
	RuleSecondPerson = "pathway.second_person"
	// RuleReviewedContent: what is to be published is not what was reviewed.
	RuleReviewedContent = "pathway.reviewed_content"
)

// The kinds of change in a version's life.
const (
	ChangeCreated   = "created"
	ChangeSaved     = "saved"
	ChangeSubmitted = "submitted"
	ChangeApproved  = "approved"
	ChangeReturned  = "returned" // by a reviewer, or taken back by an author
	ChangePublished = "published"
	ChangeRetired   = "retired"
)

// DefinitionChange is one step of a version's life: who, when, why.
type DefinitionChange struct {
	ID      care.ID    `json:"id"`
	Pathway string     `json:"pathway"`
	Version int        `json:"version"`
	Kind    string     `json:"kind" enum:"created,saved,submitted,approved,returned,published,retired"`
	At      time.Time  `json:"at"`
	Actor   care.Actor `json:"actor"`
	Reason  string     `json:"reason,omitempty" doc:"Why, in the person's words"`
	Comment string     `json:"comment,omitempty" doc:"What the person had to say besides"`
	Digest  string     `json:"digest" doc:"SHA-256 of the content at that moment"`
}

type definitionChangeRow struct {
	ID      string `gorm:"primaryKey"`
	Pathway string
	Version int
	Kind    string
	At      time.Time
	Actor   string
	Digest  string
	Source  []byte
	Body    document[DefinitionChange]
}

func (definitionChangeRow) TableName() string { return "definition_changes" }

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
		r.BasedOn.V, r.ChangedAt, r.ChangedBy.V = d.BasedOn, &r.CreatedAt, actor
		done := tx.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
		if done.Error != nil {
			return fault("keeping a draft", done.Error)
		}
		if done.RowsAffected == 0 {
			return care.Errorf(care.Conflict, "%s has a version %d already: write version: with the next number", r.Pathway, r.Version).
				At("source").By(RuleVersionTaken)
		}
		return tx.recordChange(r, ChangeCreated, d.Reason, "", true)
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
		r, err := tx.lockDefinition(d.Definition.Pathway, d.Definition.Version)
		if err != nil {
			return err
		}
		if r.Status != DefinitionDraft {
			return care.Errorf(care.Conflict, "version %d of %s is %s and cannot be changed: %s", r.Version, r.Pathway, statusInWords(r.Status), insteadOfSaving(r.Status)).By(RuleVersionStatus)
		}
		if err := based(r.stored()); err != nil {
			return err
		}
		if bytes.Equal(r.Source, d.Source) {
			return nil
		}
		return tx.saveDraft(r, d)
	})
	if err != nil {
		return StoredDefinition{}, err
	}
	return s.Definition(ctx, d.Definition.Pathway, d.Definition.Version)
}

func (tx *Tx) saveDraft(r definitionRow, d Draft) error {
	now := tx.now().UTC()
	fresh := tx.newDefinitionRow(d.Definition, d.Source, DefinitionDraft, r.Origin)
	r.Title, r.Digest, r.LaunchOn, r.Source, r.Body = fresh.Title, fresh.Digest, fresh.LaunchOn, fresh.Source, fresh.Body
	r.ChangedAt, r.ChangedBy.V = &now, tx.actor
	if d.BasedOn != nil {
		r.BasedOn.V = d.BasedOn
	}
	if err := tx.db.Save(&r).Error; err != nil {
		return fault("saving a draft", err)
	}
	return tx.recordChange(r, ChangeSaved, d.Reason, "", true)
}

func insteadOfSaving(status string) string {
	switch status {
	case DefinitionInReview, DefinitionApproved:
		return "return it from the review first"
	}
	return "make a draft with the next version"
}

func statusInWords(status string) string {
	if status == DefinitionInReview {
		return "in review"
	}
	return status
}

func (tx *Tx) lockDefinition(pathway string, version int) (definitionRow, error) {
	var r definitionRow
	found := tx.db.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("pathway = ? AND version = ?", pathway, version).Limit(1).Find(&r)
	if found.Error != nil {
		return r, fault("reading a definition", found.Error)
	}
	if found.RowsAffected == 0 {
		return r, notFound("pathway, or no such version of it")
	}
	return r, nil
}

// recordChange adds to the change log. The caller holds the version's row.
func (tx *Tx) recordChange(r definitionRow, kind, reason, comment string, saved bool) error {
	at, err := tx.afterLastChange(r)
	if err != nil {
		return err
	}
	c := DefinitionChange{
		ID: care.NewID(at), Pathway: r.Pathway, Version: r.Version, Kind: kind, At: at, Actor: tx.actor,
		Reason: reason, Comment: comment, Digest: r.Digest,
	}
	row := definitionChangeRow{
		ID: c.ID, Pathway: c.Pathway, Version: c.Version, Kind: kind, At: c.At, Actor: actorKey(tx.actor), Digest: c.Digest,
		Body: document[DefinitionChange]{V: c},
	}
	if saved {
		row.Source = r.Source
	}
	return fault("recording a change of a pathway", tx.db.Create(&row).Error)
}

// afterLastChange gives the time of a change: now, and later than the change before, so that the log
// has an order also where the clock stands still or is put back.
func (tx *Tx) afterLastChange(r definitionRow) (time.Time, error) {
	var last definitionChangeRow
	err := tx.db.Select("at").Where("pathway = ? AND version = ?", r.Pathway, r.Version).Order("at DESC").Limit(1).Find(&last).Error
	now := tx.now().UTC().Truncate(time.Microsecond)
	if !now.After(last.At) {
		now = last.At.UTC().Add(time.Microsecond)
	}
	return now, fault("reading the last change", err)
}

// actorKey tells people apart, whatever role they act in.
func actorKey(a care.Actor) string {
	text, _ := json.Marshal([]string{string(a.Kind), a.ID}) //nolint:errchkjson // texts only: it cannot fail
	return string(text)
}

var definitionChangeList = timeList{table: "definition_changes", key: "at", value: "at", desc: true}

// DefinitionChanges lists the life of a pathway's version, the latest change first; version 0 means
// every version of the pathway.
func (s *Store) DefinitionChanges(ctx context.Context, pathway string, version int, p Page) ([]DefinitionChange, string, error) {
	q := s.read(ctx).Where("pathway = ?", pathway)
	if version != 0 {
		q = q.Where("version = ?", version)
	}
	return listByTime[DefinitionChange](q, definitionChangeList, p)
}

// hasWritten tells whether the actor saved or submitted the version, or one that it was before.
func hasWritten(db *gorm.DB, pathway string, version int, actor care.Actor) (bool, error) {
	var n int64
	err := db.Model(&definitionChangeRow{}).
		Where("pathway = ? AND version = ? AND actor = ? AND kind IN ?", pathway, version, actorKey(actor), []string{ChangeCreated, ChangeSaved, ChangeSubmitted}).
		Count(&n).Error
	return n > 0, fault("reading who wrote a version", err)
}
