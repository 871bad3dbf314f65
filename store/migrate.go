package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"throughline/care"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrate brings the database's schema to this program's version and tells the versions before and
// after. Two programs that migrate at once wait for each other. There is no way back: a schema
// only goes forward, and a database that is newer than the program is refused as care.Conflict.
func Migrate(ctx context.Context, dsn string, logger *slog.Logger) (from, to int64, err error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return 0, 0, care.Errorf(care.Invalid, "the database's connection string cannot be read: write it as postgres://user:password@host/database")
	}
	defer func() { _ = db.Close() }()

	provider, err := newProvider(db)
	if err != nil {
		return 0, 0, err
	}
	from, err = provider.GetDBVersion(ctx)
	if err != nil {
		return 0, 0, fault("reading the schema's version", err)
	}
	if newest := newestMigration(provider); from > newest {
		return from, from, care.Errorf(care.Conflict,
			"the database has schema version %d, but this program knows only up to %d: run the newer program", from, newest)
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return from, from, fault("migrating the schema", err)
	}
	to = from
	for _, r := range results {
		to = r.Source.Version
		if logger != nil {
			logger.InfoContext(ctx, "schema migrated", "version", to, "duration_ms", r.Duration.Milliseconds())
		}
	}
	return from, to, nil
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, fmt.Errorf("opening the migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("preparing the migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true),
		// Numbers are reserved by theme: one that comes later may be lower, and still has to run.
		goose.WithAllowOutofOrder(true))
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	return provider, nil
}

func newestMigration(p *goose.Provider) int64 {
	sources := p.ListSources()
	return sources[len(sources)-1].Version
}
