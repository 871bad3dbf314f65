package email

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/mail"
	"time"

	"throughline/care"
	"throughline/notify/rfc5322"
)

// TLSPolicy says how a connection is encrypted.
type TLSPolicy string

// The policies. Wherever there is TLS, the server's certificate is verified.
const (
	TLSMandatory     TLSPolicy = "mandatory"     // STARTTLS, or nothing is sent
	TLSOpportunistic TLSPolicy = "opportunistic" // STARTTLS where it is offered
	TLSNone          TLSPolicy = "none"          // never: for a relay on the same machine
	TLSImplicit      TLSPolicy = "implicit"      // from the first octet (RFC 8314)
)

// Defaults of Config.
const (
	DefaultTimeout    = 60 * time.Second
	DefaultEndTimeout = 2 * time.Minute
)

// Config is how the relay is reached and who the mail is from.
type Config struct {
	Host string
	Port int
	TLS  TLSPolicy // mandatory where empty
	// User and Password sign in; without a user nobody does. The password is sent only over TLS or to
	// this machine.
	User, Password string
	// Auth is the mechanism: PLAIN, LOGIN, CRAM-MD5 or SCRAM-SHA-256; the best one offered where empty.
	Auth string
	// From is the sender, of the envelope too.
	From mail.Address
	// ReplyTo is where answers go, where that isn't From.
	ReplyTo *mail.Address
	// Unsubscribe is an https or mailto address for List-Unsubscribe; none where empty.
	Unsubscribe string
	// Roots are the authorities trusted for the server's certificate; the system's where nil.
	Roots *x509.CertPool
	// Hello is the name given in EHLO; the sender's domain where empty.
	Hello string
	// Timeout bounds a delivery up to the end of the mail, EndTimeout the wait for the last reply. That one is
	// worth waiting for (RFC 5321 section 4.5.3.2.6 says ten minutes): giving up makes the result unknown.
	Timeout, EndTimeout time.Duration
	// Now is the clock for the Date field and results; time.Now where nil.
	Now func() time.Time
}

// String is the setting without the password.
func (c Config) String() string {
	return fmt.Sprintf("%s:%d (TLS %s, from %s)", c.Host, c.Port, c.TLS, c.From.Address)
}

// GoString keeps the password out of %#v.
func (c Config) GoString() string { return c.String() }

// LogValue keeps the password out of logs.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("host", c.Host), slog.Int("port", c.Port), slog.String("tls", string(c.TLS)))
}

func (c Config) withDefaults() Config {
	if c.TLS == "" {
		c.TLS = TLSMandatory
	}
	if c.Port == 0 {
		c.Port = defaultPort(c.TLS)
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.EndTimeout == 0 {
		c.EndTimeout = DefaultEndTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// defaultPort is submission's: RFC 6409 section 3.1, RFC 8314 section 7.3.
func defaultPort(policy TLSPolicy) int {
	if policy == TLSImplicit {
		return 465
	}
	return 587
}

func (c Config) check() error {
	switch c.TLS {
	case TLSMandatory, TLSOpportunistic, TLSNone, TLSImplicit:
	default:
		return invalid("tls is mandatory, opportunistic, none or implicit")
	}
	if c.Host == "" || c.Port < 1 || c.Port > 65535 {
		return invalid("there is no host, or no port from 1 to 65535")
	}
	if _, err := rfc5322.ParseMailbox(c.From.Address); err != nil {
		return invalid("from is not an e-mail address")
	}
	if c.TLS == TLSNone && c.User != "" && !isLoopback(c.Host) {
		return invalid("a password is not sent unencrypted to another machine: leave out tls=none, or the user")
	}
	if c.Auth != "" && mechanisms[c.Auth] == nil {
		return invalid("auth is PLAIN, LOGIN, CRAM-MD5 or SCRAM-SHA-256")
	}
	if c.Timeout <= 0 || c.EndTimeout <= 0 {
		return invalid("a timeout is longer than nothing")
	}
	return nil
}

func invalid(format string, args ...any) error {
	return care.Errorf(care.Invalid, "the mail setting is wrong: "+format, args...)
}
