package store

import (
	"encoding/json"
	"time"

	"throughline/care"
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

// Change is one step of a version's life: who, when, why.
type Change struct {
	ID      care.ID    `json:"id"`
	Version int        `json:"version"`
	Kind    string     `json:"kind" enum:"created,saved,submitted,approved,returned,published,retired"`
	At      time.Time  `json:"at"`
	Actor   care.Actor `json:"actor"`
	Reason  string     `json:"reason,omitempty" doc:"Why, in the person's words"`
	Comment string     `json:"comment,omitempty" doc:"What the person had to say besides"`
	Digest  string     `json:"digest" doc:"SHA-256 of the content at that moment"`
}

// recordChange adds to the change log. The transaction holds the version's row.
func (tx *Tx) recordChange(v lockedVersion, kind, reason, comment string, saved bool) error {
	at, err := tx.afterLastChange(v)
	if err != nil {
		return err
	}
	c := Change{ID: care.NewID(at), Version: v.Version, Kind: kind, At: at, Actor: tx.actor, Reason: reason, Comment: comment, Digest: v.Digest}
	row := map[string]any{
		"id": c.ID, v.of.name: v.key, "version": c.Version, "kind": kind, "at": c.At, "actor": actorKey(tx.actor), "digest": c.Digest,
		"body": document[any]{V: v.of.change(v.key, c)},
	}
	if saved {
		row["source"] = v.Source
	}
	return fault("recording a change of a version", tx.db.Table(v.of.changes).Create(row).Error)
}

// afterLastChange gives the time of a change: now, and later than the change before, so that the log
// has an order also where the clock stands still or is put back.
func (tx *Tx) afterLastChange(v lockedVersion) (time.Time, error) {
	var last struct{ At time.Time }
	err := tx.db.Table(v.of.changes).Select("at").Where(v.of.name+" = ? AND version = ?", v.key, v.Version).Order("at DESC").Limit(1).Find(&last).Error
	now := tx.now().UTC().Truncate(time.Microsecond)
	if !now.After(last.At) {
		now = last.At.UTC().Add(time.Microsecond)
	}
	return now, fault("reading the last change", err)
}

// lastApproved gives the digest of the content that was approved last; empty where none was.
func (tx *Tx) lastApproved(v lockedVersion) (string, error) {
	var approved struct{ Digest string }
	err := tx.db.Table(v.of.changes).Select("digest").Where(v.of.name+" = ? AND version = ? AND kind = ?", v.key, v.Version, ChangeApproved).
		Order("at DESC, id DESC").Limit(1).Find(&approved).Error
	return approved.Digest, fault("reading the review", err)
}

// hasWritten tells whether the actor saved or submitted the version, or one that it was before.
func (tx *Tx) hasWritten(v lockedVersion) (bool, error) {
	var n int64
	err := tx.db.Table(v.of.changes).
		Where(v.of.name+" = ? AND version = ? AND actor = ? AND kind IN ?", v.key, v.Version, actorKey(tx.actor), []string{ChangeCreated, ChangeSaved, ChangeSubmitted}).
		Count(&n).Error
	return n > 0, fault("reading who wrote a version", err)
}

// actorKey tells people apart, whatever role they act in.
func actorKey(a care.Actor) string {
	text, _ := json.Marshal([]string{string(a.Kind), a.ID}) //nolint:errchkjson // texts only: it cannot fail
	return string(text)
}

// changeList lists a change log, the latest change first.
func (of subject) changeList() timeList {
	return timeList{table: of.changes, key: "at", value: "at", desc: true}
}
