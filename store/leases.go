package store

import "context"

// FreeLeases frees what somebody had taken up: messages that were being worked on and commands that
// were being answered. It is for an installation of one process, at its start: whoever took them up
// before has died, and nobody has to wait until their time is over.
func (s *Store) FreeLeases(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, "UPDATE inbox SET leased_until = NULL WHERE status = 'received' AND leased_until IS NOT NULL"); err != nil {
		return fault("freeing inbound messages", err)
	}
	_, err := s.pool.Exec(ctx, "UPDATE idempotency_keys SET leased_until = $1 WHERE status IS NULL", s.now().UTC())
	return fault("freeing unanswered commands", err)
}
