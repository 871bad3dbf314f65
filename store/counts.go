package store

import "context"

// Counts is what the status page shows. Each is counted from an index that holds only what is open.
type Counts struct {
	Patients        int64 `json:"patients"`
	Enrollments     int64 `json:"enrollments"` // not ended
	OpenTasks       int64 `json:"open_tasks"`
	OverdueTasks    int64 `json:"overdue_tasks"`
	OpenEscalations int64 `json:"open_escalations"`
	OpenReferrals   int64 `json:"open_referrals"`
	QueuedMessages  int64 `json:"queued_messages"`
	InboxWaiting    int64 `json:"inbox_waiting"`
	InboxFailed     int64 `json:"inbox_failed"`
}

// Counts gives the numbers of the status page.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	now, err := s.logicalNow(ctx)
	if err != nil {
		return Counts{}, err
	}
	var c Counts
	err = s.read(ctx).Raw(`SELECT
		(SELECT count(*) FROM patients WHERE merged_into IS NULL) AS patients,
		(SELECT count(*) FROM enrollments WHERE status <> 'ended') AS enrollments,
		(SELECT count(*) FROM tasks WHERE open) AS open_tasks,
		(SELECT count(*) FROM tasks WHERE open AND due_key < @now) AS overdue_tasks,
		(SELECT count(*) FROM escalations WHERE open) AS open_escalations,
		(SELECT count(*) FROM referrals WHERE open) AS open_referrals,
		(SELECT count(*) FROM messages WHERE status = 'queued') AS queued_messages,
		(SELECT count(*) FROM inbox WHERE status = 'received') AS inbox_waiting,
		(SELECT count(*) FROM inbox WHERE status = 'failed') AS inbox_failed`, map[string]any{"now": now}).Scan(&c).Error
	return c, fault("counting", err)
}
