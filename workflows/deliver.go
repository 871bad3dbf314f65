package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"throughline/care"
	"throughline/pathways/engine"
)

// Limits of what is done outside.
const (
	// deliveryLimit bounds one attempt; the mail channel's own limits are shorter.
	deliveryLimit = 5 * time.Minute
	// deliveryPatience is how long a message is tried before it counts as failed and people hear of it.
	deliveryPatience = 24 * time.Hour
	// searchLimit bounds one attempt of a search, which asks one database and needs milliseconds. On an
	// overloaded machine Temporal may count an attempt as begun that no worker ever got: a task that meets
	// a waiting worker is given one second to be noted as begun; noted later, it is given to nobody
	// (temporalio/temporal#11733, server v1.32.1). That costs this long before another is made.
	searchLimit = 10 * time.Second
	// DeliveryBeat is how often what may take long shows that it is still at work, deliveryPulse how long it may
	// be silent: a process that died is not waited for.
	DeliveryBeat  = 5 * time.Second
	deliveryPulse = 30 * time.Second
)

// dispatch starts the activities of the effects that want something done outside, each in a
// coroutine of its own. While another run is about to go on, they are left to it.
func (e *enrollment) dispatch(effects []engine.Effect) {
	for _, eff := range effects {
		if !outside(eff) || contains(e.inFlight, eff) || contains(e.carried, eff) {
			continue
		}
		if e.renewing {
			e.carried = append(e.carried, eff)
			continue
		}
		e.inFlight = append(e.inFlight, eff)
		workflow.GoNamed(e.deliver, "deliver:"+effectID(eff), func(ctx workflow.Context) { e.perform(ctx, eff) })
	}
}

// perform has one effect done. The result comes back as an event; an effect that was recalled is
// carried to the next run.
func (e *enrollment) perform(ctx workflow.Context, eff engine.Effect) {
	ev, finished := e.result(ctx, eff)
	e.inFlight = without(e.inFlight, eff)
	if !finished {
		e.carried = append(e.carried, eff)
		return
	}
	e.queue = append(e.queue, &submission{event: ev})
}

func (e *enrollment) result(ctx workflow.Context, eff engine.Effect) (ev engine.Event, finished bool) {
	switch eff.Kind {
	case engine.FindServices:
		return e.search(ctx, eff.Search)
	case engine.StartPathway:
		return e.startOther(ctx, eff.Start)
	case engine.EndPathway:
		return e.endOther(ctx, eff.End)
	case engine.TellParent:
		return e.tellParent(ctx, eff.Parent)
	}
	return e.send(ctx, eff.Message)
}

func (e *enrollment) send(ctx workflow.Context, m *care.Message) (engine.Event, bool) {
	out := Outgoing{Message: *m, Template: e.engine.Template(e.state, *m)}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:              DeliveryQueue,
		StartToCloseTimeout:    deliveryLimit,
		HeartbeatTimeout:       deliveryPulse,
		ScheduleToCloseTimeout: deliveryPatience,
		WaitForCancellation:    true, // an attempt that runs is heard out
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 5 * time.Second, BackoffCoefficient: 2, MaximumInterval: 15 * time.Minute},
		Summary:                "send " + m.Purpose,
	})
	var d engine.Delivery
	if err := workflow.ExecuteActivity(ctx, activityFor(m.Purpose), out).Get(ctx, &d); err != nil {
		if e.recalled(err) {
			return engine.Event{}, false
		}
		d = undelivered(err)
	}
	return engine.Event{ID: "delivered:" + m.ID, Kind: engine.MessageDelivered, Actor: care.TheEngine, MessageID: m.ID, Delivery: &d}, true
}

func activityFor(purpose string) string {
	switch purpose {
	case "warning", "escalation":
		return EscalateActivity
	case "referral":
		return SendLinkActivity
	}
	return RemindActivity
}

func (e *enrollment) search(ctx workflow.Context, s *engine.Search) (engine.Event, bool) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           DeliveryQueue,
		StartToCloseTimeout: searchLimit,
		WaitForCancellation: true,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
		Summary:             "find services for a need",
	})
	ev := engine.Event{ID: s.ID, Kind: engine.ReferralCandidates, Actor: care.TheEngine, Step: s.Step, Occurrence: s.Occurrence}
	if err := workflow.ExecuteActivity(ctx, FindServicesActivity, *s).Get(ctx, &ev.Candidates); err != nil {
		if e.recalled(err) {
			return engine.Event{}, false
		}
		// Without candidates the referral goes to a person.
		ev.Candidates, ev.Reason = nil, "the search for services failed"
	}
	return ev, true
}

// recalled tells whether the effect has no result because this run is ending: its activity was
// cancelled before or between attempts. A final refusal is a result.
func (e *enrollment) recalled(err error) bool {
	var app *temporal.ApplicationError
	return e.renewing && (!errors.As(err, &app) || !app.NonRetryable())
}

// undelivered says what became of a message that no attempt has an answer for. An attempt that was
// cut off may have sent it; one that failed did not.
func undelivered(err error) engine.Delivery {
	if _, failed := errors.AsType[*temporal.ApplicationError](err); failed {
		return engine.Delivery{Status: care.MessageFailed, Detail: "it could not be sent within a day"}
	}
	return engine.Delivery{Status: care.MessageUnknown, Detail: "no attempt reported back within a day; it may have been sent"}
}

// outside tells whether an effect is done by an activity. All others are the commit's.
func outside(eff engine.Effect) bool {
	switch eff.Kind {
	case engine.MessageRow:
		return eff.Message.Status == care.MessageQueued
	case engine.FindServices, engine.StartPathway, engine.EndPathway, engine.TellParent:
		return true
	}
	return false
}

func effectID(eff engine.Effect) string {
	switch {
	case eff.Search != nil:
		return eff.Search.ID
	case eff.Start != nil:
		return eff.Start.ID
	case eff.End != nil:
		return eff.End.ID
	case eff.Parent != nil:
		return eff.Parent.ID
	}
	return eff.Message.ID
}

func contains(effects []engine.Effect, eff engine.Effect) bool {
	for _, other := range effects {
		if effectID(other) == effectID(eff) {
			return true
		}
	}
	return false
}

func without(effects []engine.Effect, eff engine.Effect) []engine.Effect {
	var left []engine.Effect
	for _, other := range effects {
		if effectID(other) != effectID(eff) {
			left = append(left, other)
		}
	}
	return left
}
