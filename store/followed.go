package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"throughline/care"
	"throughline/pathways"
)

// Followed gives the version of a pathway that an enrollment follows; nil where it is not kept.
func (s *Store) Followed(ctx context.Context, enrollmentID care.ID) (*pathways.Definition, error) {
	var digest string
	if !validID(enrollmentID) {
		return nil, nil //nolint:nilnil // none is kept
	}
	err := s.pool.QueryRow(ctx, "SELECT definition FROM snapshots WHERE enrollment_id = $1", enrollmentID).Scan(&digest)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // none is kept
	}
	if err != nil {
		return nil, fault("reading the version that an enrollment follows", err)
	}
	d, err := s.DefinitionByDigest(ctx, digest)
	if care.CodeOf(err) == care.NotFound {
		return nil, nil //nolint:nilnil // none is kept
	}
	return d.Definition, err
}
