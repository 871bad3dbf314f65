package store

import (
	"context"
	"errors"
	"fmt"
)

// Lock makes the transaction wait for every other one that holds the key. It lets go when the
// transaction ends.
func (tx *Tx) Lock(key string) error {
	return fault("waiting for a lock", tx.db.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", key).Error)
}

// Exclusive runs fn while no other process or goroutine runs one for the same key. It holds one
// connection meanwhile, so callers bound how many they run side by side.
func (s *Store) Exclusive(ctx context.Context, key string, fn func(context.Context) error) (err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fault("taking a connection for a lock", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtextextended($1, 0))", key); err != nil {
		return fault("waiting for a lock", err)
	}
	defer func() {
		if _, unlockErr := conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtextextended($1, 0))", key); unlockErr != nil {
			err = errors.Join(err, fmt.Errorf("letting go of a lock: %w", unlockErr))
		}
	}()
	return fn(ctx)
}
