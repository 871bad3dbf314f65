package simulate

import (
	"errors"
	"fmt"
	"strings"

	"throughline/care"
	"throughline/pathways/engine"
)

// act lets one event of the scenario happen.
func (p *player) act(name string, a Act) error {
	if a.At != "" {
		at, err := p.when(a.At)
		if err != nil {
			return err
		}
		if at.Before(p.world.Now) {
			return fmt.Errorf("%s lies before what has happened already", a.At)
		}
		if err := p.world.Sleep(at); err != nil {
			return err
		}
	}
	if a.Do != "" {
		ev, err := p.event(a)
		if err != nil {
			return err
		}
		p.orElse(name, ev, a.Or)
		p.compareRefusal(name, a.Refused, p.world.Do(ev))
	}
	if a.Expect != nil {
		p.check(name, *a.Expect)
	}
	return nil
}

func (p *player) compareRefusal(name, want string, err error) {
	switch {
	case err == nil && want == "":
	case err == nil:
		p.failf("%s should have been refused with %q", name, want)
	case want == "":
		p.failf("%s was refused: %v", name, err)
	default:
		rule := ""
		if refusal, ok := errors.AsType[*care.Error](err); ok {
			rule = refusal.Rule
		}
		if !strings.Contains(err.Error(), want) && !strings.Contains(rule, want) {
			p.failf("%s was refused with %q (rule %q), not with %q", name, err, rule, want)
		}
	}
}

func (p *player) event(a Act) (engine.Event, error) {
	ev := engine.Event{
		Kind: engine.EventKind(a.Do), Actor: actorOf(a), Reason: a.Reason, Step: a.Step, Occurrence: a.Occurrence,
		Track: a.Track, Clock: a.Clock, Outcome: a.Outcome, Answers: factValues(a.Answers), Mode: a.Mode, Assignee: a.Assignee,
		Role: a.Role, Purpose: a.Purpose, Given: a.Given, NewStep: a.Add,
	}
	if at, err := p.optional(a.OccurredAt); err != nil {
		return ev, err
	} else if at != nil {
		ev.OccurredAt = *at
	}
	var err error
	if ev.Until, err = p.optional(a.Until); err != nil {
		return ev, err
	}
	if err := p.carry(&ev, a); err != nil {
		return ev, err
	}
	return ev, p.address(&ev, a)
}

// carry gives the event what it tells of the world outside.
func (p *player) carry(ev *engine.Event, a Act) (err error) {
	if a.Stay != nil {
		if ev.Encounter, err = p.encounter(*a.Stay); err != nil {
			return err
		}
	}
	if v := a.Visit; v != nil {
		ev.Appointment = &care.Appointment{Identifier: v.Identifier, Barrier: v.Barrier}
		if ev.Appointment.Start, err = p.optional(v.Start); err != nil {
			return err
		}
	}
	if o := a.Observation; o != nil {
		if ev.Observation, err = p.report(*o); err != nil {
			return err
		}
	}
	if a.Patient != nil {
		facts := patientFacts(*a.Patient)
		ev.Patient = &facts
	}
	if a.Do == string(engine.TaskAttempt) {
		ev.Attempt = &care.Attempt{Mode: a.Mode, Who: "patient", Reached: a.Reached}
	}
	return nil
}

// address finds the task, the referral or the escalation that the event is about.
func (p *player) address(ev *engine.Event, a Act) error {
	family, _, _ := strings.Cut(a.Do, ".")
	switch family {
	case "task":
		st := p.step(a.Step, a.Occurrence)
		if st == nil || st.Task == nil {
			return fmt.Errorf("the step %q has no task", a.Step)
		}
		ev.TaskID = st.Task.ID
	case "referral":
		st := p.step(a.Step, a.Occurrence)
		if st == nil || st.Referral == nil || st.Referral.Current == nil {
			return fmt.Errorf("the step %q has asked nobody", a.Step)
		}
		ev.ReferralID = st.Referral.Current.ID
	case "subpathway":
		st := p.step(a.Step, a.Occurrence)
		if st == nil || st.Sub == nil {
			return fmt.Errorf("the step %q has started no pathway", a.Step)
		}
		ev.Occurrence, ev.Child = st.Occurrence, st.Sub.EnrollmentID
	case "escalation":
		for _, esc := range p.world.State.Escalations {
			if esc.Step == a.Step && (a.Role == "" || esc.Level == a.Role) {
				ev.EscalationID = esc.ID
				return nil
			}
		}
		return fmt.Errorf("the step %q has no open escalation", a.Step)
	}
	return nil
}

// step gives the latest occurrence that has begun, or the one asked for.
func (p *player) step(id string, occurrence int) *engine.Step {
	var found *engine.Step
	for _, st := range p.world.State.Steps {
		if st.ID != id || occurrence > 0 && st.Occurrence != occurrence {
			continue
		}
		if found == nil || st.Status != care.StepWaiting {
			found = st
		}
	}
	return found
}

// actorOf is who does such things, where the scenario does not say.
func actorOf(a Act) care.Actor {
	by := a.By
	family, _, _ := strings.Cut(a.Do, ".")
	switch {
	case by != "":
	case family == "questionnaire":
		by = string(care.Subject)
	case family == "referral":
		by = string(care.Partner)
	case family == "subpathway":
		by = string(care.Engine)
	case family == "encounter", family == "patient", family == "appointment", family == "observation":
		by = string(care.System)
	default:
		by = string(care.Person)
	}
	return care.Actor{Kind: care.ActorKind(by), ID: "simulated " + by}
}
