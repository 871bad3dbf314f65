//go:build unix

package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/care"
)

const (
	superuser = "throughline"
	// port names the socket file; nothing listens on the network.
	port                  = 5432
	defaultMaxConnections = 80
	// startAttempts bounds how often a start is tried again while a dead run's backends let go.
	startAttempts = 20
	pollEvery     = 50 * time.Millisecond
	retryEvery    = 250 * time.Millisecond
	// quitGrace is how long an immediate shutdown may take before the process is killed.
	quitGrace = 5 * time.Second
)

// Config says where the private PostgreSQL lives.
type Config struct {
	// Dir is the data root; the server keeps to Dir/postgres. When running as root, Dir is made
	// enterable (not readable) for the account that the server drops to.
	Dir string
	// Logger is told about the server's life. The server's own log goes to Dir/postgres/postgres.log.
	Logger *slog.Logger
	// MaxConnections bounds the connections of all clients together; 80 when zero.
	MaxConnections int
	// BinDir names the folder of the PostgreSQL programs; when empty the usual places are searched.
	BinDir string
	// elsewhere is where the data goes when the server's account cannot reach Dir.
	elsewhere string
}

// Server is a running private PostgreSQL.
type Server struct {
	layout  layout
	logger  *slog.Logger
	lock    *os.File
	child   *child
	done    chan error
	stopped chan struct{}
	once    sync.Once
}

// Start initialises the data directory on first use, recovers what a crashed run left behind, starts
// PostgreSQL and returns once it accepts connections. What a person has to put right (programs not
// installed, another version's data, data in use by another process) comes as a care.Error in one
// sentence.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	acct, err := chooseAccount()
	if err != nil {
		return nil, err
	}
	candidates := findBinaries(cfg.BinDir, acct)
	lay, err := prepareLayout(cfg, candidates, acct)
	if err != nil {
		return nil, err
	}
	lock, err := acquireLock(lay.lockFile())
	if err != nil {
		return nil, err
	}
	s := &Server{
		layout:  lay,
		logger:  cfg.Logger,
		lock:    lock,
		done:    make(chan error, 1),
		stopped: make(chan struct{}),
	}
	if err := s.start(ctx, cfg, candidates, acct); err != nil {
		s.release()
		return nil, err
	}
	go s.watch()
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = defaultMaxConnections
	}
	if c.elsewhere == "" {
		c.elsewhere = "/var/lib/throughline"
	}
	return c
}

func (s *Server) start(ctx context.Context, cfg Config, candidates []binaries, acct account) error {
	bin, err := chooseBinaries(candidates, s.layout.data())
	if err != nil {
		return err
	}
	if err := recoverOrphan(ctx, s.layout, s.logger); err != nil {
		return err
	}
	if s.layout.socket, err = s.layout.prepareSocketDir(acct); err != nil {
		return err
	}
	if err := initialise(ctx, s.layout, bin, acct, s.logger); err != nil {
		return err
	}
	if err := writeSettings(s.layout, cfg.MaxConnections); err != nil {
		return err
	}
	if err := s.launch(ctx, bin, acct); err != nil {
		return err
	}
	s.logger.Info("private PostgreSQL is ready", "version", bin.version, "pid", s.child.pid(), "folder", s.layout.root)
	return nil
}

// launch starts the server process and waits until it answers. A start that fails because processes
// of a killed run still hold the shared memory is tried again: they are on their way out.
func (s *Server) launch(ctx context.Context, bin binaries, acct account) error {
	for attempt := 1; ; attempt++ {
		err := s.launchOnce(ctx, bin, acct)
		if err == nil {
			return nil
		}
		if !errors.Is(err, errSharedMemoryInUse) || attempt == startAttempts {
			return err
		}
		if err := pause(ctx, retryEvery); err != nil {
			return fmt.Errorf("waiting to start PostgreSQL again: %w", err)
		}
	}
}

