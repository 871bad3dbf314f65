package store

import (
	"context"
	"slices"
	"time"

	"throughline/care"
)

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

// MoveDefinition takes a version one step on in its life and records who did it and why. A step that
// was taken already changes nothing. It is care.Conflict with RuleVersionStatus where the status
// does not allow it, care.Forbidden with RuleSecondPerson where an author reviews, and care.Conflict
// with RuleReviewedContent where the content is not the one that was seen.
func (s *Store) MoveDefinition(ctx context.Context, actor care.Actor, pathway string, version int, step LifeStep) (StoredDefinition, error) {
	move, known := lifeMoves[step.Kind]
	if !known {
		return StoredDefinition{}, care.Errorf(care.Invalid, "a version cannot be %q", step.Kind).At("kind")
	}
	err := s.Tx(ctx, actor, func(tx *Tx) error {
		r, err := tx.lockDefinition(pathway, version)
		if err != nil || r.Status == move.to {
			return err
		}
		if err := tx.mayMove(r, move, step); err != nil {
			return err
		}
		return tx.move(r, move, step)
	})
	if err != nil {
		return StoredDefinition{}, err
	}
	return s.Definition(ctx, pathway, version)
}

func (tx *Tx) mayMove(r definitionRow, move lifeMove, step LifeStep) error {
	if !slices.Contains(move.from, r.Status) {
		return care.Errorf(care.Conflict, "version %d of %s is %s and cannot be %s: %s", r.Version, r.Pathway, statusInWords(r.Status), move.verb, nextStep(r.Status)).
			By(RuleVersionStatus)
	}
	if step.Digest != "" && step.Digest != r.Digest {
		return care.Errorf(care.Conflict, "version %d of %s was changed meanwhile: read it again", r.Version, r.Pathway).By(RuleReviewedContent)
	}
	switch step.Kind {
	case ChangeApproved:
		return tx.mustBeSecond(r)
	case ChangePublished:
		return tx.mustBeReviewed(r)
	}
	return nil
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
func (tx *Tx) mustBeSecond(r definitionRow) error {
	wrote, err := hasWritten(tx.db, r.Pathway, r.Version, tx.actor)
	if err != nil {
		return err
	}
	if wrote {
		return care.Errorf(care.Forbidden, "you wrote or submitted version %d of %s: a second person has to review it", r.Version, r.Pathway).By(RuleSecondPerson)
	}
	return nil
}

// mustBeReviewed refuses content that is not the one last approved. A change of the content takes
// the approval away, so this holds unless the database was changed by other means.
func (tx *Tx) mustBeReviewed(r definitionRow) error {
	var approved definitionChangeRow
	found := tx.db.Where("pathway = ? AND version = ? AND kind = ?", r.Pathway, r.Version, ChangeApproved).
		Order("at DESC, id DESC").Limit(1).Find(&approved)
	if found.Error != nil {
		return fault("reading the review", found.Error)
	}
	if found.RowsAffected == 0 || approved.Digest != r.Digest {
		return care.Errorf(care.Conflict, "version %d of %s is not what was reviewed: return it, and let it be reviewed again", r.Version, r.Pathway).By(RuleReviewedContent)
	}
	return nil
}

func (tx *Tx) move(r definitionRow, move lifeMove, step LifeStep) error {
	now := tx.now().UTC()
	changes := map[string]any{"status": move.to}
	if stamp := stampOf(move.to); stamp != "" {
		changes[stamp] = now.Truncate(time.Microsecond)
	}
	done := tx.db.Model(&definitionRow{}).Where("pathway = ? AND version = ?", r.Pathway, r.Version).Updates(changes)
	if done.Error != nil {
		return fault("changing a definition's status", done.Error)
	}
	return tx.recordChange(r, step.Kind, step.Reason, step.Comment, false)
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
