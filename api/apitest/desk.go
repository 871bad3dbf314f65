package apitest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"throughline/api/enrollments"
	"throughline/api/intake"
	"throughline/api/proof"
	"throughline/care"
	"throughline/identity"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/workflows"
)

// Desk runs enrollments in the process: it advances the engine, commits the turn and answers what
// the engine asks of the world, at once.
type Desk struct {
	mu      sync.Mutex
	store   *store.Store
	links   *identity.PartnerLinks
	answers *identity.PatientLinks
	clock   *Clock
	Mails   []Mail    // partners' mails, in order
	Asked   []string  // the links in patients' mails, in order
	Changed []care.ID // patients who were said to have changed
	Down    bool      // nobody answers
	Posted  [][]byte  // what the intake was given
}

// Mail is a partner's mail.
type Mail struct{ ReferralID, Link string }

// Clock is a time that a test moves.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now gives the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Move moves the time on.
func (c *Clock) Move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

// Submit tells an enrollment what happened.
func (d *Desk) Submit(ctx context.Context, id care.ID, ev engine.Event) (workflows.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.Down {
		return workflows.Receipt{}, care.Errorf(care.Unavailable, "the enrollment did not answer in time; the same event can be submitted again")
	}
	st, ref, err := d.store.Snapshot(ctx, id)
	if err != nil || st.Status == care.EnrollmentEnded {
		return workflows.Receipt{}, care.Errorf(care.NotFound, "no such enrollment is running")
	}
	kept, err := d.store.DefinitionByDigest(ctx, ref.Digest)
	if err != nil {
		return workflows.Receipt{}, err
	}
	return d.turn(ctx, kept.Definition, st, ev)
}

// Launch starts an enrollment.
func (d *Desk) Launch(ctx context.Context, r enrollments.Request) (enrollments.Launched, error) {
	kept, err := d.store.Definition(ctx, r.Pathway, r.Version)
	if err != nil {
		return enrollments.Launched{}, err
	}
	patient, err := d.store.Patient(ctx, r.PatientID)
	if err != nil {
		return enrollments.Launched{}, err
	}
	eng, err := engine.For(kept.Definition)
	if err != nil {
		return enrollments.Launched{}, err
	}
	l := engine.Launch{
		PatientID: r.PatientID, Facts: r.Facts, Need: r.Need, Zone: "America/New_York", Calendar: care.USFederalCalendar(),
		Patient: engine.PatientFacts{HasEmail: true, HasPhone: true, Language: patient.Language},
	}
	l.EnrollmentID = eng.EnrollmentID(l, r.Key)
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err = d.turn(ctx, kept.Definition, engine.State{}, engine.Event{
		ID: "start:" + l.EnrollmentID, Kind: engine.Started, Actor: r.Actor, Reason: r.Reason, Launch: &l,
	})
	return enrollments.Launched{EnrollmentID: l.EnrollmentID, Decision: store.LaunchStarted}, err
}

func (d *Desk) turn(ctx context.Context, def *pathways.Definition, st engine.State, ev engine.Event) (workflows.Receipt, error) {
	eng, err := engine.For(def)
	if err != nil {
		return workflows.Receipt{}, err
	}
	t, err := eng.Advance(st, ev, d.clock.Now().UTC())
	if err != nil {
		return workflows.Receipt{}, err
	}
	if ev.Migration != nil && !t.Duplicate {
		def = ev.Migration.Definition
	}
	ref := store.DefinitionRef{Pathway: def.Pathway, Version: def.Version, Digest: pathways.Digest(def)}
	if err := d.store.Commit(ctx, store.Commit{Turn: t, Definition: ref}); err != nil {
		return workflows.Receipt{}, fmt.Errorf("committing: %w", err)
	}
	if err := d.follow(ctx, def, t); err != nil {
		return workflows.Receipt{}, err
	}
	return workflows.Receipt{EnrollmentID: t.State.EnrollmentID, Seq: t.State.Seq, Duplicate: t.Duplicate, Status: t.State.Status}, nil
}

