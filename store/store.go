package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"throughline/care"
)

// Config says which database to use and how.
type Config struct {
	// DSN is a PostgreSQL connection string or URL.
	DSN string
	// MaxConns bounds the connections; 10 when zero.
	MaxConns int
	// Logger is told about the store's own work, never about what is stored. Default: silent.
	Logger *slog.Logger
	// Now is the wall clock; time.Now when nil.
	Now func() time.Time
}

const defaultMaxConns = 10

// Store is the database. It is safe for concurrent use.
type Store struct {
	pool *pgxpool.Pool
	sql  *sql.DB // the same pool, as GORM wants it
	db   *gorm.DB
	log  *slog.Logger
	now  func() time.Time
}

// Open connects to a migrated database. It fails with care.Unavailable where the database does not
// answer and with care.Invalid where the connection string cannot be read.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	pool, err := openPool(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s := &Store{pool: pool, sql: stdlib.OpenDBFromPool(pool), log: cfg.Logger, now: cfg.Now}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.db, err = gorm.Open(postgres.New(postgres.Config{Conn: s.sql}), &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		// GORM's own logger writes statements with their values, which are patient data.
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return s.now().UTC() },
	})
	if err != nil {
		_ = s.Close()
		return nil, fault("opening the database", err)
	}
	return s, nil
}

func openPool(ctx context.Context, cfg Config) (*pgxpool.Pool, error) {
	conf, err := pgxpool.ParseConfig(cfg.DSN)
	if err != nil {
		// The parser's message can quote the string, and with it a password.
		return nil, care.Errorf(care.Invalid, "the database's connection string cannot be read: write it as postgres://user:password@host/database")
	}
	conf.MaxConns = defaultMaxConns
	if cfg.MaxConns > 0 {
		conf.MaxConns = int32(min(cfg.MaxConns, 10_000))
	}
	// Instants come back in UTC whatever the server's zone is.
	conf.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, fault("opening the database", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fault("connecting to the database", err)
	}
	return pool, nil
}

// Close lets all connections go, after the calls in flight have ended.
func (s *Store) Close() error {
	err := s.sql.Close()
	s.pool.Close()
	if err != nil {
		return fmt.Errorf("closing the database: %w", err)
	}
	return nil
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return fault("asking the database for an answer", s.pool.Ping(ctx))
}

// read gives a handle for one statement outside a transaction.
func (s *Store) read(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }
