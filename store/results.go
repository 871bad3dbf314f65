package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"throughline/care"
)

// NoteCorrection keeps that a result was corrected, cancelled or taken back at the time; the latest
// one counts, whatever order they arrive in.
func (tx *Tx) NoteCorrection(result care.Identifier, at time.Time) error {
	err := tx.db.Exec(`INSERT INTO result_corrections (result, corrected_at) VALUES (?, ?)
		ON CONFLICT (result) DO UPDATE SET corrected_at = greatest(result_corrections.corrected_at, excluded.corrected_at)`,
		resultDigest(result), at.UTC()).Error
	return fault("noting a corrected result", err)
}

// ResultCorrectedAt gives when the result was last corrected; known is false where it never was.
func (s *Store) ResultCorrectedAt(ctx context.Context, result care.Identifier) (at time.Time, known bool, err error) {
	var found []time.Time
	err = s.read(ctx).Raw(`SELECT corrected_at FROM result_corrections WHERE result = ?`, resultDigest(result)).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return time.Time{}, false, fault("looking for a corrected result", err)
	}
	return found[0], true, nil
}

func resultDigest(result care.Identifier) string {
	sum := sha256.Sum256([]byte(result.System + "|" + result.Value))
	return hex.EncodeToString(sum[:])
}
