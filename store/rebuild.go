package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"throughline/care"
)

// rebuildStep is how many turns are projected at a time.
const rebuildStep = 500

// Rebuild empties the projections and makes them again from the journal, in one transaction:
// others read the old rows until it is done, and commits wait. What is not from the journal
// (patients, stays, the inbox, deliveries, links, the snapshots) stays as it is, and so do
// consents, which people record too: they are only filled in.
func (s *Store) Rebuild(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// A commit takes the journal first as well: locking it alone lets the commits in flight
		// end and holds the next ones off, without a deadlock.
		if _, err := tx.Exec(ctx, "LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return fault("holding off commits", err)
		}
		if _, err := tx.Exec(ctx, `TRUNCATE enrollments, steps, clocks, tasks, transitions, attempts,
			escalations, referrals, messages, timeline`); err != nil {
			return fault("emptying the projections", err)
		}
		return replay(ctx, tx)
	})
	return fault("rebuilding the projections", err)
}

func replay(ctx context.Context, tx pgx.Tx) error {
	enrollment, seq := care.ID("00000000-0000-0000-0000-000000000000"), int64(0)
	for {
		turns, err := readTurns(ctx, tx, enrollment, seq)
		if err != nil || len(turns) == 0 {
			return err
		}
		var rows projected
		for _, t := range turns {
			rows.add(t)
		}
		batch := &pgx.Batch{}
		if err := rows.queue(batch); err != nil {
			return err
		}
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return fault("projecting turns", err)
		}
		last := turns[len(turns)-1]
		enrollment, seq = last.EnrollmentID, last.Seq
	}
}

const nextTurns = `
SELECT enrollment_id, seq, patient_id, effects::text, wakes_at, pathway, version, definition, recorded_at
FROM journal WHERE (enrollment_id, seq) > ($1, $2) ORDER BY enrollment_id, seq LIMIT $3`

func readTurns(ctx context.Context, tx pgx.Tx, enrollment care.ID, seq int64) ([]turnRow, error) {
	rows, err := tx.Query(ctx, nextTurns, enrollment, seq, rebuildStep)
	if err != nil {
		return nil, fault("reading the journal", err)
	}
	turns, err := pgx.CollectRows(rows, readTurn)
	return turns, fault("reading the journal", err)
}

func readTurn(r pgx.CollectableRow) (turnRow, error) {
	var t turnRow
	var effects string
	err := r.Scan(&t.EnrollmentID, &t.Seq, &t.PatientID, &effects, &t.WakesAt,
		&t.Definition.Pathway, &t.Definition.Version, &t.Definition.Digest, &t.RecordedAt)
	if err != nil {
		return t, fault("reading a turn", err)
	}
	return t, decodeExact([]byte(effects), &t.Effects)
}
