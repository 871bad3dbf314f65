package store

import (
	"bytes"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"throughline/care"
)

// The statuses of a version, of a pathway as of a part.
const (
	DefinitionDraft     = "draft"     // may change
	DefinitionInReview  = "in_review" // waits for the word of a second person
	DefinitionApproved  = "approved"  // has it, and may be published
	DefinitionPublished = "published" // never changes; the newest published version of a pathway starts enrollments
	DefinitionRetired   = "retired"   // nothing new comes of it; what runs goes on
)

// Life is how far a version has come, and what was published of it.
type Life struct {
	Digest      string
	Status      string
	Source      []byte // the file as written; not in lists
	CreatedAt   time.Time
	PublishedAt *time.Time
	RetiredAt   *time.Time
	// ChangedAt and ChangedBy tell the last save of the content; absent for what ships.
	ChangedAt *time.Time
	ChangedBy care.Actor
}

// lifeColumns are those that the versions of pathways and of parts both have.
type lifeColumns struct {
	Version     int `gorm:"primaryKey;autoIncrement:false"`
	Title       string
	Digest      string
	Status      string
	Source      []byte
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	PublishedAt *time.Time
	RetiredAt   *time.Time
	ChangedAt   *time.Time
	ChangedBy   document[care.Actor]
}

func (c lifeColumns) life() Life {
	return Life{
		Digest: c.Digest, Status: c.Status, Source: c.Source, CreatedAt: c.CreatedAt, PublishedAt: c.PublishedAt, RetiredAt: c.RetiredAt,
		ChangedAt: c.ChangedAt, ChangedBy: c.ChangedBy.V,
	}
}

// subject is what lives through versions. All subjects have one life; they differ in where they are
// kept and how they are called.
type subject struct {
	name     string // as in its rules and sentences, and the column that says which one a version is of
	versions string // the table of the versions
	changes  string // the table of their change log
	change   func(key string, c Change) any
}

var (
	aPathway = subject{"pathway", "definitions", "definition_changes", func(key string, c Change) any { return DefinitionChange{Pathway: key, Change: c} }}
	aPart    = subject{"part", "parts", "part_changes", func(key string, c Change) any { return PartChange{Part: key, Change: c} }}
)

func (of subject) missing() error { return notFound(of.name + ", or no such version of it") }

// Rules that refuse a step of a version's life, in care.Error.Rule: that of a pathway's as it stands,
// and a part's with "part" for "pathway".
const (
	// RuleVersionTaken: there is such a version already.
	RuleVersionTaken = "pathway" + versionTaken
	// RuleVersionStatus: the version's status does not allow the step.
	RuleVersionStatus = "pathway" + versionStatus
	// RuleSecondPerson: whoever wrote or submitted a version does not review it.
	RuleSecondPerson     = "pathway" + secondPerson
	RulePartSecondPerson = "part" + secondPerson
	// RuleReviewedContent: what is to be published is not what was reviewed.
	RuleReviewedContent = "pathway" + reviewedContent

	versionTaken    = ".version_taken"
	versionStatus   = ".status"
	secondPerson    = ".second_person"
	reviewedContent = ".reviewed_content"
)

// lockedVersion is a version whose row the transaction holds.
type lockedVersion struct {
	of  subject
	key string
	lifeColumns
}

// lockVersion reads the row of a version and holds it to the end of the transaction.
func (tx *Tx) lockVersion(of subject, key string, version int, row any) error {
	found := tx.db.Table(of.versions).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where(of.name+" = ? AND version = ?", key, version).Limit(1).Find(row)
	if found.Error != nil {
		return fault("reading a version", found.Error)
	}
	if found.RowsAffected == 0 {
		return of.missing()
	}
	return nil
}

// newLife begins a version's life now.
func (tx *Tx) newLife(version int, title, digest string, source []byte, status string) lifeColumns {
	now := tx.now().UTC()
	c := lifeColumns{Version: version, Title: title, Digest: digest, Status: status, Source: source, CreatedAt: now}
	if source == nil {
		c.Source = []byte{}
	}
	if status == DefinitionPublished {
		c.PublishedAt = &now
	}
	return c
}

// createVersion keeps the row of a new draft.
func (tx *Tx) createVersion(row any, v lockedVersion, reason string) error {
	done := tx.db.Clauses(clause.OnConflict{DoNothing: true}).Create(row)
	if done.Error != nil {
		return fault("keeping a draft", done.Error)
	}
	if done.RowsAffected == 0 {
		return care.Errorf(care.Conflict, "%s has a version %d already: write version: with the next number", v.key, v.Version).
			At("source").By(v.of.name + versionTaken)
	}
	return tx.recordChange(v, ChangeCreated, reason, "", true)
}

// mayChange refuses an edit of what is no draft any more.
func (v lockedVersion) mayChange() error {
	if v.Status == DefinitionDraft {
		return nil
	}
	instead := "make a draft with the next version"
	if v.Status == DefinitionInReview || v.Status == DefinitionApproved {
		instead = "return it from the review first"
	}
	return care.Errorf(care.Conflict, "version %d of %s is %s and cannot be changed: %s", v.Version, v.key, statusInWords(v.Status), instead).
		By(v.of.name + versionStatus)
}

// become gives the columns with the content of a fresh draft that the actor saves now.
func (c lifeColumns) become(fresh lifeColumns, tx *Tx) lifeColumns {
	now := tx.now().UTC()
	c.Title, c.Digest, c.Source = fresh.Title, fresh.Digest, fresh.Source
	c.ChangedAt, c.ChangedBy.V = &now, tx.actor
	return c
}