func (s *Server) launchOnce(ctx context.Context, bin binaries, acct account) error {
	logFile, from, err := openLog(s.layout.logFile())
	if err != nil {
		return err
	}
	defer logFile.Close()

	cmd := bin.command(acct, bin.postgres,
		"-D", s.layout.data(),
		"-c", "config_file="+s.layout.configFile(),
		"-c", "hba_file="+s.layout.hbaFile(),
		"-c", "ident_file="+s.layout.identFile())
	cmd.Stdout, cmd.Stderr = logFile, logFile
	s.child, err = startChild(cmd)
	if err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	err = s.waitReady(ctx)
	if err == nil {
		return nil
	}
	s.child.end(syscall.SIGQUIT, quitGrace)
	return startFailure(err, s.layout.logFile(), from)
}

func (s *Server) waitReady(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, s.DSN("postgres"))
		if err == nil {
			return closeFirst(ctx, conn)
		}
		select {
		case <-s.child.ended:
			return errEndedDuringStart
		default:
		}
		if err := pause(ctx, pollEvery); err != nil {
			return fmt.Errorf("waiting for PostgreSQL to accept connections: %w", err)
		}
	}
}

func closeFirst(ctx context.Context, conn *pgx.Conn) error {
	if err := conn.Close(ctx); err != nil {
		return fmt.Errorf("closing the first connection to PostgreSQL: %w", err)
	}
	return nil
}

// watch reports an end that nobody asked for.
func (s *Server) watch() {
	<-s.child.ended
	defer close(s.done)
	select {
	case <-s.stopped:
		return
	default:
	}
	s.done <- care.Errorf(care.Unavailable, "the private PostgreSQL ended unexpectedly (%s); see %s",
		s.child.outcome(), s.layout.logFile())
}

// SocketDir is the directory of the server's Unix socket.
func (s *Server) SocketDir() string { return s.layout.socket }

// User is the database superuser that the socket's directory gives access to.
func (s *Server) User() string { return superuser }

// DSN is a connection URL for the named database over the Unix socket.
func (s *Server) DSN(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database}
	u.RawQuery = url.Values{
		"host":    {s.layout.socket},
		"port":    {strconv.Itoa(port)},
		"sslmode": {"disable"},
	}.Encode()
	return u.String()
}

// Done receives one error when the server ends without Stop, and is closed once it has ended.
func (s *Server) Done() <-chan error { return s.done }

// Stop ends the server with a fast shutdown: open transactions are rolled back and everything is on
// disk when it returns. When ctx ends first, the server is stopped the hard way; its next start then
// recovers from the write-ahead log. Stop may be called more than once.
func (s *Server) Stop(ctx context.Context) error {
	var err error
	s.once.Do(func() {
		close(s.stopped)
		err = s.stop(ctx)
		s.release()
	})
	return err
}

func (s *Server) stop(ctx context.Context) error {
	s.child.signal(syscall.SIGINT)
	select {
	case <-s.child.ended:
		return nil
	case <-ctx.Done():
	}
	s.child.end(syscall.SIGQUIT, quitGrace)
	return fmt.Errorf("stopping PostgreSQL in good order: %w", ctx.Err())
}

func (s *Server) release() {
	s.layout.removeTemporarySocketDir()
	_ = s.lock.Close()
}

// EnsureDatabase creates the named database unless it exists.
func (s *Server) EnsureDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return fmt.Errorf("connecting to create database %s: %w", name, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()

	var exists bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err != nil {
		return fmt.Errorf("looking for database %s: %w", name, err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("creating database %s: %w", name, err)
	}
	return nil
}

var (
	errEndedDuringStart  = errors.New("PostgreSQL ended while starting")
	errSharedMemoryInUse = errors.New("processes of an earlier run still hold the shared memory")
)

// startFailure adds what the server itself said.
func startFailure(cause error, logFile string, from int64) error {
	said := logTail(logFile, from)
	if strings.Contains(said, "pre-existing shared memory block") {
		return fmt.Errorf("starting PostgreSQL: %w", errSharedMemoryInUse)
	}
	if !errors.Is(cause, errEndedDuringStart) {
		return cause
	}
	return care.Errorf(care.Unavailable, "%w; it said: %s (more in %s)", cause, said, logFile)
}

// pause waits for d, or returns the context's error when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller knows what it waits for
	}
}
