package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"throughline/care"
)

// LateAfter is how long a due timer may take to be seen to before it counts as late.
const LateAfter = 5 * time.Minute

// armed is what makes an armed clock: a timer that is set, and something that it is set for. unheld
// is said word for word as the index enrollments_unheld says it.
const (
	armed = "(wakes_at IS NOT NULL AND (running_clocks > 0 OR timed_steps > 0 OR status IN ('paused', 'suspended')))"
	held  = "status <> 'ended'"
	loose = "status <> 'ended' AND owned_items = 0 AND partner_waits = 0 AND NOT " + armed
)

// Proof says how the enrollments that have not ended are held. It is counted from the tables and
// not from what the engine says about itself. An enrollment can be held in several ways.
type Proof struct {
	At        time.Time `json:"at"` // with the clock offset of a demonstration
	Enrolled  int64     `json:"enrolled"`
	Active    int64     `json:"active"`
	Paused    int64     `json:"paused"`
	Suspended int64     `json:"suspended"`
	ByClock   int64     `json:"by_clock"`   // an armed clock
	ByItem    int64     `json:"by_item"`    // an open task that somebody owns
	ByPartner int64     `json:"by_partner"` // an open referral with a deadline
	Unheld    int64     `json:"unheld"`
	Late      int64     `json:"late"` // held, but the timer was due more than LateAfter ago

	UnheldList []Orphan `json:"unheld_list"` // the first MaxLimit
	LateList   []Orphan `json:"late_list"`   // the first MaxLimit
}

// Orphan is an enrollment that nothing holds, or whose timer is late.
type Orphan struct {
	EnrollmentID care.ID               `json:"enrollment_id"`
	PatientID    care.ID               `json:"patient_id"`
	Pathway      string                `json:"pathway"`
	Version      int                   `json:"version"`
	Status       care.EnrollmentStatus `json:"status"`
	StartedAt    time.Time             `json:"started_at"`
	Seq          int64                 `json:"seq"`
	WakesAt      *time.Time            `json:"wakes_at,omitempty"`
	Kind         string                `json:"kind"` // unheld, late
}

// The kinds of orphan.
const (
	OrphanUnheld = "unheld"
	OrphanLate   = "late"
)

// Proof proves, or disproves, that every enrollment is held.
func (s *Store) Proof(ctx context.Context) (Proof, error) {
	now, err := s.logicalNow(ctx)
	if err != nil {
		return Proof{}, err
	}
	p := Proof{At: now}
	if err := s.countHolds(ctx, &p); err != nil {
		return p, err
	}
	if p.UnheldList, _, err = s.orphans(ctx, OrphanUnheld, s.read(ctx).Where(loose), "started_at", Page{Limit: MaxLimit}); err != nil {
		return p, err
	}
	p.LateList, _, err = s.orphans(ctx, OrphanLate, s.late(ctx, now), "wakes_at", Page{Limit: MaxLimit})
	return p, err
}

func (s *Store) countHolds(ctx context.Context, p *Proof) error {
	var rows []struct {
		Status                                      care.EnrollmentStatus
		Held, Clock, Item, Partner, Unheld, Overdue int64
	}
	err := s.read(ctx).Raw(`SELECT status, count(*) AS held,
			count(*) FILTER (WHERE `+armed+`) AS clock,
			count(*) FILTER (WHERE owned_items > 0) AS item,
			count(*) FILTER (WHERE partner_waits > 0) AS partner,
			count(*) FILTER (WHERE `+loose+`) AS unheld,
			count(*) FILTER (WHERE wakes_at < ?) AS overdue
		FROM enrollments WHERE `+held+` GROUP BY status`, p.At.Add(-LateAfter)).Scan(&rows).Error
	for _, r := range rows {
		p.Enrolled += r.Held
		p.ByClock += r.Clock
		p.ByItem += r.Item
		p.ByPartner += r.Partner
		p.Unheld += r.Unheld
		p.Late += r.Overdue
		switch r.Status {
		case care.EnrollmentActive:
			p.Active = r.Held
		case care.EnrollmentPaused:
			p.Paused = r.Held
		case care.EnrollmentSuspended:
			p.Suspended = r.Held
		case care.EnrollmentEnded: // not among them
		}
	}
	return fault("counting what holds the enrollments", err)
}

