package e2e

import (
	"context"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
)

// database opens one of the embedded server's databases, to read only.
func (s *server) database(t *testing.T, name string) *pgx.Conn {
	t.Helper()
	folder, err := filepath.EvalSymlinks(filepath.Join(s.dir, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	dsn := url.URL{Scheme: "postgres", User: url.User("throughline"), Path: "/" + name}
	dsn.RawQuery = url.Values{
		"host": {filepath.Join(folder, "run")}, "port": {"5432"}, "sslmode": {"disable"}, "default_transaction_read_only": {"on"},
	}.Encode()
	conn, err := pgx.Connect(t.Context(), dsn.String())
	if err != nil {
		t.Fatalf("opening the database %s: %v", name, err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// column reads a query's only column.
func column[T any](t *testing.T, conn *pgx.Conn, query string, args ...any) []T {
	t.Helper()
	rows, err := conn.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}
