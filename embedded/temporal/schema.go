//go:build !external

package temporal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/tools/common/schema"
	toolsql "go.temporal.io/server/tools/sql"

	"throughline/care"
)

// The schemas that the server's own tools have built in.
const (
	mainSchema       = "postgresql/v12/temporal"
	visibilitySchema = "postgresql/v12/visibility"
)

// SQLSTATE codes (PostgreSQL documentation, appendix A).
const (
	noSuchDatabase    = "3D000"
	duplicateDatabase = "42P04"
)

// ensureDatabases creates the databases that do not exist. One that exists is not touched, so that an
// account without the right to create any will do.
func ensureDatabases(ctx context.Context, cfg Config) error {
	for _, name := range []string{cfg.Database, cfg.VisibilityDatabase} {
		if err := ensureDatabase(ctx, cfg, name); err != nil {
			return fmt.Errorf("preparing Temporal's database %s: %w", name, err)
		}
	}
	return nil
}

func ensureDatabase(ctx context.Context, cfg Config, name string) error {
	conn, err := connect(ctx, cfg, name)
	if err == nil {
		if err := conn.Close(ctx); err != nil {
			return fmt.Errorf("closing the connection: %w", err)
		}
		return nil
	}
	if !hasCode(err, noSuchDatabase) {
		return err
	}
	conn, err = connect(ctx, cfg, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	if hasCode(err, duplicateDatabase) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("creating it: %w", err)
	}
	return nil
}

func hasCode(err error, code string) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && pgErr.Code == code
}

// setUpSchema brings both databases to the version that this server needs. Every step may be repeated,
// so that a start that was killed half-way is made good by the next one.
func setUpSchema(cfg Config, logger log.Logger) error {
	for database, name := range map[string]string{cfg.Database: mainSchema, cfg.VisibilityDatabase: visibilitySchema} {
		err := upgrade(cfg, database, name, logger)
		if err != nil && strings.Contains(err.Error(), "btree_gin") {
			return care.Errorf(care.Unavailable,
				"this PostgreSQL lacks the extension btree_gin, which Temporal needs; install PostgreSQL's contrib package (Fedora: sudo dnf install postgresql-contrib; Alpine: apk add postgresql-contrib): %w", err)
		}
		if err != nil {
			return fmt.Errorf("upgrading Temporal's database %s: %w", database, err)
		}
	}
	return nil
}

func upgrade(cfg Config, database, name string, logger log.Logger) error {
	db, err := toolsql.NewConnection(schemaConnection(cfg, database), logger)
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	defer db.Close()
	setup := &schema.SetupConfig{InitialVersion: "0.0"}
	if err := schema.NewSetupSchemaTask(db, setup, logger).Run(); err != nil {
		return fmt.Errorf("recording the schema's version: %w", err)
	}
	if err := schema.NewUpdateSchemaTask(db, &schema.UpdateConfig{SchemaName: name}, logger).Run(); err != nil {
		return fmt.Errorf("applying %s: %w", name, err)
	}
	return nil
}

// schemaConnection does not wait for the disk after each of the schema's many statements, which adds
// up to seconds on a busy disk. Nothing can be lost by that: the write-ahead log keeps its order, so
// that the next ordinary write also secures the schema, and a start cut short before that is repeated.
// A database on the network is left as it is, because a pooler in between may refuse the parameter.
func schemaConnection(cfg Config, database string) *config.SQL {
	settings := sqlConfig(cfg, database)
	if cfg.SocketDir != "" {
		settings.ConnectAttributes["synchronous_commit"] = "off"
	}
	return settings
}
