package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"

	"throughline/activities"
	"throughline/care"
	"throughline/embedded/postgres"
	"throughline/embedded/temporal"
	"throughline/identity"
	"throughline/intake/hl7v2"
	"throughline/intake/router"
	"throughline/notify"
	"throughline/notify/email"
	"throughline/notify/mailbox"
	"throughline/store"
	"throughline/worker"
	"throughline/workflows"
)

const database = "throughline"

// startDatabase connects to the database that is set, or starts the embedded one.
func (a *App) startDatabase(ctx context.Context) error {
	dsn := a.cfg.DatabaseURL
	if dsn == "" {
		a.doing("starting PostgreSQL in " + a.cfg.path("postgres"))
		pg, err := postgres.Start(ctx, postgres.Config{Dir: a.cfg.DataDir, Logger: a.cfg.Logger})
		if err != nil {
			return fmt.Errorf("starting PostgreSQL: %w", err)
		}
		a.onStop("PostgreSQL", pg.Stop)
		a.watch("PostgreSQL", pg.Done())
		if err := pg.EnsureDatabase(ctx, database); err != nil {
			return fmt.Errorf("making the database: %w", err)
		}
		a.postgres = pg
		dsn = pg.DSN(database)
	}
	a.doing("bringing the database up to date")
	from, to, err := store.Migrate(ctx, dsn, a.cfg.Logger)
	if err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	a.cfg.Logger.InfoContext(ctx, "the database is up to date", "from", from, "to", to)
	s, err := store.Open(ctx, store.Config{DSN: dsn, MaxConns: 24, Logger: a.cfg.Logger, Now: a.cfg.Now})
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	a.onStop("the store", func(context.Context) error { return s.Close() })
	a.store = s
	if a.postgres == nil {
		return nil
	}
	// Nobody else works on this data: what is taken up was taken up by a process that died.
	if err := s.FreeLeases(ctx); err != nil {
		return fmt.Errorf("freeing what a process before this one had taken up: %w", err)
	}
	return nil
}

// startTemporal connects to the Temporal that is set, or starts the embedded one on the embedded
// database.
func (a *App) startTemporal(ctx context.Context) error {
	options, err := a.temporalOptions(ctx)
	if err != nil {
		return err
	}
	codec, err := worker.NewCodec(a.key)
	if err != nil {
		return fmt.Errorf("preparing encryption: %w", err)
	}
	c, err := client.DialContext(ctx, worker.ClientOptions(options, codec, a.cfg.Logger))
	if err != nil {
		return fmt.Errorf("connecting to Temporal: %w", err)
	}
	a.onStop("the Temporal client", func(context.Context) error { c.Close(); return nil })
	a.temporal = c
	a.commands = commands{workflows.NewClient(c, a.cfg.Now), a.store, &a.offset}
	return nil
}

func (a *App) temporalOptions(ctx context.Context) (client.Options, error) {
	if a.cfg.TemporalAddress != "" {
		a.doing("connecting to Temporal at " + a.cfg.TemporalAddress)
		options, err := envconfig.LoadDefaultClientOptions()
		if err != nil {
			return options, fmt.Errorf("reading the TEMPORAL_* settings: %w", err)
		}
		options.HostPort = a.cfg.TemporalAddress
		if a.cfg.TemporalNamespace != "" {
			options.Namespace = a.cfg.TemporalNamespace
		}
		return options, nil
	}
	where, err := a.temporalStorage()
	if err != nil {
		return client.Options{}, err
	}
	a.doing("starting Temporal")
	server, err := temporal.Start(ctx, where)
	if err != nil {
		return client.Options{}, fmt.Errorf("starting Temporal: %w", err)
	}
	a.onStop("Temporal", func(context.Context) error { server.Stop(); return nil })
	a.watch("Temporal", server.Done())
	hostPort, config := server.ClientOptions()
	return client.Options{HostPort: hostPort, Namespace: temporal.DefaultNamespace, ConnectionOptions: client.ConnectionOptions{TLS: config, GrpcCompression: &client.GrpcCompressionNone{}}}, nil
}

