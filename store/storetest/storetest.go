// Package storetest gives a test a database of its own: migrated, empty, and gone when the test
// ends. It is for tests only.
//
// The environment variable THROUGHLINE_TEST_DATABASE_URL names a PostgreSQL server whose user may
// create databases; without it, one private PostgreSQL is started for the whole test binary from
// the system's programs. Where there is neither, tests fail and say what to install.
package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/embedded/postgres"
	"throughline/store"
)

const (
	serverVariable = "THROUGHLINE_TEST_DATABASE_URL"
	patience       = time.Minute // for a server to start on a busy machine
	maxConns       = 4
)

// server is the one PostgreSQL of the test binary, with a migrated database to copy from.
type server struct {
	admin    string                     // connection string of the maintenance database
	dsn      func(dbname string) string // connection string of another one
	template string
	strategy string   // how it is copied
	held     *os.File // closes with this process, which is when the sweeper begins; nil where the server was given
	pool     pool
}

var shared = sync.OnceValues(start)

func start() (*server, error) {
	// The server is for all tests of the binary, and so under no test's context.
	ctx, cancel := context.WithTimeout(context.Background(), patience) //nolint:forbidigo // see above
	defer cancel()
	srv, err := given()
	if err != nil {
		return nil, err
	}
	if srv == nil {
		if srv, err = private(ctx); err != nil {
			return nil, err
		}
	}
	if srv.strategy, err = srv.byFiles(ctx); err != nil {
		return nil, err
	}
	return srv, srv.makeTemplate(ctx)
}

// byFiles has the template's files copied, which takes two thirds of what copying it block by block
// through the log takes. Before PostgreSQL 15 there was nothing else.
func (s *server) byFiles(ctx context.Context) (strategy string, err error) {
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return "", fmt.Errorf("connecting to the test server: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var version int
	if err := conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return "", fmt.Errorf("asking the test server for its version: %w", err)
	}
	if version < 150000 {
		return "", nil
	}
	return " STRATEGY FILE_COPY", nil
}

// given is the server that the environment names; nil where it names none.
func given() (*server, error) {
	address := os.Getenv(serverVariable)
	if address == "" {
		return nil, nil //nolint:nilnil // no server is no failure
	}
	at, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(at.Scheme, "postgres") {
		return nil, fmt.Errorf("%s is not an address like postgres://user@host/database", serverVariable)
	}
	return &server{admin: address, dsn: func(dbname string) string {
		other := *at
		other.Path = "/" + dbname
		return other.String()
	}}, nil
}

// private starts a server that ends with the test binary.
func private(ctx context.Context) (*server, error) {
	dir, err := os.MkdirTemp("", "throughline-test-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the test database: %w", err)
	}
	held, err := sweepAfterwards(ctx, dir)
	if err != nil {
		return nil, err
	}
	pg, err := postgres.Start(ctx, postgres.Config{Dir: dir})
	if err != nil {
		return nil, fmt.Errorf("tests that use the store need PostgreSQL: %w; or name a server in %s", err, serverVariable)
	}
	srv := &server{admin: pg.DSN("postgres"), dsn: pg.DSN, held: held}
	// Nothing here outlives the tests, so nothing has to reach the disk.
	for _, setting := range []string{"fsync = off", "synchronous_commit = off", "full_page_writes = off"} {
		if err := srv.exec(ctx, "ALTER SYSTEM SET "+setting); err != nil {
			return nil, fmt.Errorf("setting up the test server: %w", err)
		}
	}
	return srv, srv.exec(ctx, "SELECT pg_reload_conf()")
}

// sweeper waits until its input ends and the server has stopped, and removes the folder.
const sweeper = `cat >/dev/null
n=0
while [ -e "$0/postgres/data/postmaster.pid" ] && [ $n -lt 50 ]; do sleep 0.2; n=$((n+1)); done
rm -rf "$0"`

// sweepAfterwards removes the folder when this process ends, however it ends. A test binary has no
// last moment of its own without a TestMain in every package, so a small shell holds the other end
// of a pipe and outlives it.
func sweepAfterwards(ctx context.Context, dir string) (held *os.File, err error) {
	input, held, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("preparing to remove the test database: %w", err)
	}
	defer func() { _ = input.Close() }()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), "/bin/sh", "-c", sweeper, dir)
	cmd.Stdin = input
	if err := cmd.Start(); err != nil {
		_ = held.Close()
		return nil, fmt.Errorf("preparing to remove the test database: %w", err)
	}
	return held, nil
}

func (s *server) makeTemplate(ctx context.Context) error {
	s.template = fmt.Sprintf("throughline_template_%d_%d", os.Getpid(), time.Now().UnixNano())
	if err := s.exec(ctx, "CREATE DATABASE "+s.template); err != nil {
		return fmt.Errorf("making the template database: %w", err)
	}
	if _, _, err := store.Migrate(ctx, s.dsn(s.template), nil); err != nil {
		return fmt.Errorf("migrating the template database: %w", err)
	}
	return nil
}

func (s *server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return fmt.Errorf("connecting to the test server: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("preparing the test server: %w", err)
	}
	return nil
}

// Option changes how the store is opened.
type Option func(*store.Config)

// WithNow gives the store a clock.
func WithNow(now func() time.Time) Option { return func(c *store.Config) { c.Now = now } }

// New gives the test an empty, migrated store of its own.
func New(t testing.TB, options ...Option) *store.Store {
	t.Helper()
	return open(t, borrowed(t), options)
}

// NewWithDSN is New for tests that also look into the database themselves, or change more in it than
// its rows.
func NewWithDSN(t testing.TB, options ...Option) (*store.Store, string) {
	t.Helper()
	dsn := Database(t)
	return open(t, dsn, options), dsn
}

func open(t testing.TB, dsn string, options []Option) *store.Store {
	t.Helper()
	cfg := store.Config{DSN: dsn, MaxConns: maxConns}
	for _, o := range options {
		o(&cfg)
	}
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Database gives the test an empty, migrated database of its own.
func Database(t testing.TB) string {
	t.Helper()
	srv, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	name := srv.create(t)
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		srv.drop(ctx, t, name)
	})
	return srv.dsn(name)
}