// Orphans lists the enrollments that nothing holds, the oldest first.
func (s *Store) Orphans(ctx context.Context, p Page) ([]Orphan, string, error) {
	return s.orphans(ctx, OrphanUnheld, s.read(ctx).Where(loose), "started_at", p)
}

// Late lists the enrollments whose timer was due more than LateAfter ago, the latest first to be
// due first.
func (s *Store) Late(ctx context.Context, p Page) ([]Orphan, string, error) {
	now, err := s.logicalNow(ctx)
	if err != nil {
		return nil, "", err
	}
	return s.orphans(ctx, OrphanLate, s.late(ctx, now), "wakes_at", p)
}

func (s *Store) late(ctx context.Context, now time.Time) *gorm.DB {
	return s.read(ctx).Where(held+" AND wakes_at < ?", now.Add(-LateAfter))
}

type orphanRow struct {
	ID        string
	PatientID string
	Pathway   string
	Version   int
	Status    care.EnrollmentStatus
	StartedAt time.Time
	Seq       int64
	WakesAt   *time.Time
}

func (s *Store) orphans(_ context.Context, kind string, q *gorm.DB, key string, p Page) ([]Orphan, string, error) {
	list := timeList{table: "enrollments", key: key, value: key}
	q, err := list.page(q, p)
	if err != nil {
		return nil, "", err
	}
	var rows []orphanRow
	if err := q.Select("id, patient_id, pathway, version, status, started_at, seq, wakes_at").Scan(&rows).Error; err != nil {
		return nil, "", fault("listing what is not held", err)
	}
	rows, next := cut(rows, p.limit(), list.table, func(r orphanRow) []string {
		at := &r.StartedAt
		if kind == OrphanLate {
			at = r.WakesAt
		}
		return timeRow[any]{ID: r.ID, At: at}.keys()
	})
	return bodies(rows, func(r orphanRow) Orphan {
		return Orphan{
			EnrollmentID: r.ID, PatientID: r.PatientID, Pathway: r.Pathway, Version: r.Version, Status: r.Status,
			StartedAt: r.StartedAt, Seq: r.Seq, WakesAt: r.WakesAt, Kind: kind,
		}
	}), next, nil
}

// Running is an enrollment that must have a workflow.
type Running struct {
	EnrollmentID care.ID
	Seq          int64
	WakesAt      *time.Time
}

// RunningEnrollments gives the enrollments that have not ended after the one with the id, by id: to
// be compared with Temporal, a batch at a time. An empty id begins.
func (s *Store) RunningEnrollments(ctx context.Context, after care.ID, limit int) ([]Running, error) {
	q := s.read(ctx).Table("enrollments").Select("id AS enrollment_id, seq, wakes_at").Where(held)
	if after != "" {
		if !validID(after) {
			return nil, notFound("enrollment")
		}
		q = q.Where("id > ?", after)
	}
	var rows []Running
	err := q.Order("id").Limit(limit).Scan(&rows).Error
	return rows, fault("listing the running enrollments", err)
}

// RecountHolds counts again from the tables what holds each enrollment, puts right what differs
// from the counts that the commits kept, and says how many those were: zero, unless somebody wrote
// to the tables by hand. It reads all that is open; the proof itself does not.
func (s *Store) RecountHolds(ctx context.Context) (int64, error) {
	set, differs := "", ""
	for _, c := range holdCounts("e.id") {
		set += ", " + c[1] + " AS " + c[0]
		differs += " OR e." + c[0] + " <> n." + c[0]
	}
	done, err := s.pool.Exec(ctx, `WITH n AS (SELECT e.id`+set+` FROM enrollments e WHERE e.status <> 'ended')
		UPDATE enrollments e SET running_clocks = n.running_clocks, timed_steps = n.timed_steps,
			owned_items = n.owned_items, partner_waits = n.partner_waits
		FROM n WHERE n.id = e.id AND (false`+differs+`)`)
	return done.RowsAffected(), fault("counting the holds again", err)
}

// logicalNow is the wall clock with a demonstration's offset: what timers are set by.
func (s *Store) logicalNow(ctx context.Context) (time.Time, error) {
	offset, err := s.ClockOffset(ctx)
	return s.now().Add(offset).UTC(), err
}
