package api

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

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
	"throughline/api/rest"
	"throughline/api/roles"
	"throughline/api/services"
	"throughline/api/tasks"
)

// Prefix is where the API's operations stand.
const Prefix = "/api/v1"

const (
	pathOpenAPI = "/api/openapi.json"
	pathMetrics = "/metrics"
)

const description = "Throughline follows every patient on a pathway until the loop is closed: it assigns, reminds, escalates and refers, " +
	"and can prove that nobody falls through. Times are RFC 3339 with offset, ids are opaque. A list answers with items and next_cursor. " +
	"A command bears an Idempotency-Key: the same key and body are done once."

// New makes the server's handler.
func New(c Config) (http.Handler, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.UseRawPath, r.UnescapePathValues = true, true
	if err := r.SetTrustedProxies(c.TrustedProxies); err != nil {
		return nil, fmt.Errorf("reading the trusted proxies: %w", err)
	}
	numbers, err := newNumbers(c.Metrics)
	if err != nil {
		return nil, err
	}
	g := &gate{c: c, limiter: newLimiter(c.Limits, c.Real), numbers: numbers}
	r.Use(g.request, g.recover, headers, g.enter, g.bound, g.once)
	r.NoRoute(g.problem(http.StatusNotFound, "There is nothing at this address."))
	r.NoMethod(g.problem(http.StatusMethodNotAllowed, "This address does not take the method."))

	a := humagin.New(r, rest.Config("Throughline", "1", description))
	register(a, &c)
	spec, err := json.Marshal(a.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("writing the OpenAPI document: %w", err)
	}
	r.GET(pathOpenAPI, func(ctx *gin.Context) { ctx.Data(http.StatusOK, "application/json", spec) })
	r.GET(pathMetrics, gin.WrapH(promhttp.HandlerFor(c.Metrics, promhttp.HandlerOpts{})))
	pages.Register(r, c.pages(a.OpenAPI()))
	return r, nil
}

// register adds every operation.
func register(a huma.API, c *Config) {
	operations.Register(a, operations.Deps{Parts: c.Parts})
	v1 := huma.NewGroup(a, Prefix)
	send := command.Sender{Enrollments: c.Commands, Journal: c.Store}
	intake.Register(v1, intake.Deps{Intake: c.Intake, Store: c.Store})
	patients.Register(v1, patients.Deps{Store: c.Store, Watcher: c.Watcher, Commands: send, Now: c.Now})
	pathways.Register(v1, pathways.Deps{Store: c.Store, Zone: zoneName(c), Calendar: c.Organization.Calendar, Now: c.Now, Organization: c.Organization.Name})
	parts.Register(v1, parts.Deps{Store: c.Store})
	enrollments.Register(v1, enrollments.Deps{Store: c.Store, Launcher: c.Launcher, Commands: send})
	tasks.Register(v1, tasks.Deps{Store: c.Store, Commands: send})
	escalations.Register(v1, escalations.Deps{Store: c.Store, Commands: send})
	referrals.Register(v1, referrals.Deps{Store: c.Store, Commands: send})
	messages.Register(v1, messages.Deps{Store: c.Store})
	services.Register(v1, services.Deps{Store: c.Store})
	migrations.Register(v1, migrations.Deps{Store: c.Store, Runner: c.Migrations})
	roles.Register(v1, roles.Deps{Store: c.Store})
	proof.Register(v1, proof.Deps{Store: c.Store, Reconciler: c.Reconciler})
	demo.Register(v1, demo.Deps{Clock: c.Clock, Now: c.Real})
}

func zoneName(c *Config) string {
	if c.Organization.Zone == nil {
		return ""
	}
	return c.Organization.Zone.String()
}

func (c *Config) pages(spec *huma.OpenAPI) pages.Deps {
	return pages.Deps{
		Store: c.Store, Commands: command.Sender{Enrollments: c.Commands, Journal: c.Store},
		Admin: c.Admin, Sessions: c.Sessions, Links: c.Links, Mailbox: c.Mailbox, Parts: c.Parts, OpenAPI: spec,
		Organization: c.Organization.Name, Phone: c.Organization.Phone, Emergency: c.Organization.Emergency, Zone: c.Organization.Zone,
		PartnerSees: c.PartnerSees, Secure: c.Secure, Demo: c.Clock != nil, Version: c.Version, Now: c.Now,
	}
}

func (g *gate) problem(status int, detail string) gin.HandlerFunc {
	return func(c *gin.Context) { g.refuse(c, rest.NewProblem(c.Request.Context(), status, detail)) }
}

// refuse answers with a problem, on the pages of partners and patients in their words, and lets nobody
// after it answer.
func (g *gate) refuse(c *gin.Context, p *rest.Problem) {
	if !g.c.pages(nil).Refused(c, p.Status) {
		rest.Write(c.Writer, p)
	}
	c.Abort()
}
