package app

import (
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"throughline/care"
)

// Config is what an installation sets. The command line and the environment fill it.
type Config struct {
	DataDir string // where the embedded parts, keys and the local mailbox live
	Listen  string // HTTP, "127.0.0.1:8080"
	MLLP    string // HL7 v2 over MLLP, ":2575"; empty: off
	// MLLPCert and MLLPKey make MLLP speak TLS.
	MLLPCert, MLLPKey string
	PublicURL         string // where people reach it; default: http://<Listen>
	// TrustedProxies are the addresses, or networks, of the proxies in front of it whose X-Forwarded-For
	// is believed. Without them whoever comes through a proxy counts as one caller.
	TrustedProxies []string

	DatabaseURL       string // empty: the embedded PostgreSQL
	TemporalAddress   string // empty: the embedded Temporal server
	TemporalNamespace string
	SMTP              string // smtp://…; empty: the local mailbox
	KeyFile           string // the key that encrypts what Temporal stores; default: <DataDir>/payload-key

	Organization string // the name under which messages go out
	Phone        string // the number that messages tell patients to call
	// Emergency is what patients are told about an emergency, by language; default: to call 911.
	Emergency care.EmergencyWords
	Zone      string // IANA, of the organization
	Demo      bool   // generated patients, and a clock that can be moved
	// DemoStart is when a new demonstration's clock begins; zero: now.
	DemoStart time.Time

	Version string
	Logger  *slog.Logger
	Now     func() time.Time

	// The parts that this process runs.
	API, Workers bool
}

// TokensFile is the file in the data directory with the tokens of named people.
const TokensFile = "tokens.json"

// Defaults.
const (
	DefaultDataDir = ".throughline"
	DefaultListen  = "127.0.0.1:8080"
	DefaultZone    = "America/New_York"
	defaultName    = "Your care team"
)

func (c *Config) complete() error {
	if c.DataDir == "" {
		c.DataDir = DefaultDataDir
	}
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return care.Errorf(care.Invalid, "the data directory %s: %w", c.DataDir, err)
	}
	c.DataDir = dir
	if c.Listen == "" {
		c.Listen = DefaultListen
	}
	if c.PublicURL == "" {
		c.PublicURL = "http://" + c.Listen
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	if u, err := url.Parse(c.PublicURL); err != nil || u.Scheme == "" || u.Host == "" {
		return care.Errorf(care.Invalid, "the public URL %q is none; give one like https://care.example.org", c.PublicURL)
	}
	c.TrustedProxies = slices.DeleteFunc(c.TrustedProxies, func(p string) bool { return strings.TrimSpace(p) == "" })
	if c.Zone == "" {
		c.Zone = DefaultZone
	}
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return care.Errorf(care.Invalid, "%q is not a time zone; give an IANA name such as America/New_York", c.Zone)
	}
	if c.Organization == "" {
		c.Organization = defaultName
	}
	if c.KeyFile == "" {
		c.KeyFile = filepath.Join(c.DataDir, "payload-key")
	}
	if (c.MLLPCert == "") != (c.MLLPKey == "") {
		return care.Errorf(care.Invalid, "MLLP over TLS needs both a certificate and its key")
	}
	if !c.DemoStart.IsZero() && !c.Demo {
		return care.Errorf(care.Invalid, "only a demonstration's clock can begin at another time: a start of the demonstration needs --demo")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if !c.needsDir() {
		return nil
	}
	if err := os.MkdirAll(c.DataDir, 0o750); err != nil {
		return care.Errorf(care.Unavailable, "making the data directory: %w", err)
	}
	return nil
}

// needsDir tells whether anything is kept in the data directory. A worker on external parts keeps
// nothing, and may run on a disk that cannot be written.
func (c *Config) needsDir() bool {
	return c.API || c.DatabaseURL == "" || c.TemporalAddress == "" || c.SMTP == "" || filepath.Dir(c.KeyFile) == c.DataDir
}

func (c *Config) path(name string) string { return filepath.Join(c.DataDir, name) }
