package router

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"throughline/care"
	"throughline/intake/fhir"
	"throughline/intake/hl7v2"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/workflows"
)

// Commands starts enrollments and tells running ones what happened.
type Commands interface {
	Enroll(ctx context.Context, d *pathways.Definition, ev engine.Event) (workflows.Receipt, error)
	Submit(ctx context.Context, enrollmentID care.ID, ev engine.Event) (workflows.Receipt, error)
}

// Config is what a router works with.
type Config struct {
	Store    *store.Store
	Commands Commands
	// Zone is the organization's: for times without one, and for patients whose own is not known.
	Zone     *time.Location
	Calendar care.Calendar
	Logger   *slog.Logger
	Now      func() time.Time // the real time
	// AtOnce bounds how many messages are worked on side by side; 0: 4.
	AtOnce int
}

// Router takes messages in and acts on them.
type Router struct {
	Config
	slots chan struct{}
}

// New makes a router.
func New(cfg Config) *Router {
	if cfg.AtOnce <= 0 {
		cfg.AtOnce = 4
	}
	return &Router{Config: cfg, slots: make(chan struct{}, cfg.AtOnce)}
}

// intakeActor is who patients and stays are changed by, when a message does it.
var intakeActor = care.Actor{Kind: care.System, ID: "intake"}

// Fate is what became of a message.
type Fate struct {
	MessageID care.ID            `json:"message_id"`
	Kind      string             `json:"kind"`
	ControlID string             `json:"control_id,omitempty"`
	Status    care.InboundStatus `json:"status"`
	Reason    string             `json:"reason,omitempty"`
	Duplicate bool               `json:"duplicate,omitempty"`
}

// Run works on what is in the inbox until the context ends: what was stored before a crash, what
// could not be worked on at once, what is to be replayed.
func (r *Router) Run(ctx context.Context) error {
	ticker := time.NewTicker(2 * time.Second)
	defer ticker.Stop()
	for {
		if err := r.drain(ctx); err != nil && ctx.Err() == nil {
			r.Logger.ErrorContext(ctx, "working on the inbox", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (r *Router) drain(ctx context.Context) error {
	for ctx.Err() == nil {
		messages, err := r.Store.NextInbound(ctx, 20)
		if err != nil {
			return fmt.Errorf("reading the inbox: %w", err)
		}
		if len(messages) == 0 {
			return nil
		}
		for _, m := range messages {
			r.work(ctx, m)
		}
	}
	return nil
}

// work applies one stored message and notes its fate. A passing failure leaves it in the inbox, to
// be tried again; it never holds up what follows.
func (r *Router) work(ctx context.Context, m store.InboundMessage) Fate {
	r.slots <- struct{}{}
	defer func() { <-r.slots }()
	fate := Fate{MessageID: m.ID, Kind: m.Kind, ControlID: m.ControlID, Status: care.InboundApplied}
	patientID, reason, err := r.apply(ctx, m)
	switch {
	case err != nil && !care.Permanent(err):
		r.Logger.WarnContext(ctx, "a message has to be tried again", "message_id", m.ID, "kind", m.Kind, "error_code", care.CodeOf(err), "error", err)
		fate.Status, fate.Reason = care.InboundReceived, "it could not be worked on yet and will be tried again"
		r.putOff(ctx, m, fate.Reason)
		return fate
	case err != nil:
		fate.Status, fate.Reason = care.InboundFailed, err.Error()
	case reason != "":
		fate.Status, fate.Reason = care.InboundIgnored, reason
	}
	if err := r.Store.SetInboundFate(ctx, m.ID, fate.Status, fate.Reason, patientID); err != nil {
		r.Logger.ErrorContext(ctx, "noting a message's fate", "message_id", m.ID, "error", err)
		fate.Status = care.InboundReceived
	}
	return fate
}

// apply reads a stored message again and does what it says. It gives the reason where there was
// nothing to do.
func (r *Router) apply(ctx context.Context, m store.InboundMessage) (patientID care.ID, reason string, err error) {
	inbound, err := r.interpret(m)
	if err != nil {
		return "", "", err
	}
	used := false
	for _, in := range inbound {
		if in.OccurredAt.IsZero() {
			in.OccurredAt = m.ReceivedAt
		}
		if in.Ignored != "" {
			reason = in.Ignored
			continue
		}
		id, done, err := r.applyOne(ctx, m.ID, in)
		if err != nil {
			return id, "", err
		}
		if done == "" {
			used = true
		} else {
			reason = done
		}
		if id != "" {
			patientID = id
		}
	}
	if used {
		return patientID, "", nil
	}
	return patientID, reason, nil
}

func (r *Router) interpret(m store.InboundMessage) ([]care.Inbound, error) {
	if m.Format == "fhir" {
		return fhir.Interpret(m.Raw, fhir.Options{Zone: r.Zone, Source: m.Source})
	}
	receipt := hl7v2.Receive(m.Raw, hl7v2.Options{Zone: r.Zone}, m.ReceivedAt)
	return []care.Inbound{receipt.Inbound}, receipt.Err
}

// Replay puts a stored message back to work.
func (r *Router) Replay(ctx context.Context, id care.ID) (Fate, error) {
	if err := r.Store.ReplayInbound(ctx, id); err != nil {
		return Fate{}, err
	}
	m, err := r.Store.Inbound(ctx, id)
	if err != nil {
		return Fate{}, err
	}
	return r.work(ctx, m), nil
}

// putOff leaves a message for later, longer each time.
func (r *Router) putOff(ctx context.Context, m store.InboundMessage, reason string) {
	wait := min(time.Duration(1+m.Attempts)*5*time.Second, 5*time.Minute)
	if err := r.Store.DeferInbound(context.WithoutCancel(ctx), m.ID, r.Now().UTC().Add(wait), reason); err != nil {
		r.Logger.ErrorContext(ctx, "putting a message off", "message_id", m.ID, "error", err)
	}
}
