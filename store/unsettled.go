package store

import (
	"context"
	"time"

	"throughline/care"
)

// LastCommitted gives the enrollments that had a commit within the span before the latest one of
// all, ended ones included: those whose workflow may be behind the database when a process died.
func (s *Store) LastCommitted(ctx context.Context, within time.Duration) ([]care.ID, error) {
	var ids []care.ID
	err := s.read(ctx).Raw(`SELECT enrollment_id FROM snapshots
		WHERE written_at > (SELECT max(written_at) FROM snapshots) - make_interval(secs => ?)
		ORDER BY enrollment_id`, within.Seconds()).Scan(&ids).Error
	return ids, fault("reading what was committed last", err)
}

// Unanswered gives enrollments with a message that was queued longer than the span ago and has no
// result, at most limit, the longest waiting first.
func (s *Store) Unanswered(ctx context.Context, longer time.Duration, limit int) ([]care.ID, error) {
	now, err := s.logicalNow(ctx)
	if err != nil {
		return nil, err
	}
	var ids []care.ID
	err = s.read(ctx).Raw(`SELECT enrollment_id FROM messages WHERE status = 'queued' AND queued_at < ?
		GROUP BY enrollment_id ORDER BY min(queued_at), enrollment_id LIMIT ?`, now.Add(-longer), limit).Scan(&ids).Error
	return ids, fault("reading the messages without a result", err)
}