// follow answers what the engine asked of the world.
func (d *Desk) follow(ctx context.Context, def *pathways.Definition, t engine.Turn) error {
	if t.Duplicate {
		return nil
	}
	for _, eff := range t.Effects {
		ev, asked, err := d.result(ctx, def, eff)
		if err != nil {
			return err
		}
		if !asked {
			continue
		}
		st, _, err := d.store.Snapshot(ctx, t.State.EnrollmentID)
		if err != nil {
			return err
		}
		if _, err := d.turn(ctx, def, st, ev); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) result(ctx context.Context, def *pathways.Definition, eff engine.Effect) (ev engine.Event, asked bool, err error) {
	switch {
	case eff.Kind == engine.FindServices:
		found, err := d.store.Services(ctx, eff.Search.Need)
		ev = engine.Event{ID: eff.Search.ID, Kind: engine.ReferralCandidates, Actor: care.TheEngine, Step: eff.Search.Step, Occurrence: eff.Search.Occurrence}
		for _, s := range found {
			ev.Candidates = append(ev.Candidates, engine.Candidate{ServiceID: s.ID, Name: s.Name})
		}
		return ev, true, err
	case eff.Kind == engine.MessageRow && eff.Message.Status == care.MessageQueued:
		if m := eff.Message; m.ReferralID != "" {
			link, err := d.links.ReferralLink(ctx, m.ReferralID, m.ID)
			if err != nil {
				return ev, false, err
			}
			d.Mails = append(d.Mails, Mail{ReferralID: m.ReferralID, Link: link})
		} else if step := def.StepByID(m.Step).Brings(); step != "" && m.To == "patient" {
			link, err := d.answers.AnswersLink(ctx, identity.Asked{EnrollmentID: m.EnrollmentID, Step: step, Occurrence: m.Occurrence, Language: m.Language}, m.ID)
			if err != nil {
				return ev, false, err
			}
			d.Asked = append(d.Asked, link)
		}
		return engine.Event{
			ID: "delivered:" + eff.Message.ID, Kind: engine.MessageDelivered, Actor: care.TheEngine, MessageID: eff.Message.ID,
			Delivery: &engine.Delivery{Status: care.MessageSent, Channel: "test"},
		}, true, nil
	}
	return ev, false, nil
}

// PatientChanged notes who changed.
func (d *Desk) PatientChanged(_ context.Context, id care.ID, _ care.Actor) error {
	d.Changed = append(d.Changed, id)
	return nil
}

// Offset is always nothing: the test's clock is the real one.
func (d *Desk) Offset(context.Context) (time.Duration, error) { return 0, nil }

// Advance moves the time on and wakes every enrollment.
func (d *Desk) Advance(ctx context.Context, by time.Duration) (time.Duration, error) {
	d.clock.Move(by)
	running, err := d.store.RunningEnrollments(ctx, "", 1000)
	for _, e := range running {
		if _, err := d.Submit(ctx, e.EnrollmentID, engine.Event{ID: care.NewID(time.Now()), Kind: engine.Tick, Actor: care.TheEngine}); err != nil {
			return 0, err
		}
	}
	return by, err
}

// Reconcile finds nothing.
func (d *Desk) Reconcile(context.Context) (proof.Reconciliation, error) {
	return proof.Reconciliation{At: d.clock.Now(), Checked: 1}, nil
}

// HL7 keeps the bytes and answers AA.
func (d *Desk) HL7(_ context.Context, raw []byte, _ string) ([]byte, error) {
	if d.Down {
		return nil, care.Errorf(care.Unavailable, "the database does not answer")
	}
	d.Posted = append(d.Posted, raw)
	return []byte("MSH|^~\\&|||||20260302||ACK|1|P|2.5\rMSA|AA|1\r"), nil
}

// FHIR keeps the message, and fails what is no JSON.
func (d *Desk) FHIR(ctx context.Context, body []byte, source string) (intake.MessageFate, error) {
	in := store.NewInbound{DedupKey: string(body), Format: store.FormatFHIR, Kind: "fhir:transaction", Source: source, Raw: body, Status: care.InboundApplied}
	if len(body) == 0 || body[0] != '{' {
		in.Status, in.Reason = care.InboundFailed, "the body is no JSON object"
	}
	m, known, err := d.store.Receive(ctx, in)
	if err != nil {
		return intake.MessageFate{}, err
	}
	fate := intake.MessageFate{MessageID: m.ID, Kind: m.Kind, Status: m.Status, Reason: m.Reason, Duplicate: known}
	if m.Status == care.InboundFailed {
		return fate, care.Errorf(care.Invalid, "%s", m.Reason)
	}
	return fate, nil
}

// Replay puts a message back.
func (d *Desk) Replay(ctx context.Context, id care.ID) (intake.MessageFate, error) {
	if err := d.store.ReplayInbound(ctx, id); err != nil {
		return intake.MessageFate{}, err
	}
	return intake.MessageFate{MessageID: id, Kind: "fhir:transaction", Status: care.InboundReceived}, nil
}