// temporalStorage says where the embedded Temporal keeps its data: the embedded PostgreSQL, or two
// databases of its own beside the external one.
func (a *App) temporalStorage() (temporal.Config, error) {
	cfg := temporal.Config{Logger: a.cfg.Logger}
	if a.postgres != nil {
		cfg.SocketDir, cfg.User = a.postgres.SocketDir(), a.postgres.User()
		return cfg, nil
	}
	db, err := pgconn.ParseConfig(a.cfg.DatabaseURL)
	if err != nil {
		return cfg, care.Errorf(care.Invalid, "DATABASE_URL could not be read as a PostgreSQL URL")
	}
	cfg.User, cfg.Password = db.User, db.Password
	if strings.HasPrefix(db.Host, "/") {
		cfg.SocketDir = db.Host
		return cfg, nil
	}
	cfg.Host = net.JoinHostPort(db.Host, strconv.Itoa(int(db.Port)))
	if db.TLSConfig == nil {
		cfg.ConnectAttributes = map[string]string{"sslmode": "disable"}
	}
	return cfg, nil
}

// openMail prepares the channel that mail goes out by: SMTP, or the local mailbox.
func (a *App) openMail() (notify.Channel, error) {
	if a.cfg.SMTP != "" {
		settings, err := email.ParseURL(a.cfg.SMTP)
		if err != nil {
			return nil, fmt.Errorf("reading the SMTP setting: %w", err)
		}
		channel, err := email.New(settings)
		if err != nil {
			return nil, fmt.Errorf("preparing mail: %w", err)
		}
		return channel, nil
	}
	box, err := mailbox.OpenDir(a.cfg.path("mail"), mail.Address{Name: a.cfg.Organization, Address: "care@throughline.invalid"}, a.cfg.Now)
	if err != nil {
		return nil, fmt.Errorf("opening the local mailbox: %w", err)
	}
	a.mailbox = box
	return mailbox.New(box, a.cfg.Now), nil
}

// How long links work.
const (
	// linkLife is a partner's: longer than the longest wait for an outcome.
	linkLife = 60 * 24 * time.Hour
	// answersLife is a patient's. Late answers count, but not those to questions of a month ago.
	answersLife = 30 * 24 * time.Hour
)

// startWorkers registers what workflows and activities do and begins to work.
func (a *App) startWorkers() error {
	a.doing("starting the workers")
	channel, err := a.openMail()
	if err != nil {
		return err
	}
	acts, err := activities.New(activities.Config{
		Journal: journal{a.store}, Outbox: outbox{a.store}, Recipients: addressBook{a.store}, Directory: services{a.store}, Neighbours: a.router,
		Links:    &identity.PartnerLinks{Links: a.links, Keep: keepLink(a.store), PublicURL: a.cfg.PublicURL, Life: linkLife, Now: a.logicalNow},
		Answers:  &identity.PatientLinks{Links: a.links, Keep: keepQuestions(a.store), PublicURL: a.cfg.PublicURL, Life: answersLife, Now: a.logicalNow},
		Followed: a.store,
		Mail:     channel, PublicURL: a.cfg.PublicURL, Organization: a.cfg.Organization, Phone: a.cfg.Phone, Emergency: a.cfg.Emergency,
		Now: a.logicalNow, Logger: a.cfg.Logger,
	})
	if err != nil {
		return fmt.Errorf("preparing the activities: %w", err)
	}
	workers, err := worker.Start(a.temporal, acts, worker.Options{Now: a.cfg.Now, Logger: a.cfg.Logger, OnFatal: a.fatal})
	if err != nil {
		return fmt.Errorf("starting the workers: %w", err)
	}
	a.onStop("the workers", func(context.Context) error { workers.Stop(); return nil })
	return nil
}

// startMLLP listens for HL7 v2 over MLLP where it is set.
func (a *App) startMLLP(ctx context.Context, r *router.Router) error {
	if a.cfg.MLLP == "" {
		return nil
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", a.cfg.MLLP)
	if err != nil {
		return fmt.Errorf("listening for MLLP on %s: %w", a.cfg.MLLP, err)
	}
	if a.cfg.MLLPCert != "" {
		cert, err := tls.LoadX509KeyPair(a.cfg.MLLPCert, a.cfg.MLLPKey)
		if err != nil {
			return fmt.Errorf("reading the MLLP certificate: %w", err)
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	}
	handler := func(ctx context.Context, raw []byte) []byte {
		acks, _, err := r.HL7(ctx, raw, "mllp")
		if err != nil {
			return nil // the connection closes, and the sender sends again
		}
		return acks
	}
	a.background("MLLP", func(ctx context.Context) error { return hl7v2.ServeMLLP(ctx, listener, handler) })
	a.cfg.Logger.InfoContext(ctx, "listening for HL7 v2 over MLLP", "address", listener.Addr().String(), "tls", a.cfg.MLLPCert != "")
	return nil
}
