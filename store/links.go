package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"throughline/care"
)

// Link opens one thing to somebody without an account, for one purpose, for a time: a referral to its
// partner, or a questionnaire to the patient.
type Link struct {
	ID         care.ID
	ReferralID care.ID `gorm:"default:null"` // empty: a patient's
	// EnrollmentID, Step and Occurrence are what a patient's link asks; Occurrence 0 is the latest.
	EnrollmentID care.ID `gorm:"default:null"` // empty: a partner's
	Step         string
	Occurrence   int
	Language     string // of the message that brought it (BCP 47)
	Purpose      string
	CreatedAt    time.Time
	ExpiresAt    time.Time
	UsedAt       *time.Time
	RevokedAt    *time.Time
}

// Works tells whether the link still opens something.
func (l Link) Works(now time.Time) bool { return l.RevokedAt == nil && now.Before(l.ExpiresAt) }

// revokeLinks takes the referral and the instant. What is revoked stays so since when it was.
const revokeLinks = `UPDATE links SET revoked_at = $2 WHERE referral_id = NULLIF($1, '')::uuid AND revoked_at IS NULL`

// PutLink keeps a link. The same link again changes nothing.
func (s *Store) PutLink(ctx context.Context, l Link) error {
	if l.CreatedAt.IsZero() {
		l.CreatedAt = s.now().UTC()
	}
	return fault("keeping a link", s.read(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&l).Error)
}

// LinkByID gives a link, also one that no longer works.
func (s *Store) LinkByID(ctx context.Context, id care.ID) (Link, error) {
	var l Link
	if !validID(id) {
		return l, notFound("link")
	}
	found := s.read(ctx).Where("id = ?", id).Limit(1).Find(&l)
	if found.Error == nil && found.RowsAffected == 0 {
		return l, notFound("link")
	}
	return l, fault("reading a link", found.Error)
}

// RevokeLinks stops all links to a referral.
func (s *Store) RevokeLinks(ctx context.Context, referralID care.ID) error {
	if !validID(referralID) {
		return nil
	}
	_, err := s.pool.Exec(ctx, revokeLinks, referralID, s.now().UTC())
	return fault("revoking links", err)
}

// MarkLinkUsed notes when a link was first used to change something.
func (s *Store) MarkLinkUsed(ctx context.Context, id care.ID) error {
	if !validID(id) {
		return notFound("link")
	}
	err := s.read(ctx).Model(&Link{}).Where("id = ? AND used_at IS NULL", id).Update("used_at", s.now().UTC()).Error
	return fault("marking a link", err)
}
