package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"throughline/care"
)

// Tx is one transaction. It must not be used after the function that was given it has returned,
// nor by two goroutines at once.
type Tx struct {
	db    *gorm.DB
	now   func() time.Time
	actor care.Actor
}

// Tx runs fn in one transaction: all that it wrote is kept when it returns nil, and nothing when
// it returns an error, which is passed on. The actor is told to the database for the length of the
// transaction (app.actor), for policies and triggers to see.
func (s *Store) Tx(ctx context.Context, actor care.Actor, fn func(*Tx) error) error {
	who, err := json.Marshal(actor)
	if err != nil {
		return fmt.Errorf("writing down the actor: %w", err)
	}
	err = s.db.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		// The third argument keeps the setting inside the transaction: a pooled connection must
		// not carry it to the next one.
		if err := db.Exec("SELECT set_config('app.actor', ?, true)", string(who)).Error; err != nil {
			return err
		}
		return fn(&Tx{db: db, now: s.now, actor: actor})
	})
	return fault("running a transaction", err)
}

// Actor gives who acts in the transaction.
func (tx *Tx) Actor() care.Actor { return tx.actor }
