package simulate

import (
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// World is one enrollment, alone in a world whose time only moves when it is told to.
type World struct {
	Engine   *engine.Engine
	State    engine.State
	Now      time.Time
	Turns    []engine.Turn
	Services []engine.Candidate // who may be asked; empty: a search finds nobody
	// Find gives who may be asked for one search, best first; nil: Services, whatever is looked for.
	Find func(engine.Search) []engine.Candidate
	// Delivery gives what becomes of a message; nil: every message is sent.
	Delivery func(care.Message) engine.Delivery
	// Other gives what becomes of another pathway that is to be started; nil: it starts.
	Other func(engine.SubLaunch) engine.Event
	// Beyond hears what other enrollments are asked and told, and answers later, with Do; nil: the world
	// answers at once.
	Beyond func(engine.Effect)
	events int
}

// New makes a world at an instant.
func New(e *engine.Engine, now time.Time) *World { return &World{Engine: e, Now: now} }

// Do lets an event happen now. An event without identity gets one.
func (w *World) Do(ev engine.Event) error {
	w.events++
	if ev.ID == "" {
		ev.ID = fmt.Sprintf("event-%d", w.events)
	}
	turn, err := w.Engine.Advance(w.State, ev, w.Now)
	if err != nil {
		return err
	}
	if turn.Duplicate {
		return nil
	}
	if w.Engine, err = w.Engine.Next(ev, turn); err != nil {
		return err
	}
	w.State = turn.State
	w.Turns = append(w.Turns, turn)
	return w.follow(turn.Effects)
}

// follow answers what the engine asked of the world.
func (w *World) follow(effects []engine.Effect) error {
	for _, eff := range effects {
		switch {
		case eff.Kind == engine.MessageRow && eff.Message.Status == care.MessageQueued:
			if err := w.deliver(*eff.Message); err != nil {
				return err
			}
		case eff.Kind == engine.FindServices:
			ev := engine.Event{ID: eff.Search.ID, Kind: engine.ReferralCandidates, Actor: care.TheEngine, Step: eff.Search.Step, Occurrence: eff.Search.Occurrence, Candidates: w.found(*eff.Search)}
			// As in production, an answer that is refused came too late to be of use: all has ended.
			if err := w.Do(ev); err != nil && !care.Permanent(err) {
				return fmt.Errorf("answering the search for services: %w", err)
			}
		case !isBeyond(eff.Kind):
		case w.Beyond != nil:
			w.Beyond(eff)
		default:
			if err := w.Do(w.elsewhere(eff)); err != nil {
				return fmt.Errorf("answering for another pathway: %w", err)
			}
		}
	}
	return nil
}

// isBeyond tells whether an effect is for another enrollment.
func isBeyond(kind engine.EffectKind) bool {
	return kind == engine.StartPathway || kind == engine.EndPathway || kind == engine.TellParent
}

func (w *World) found(s engine.Search) []engine.Candidate {
	if w.Find != nil {
		return w.Find(s)
	}
	return w.Services
}

// elsewhere answers for the other enrollments, which are not simulated.
func (w *World) elsewhere(eff engine.Effect) engine.Event {
	switch eff.Kind {
	case engine.EndPathway:
		return engine.Event{ID: eff.End.ID, Kind: engine.SubWithdrawn, Actor: care.TheEngine, Step: eff.End.Step, Occurrence: eff.End.Occurrence}
	case engine.TellParent:
		return engine.Event{ID: eff.Parent.ID, Kind: engine.ParentTold, Actor: care.TheEngine}
	}
	l := *eff.Start
	ev := engine.Event{Kind: engine.SubStarted, Child: care.KeyID("simulated", l.Pathway, l.ID)}
	if w.Other != nil {
		ev = w.Other(l)
	}
	ev.ID, ev.Actor, ev.Step, ev.Occurrence = l.ID, care.TheEngine, l.Parent.Step, l.Parent.Occurrence
	return ev
}

func (w *World) deliver(m care.Message) error {
	result := engine.Delivery{Status: care.MessageSent, Channel: "simulated"}
	stopped, late := engine.TooLate(m, w.Now)
	switch {
	case late: // the time was skipped
		result = stopped
	case w.withdrawn(m.ID): // by the very turn that queued it
		result.Status = care.MessageStopped
	case w.Delivery != nil:
		result = w.Delivery(m)
	}
	ev := engine.Event{ID: "delivered:" + m.ID, Kind: engine.MessageDelivered, Actor: care.TheEngine, MessageID: m.ID, Delivery: &result}
	if err := w.Do(ev); err != nil {
		return fmt.Errorf("reporting a delivery: %w", err)
	}
	return nil
}

func (w *World) withdrawn(id care.ID) bool {
	return slices.ContainsFunc(w.State.Outbox, func(m care.Message) bool { return m.ID == id && m.Status == care.MessageStopped })
}

// Sleep moves the time on, and lets everything happen that is due meanwhile, each at its moment.
func (w *World) Sleep(until time.Time) error {
	for {
		wake := w.Engine.Wake(w.State)
		if wake == nil || wake.After(until) {
			break
		}
		if wake.After(w.Now) {
			w.Now = *wake
		}
		before := w.State.Seq
		if err := w.Do(engine.Event{Kind: engine.Tick, Actor: care.TheEngine}); err != nil {
			return fmt.Errorf("at %s: %w", w.Now.Format(time.RFC3339), err)
		}
		if after := w.Engine.Wake(w.State); w.State.Seq == before && after != nil && !after.After(*wake) {
			return fmt.Errorf("at %s: the engine asks to be woken again and again for nothing", w.Now.Format(time.RFC3339))
		}
	}
	if until.After(w.Now) {
		w.Now = until
	}
	return nil
}

// Timeline gives all that happened, in order.
func (w *World) Timeline() []care.TimelineEntry {
	var out []care.TimelineEntry
	for _, t := range w.Turns {
		for _, eff := range t.Effects {
			if eff.Timeline != nil {
				out = append(out, *eff.Timeline)
			}
		}
	}
	return out
}

// Escalations gives every escalation that was raised, as it now stands, in the order of raising.
func (w *World) Escalations() []care.Escalation {
	var out []care.Escalation
	at := map[care.ID]int{}
	for _, t := range w.Turns {
		for _, eff := range t.Effects {
			if eff.Escalation == nil {
				continue
			}
			i, known := at[eff.Escalation.ID]
			if !known {
				at[eff.Escalation.ID] = len(out)
				out = append(out, *eff.Escalation)
				continue
			}
			out[i] = *eff.Escalation
		}
	}
	return out
}

// Messages gives every message that was queued, in order.
func (w *World) Messages() []care.Message {
	var out []care.Message
	for _, t := range w.Turns {
		for _, eff := range t.Effects {
			if eff.Message != nil && eff.Message.Status == care.MessageQueued {
				out = append(out, *eff.Message)
			}
		}
	}
	return out
}
