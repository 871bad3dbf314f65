package app

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"throughline/embedded/postgres"
	"throughline/notify/email"
	"throughline/store"
	"throughline/worker"
)

// Health is how one part of an installation is.
type Health struct {
	Part   string
	Detail string
	Err    error
}

// Says gives the finding in words.
func (h Health) Says() string {
	if h.Err != nil {
		return h.Err.Error()
	}
	return h.Detail
}

// Examine asks every part that the configuration names. It changes nothing but what the data
// directory needs to exist.
func Examine(ctx context.Context, cfg Config) []Health {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := cfg.complete(); err != nil {
		return []Health{{Part: "configuration", Err: err}}
	}
	return []Health{examineDatabase(ctx, cfg), examineTemporal(ctx, cfg), examineKey(cfg), examineMail(ctx, cfg)}
}

func examineDatabase(ctx context.Context, cfg Config) Health {
	h := Health{Part: "PostgreSQL"}
	if cfg.DatabaseURL == "" {
		h.Detail, h.Err = postgres.Installed()
		return h
	}
	s, err := store.Open(ctx, store.Config{DSN: cfg.DatabaseURL, MaxConns: 2})
	if err != nil {
		h.Err = err
		return h
	}
	defer s.Close()
	h.Err, h.Detail = s.Ping(ctx), "answers"
	return h
}

func examineTemporal(ctx context.Context, cfg Config) Health {
	h := Health{Part: "Temporal", Detail: "embedded; serve starts it"}
	if cfg.TemporalAddress == "" {
		return h
	}
	a := &App{cfg: cfg}
	options, err := a.temporalOptions(ctx)
	if err != nil {
		h.Err = err
		return h
	}
	c, err := client.DialContext(ctx, options)
	if err != nil {
		h.Err = fmt.Errorf("connecting: %w", err)
		return h
	}
	defer c.Close()
	_, h.Err = c.CheckHealth(ctx, &client.CheckHealthRequest{})
	h.Detail = "answers at " + cfg.TemporalAddress
	return h
}

func examineKey(cfg Config) Health {
	h := Health{Part: "payload key"}
	key, err := worker.ReadOrCreateKey(cfg.KeyFile)
	h.Err, h.Detail = err, key.String()
	return h
}

func examineMail(ctx context.Context, cfg Config) Health {
	h := Health{Part: "mail", Detail: "no SMTP is set: mail stays in the local mailbox"}
	if cfg.SMTP == "" {
		return h
	}
	settings, err := email.ParseURL(cfg.SMTP)
	if err != nil {
		h.Err = err
		return h
	}
	channel, err := email.New(settings)
	if err != nil {
		h.Err = err
		return h
	}
	h.Err, h.Detail = channel.Probe(ctx), "the mail server takes mail from us"
	return h
}
