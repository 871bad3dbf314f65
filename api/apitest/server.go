package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"
	"time"

	"throughline/api"
	"throughline/api/operations"
	"throughline/care"
	"throughline/identity"
	"throughline/migration"
	"throughline/notify/mailbox"
	"throughline/pathways"
	"throughline/store"
	"throughline/store/storetest"
)

// Token is the administrator's token of every test server.
const Token = "the-administrator's-token"

// Start is when a test begins: a Monday at nine in New York.
var Start = time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)

// Server is the API under test.
type Server struct {
	t     testing.TB
	http  *httptest.Server
	URL   string
	Store *store.Store
	Desk  *Desk
	Clock *Clock
	Links *identity.Links
	Mail  *mailbox.Dir
	Log   *bytes.Buffer // what was logged, as JSON lines
	// Runner moves enrollments; a test lets it work.
	Runner *migration.Runner
}

// New starts the API on an empty database, with the pathway Pathway published.
func New(t testing.TB, options ...func(*api.Config)) *Server {
	t.Helper()
	clock := &Clock{at: Start}
	s := &Server{t: t, Clock: clock, Store: storetest.New(t, storetest.WithNow(clock.Now)), Log: &bytes.Buffer{}}
	var err error
	s.Links = identity.NewLinks([]byte("the test's own secret"), clock.Now)
	if s.Mail, err = mailbox.OpenDir(t.TempDir(), mail.Address{Address: "care@hospital.example"}, clock.Now); err != nil {
		t.Fatal(err)
	}
	s.Desk = &Desk{store: s.Store, clock: clock}
	s.Runner = migration.New(migration.Runner{Store: s.Store, Commands: s.Desk, Logger: slog.New(slog.NewJSONHandler(s.Log, nil)), Now: clock.Now})
	handler, err := api.New(s.config(options))
	if err != nil {
		t.Fatal(err)
	}
	s.http = httptest.NewServer(handler)
	t.Cleanup(s.http.Close)
	s.URL = s.http.URL
	s.Desk.links = &identity.PartnerLinks{Links: s.Links, Keep: s.keep, PublicURL: s.URL, Life: 14 * 24 * time.Hour, Now: clock.Now}
	s.Desk.answers = &identity.PatientLinks{Links: s.Links, Keep: s.keepQuestions, PublicURL: s.URL, Life: 14 * 24 * time.Hour, Now: clock.Now}
	s.publish(definition)
	return s
}

func (s *Server) config(options []func(*api.Config)) api.Config {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		s.t.Fatal(err)
	}
	c := api.Config{
		Store: s.Store, Commands: s.Desk, Launcher: s.Desk, Watcher: s.Desk, Intake: s.Desk, Reconciler: s.Desk, Migrations: s.Runner, Clock: s.Desk,
		Admin: identity.NewAuthenticator(Token), Sessions: identity.NewSessions(Token, s.Clock.Now), Links: s.Links, Mailbox: s.Mail,
		Parts: func(context.Context) []operations.Part {
			return []operations.Part{{Name: "PostgreSQL", Ready: true, Detail: "embedded"}}
		},
		Organization: api.Organization{Name: "Test Hospital", Phone: "555-0100", Zone: zone, Calendar: care.USFederalCalendar()},
		Logger:       slog.New(slog.NewJSONHandler(s.Log, nil)), Now: s.Clock.Now, Real: s.Clock.Now,
	}
	for _, change := range options {
		change(&c)
	}
	return c
}

func (s *Server) keep(ctx context.Context, l identity.Link, referralID care.ID) error {
	return s.Store.PutLink(ctx, store.Link{ID: l.ID, ReferralID: referralID, Purpose: l.Purpose, ExpiresAt: l.ExpiresAt})
}

func (s *Server) keepQuestions(ctx context.Context, l identity.Link, asked identity.Asked) error {
	return s.Store.PutLink(ctx, store.Link{
		ID: l.ID, EnrollmentID: asked.EnrollmentID, Step: asked.Step, Occurrence: asked.Occurrence, Language: asked.Language, Purpose: l.Purpose, ExpiresAt: l.ExpiresAt,
	})
}

func (s *Server) publish(file string) {
	d, problems := pathways.Load("test.yaml", []byte(file))
	if err := problems.Err(); err != nil {
		s.t.Fatal(err)
	}
	if err := s.Store.PutDefinition(s.t.Context(), d, []byte(file), store.DefinitionPublished); err != nil {
		s.t.Fatal(err)
	}
}

// Answer is what the API answered.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// Header names a header of a request, in pairs of name and value.
type Header []string

// Do asks as the administrator. A body that is no string or bytes goes as JSON.
func (s *Server) Do(method, path string, body any, header ...string) *Answer {
	s.t.Helper()
	return s.send(method, path, body, append([]string{"Authorization", "Bearer " + Token}, header...))
}

// Stranger asks without signing in.
func (s *Server) Stranger(method, path string, body any, header ...string) *Answer {
	s.t.Helper()
	return s.send(method, path, body, header)
}

// Get reads as the administrator.
func (s *Server) Get(path string) *Answer {
	s.t.Helper()
	return s.Do(http.MethodGet, path, nil)
}

// Post commands as the administrator.
func (s *Server) Post(path string, body any, header ...string) *Answer {
	s.t.Helper()
	return s.Do(http.MethodPost, path, body, header...)
}

func (s *Server) send(method, path string, body any, header []string) *Answer {
	s.t.Helper()
	address := path
	if !strings.HasPrefix(path, "http") {
		address = s.URL + path
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, address, content(s.t, body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return &Answer{t: s.t, Status: resp.StatusCode, Header: resp.Header, Body: text}
}

func content(t testing.TB, body any) io.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return http.NoBody
	case string:
		return strings.NewReader(b)
	case []byte:
		return bytes.NewReader(b)
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(text)
}

// Is fails the test where the status is another one.
func (a *Answer) Is(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d instead of %d: %s", a.Status, status, a.Body)
	}
	return a
}

// Into reads the body as JSON.
func (a *Answer) Into(v any) *Answer {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body)
	}
	return a
}

// Rule gives the rule that refused.
func (a *Answer) Rule() string {
	a.t.Helper()
	var p struct{ Rule string }
	a.Into(&p)
	return p.Rule
}
