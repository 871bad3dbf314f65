package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.temporal.io/sdk/client"

	"throughline/api"
	"throughline/api/enrollments"
	"throughline/api/intake"
	"throughline/api/operations"
	apiproof "throughline/api/proof"
	"throughline/care"
	"throughline/identity"
	"throughline/intake/router"
	"throughline/proof"
)

// handler makes the API over what runs.
func (a *App) handler(zone *time.Location, calendar care.Calendar) (http.Handler, error) {
	people := identity.OpenPeople(a.cfg.path(TokensFile))
	cfg := api.Config{
		Store: a.store, Commands: a.commands, Launcher: launcher{a.router}, Watcher: a.router, Intake: intakeDoor{a.router},
		Reconciler: reconciler{a.proof}, Migrations: a.moves, Admin: identity.NewAuthenticator(a.token).With(people), Sessions: identity.NewSessions(a.token, a.cfg.Now).With(people), Links: a.links,
		Parts:          a.parts,
		Organization:   api.Organization{Name: a.cfg.Organization, Phone: a.cfg.Phone, Emergency: a.cfg.Emergency, Zone: zone, Calendar: calendar},
		TrustedProxies: a.cfg.TrustedProxies,
		Secure:         strings.HasPrefix(a.cfg.PublicURL, "https://"), Version: a.cfg.Version, Logger: a.cfg.Logger, Now: a.logicalNow, Real: a.cfg.Now,
	}
	cfg.Metrics = prometheus.NewRegistry()
	cfg.Metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if a.mailbox != nil {
		cfg.Mailbox = a.mailbox
	}
	if a.clock != nil {
		cfg.Clock = a.clock
	}
	handler, err := api.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("preparing the API: %w", err)
	}
	return handler, nil
}

// parts asks each part how it is.
func (a *App) parts(ctx context.Context) []operations.Part {
	database := operations.Part{Name: "PostgreSQL", Detail: "external"}
	if a.postgres != nil {
		database.Detail = "embedded"
	}
	if err := a.store.Ping(ctx); err != nil {
		database.Detail += "; does not answer"
	} else {
		database.Ready = true
	}
	temporal := operations.Part{Name: "Temporal", Detail: "embedded"}
	if a.cfg.TemporalAddress != "" {
		temporal.Detail = "external, at " + a.cfg.TemporalAddress
	}
	if _, err := a.temporal.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		temporal.Detail += "; does not answer"
	} else {
		temporal.Ready = true
	}
	return []operations.Part{database, temporal, a.workersPart(), a.mailPart()}
}

func (a *App) workersPart() operations.Part {
	if a.cfg.Workers {
		return operations.Part{Name: "workers", Ready: true, Detail: "in this process"}
	}
	return operations.Part{Name: "workers", Ready: true, Detail: "in processes of their own"}
}

func (a *App) mailPart() operations.Part {
	if a.cfg.SMTP != "" {
		return operations.Part{Name: "mail", Ready: true, Detail: "goes out by SMTP"}
	}
	return operations.Part{Name: "mail", Ready: true, Detail: "stays in the local mailbox"}
}

// launcher lets people start enrollments by the same rules as messages do.
type launcher struct{ *router.Router }

// Launch implements enrollments.Launcher.
func (l launcher) Launch(ctx context.Context, r enrollments.Request) (enrollments.Launched, error) {
	done, err := l.Router.Launch(ctx, router.Request(r))
	return enrollments.Launched(done), err
}

// intakeDoor is where the API hands messages over.
type intakeDoor struct{ *router.Router }

// HL7 implements intake.Intake.
func (d intakeDoor) HL7(ctx context.Context, raw []byte, source string) ([]byte, error) {
	acks, _, err := d.Router.HL7(ctx, raw, source)
	return acks, err
}

// FHIR implements intake.Intake.
func (d intakeDoor) FHIR(ctx context.Context, body []byte, source string) (intake.MessageFate, error) {
	fate, err := d.Router.FHIR(ctx, body, source)
	return intake.MessageFate(fate), err
}

// Replay implements intake.Intake.
func (d intakeDoor) Replay(ctx context.Context, id care.ID) (intake.MessageFate, error) {
	fate, err := d.Router.Replay(ctx, id)
	return intake.MessageFate(fate), err
}

// reconciler shows the API what a comparison found.
type reconciler struct{ *proof.Reconciler }

// Reconcile implements apiproof.Reconciler.
func (r reconciler) Reconcile(ctx context.Context) (apiproof.Reconciliation, error) {
	report, err := r.Reconciler.Reconcile(ctx)
	out := apiproof.Reconciliation{At: report.EndedAt, Checked: report.Compared, Findings: []apiproof.Finding{}}
	for _, f := range report.Findings {
		done := "raised"
		if f.Repaired {
			done = "repaired"
		}
		out.Findings = append(out.Findings, apiproof.Finding{EnrollmentID: f.EnrollmentID, Kind: f.Kind, Done: done, Detail: f.Detail})
	}
	return out, err
}
