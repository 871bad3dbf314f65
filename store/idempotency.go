package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"throughline/care"
)

// RuleKeyReused refuses an idempotency key that was used for another request, in care.Error.Rule.
const RuleKeyReused = "idempotency.key_reused"

// idempotencyLease is how long a request may take before it counts as interrupted, and the same
// request may try again.
const idempotencyLease = time.Minute

// Answer is what a request was answered with.
type Answer struct {
	Status int
	Body   []byte
	// Replayed is true where the answer was given before and nothing was done now.
	Replayed bool
}

type idempotencyRow struct {
	Key         string `gorm:"primaryKey"`
	BodyHash    string
	Status      *int
	Answer      []byte
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	LeasedUntil time.Time
}

func (idempotencyRow) TableName() string { return "idempotency_keys" }

// Idempotent does fn once for a key: the same key with the same body gives the same answer again.
// Another body is refused with care.Invalid and RuleKeyReused; the same request while the first is
// at work, with care.Conflict. When fn fails the key is free again. When the process dies in fn the
// key is free after a minute and fn runs again, so what it does must itself bear repetition. The
// key must hold the caller's space already: two callers must not share keys.
func (s *Store) Idempotent(ctx context.Context, key, bodyHash string, fn func() (status int, body []byte, err error)) (Answer, error) {
	kept, mine, err := s.claimKey(ctx, key, bodyHash)
	if err != nil {
		return Answer{}, err
	}
	if !mine {
		return kept.answer(bodyHash)
	}
	status, body, err := fn()
	// The answer is kept even when the caller has gone: they will ask again.
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		return Answer{}, s.freeKey(ctx, key, err)
	}
	err = s.read(ctx).Model(&idempotencyRow{}).Where("key = ?", key).Updates(map[string]any{"status": status, "answer": body}).Error
	return Answer{Status: status, Body: body}, fault("keeping an answer", err)
}

// claimKey makes the key the caller's, if it is free or was left by one that died.
func (s *Store) claimKey(ctx context.Context, key, bodyHash string) (kept idempotencyRow, mine bool, err error) {
	now := s.now().UTC()
	r := idempotencyRow{Key: key, BodyHash: bodyHash, CreatedAt: now, LeasedUntil: now.Add(idempotencyLease)}
	done := s.read(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "key"}},
		DoUpdates: clause.AssignmentColumns([]string{"leased_until"}),
		Where: clause.Where{Exprs: []clause.Expression{clause.Expr{
			SQL:  "idempotency_keys.status IS NULL AND idempotency_keys.leased_until <= ? AND idempotency_keys.body_hash = excluded.body_hash",
			Vars: []any{now},
		}}},
	}).Create(&r)
	if done.Error != nil {
		return kept, false, fault("claiming an idempotency key", done.Error)
	}
	if done.RowsAffected == 1 {
		return r, true, nil
	}
	found := s.read(ctx).Where("key = ?", key).Limit(1).Find(&kept)
	if found.Error == nil && found.RowsAffected == 0 {
		return kept, false, care.Errorf(care.Conflict, "the same request has just failed: try again")
	}
	return kept, false, fault("reading an idempotency key", found.Error)
}

func (r idempotencyRow) answer(bodyHash string) (Answer, error) {
	if r.BodyHash != bodyHash {
		return Answer{}, care.Errorf(care.Invalid, "the idempotency key was used for another request: take a new one").
			At("Idempotency-Key").By(RuleKeyReused)
	}
	if r.Status == nil {
		return Answer{}, care.Errorf(care.Conflict, "the same request is still at work: ask again in a moment")
	}
	return Answer{Status: *r.Status, Body: r.Answer, Replayed: true}, nil
}

// freeKey gives the key back after a failure, which it passes on.
func (s *Store) freeKey(ctx context.Context, key string, failed error) error {
	if err := s.read(ctx).Where("key = ? AND status IS NULL", key).Delete(&idempotencyRow{}).Error; err != nil {
		s.log.WarnContext(ctx, "an idempotency key could not be freed; it frees itself", "error_code", string(care.CodeOf(fault("freeing", err))))
	}
	return failed
}

// ForgetAnswers drops the answers given before the instant, and says how many.
func (s *Store) ForgetAnswers(ctx context.Context, before time.Time) (int64, error) {
	done := s.read(ctx).Where("created_at < ?", before).Delete(&idempotencyRow{})
	return done.RowsAffected, fault("forgetting answers", done.Error)
}
