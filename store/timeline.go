package store

import (
	"context"
	"strconv"
	"time"

	"throughline/care"
)

type timelineRow struct {
	EnrollmentID string
	Seq          int64
	Ordinal      int
	OccurredAt   time.Time
	Body         document[care.TimelineEntry]
}

func (r timelineRow) entry() care.TimelineEntry { return r.Body.V }

const enrollmentTimeline = "enrollment_timeline"

// EnrollmentTimeline tells an enrollment's story in the order in which it was recorded.
func (s *Store) EnrollmentTimeline(ctx context.Context, enrollmentID care.ID, p Page) ([]care.TimelineEntry, string, error) {
	keys, err := p.after(enrollmentTimeline, 2)
	if err != nil {
		return nil, "", err
	}
	n := narrow{s.read(ctx).Table("timeline")}
	if enrollmentID == "" {
		return nil, "", notFound("enrollment")
	}
	n.id("enrollment_id", enrollmentID)
	if keys != nil {
		numbers, err := wholeNumbers(keys)
		if err != nil {
			return nil, "", err
		}
		n.q = n.q.Where("(seq, ordinal) > (?, ?)", numbers[0], numbers[1])
	}
	var rows []timelineRow
	if err := n.q.Order("seq, ordinal").Limit(p.limit() + 1).Scan(&rows).Error; err != nil {
		return nil, "", fault("reading a timeline", err)
	}
	rows, next := cut(rows, p.limit(), enrollmentTimeline, func(r timelineRow) []string {
		return []string{strconv.FormatInt(r.Seq, 10), strconv.Itoa(r.Ordinal)}
	})
	return bodies(rows, timelineRow.entry), next, nil
}

const patientTimeline = "patient_timeline"

// PatientTimeline tells what happened to a patient, and to those merged into them, in all
// enrollments: the latest first.
func (s *Store) PatientTimeline(ctx context.Context, patientID care.ID, p Page) ([]care.TimelineEntry, string, error) {
	keys, err := p.after(patientTimeline, 4)
	if err != nil {
		return nil, "", err
	}
	ids, err := lineage(s.read(ctx), patientID)
	if err != nil {
		return nil, "", err
	}
	q := s.read(ctx).Table("timeline").Where("patient_id IN ?", ids)
	if keys != nil {
		numbers, err := wholeNumbers(keys[2:])
		if err != nil || !validTime(keys[0]) || !validID(keys[1]) {
			return nil, "", care.Errorf(care.Invalid, "the cursor is damaged: start again without it").At("cursor")
		}
		q = q.Where("(occurred_at, enrollment_id, seq, ordinal) < (?::timestamptz, ?::uuid, ?, ?)", keys[0], keys[1], numbers[0], numbers[1])
	}
	var rows []timelineRow
	err = q.Order("occurred_at DESC, enrollment_id DESC, seq DESC, ordinal DESC").Limit(p.limit() + 1).Scan(&rows).Error
	if err != nil {
		return nil, "", fault("reading a timeline", err)
	}
	rows, next := cut(rows, p.limit(), patientTimeline, func(r timelineRow) []string {
		return []string{r.OccurredAt.UTC().Format(time.RFC3339Nano), r.EnrollmentID, strconv.FormatInt(r.Seq, 10), strconv.Itoa(r.Ordinal)}
	})
	return bodies(rows, timelineRow.entry), next, nil
}

func wholeNumbers(texts []string) ([]int64, error) {
	out := make([]int64, 0, len(texts))
	for _, t := range texts {
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil {
			return nil, care.Errorf(care.Invalid, "the cursor is damaged: start again without it").At("cursor")
		}
		out = append(out, n)
	}
	return out, nil
}
