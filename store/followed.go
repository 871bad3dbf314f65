package store

import (
	"context"
	"fmt"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Followed gives the version of a pathway that an enrollment follows, nil where it is not kept, and its
// state after the last committed turn.
func (s *Store) Followed(ctx context.Context, enrollmentID care.ID) (*pathways.Definition, engine.State, error) {
	state, ref, err := s.Snapshot(ctx, enrollmentID)
	if care.CodeOf(err) == care.NotFound {
		return nil, state, nil
	}
	if err != nil {
		return nil, state, fmt.Errorf("reading the version that an enrollment follows: %w", err)
	}
	d, err := s.DefinitionByDigest(ctx, ref.Digest)
	if care.CodeOf(err) == care.NotFound {
		return nil, state, nil
	}
	return d.Definition, state, err
}
