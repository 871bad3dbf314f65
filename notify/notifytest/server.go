package notifytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/jhillyerd/enmime/v2"
)

// Security is how the server encrypts.
type Security int

// The ways to encrypt.
const (
	StartTLS    Security = iota // offered after EHLO
	ImplicitTLS                 // from the first octet
	Plain                       // never
)

// Options say what kind of server it is. The zero value is one with STARTTLS and a password on a free port.
type Options struct {
	Addr     string // to listen on; "127.0.0.1:0" where empty
	Security Security
	// NoAuth leaves AUTH out. Otherwise User ("clinic") and Password ("secret") are demanded.
	NoAuth         bool
	User, Password string
	// Mechanisms are the AUTH mechanisms offered: PLAIN, LOGIN; PLAIN where empty.
	Mechanisms []string
	// From is the sender in URL(); "care@clinic.example" where empty.
	From string
	// SMTPUTF8 offers that extension.
	SMTPUTF8 bool
	// Dir is where the certificate is put; a new temporary directory, removed by Close, where empty.
	Dir string
}

// Mail is one mail that arrived.
type Mail struct {
	From   string   // of the envelope
	To     []string // of the envelope
	User   string   // who signed in
	Secure bool     // it came encrypted
	Raw    []byte   // the mail as it was sent, dots removed
}

// Envelope takes the mail apart.
func (m Mail) Envelope() (*enmime.Envelope, error) {
	envelope, err := enmime.ReadEnvelope(bytes.NewReader(m.Raw))
	if err != nil {
		return nil, fmt.Errorf("reading the mail: %w", err)
	}
	return envelope, nil
}

// Server is a running SMTP server.
type Server struct {
	faults
	options  Options
	listener net.Listener
	smtp     *smtp.Server
	caFile   string
	tempDir  string
	closed   chan struct{}
	close    sync.Once

	mails   sync.Mutex
	arrived []Mail
	changed chan struct{} // closed and replaced at each arrival
}

// NewServer starts a server that ends with the test.
func NewServer(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := Start(o)
	if err != nil {
		t.Fatalf("starting the SMTP server: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the SMTP server: %v", err)
		}
	})
	return s
}

// Start starts a server outside a test, for a helper program. Close ends it.
func Start(o Options) (*Server, error) {
	o = o.withDefaults()
	s := &Server{options: o, closed: make(chan struct{}), changed: make(chan struct{})}
	if o.Dir == "" {
		dir, err := os.MkdirTemp("", "smtp-")
		if err != nil {
			return nil, fmt.Errorf("making a directory for the certificate: %w", err)
		}
		s.tempDir, s.options.Dir = dir, dir
	}
	if err := s.listen(); err != nil {
		return nil, errors.Join(err, s.removeTempDir())
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&o.Addr, "127.0.0.1:0")
	set(&o.From, "care@clinic.example")
	if !o.NoAuth {
		set(&o.User, "clinic")
		set(&o.Password, "secret")
		if o.Mechanisms == nil {
			o.Mechanisms = []string{"PLAIN"}
		}
	}
	return o
}

func (s *Server) listen() error {
	certificate, authority, err := newCertificate()
	if err != nil {
		return err
	}
	s.caFile = filepath.Join(s.options.Dir, "ca.pem")
	if err := os.WriteFile(s.caFile, authority, 0o600); err != nil {
		return fmt.Errorf("writing the certificate: %w", err)
	}
	raw, err := new(net.ListenConfig).Listen(context.Background(), "tcp", s.options.Addr) //nolint:forbidigo // Close ends it
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	s.listener = &listener{Listener: raw, server: s, tls: serverTLS(certificate)}
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.newSession))
	s.smtp.Domain = "mail.test"
	s.smtp.AllowInsecureAuth = true // the session itself offers AUTH only where it is fit
	s.smtp.EnableSMTPUTF8 = s.options.SMTPUTF8
	s.smtp.ErrorLog = quiet{}
	if s.options.Security == StartTLS {
		s.smtp.TLSConfig = serverTLS(certificate) // so that it is offered; the connection does it
	}
	go func() { _ = s.smtp.Serve(s.listener) }() // ends with Close, whose error says what went wrong
	return nil
}

// Close ends the server and every connection.
func (s *Server) Close() error {
	var err error
	s.close.Do(func() {
		close(s.closed)
		err = s.smtp.Close()
		// It doesn't know the listener yet where it was closed right after it was started.
		if closeErr := s.listener.Close(); !errors.Is(closeErr, net.ErrClosed) {
			err = errors.Join(err, closeErr)
		}
		err = errors.Join(err, s.removeTempDir())
	})
	return err
}

func (s *Server) removeTempDir() error {
	if s.tempDir == "" {
		return nil
	}
	if err := os.RemoveAll(s.tempDir); err != nil {
		return fmt.Errorf("removing the certificate: %w", err)
	}
	return nil
}

// Addr is the host and port listened on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// CAFile is a PEM file with the authority of the server's certificate.
func (s *Server) CAFile() string { return s.caFile }

// URL is the setting that makes the email channel deliver here.
func (s *Server) URL() string {
	u := url.URL{Scheme: "smtp", Host: s.Addr()}
	query := url.Values{"from": {s.options.From}}
	switch s.options.Security {
	case ImplicitTLS:
		u.Scheme = "smtps"
	case Plain:
		query.Set("tls", "none")
	}
	if s.options.Security != Plain {
		query.Set("ca", s.caFile)
	}
	if !s.options.NoAuth {
		u.User = url.UserPassword(s.options.User, s.options.Password)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// FailAt makes every delivery fail at the step: with the SMTP reply code, or Drop or Stall.
func (s *Server) FailAt(step Step, code int) { s.set(step, code, -1) }

// FailTimes is FailAt for the next n passings of the step only.
func (s *Server) FailTimes(step Step, code, n int) { s.set(step, code, n) }

// Heal ends every failing.
func (s *Server) Heal() { s.clear() }

// Passed tells how often the step was reached.
func (s *Server) Passed(step Step) int { return s.count(step) }

// Messages gives what arrived, oldest first: everything the server took whole and didn't refuse, whether
// or not the sender got to know.
func (s *Server) Messages() []Mail {
	s.mails.Lock()
	defer s.mails.Unlock()
	return append([]Mail(nil), s.arrived...)
}

// Wait waits until at least n mails have arrived, and gives them.
func (s *Server) Wait(ctx context.Context, n int) ([]Mail, error) {
	for {
		s.mails.Lock()
		arrived, changed := append([]Mail(nil), s.arrived...), s.changed
		s.mails.Unlock()
		if len(arrived) >= n {
			return arrived, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return arrived, fmt.Errorf("waiting for %d mails, %d have come: %w", n, len(arrived), ctx.Err())
		}
	}
}

// keep gives how many mails have arrived with this one.
func (s *Server) keep(m Mail) int {
	s.mails.Lock()
	defer s.mails.Unlock()
	s.arrived = append(s.arrived, m)
	close(s.changed)
	s.changed = make(chan struct{})
	return len(s.arrived)
}
