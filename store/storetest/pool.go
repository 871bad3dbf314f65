package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/care"
)

// pool keeps the databases that tests are done with. To empty one is much less work for the server than
// to drop it and to make another.
type pool struct {
	mu   sync.Mutex
	free []string
}

func (p *pool) take() (name string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		return "", false
	}
	name, p.free = p.free[len(p.free)-1], p.free[:len(p.free)-1]
	return name, true
}

func (p *pool) put(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, name)
}

// borrowed gives the test a database that is empty and migrated, and that it leaves as it is but for
// its rows.
func borrowed(t testing.TB) (dsn string) {
	t.Helper()
	srv, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	name, ok := srv.pool.take()
	if !ok {
		name = srv.create(t)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if srv.held == nil { // a server that outlives the tests keeps none of their databases
			srv.drop(ctx, t, name)
			return
		}
		if err := srv.empty(ctx, name); err != nil {
			t.Errorf("emptying the test's database: %v", err)
			return
		}
		srv.pool.put(name)
	})
	return srv.dsn(name)
}

func (s *server) create(t testing.TB) (name string) {
	t.Helper()
	name = "t_" + strings.ReplaceAll(care.NewID(time.Now()), "-", "")
	if err := s.exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+s.template+s.strategy); err != nil {
		t.Fatalf("making a database for the test: %v", err)
	}
	return name
}

func (s *server) drop(ctx context.Context, t testing.TB, name string) {
	t.Helper()
	if err := s.exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
		t.Errorf("dropping the test's database: %v", err)
	}
}

// emptying truncates the tables that hold something. A migration leaves rows in goose's table alone.
const emptying = `DO $$
DECLARE
	name text;
	filled boolean;
	names text[];
BEGIN
	PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
	FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' LOOP
		EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO filled;
		IF filled THEN
			names := names || name;
		END IF;
	END LOOP;
	IF names IS NOT NULL THEN
		EXECUTE 'TRUNCATE ' || array_to_string(names, ', ') || ' RESTART IDENTITY CASCADE';
	END IF;
END $$`

func (s *server) empty(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.dsn(name))
	if err != nil {
		return fmt.Errorf("connecting to the test's database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, emptying); err != nil {
		return fmt.Errorf("truncating its tables: %w", err)
	}
	return nil
}
