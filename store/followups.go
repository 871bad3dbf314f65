package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"throughline/care"
)

type followUpRow struct {
	EnrollmentID string `gorm:"primaryKey"`
	Pathway      string `gorm:"primaryKey"`
	DecidedAt    time.Time
}

func (followUpRow) TableName() string { return "follow_ups" }

// Unfollowed gives enrollments on one of the pathways that have ended since the follower was first
// published, and whose end it has not dealt with yet, the earliest first.
func (s *Store) Unfollowed(ctx context.Context, follower string, of []string, limit int) ([]care.Enrollment, error) {
	if len(of) == 0 {
		return nil, nil
	}
	var rows []struct{ Body document[care.Enrollment] }
	err := s.read(ctx).Raw(`SELECT e.body FROM enrollments e
		WHERE e.status = 'ended' AND e.pathway IN ?
		AND e.ended_at >= (SELECT min(published_at) FROM definitions WHERE pathway = ? AND published_at IS NOT NULL)
		AND NOT EXISTS (SELECT 1 FROM follow_ups f WHERE f.enrollment_id = e.id AND f.pathway = ?)
		ORDER BY e.ended_at, e.id LIMIT ?`, of, follower, follower, limit).Scan(&rows).Error
	ended := make([]care.Enrollment, len(rows))
	for i := range rows {
		ended[i] = rows[i].Body.V
	}
	return ended, fault("looking for ends that a pathway follows", err)
}

// MarkFollowed notes that a pathway has dealt with the end of an enrollment. Again it changes nothing.
func (tx *Tx) MarkFollowed(enrollmentID care.ID, pathway string) error {
	row := followUpRow{EnrollmentID: enrollmentID, Pathway: pathway, DecidedAt: tx.now().UTC()}
	return fault("noting that an end was followed", tx.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error)
}
