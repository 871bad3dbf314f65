//go:build !external

package temporal

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/care"
)

const (
	// lockKey is arbitrary; advisory locks are per database, and this database is Temporal's own.
	lockKey = 0x7468726f756768
	// handover is how long a start waits for the lock of a process that has just ended.
	handover = 3 * time.Second
	// relock is how long the server runs on after losing its connection to the lock, as when the
	// database restarts.
	relock   = 30 * time.Second
	tryEvery = 50 * time.Millisecond

	connectSeconds = "10"
)

// lock keeps every other server off the database for as long as this process lives: PostgreSQL frees
// an advisory lock when the connection that holds it ends.
type lock struct {
	cfg    Config
	relock time.Duration
	cancel context.CancelFunc
	ended  chan struct{}
}

func acquireLock(ctx context.Context, cfg Config, relock time.Duration, ending *outcome) (*lock, error) {
	conn, err := tryLock(ctx, cfg, handover)
	if err != nil {
		return nil, err
	}
	holding, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l := &lock{cfg: cfg, relock: relock, cancel: cancel, ended: make(chan struct{})}
	go l.hold(holding, conn, ending)
	return l, nil
}

// hold keeps the connection open and takes the lock again when it breaks. When that fails, another
// server may have the database, and this one must end.
func (l *lock) hold(ctx context.Context, conn *pgx.Conn, ending *outcome) {
	defer close(l.ended)
	for {
		// Nobody ever notifies: this returns when the connection breaks or the lock is released.
		_, err := conn.WaitForNotification(ctx)
		_ = conn.Close(context.WithoutCancel(ctx))
		if ctx.Err() != nil {
			return
		}
		l.cfg.Logger.Warn("the connection that keeps other Temporal servers off the database broke; taking the lock again", "error", err)
		conn, err = tryLock(ctx, l.cfg, l.relock)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			ending.fail(fmt.Errorf("lost the lock on Temporal's database: %w", err))
			return
		}
	}
}

func (l *lock) release() {
	l.cancel()
	<-l.ended
}

// tryLock takes the lock on a connection of its own, trying for the given time, and once at least.
func tryLock(ctx context.Context, cfg Config, within time.Duration) (*pgx.Conn, error) {
	trying, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		conn, err := lockOnce(ctx, cfg)
		if conn != nil {
			return conn, nil
		}
		if pause(trying, tryEvery) == nil {
			continue
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("locking Temporal's database: %w", ctx.Err())
		}
		if err != nil {
			return nil, care.Errorf(care.Unavailable, "Temporal's database does not answer: %w", err)
		}
		return nil, care.Errorf(care.Conflict,
			"another throughline is running its Temporal server on the database %s; stop that one first, or give this one a database of its own", cfg.Database)
	}
}

// lockOnce gives no connection when another server has the lock.
func lockOnce(ctx context.Context, cfg Config) (*pgx.Conn, error) {
	conn, err := connect(ctx, cfg, cfg.Database)
	if err != nil {
		return nil, err
	}
	var locked bool
	err = conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(lockKey)).Scan(&locked)
	if err == nil && locked {
		return conn, nil
	}
	if err != nil {
		err = fmt.Errorf("asking for the lock: %w", err)
	}
	_ = conn.Close(context.WithoutCancel(ctx))
	return nil, err
}

func connect(ctx context.Context, cfg Config, database string) (*pgx.Conn, error) {
	settings := sqlConfig(cfg, database)
	query := url.Values{}
	for name, value := range settings.ConnectAttributes {
		query.Set(name, value)
	}
	if !query.Has("sslmode") {
		query.Set("sslmode", "disable")
	}
	if !query.Has("connect_timeout") {
		query.Set("connect_timeout", connectSeconds)
	}
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(cfg.User, cfg.Password),
		Host: settings.ConnectAddr, Path: "/" + database, RawQuery: query.Encode(),
	}
	conn, err := pgx.Connect(ctx, address.String())
	if err != nil {
		return nil, fmt.Errorf("connecting to the database %s: %w", database, err)
	}
	return conn, nil
}
