package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"throughline/app"
	"throughline/store"
)

// settings are what every serving command takes, from flags or from the environment.
type settings struct {
	Data              string            `help:"Directory of the embedded parts, the keys and the local mailbox." default:".throughline" env:"THROUGHLINE_DATA" type:"path"`
	DatabaseURL       string            `help:"An external PostgreSQL." env:"DATABASE_URL" placeholder:"postgres://…"`
	DatabaseURLFile   string            `help:"A file that holds it." env:"DATABASE_URL_FILE" type:"path"`
	TemporalAddress   string            `help:"An external Temporal; TEMPORAL_* settings apply." env:"TEMPORAL_ADDRESS" placeholder:"host:port"`
	TemporalNamespace string            `help:"Its namespace." env:"TEMPORAL_NAMESPACE"`
	KeyFile           string            `help:"The key that encrypts what Temporal stores." env:"THROUGHLINE_KEY_FILE" type:"path"`
	PublicURL         string            `help:"Where people reach this installation." env:"THROUGHLINE_PUBLIC_URL" placeholder:"https://…"`
	TrustedProxies    []string          `help:"Addresses or networks of the proxies in front, whose X-Forwarded-For is believed." env:"THROUGHLINE_TRUSTED_PROXIES" placeholder:"10.0.0.0/8,…"`
	SMTP              string            `name:"smtp" help:"Where mail goes out; without it, mail stays in the local mailbox." env:"THROUGHLINE_SMTP" placeholder:"smtp://user:password@host:587?from=…"`
	SMTPFile          string            `name:"smtp-file" help:"A file that holds it." env:"THROUGHLINE_SMTP_FILE" type:"path"`
	Organization      string            `help:"The name under which messages go out." env:"THROUGHLINE_ORGANIZATION"`
	Phone             string            `help:"The number that messages tell patients to call." env:"THROUGHLINE_PHONE"`
	Emergency         map[string]string `help:"What patients are told about an emergency, by language; default: to call 911." env:"THROUGHLINE_EMERGENCY" placeholder:"en=…;es=…"`
	Zone              string            `help:"The organization's time zone." default:"America/New_York" env:"THROUGHLINE_ZONE"`
	LogFormat         string            `help:"text or json." enum:"text,json" default:"text" env:"THROUGHLINE_LOG_FORMAT"`
}

type listening struct {
	Listen   string `help:"Address of HTTP." default:"127.0.0.1:8080" env:"THROUGHLINE_LISTEN"`
	MLLP     string `name:"mllp" help:"Address of HL7 v2 over MLLP." placeholder:":2575" env:"THROUGHLINE_MLLP"`
	MLLPCert string `name:"mllp-cert" help:"Certificate, for MLLP over TLS." type:"path" env:"THROUGHLINE_MLLP_CERT"`
	MLLPKey  string `name:"mllp-key" help:"Its key." type:"path" env:"THROUGHLINE_MLLP_KEY"`
}

type serveCommand struct {
	settings
	listening
	Demo      bool      `help:"Seed generated patients and allow the clock to be moved. Never with real patients." env:"THROUGHLINE_DEMO"`
	DemoStart time.Time `help:"When the clock of a new demonstration begins; default: now." env:"THROUGHLINE_DEMO_START" placeholder:"2025-07-01T12:00:00-04:00"`
}

// Help gives examples.
func (*serveCommand) Help() string {
	return `Examples:
  throughline serve
  throughline serve --data /var/lib/throughline --listen 0.0.0.0:8080 --mllp :2575
  throughline serve --demo
  throughline serve --demo --demo-start 2025-11-24T09:00:00-05:00 --data .demo`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context) error {
	cfg, err := c.config(c.listening)
	if err != nil {
		return err
	}
	cfg.API, cfg.Workers, cfg.Demo, cfg.DemoStart = true, true, c.Demo, c.DemoStart
	return app.Serve(ctx, cfg)
}

type apiCommand struct {
	settings
	listening
}

// Run serves the API.
func (c *apiCommand) Run(ctx context.Context) error {
	cfg, err := c.config(c.listening)
	if err != nil {
		return err
	}
	if cfg.TemporalAddress == "" {
		return fmt.Errorf("an API of its own needs an external Temporal: set TEMPORAL_ADDRESS")
	}
	cfg.API = true
	return app.Serve(ctx, cfg)
}

type workerCommand struct{ settings }

// Run works.
func (c *workerCommand) Run(ctx context.Context) error {
	cfg, err := c.config(listening{})
	if err != nil {
		return err
	}
	if cfg.TemporalAddress == "" {
		return fmt.Errorf("workers of their own need an external Temporal: set TEMPORAL_ADDRESS")
	}
	cfg.Workers = true
	return app.Serve(ctx, cfg)
}

type migrateCommand struct {
	DatabaseURL     string `help:"The database." env:"DATABASE_URL" placeholder:"postgres://…"`
	DatabaseURLFile string `help:"A file that holds its URL." env:"DATABASE_URL_FILE" type:"path"`
}

// Run migrates.
func (c *migrateCommand) Run(ctx context.Context) error {
	url, err := secret(c.DatabaseURL, c.DatabaseURLFile)
	if err != nil {
		return err
	}
	if url == "" {
		return fmt.Errorf("say which database: set DATABASE_URL. The embedded one is migrated by serve")
	}
	from, to, err := store.Migrate(ctx, url, logger("text"))
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "schema %d → %d\n", from, to)
	return nil
}

func (s settings) config(l listening) (app.Config, error) {
	database, err := secret(s.DatabaseURL, s.DatabaseURLFile)
	if err != nil {
		return app.Config{}, err
	}
	smtp, err := secret(s.SMTP, s.SMTPFile)
	if err != nil {
		return app.Config{}, err
	}
	return app.Config{
		DataDir: s.Data, Listen: l.Listen, MLLP: l.MLLP, MLLPCert: l.MLLPCert, MLLPKey: l.MLLPKey, PublicURL: s.PublicURL, TrustedProxies: s.TrustedProxies,
		DatabaseURL: database, TemporalAddress: s.TemporalAddress, TemporalNamespace: s.TemporalNamespace, SMTP: smtp, KeyFile: s.KeyFile,
		Organization: s.Organization, Phone: s.Phone, Emergency: s.Emergency, Zone: s.Zone, Version: version, Logger: logger(s.LogFormat),
	}, nil
}

// secret gives a setting, or what its file holds.
func secret(value, file string) (string, error) {
	if value != "" || file == "" {
		return value, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading a secret's file: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

func logger(format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}
