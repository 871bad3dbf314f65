package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/api/command"
	"throughline/api/demo"
	"throughline/api/enrollments"
	"throughline/api/escalations"
	"throughline/api/intake"
	"throughline/api/messages"
	"throughline/api/migrations"
	"throughline/api/operations"
	"throughline/api/pages"
	"throughline/api/parts"
	"throughline/api/pathways"
	"throughline/api/patients"
	"throughline/api/proof"
	"throughline/api/referrals"
	"throughline/api/roles"
	"throughline/api/services"
	"throughline/api/tasks"
	"throughline/care"
	"throughline/identity"
	"throughline/store"
)

// Store is all that the API reads and writes; *store.Store is one.
type Store interface { //nolint:interfacebloat // each resource names what it needs; this is their sum
	enrollments.Store
	escalations.Store
	intake.Store
	messages.Store
	migrations.Store
	pages.Store
	parts.Store
	pathways.Store
	patients.Store
	proof.Store
	referrals.Store
	roles.Store
	services.Store
	tasks.Store
	command.Journal
	Answers
}

// Answers remembers what commands were answered with.
type Answers interface {
	Idempotent(ctx context.Context, key, bodyHash string, fn func() (status int, body []byte, err error)) (store.Answer, error)
}

// Config is what the API works with. What is not marked optional is required.
type Config struct {
	Store      Store
	Commands   command.Enrollments  // the running enrollments: workflows.Client
	Launcher   enrollments.Launcher // starts enrollments
	Watcher    patients.Watcher     // tells pathways what changed of a patient
	Intake     intake.Intake
	Reconciler proof.Reconciler
	Migrations migrations.Runner // moves enrollments to other versions

	Admin    *identity.Authenticator
	Sessions *identity.Sessions
	Links    *identity.Links

	// Clock is the time that can be skipped; nil outside of --demo.
	Clock demo.Clock
	// Mailbox is the local mailbox; nil where mail is sent.
	Mailbox pages.Mailbox
	// Parts tells how the parts of the server are: "PostgreSQL", ready, "embedded, 15.14".
	Parts func(ctx context.Context) []operations.Part

	Organization Organization
	PartnerSees  pages.Disclosure // optional; minimal
	// Secure says that people reach the server by https only.
	Secure bool
	// TrustedProxies are the addresses whose X-Forwarded-For is believed; optional.
	TrustedProxies []string
	Limits         Limits               // optional
	Metrics        *prometheus.Registry // optional
	Version        string               // optional
	Logger         *slog.Logger
	Now            func() time.Time // the time that pathways follow
	Real           func() time.Time // the wall clock
}

// Organization is whose server this is.
type Organization struct {
	Name, Phone string              // what a partner or a patient may see of who asks
	Emergency   care.EmergencyWords // what patients are told about one; optional
	Zone        *time.Location
	Calendar    care.Calendar
}

// Limits bound what one caller may ask.
type Limits struct {
	// PerSecond and Burst are for those who have signed in, each by their name.
	PerSecond float64
	Burst     int
	// StrangersPerSecond and StrangersBurst are for everybody else, by address.
	StrangersPerSecond float64
	StrangersBurst     int
}

// generous is what hinders nobody but a program gone wild.
var generous = Limits{PerSecond: 2000, Burst: 4000, StrangersPerSecond: 100, StrangersBurst: 1000}

func (c *Config) check() error {
	for _, part := range []struct {
		name  string
		given bool
	}{
		{"a store", c.Store != nil}, {"commands", c.Commands != nil}, {"a launcher", c.Launcher != nil}, {"a watcher", c.Watcher != nil},
		{"an intake", c.Intake != nil}, {"a reconciler", c.Reconciler != nil}, {"a runner of migrations", c.Migrations != nil}, {"the administrator's token", c.Admin != nil},
		{"sessions", c.Sessions != nil}, {"links", c.Links != nil}, {"a logger", c.Logger != nil}, {"the organization's zone", c.Organization.Zone != nil},
		{"the time", c.Now != nil && c.Real != nil},
	} {
		if !part.given {
			return care.Errorf(care.Invalid, "the API needs %s", part.name)
		}
	}
	if c.Limits == (Limits{}) {
		c.Limits = generous
	}
	if c.PartnerSees == "" {
		c.PartnerSees = pages.DiscloseMinimal
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	if c.Version == "" {
		c.Version = "development"
	}
	return nil
}
