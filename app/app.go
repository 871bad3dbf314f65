package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"

	"throughline/care"
	"throughline/embedded/postgres"
	"throughline/identity"
	"throughline/intake/router"
	"throughline/migration"
	"throughline/notify/mailbox"
	"throughline/proof"
	"throughline/store"
	"throughline/worker"
)

// App is a running process.
type App struct {
	cfg      Config
	front    *front
	store    *store.Store
	postgres *postgres.Server // nil: an external database
	temporal client.Client
	commands commands
	key      worker.Key // encrypts what Temporal stores, and makes the links' key
	links    *identity.Links
	token    string
	mailbox  *mailbox.Dir // nil: mail goes out by SMTP
	router   *router.Router
	proof    *proof.Reconciler
	moves    *migration.Runner
	offset   atomic.Int64 // a demonstration's, in nanoseconds
	clock    *demoClock   // nil outside of a demonstration

	ctx    context.Context //nolint:containedctx // the life of the process's background work
	cancel context.CancelCauseFunc
	work   sync.WaitGroup
	stops  []stop
}

type stop struct {
	what string
	do   func(context.Context) error
}

// stopTime is how long each part has to stop.
const stopTime = 30 * time.Second

// reconcileEvery is how often the database is compared with Temporal.
const reconcileEvery = 5 * time.Minute

// Serve runs the parts that the configuration names until ctx ends or a part fails. It returns nil
// after an orderly end.
func Serve(ctx context.Context, cfg Config) error {
	if err := cfg.complete(); err != nil {
		return err
	}
	a := &App{cfg: cfg}
	a.ctx, a.cancel = context.WithCancelCause(ctx)
	defer a.stop()                         //nolint:contextcheck // what stops must outlive the context that ended
	if err := a.start(a.ctx); err != nil { //nolint:contextcheck // it descends from ctx
		a.cancel(err)
	}
	<-a.ctx.Done()
	return whyEnded(ctx, a.ctx)
}

// whyEnded tells an orderly end, which somebody asked for, from a failure.
func whyEnded(asked, ours context.Context) error {
	if asked.Err() != nil {
		return nil //nolint:nilerr // somebody asked for the end: it is no failure
	}
	return fmt.Errorf("the process ended: %w", context.Cause(ours))
}

// start brings the parts up, each after those it needs.
func (a *App) start(ctx context.Context) error {
	began := a.cfg.Now()
	worker.Identify(a.cfg.Version)
	if a.cfg.API {
		front, err := openFront(ctx, a.cfg.Listen, a.fatal)
		if err != nil {
			return err
		}
		a.front = front
		a.onStop("HTTP", front.close)
	}
	if err := a.openSecrets(); err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{a.startDatabase, a.startTemporal, a.seed, a.followClock, a.openRouter} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	if a.cfg.Workers {
		if err := a.startWorkers(); err != nil {
			return err
		}
	}
	if !a.cfg.API {
		a.cfg.Logger.InfoContext(ctx, "working", "after", a.cfg.Now().Sub(began).Round(time.Millisecond).String())
		return nil
	}
	if err := a.startAPI(ctx); err != nil {
		return err
	}
	a.cfg.Logger.InfoContext(ctx, "ready", "address", a.cfg.PublicURL, "token_file", a.cfg.path("admin-token"), "after", a.cfg.Now().Sub(began).Round(time.Millisecond).String())
	return nil
}

func (a *App) openSecrets() error {
	key, err := worker.ReadOrCreateKey(a.cfg.KeyFile)
	if err != nil {
		return fmt.Errorf("reading the payload key: %w", err)
	}
	a.key = key
	a.links = identity.NewLinks(key.Derive("links"), a.logicalNow)
	if !a.cfg.API {
		return nil
	}
	var created bool
	if a.token, created, err = identity.EnsureAdminToken(a.cfg.path("admin-token")); err != nil {
		return fmt.Errorf("opening the administrator's token: %w", err)
	}
	if created {
		a.cfg.Logger.Info("made the administrator's token", "file", a.cfg.path("admin-token"))
	}
	return nil
}

