package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"throughline/care"
	"throughline/pathways/engine"
)

// DefinitionRef names one version of a pathway by key, version and content.
type DefinitionRef struct {
	Pathway string `json:"pathway"`
	Version int    `json:"version"`
	Digest  string `json:"digest"`
}

// Commit is one turn of one enrollment, to be written.
type Commit struct {
	Turn       engine.Turn   `json:"turn"`
	Definition DefinitionRef `json:"definition"`
}

// Rules that refuse a commit, in care.Error.Rule.
const (
	// RuleOtherContent: the turn was committed already, with other content. What is in the
	// database holds; the caller has to go on from Snapshot.
	RuleOtherContent = "journal.other_content"
	// RuleGap: the turn before this one is not in the journal.
	RuleGap = "journal.gap"
)

// Commit writes one turn in one transaction and one round trip: the journal, the projections, the
// outbox (messages), consents, revoked links and the snapshot. The same turn again changes nothing.
// A turn that changed nothing (a duplicate, no effects) is not written. The same number with other
// content, or a number that is not the next, is refused with care.Conflict and the rule.
func (s *Store) Commit(ctx context.Context, c Commit) error {
	if c.Turn.Duplicate || len(c.Turn.Effects) == 0 {
		return nil
	}
	t, err := newTurnRow(c)
	if err != nil {
		return err
	}
	batch, err := t.batch(c.Turn.State)
	if err != nil {
		return err
	}
	// Sent together and without a transaction around it, a batch is one transaction.
	err = s.pool.SendBatch(ctx, batch).Close()
	switch {
	case err == nil:
		return nil
	case violates(err, "journal_pkey"):
		return s.committedBefore(ctx, t)
	case violates(err, "journal_without_gap"):
		return care.Errorf(care.Conflict, "turn %d of the enrollment cannot be committed before turn %d", t.Seq, t.Seq-1).By(RuleGap)
	}
	return fault("committing a turn", err)
}

// committedBefore decides about a turn whose number is taken.
func (s *Store) committedBefore(ctx context.Context, t turnRow) error {
	var digest string
	err := s.pool.QueryRow(ctx, "SELECT digest FROM journal WHERE enrollment_id = $1 AND seq = $2", t.EnrollmentID, t.Seq).Scan(&digest)
	if errors.Is(err, pgx.ErrNoRows) {
		return care.Errorf(care.Unavailable, "the turn's first commit was taken back: try again")
	}
	if err != nil {
		return fault("reading a committed turn", err)
	}
	if digest == t.Digest {
		return nil
	}
	return care.Errorf(care.Conflict, "turn %d of the enrollment is already committed with other content", t.Seq).By(RuleOtherContent)
}

// batch puts together all statements of the turn. The journal comes first: it decides.
func (t turnRow) batch(state engine.State) (*pgx.Batch, error) {
	batch := &pgx.Batch{}
	if err := t.queueInsert(batch); err != nil {
		return nil, err
	}
	var rows projected
	rows.add(t)
	if err := rows.queue(batch); err != nil {
		return nil, err
	}
	for _, e := range t.Effects {
		if e.Kind == engine.RevokeLinks {
			batch.Queue(revokeLinks, e.RevokeFor, t.RecordedAt)
		}
	}
	body, err := encode(state)
	if err != nil {
		return nil, err
	}
	batch.Queue(putSnapshot, t.EnrollmentID, t.Seq, t.Definition.Pathway, t.Definition.Version, t.Definition.Digest, string(body))
	return batch, nil
}

const putSnapshot = `
INSERT INTO snapshots (enrollment_id, seq, pathway, version, definition, state)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (enrollment_id) DO UPDATE
SET seq = excluded.seq, pathway = excluded.pathway, version = excluded.version,
    definition = excluded.definition, state = excluded.state, written_at = now()`
