package router

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
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
	// AtOnce bounds how many messages are worked on side by side; 0: 4. Each may hold one of the
	// store's connections while it waits for another, so the store must have more than that.
	AtOnce int
}

const (
	// workTime is how long a message may take; it is less than the inbox's lease.
	workTime = 50 * time.Second
	// fateTime is how long noting a message's fate may take, also after the caller went away.
	fateTime = 5 * time.Second
	// longestWait is the longest time between two tries of a message; the first is a second.
	longestWait = 5 * time.Minute
	// awayWait is that where a part did not answer: it is no fault of the message, and the patient waits.
	awayWait = 15 * time.Second
	// patience is how often a message is tried that fails for a reason that we do not know.
	patience = 10
	// oddities is how many sentences about what was odd are kept with a message.
	oddities = 10
)

// Router takes messages in and acts on them. It is safe for concurrent use.
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
	// Reason says why it is ignored or failed, and what was odd about it though it was applied. It
	// is for staff: it may quote the message.
	Reason    string `json:"reason,omitempty"`
	Duplicate bool   `json:"duplicate,omitempty"`
}

// Run works on what is in the inbox until the context ends: what was stored before a crash, what
// could not be worked on at once, what is to be replayed.
func (r *Router) Run(ctx context.Context) error {
	ticker := time.NewTicker(2 * time.Second)
	defer ticker.Stop()
	for {
		if err := r.Drain(ctx); err != nil && ctx.Err() == nil {
			r.Logger.ErrorContext(ctx, "working on the inbox", "error", err)
		}
		if err := r.FollowEnds(ctx); err != nil && ctx.Err() == nil {
			r.Logger.ErrorContext(ctx, "starting pathways that follow others", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Drain works on what waits in the inbox and is due, until nothing is. A message that takes long
// holds up none of the others.
func (r *Router) Drain(ctx context.Context) error {
	for ctx.Err() == nil {
		messages, err := r.Store.NextInbound(ctx, cap(r.slots))
		if err != nil {
			return fmt.Errorf("reading the inbox: %w", err)
		}
		if len(messages) == 0 {
			return nil
		}
		var group sync.WaitGroup
		for _, m := range messages {
			group.Go(func() { r.work(ctx, m, nil) })
		}
		group.Wait()
	}
	return nil
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
	return r.work(ctx, m, nil), nil
}

// enter waits for a place among those that work side by side.
func (r *Router) enter(ctx context.Context) (leave func(), err error) {
	select {
	case r.slots <- struct{}{}:
		return func() { <-r.slots }, nil
	case <-ctx.Done():
		return nil, care.Errorf(care.Unavailable, "waiting for a place to work: %w", ctx.Err())
	}
}

// work applies one stored message and notes its fate. A passing failure leaves it in the inbox, to
// be tried again; it never holds up what follows.
func (r *Router) work(ctx context.Context, m store.InboundMessage, odd []string) Fate {
	done, err := r.apply(ctx, m)
	fate := Fate{MessageID: m.ID, Kind: m.Kind, ControlID: m.ControlID, Status: care.InboundApplied}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fateTime)
	defer cancel()
	switch {
	case err != nil && passing(err, m):
		fate.Status, fate.Reason = care.InboundReceived, "it could not be worked on yet and will be tried again"
		r.putOff(ctx, m, err, fate.Reason)
		return fate
	case err != nil:
		fate.Status, fate.Reason = care.InboundFailed, err.Error()
	case done.unused != "":
		fate.Status, fate.Reason = care.InboundIgnored, done.unused
	}
	fate.Reason = sentences(fate.Reason, append(odd, done.warnings...))
	if err := r.Store.SetInboundFate(ctx, m.ID, fate.Status, fate.Reason, done.patientID); err != nil {
		r.Logger.ErrorContext(ctx, "noting a message's fate", "message_id", m.ID, "error", err)
		fate.Status = care.InboundReceived
	}
	return fate
}

// passing tells whether a message that failed is tried again: always where a part did not answer,
// some times where nobody knows.
func passing(err error, m store.InboundMessage) bool {
	if care.CodeOf(err) == care.Internal {
		return m.Attempts < patience
	}
	return !care.Permanent(err)
}

// sentences puts what is to be said of a message together.
func sentences(first string, odd []string) string {
	if len(odd) > oddities {
		odd = append(odd[:oddities:oddities], "…")
	}
	all := make([]string, 0, len(odd)+1)
	for _, text := range append([]string{first}, odd...) {
		if text == "" {
			continue
		}
		if !strings.HasSuffix(text, ".") {
			text += "."
		}
		all = append(all, text)
	}
	if len(all) == 1 && first != "" {
		return first
	}
	return strings.Join(all, " ")
}

// putOff leaves a message for later, longer each time. The log gets no words of an error, which
// might quote the message.
func (r *Router) putOff(ctx context.Context, m store.InboundMessage, err error, reason string) {
	r.Logger.WarnContext(ctx, "a message has to be tried again", "message_id", m.ID, "kind", m.Kind, "attempts", m.Attempts, "error_code", care.CodeOf(err))
	wait := min(time.Second<<min(m.Attempts, 10), longestWait)
	if care.CodeOf(err) == care.Unavailable {
		wait = min(wait, awayWait)
	}
	if err := r.Store.DeferInbound(ctx, m.ID, r.Now().UTC().Add(wait), reason); err != nil {
		r.Logger.ErrorContext(ctx, "putting a message off", "message_id", m.ID, "error", err)
	}
}

// apply reads a stored message again and does what it says, within bounds: it takes a place, takes
// no longer than it may, and a defect in it ends it alone.
func (r *Router) apply(ctx context.Context, m store.InboundMessage) (done outcome, err error) {
	leave, err := r.enter(ctx)
	if err != nil {
		return outcome{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	defer func() {
		if defect := recover(); defect != nil {
			err = care.Errorf(care.Internal, "the message met a defect in this program (%T)", defect)
		}
	}()
	inbound, err := r.interpret(m)
	if err != nil {
		return outcome{}, err
	}
	return r.applyAll(ctx, m, inbound)
}

// applyAll applies what a message says of each patient in it.
func (r *Router) applyAll(ctx context.Context, m store.InboundMessage, inbound []care.Inbound) (outcome, error) {
	var all outcome
	used := false
	for _, in := range inbound {
		if in.OccurredAt.IsZero() {
			in.OccurredAt = m.ReceivedAt
		}
		if in.Ignored != "" {
			all.unused = in.Ignored
			all.warnings = append(all.warnings, in.Warnings...)
			continue
		}
		done, err := r.applyOne(ctx, m.ID, in)
		if done.patientID != "" {
			all.patientID = done.patientID
		}
		if err != nil {
			return all, err
		}
		all.warnings = append(all.warnings, done.warnings...)
		if done.unused == "" {
			used = true
		} else {
			all.unused = done.unused
		}
	}
	if used {
		all.unused = ""
	}
	return all, nil
}

func (r *Router) interpret(m store.InboundMessage) ([]care.Inbound, error) {
	if m.Format == store.FormatFHIR {
		return fhir.Interpret(m.Raw, fhir.Options{Zone: r.Zone, Source: m.Source})
	}
	receipt := hl7v2.Receive(m.Raw, hl7v2.Options{Zone: r.Zone}, m.ReceivedAt)
	return []care.Inbound{receipt.Inbound}, receipt.Err
}
