//go:build !external

package temporal

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/temporal"

	"throughline/care"
)

// stopLimit bounds an orderly stop. What is durable is in PostgreSQL, so that giving up loses nothing.
const stopLimit = 20 * time.Second

// Server is a Temporal server that runs in this process.
type Server struct {
	internal temporal.Server
	address  string
	tls      *tls.Config
	logger   *logger
	lock     *lock
	outcome  *outcome
	once     sync.Once
}

// Start sets up or upgrades the schema, makes the namespace and its search attributes, and starts the
// server. It returns once the server answers. A database that another server uses is refused: two
// servers on one database start, and then fight over its shards.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	if (cfg.SocketDir == "") == (cfg.Host == "") {
		return nil, care.Errorf(care.Invalid, "Temporal's database needs either a socket directory or a host")
	}
	if err := ensureDatabases(ctx, cfg); err != nil {
		return nil, err
	}
	ending := newOutcome()
	held, err := acquireLock(ctx, cfg, relock, ending)
	if err != nil {
		return nil, err
	}
	s := &Server{logger: newLogger(cfg.Logger, ending), lock: held, outcome: ending}
	if err := s.start(ctx, cfg); err != nil {
		s.lock.release()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, cfg Config) error {
	if err := setUpSchema(cfg, s.logger); err != nil {
		return err
	}
	if err := seedNamespace(ctx, cfg, s.logger); err != nil {
		return err
	}
	certificates, err := newCertificates()
	if err != nil {
		return err
	}
	addresses, err := reservePorts(ctx)
	if err != nil {
		return err
	}
	s.address = addresses.frontend()
	s.tls = certificates.client
	if err := s.run(ctx, serverConfig(cfg, addresses), addresses, certificates); err != nil {
		return err
	}
	if err := waitServing(ctx, s.address, s.tls); err != nil {
		s.logger.hush()
		_ = stopWithin(s.internal, stopLimit)
		return err
	}
	return nil
}

// run builds and starts the server in a goroutine of its own: a Fatal parks the goroutine that called
// it, and this one must stay free to report.
func (s *Server) run(ctx context.Context, cfg *config.Config, addresses addresses, certificates *certificates) error {
	type result struct {
		server temporal.Server
		err    error
	}
	started := make(chan result, 1)
	go func() {
		server, err := temporal.NewServer(
			temporal.WithConfig(cfg),
			temporal.ForServices(temporal.DefaultServices),
			temporal.WithStaticHosts(addresses.hosts()),
			temporal.WithLogger(s.logger),
			temporal.WithTLSConfigFactory(certificates),
			temporal.WithDynamicConfigClient(dynamicConfig()),
			temporal.WithCustomMetricsHandler(metrics.NoopMetricsHandler),
			// Whoever has a certificate of this process is this process.
			temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
			temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
				return authorization.NewNoopClaimMapper()
			}),
		)
		if err == nil {
			err = server.Start()
		}
		started <- result{server, err}
	}()
	select {
	case r := <-started:
		if r.err != nil {
			return fmt.Errorf("starting the Temporal server: %w", r.err)
		}
		s.internal = r.server
		return nil
	case err := <-s.outcome.done:
		return fmt.Errorf("starting the Temporal server: %w", err)
	case <-ctx.Done():
		// The server cannot be told to give up its start; it is let through and stopped, so that it
		// never runs on without the lock.
		if r := <-started; r.err == nil {
			s.logger.hush()
			_ = stopWithin(r.server, stopLimit)
		}
		return fmt.Errorf("starting the Temporal server: %w", ctx.Err())
	}
}

// ClientOptions gives the frontend's address and the TLS configuration that it asks for. Both are good
// for this run of the server only.
func (s *Server) ClientOptions() (hostport string, config *tls.Config) {
	return s.address, s.tls.Clone()
}

// Done receives one error when the server can no longer do its work: it called Fatal, or it lost the
// lock on its database. The process should then end in good order. It is closed after that, and after
// Stop.
func (s *Server) Done() <-chan error { return s.outcome.done }

// Stop ends the server and lets go of its database. It may be called more than once.
func (s *Server) Stop() {
	s.once.Do(func() {
		s.logger.hush()
		if err := stopWithin(s.internal, stopLimit); err != nil {
			s.logger.sink.Warn("stopping the Temporal server", "error", err)
		}
		s.lock.release()
		s.outcome.finish()
	})
}

func stopWithin(server temporal.Server, limit time.Duration) error {
	stopped := make(chan error, 1)
	go func() { stopped <- server.Stop() }()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-stopped:
		return err
	case <-timer.C:
		return errors.New("it did not end in time")
	}
}

// outcome passes on the first of: an error that ends the server, an orderly stop.
type outcome struct {
	once sync.Once
	done chan error
}

func newOutcome() *outcome { return &outcome{done: make(chan error, 1)} }

func (o *outcome) fail(err error) {
	o.once.Do(func() {
		o.done <- err
		close(o.done)
	})
}

func (o *outcome) finish() { o.once.Do(func() { close(o.done) }) }