func (a *App) startAPI(ctx context.Context) error {
	zone, calendar := a.router.Zone, a.router.Calendar
	a.proof = &proof.Reconciler{Shelf: a.store, Engine: a.commands, Logger: a.cfg.Logger, Now: a.cfg.Now}
	a.moves = migration.New(migration.Runner{Store: a.store, Commands: a.commands, Logger: a.cfg.Logger, Now: a.logicalNow})
	if a.cfg.Demo {
		a.clock = &demoClock{app: a}
	}
	handler, err := a.handler(zone, calendar) //nolint:contextcheck // each request brings its own
	if err != nil {
		return err
	}
	if err := a.startMLLP(ctx, a.router); err != nil {
		return err
	}
	a.background("the inbox", a.router.Run)
	a.background("housekeeping", a.housekeeping)
	a.background("catching up", a.catchUp)
	a.background("moving enrollments", a.moves.Run)
	a.background("the reconciler", func(ctx context.Context) error { return a.proof.Run(ctx, reconcileEvery) })
	if a.cfg.Demo {
		a.background("catching up with the moved clock", a.clock.catchUp)
		a.doing("seeding generated patients")
		if err := a.seedDemo(ctx); err != nil {
			return fmt.Errorf("seeding the demonstration: %w", err)
		}
	}
	a.front.open(handler)
	return nil
}

// openRouter makes the one door by which enrollments start: messages, people and other enrollments all
// take it.
func (a *App) openRouter(ctx context.Context) error {
	zone, calendar, err := a.organization(ctx)
	if err != nil {
		return err
	}
	a.router = router.New(router.Config{Store: a.store, Commands: a.commands, Zone: zone, Calendar: calendar, Logger: a.cfg.Logger, Now: a.cfg.Now})
	return nil
}

// organization gives the zone and the calendar: what was set, else the defaults.
func (a *App) organization(ctx context.Context) (*time.Location, care.Calendar, error) {
	org, found, err := a.store.Organization(ctx)
	if err != nil {
		return nil, care.Calendar{}, fmt.Errorf("reading the organization's settings: %w", err)
	}
	if !found {
		org = store.Organization{Name: a.cfg.Organization, Zone: a.cfg.Zone, Calendar: care.USFederalCalendar()}
		if err := a.store.PutOrganization(ctx, org); err != nil {
			return nil, care.Calendar{}, fmt.Errorf("keeping the organization's settings: %w", err)
		}
	}
	zone, err := time.LoadLocation(org.Zone)
	if err != nil {
		return nil, care.Calendar{}, fmt.Errorf("loading the organization's zone: %w", err)
	}
	return zone, org.Calendar, nil
}

// doing tells people what the start is at.
func (a *App) doing(what string) {
	a.cfg.Logger.Info("starting", "doing", what)
	if a.front != nil {
		a.front.say(what)
	}
}

func (a *App) onStop(what string, do func(context.Context) error) {
	a.stops = append(a.stops, stop{what, do})
}

// background runs work for the life of the process; its failure ends the process.
func (a *App) background(what string, run func(context.Context) error) {
	a.work.Go(func() {
		if err := run(a.ctx); err != nil && a.ctx.Err() == nil {
			a.fatal(fmt.Errorf("%s: %w", what, err))
		}
	})
}

// watch ends the process when a part that it cannot do without has ended.
func (a *App) watch(what string, done <-chan error) {
	a.work.Go(func() {
		select {
		case <-a.ctx.Done():
		case err, open := <-done:
			if open && err != nil {
				a.fatal(fmt.Errorf("%s ended: %w", what, err))
			}
		}
	})
}

// fatal ends the process in order.
func (a *App) fatal(err error) { a.cancel(err) }

// stop ends what was started, the last first. It gives each part its time.
func (a *App) stop() {
	a.cancel(nil)
	a.work.Wait()
	for _, part := range slices.Backward(a.stops) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), stopTime)
		if err := part.do(ctx); err != nil {
			a.cfg.Logger.ErrorContext(ctx, "stopping", "part", part.what, "error", err)
		}
		cancel()
	}
}

// logicalNow is the time that pathways follow: the real one, with a demonstration's offset.
func (a *App) logicalNow() time.Time { return a.cfg.Now().Add(time.Duration(a.offset.Load())) }