// says tells whether the other has the same file, which reads the same: a part that it uses may have
// changed.
func (c lifeColumns) says(other lifeColumns) bool {
	return bytes.Equal(c.Source, other.Source) && c.Digest == other.Digest
}

// saveVersion keeps the row of a draft that was changed.
func (tx *Tx) saveVersion(row any, v lockedVersion, reason string) error {
	if err := tx.db.Save(row).Error; err != nil {
		return fault("saving a draft", err)
	}
	return tx.recordChange(v, ChangeSaved, reason, "", true)
}

// LifeStep is what a person does with a version, and why.
type LifeStep struct {
	// Kind is one of the kinds of change from ChangeSubmitted on.
	Kind    string
	Reason  string
	Comment string
	// Digest, where it is given, is the content that the person saw. Other content is refused.
	Digest string
}

// lifeMove says from which statuses a kind of change leads where.
type lifeMove struct {
	from []string
	to   string
	verb string // "cannot be …"
}

var lifeMoves = map[string]lifeMove{
	ChangeSubmitted: {[]string{DefinitionDraft}, DefinitionInReview, "submitted for review"},
	ChangeApproved:  {[]string{DefinitionInReview}, DefinitionApproved, "approved"},
	ChangeReturned:  {[]string{DefinitionInReview, DefinitionApproved}, DefinitionDraft, "returned"},
	ChangePublished: {[]string{DefinitionApproved}, DefinitionPublished, "published"},
	ChangeRetired:   {[]string{DefinitionPublished}, DefinitionRetired, "retired"},
}

// moveVersion takes a version one step on in its life and records who did it and why. A step that
// was taken already changes nothing. It is care.Conflict by the rule .status where the status does
// not allow it, care.Forbidden by .second_person where an author reviews, and care.Conflict by
// .reviewed_content where the content is not the one that was seen.
func (tx *Tx) moveVersion(of subject, key string, version int, step LifeStep) error {
	move, known := lifeMoves[step.Kind]
	if !known {
		return care.Errorf(care.Invalid, "a version cannot be %q", step.Kind).At("kind")
	}
	v := lockedVersion{of: of, key: key}
	if err := tx.lockVersion(of, key, version, &v.lifeColumns); err != nil || v.Status == move.to {
		return err
	}
	if err := tx.mayMove(v, move, step); err != nil {
		return err
	}
	return tx.move(v, move, step)
}

func (tx *Tx) mayMove(v lockedVersion, move lifeMove, step LifeStep) error {
	if !slices.Contains(move.from, v.Status) {
		return care.Errorf(care.Conflict, "version %d of %s is %s and cannot be %s: %s", v.Version, v.key, statusInWords(v.Status), move.verb, nextStep(v.Status)).
			By(v.of.name + versionStatus)
	}
	if step.Digest != "" && step.Digest != v.Digest {
		return care.Errorf(care.Conflict, "version %d of %s was changed meanwhile: read it again", v.Version, v.key).By(v.of.name + reviewedContent)
	}
	switch step.Kind {
	case ChangeApproved:
		return tx.mustBeSecond(v)
	case ChangePublished:
		return tx.mustBeReviewed(v)
	}
	return nil
}

func statusInWords(status string) string {
	if status == DefinitionInReview {
		return "in review"
	}
	return status
}

// nextStep says what can be done with a version of the status.
func nextStep(status string) string {
	switch status {
	case DefinitionDraft:
		return "submit it for review first"
	case DefinitionInReview:
		return "a second person has to approve it, or return it"
	case DefinitionApproved:
		return "publish it, or return it"
	case DefinitionPublished:
		return "it can only be retired; make a draft with the next version"
	}
	return "make a draft with the next version"
}

// mustBeSecond refuses a review by who wrote or submitted the version.
func (tx *Tx) mustBeSecond(v lockedVersion) error {
	wrote, err := tx.hasWritten(v)
	if err != nil {
		return err
	}
	if wrote {
		return care.Errorf(care.Forbidden, "you wrote or submitted version %d of %s: a second person has to review it", v.Version, v.key).By(v.of.name + secondPerson)
	}
	return nil
}

// mustBeReviewed refuses content that is not the one last approved. A change of the content takes
// the approval away, so this holds unless the database was changed by other means.
func (tx *Tx) mustBeReviewed(v lockedVersion) error {
	approved, err := tx.lastApproved(v)
	if err != nil {
		return err
	}
	if approved != v.Digest {
		return care.Errorf(care.Conflict, "version %d of %s is not what was reviewed: return it, and let it be reviewed again", v.Version, v.key).By(v.of.name + reviewedContent)
	}
	return nil
}

func (tx *Tx) move(v lockedVersion, move lifeMove, step LifeStep) error {
	changes := map[string]any{"status": move.to}
	if stamp := stampOf(move.to); stamp != "" {
		changes[stamp] = tx.now().UTC().Truncate(time.Microsecond)
	}
	done := tx.db.Table(v.of.versions).Where(v.of.name+" = ? AND version = ?", v.key, v.Version).Updates(changes)
	if done.Error != nil {
		return fault("changing a version's status", done.Error)
	}
	return tx.recordChange(v, step.Kind, step.Reason, step.Comment, false)
}

func stampOf(status string) string {
	switch status {
	case DefinitionPublished:
		return "published_at"
	case DefinitionRetired:
		return "retired_at"
	}
	return ""
}
