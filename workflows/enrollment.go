package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Enrollment carries one patient through one version of a pathway, until it has ended and every
// message has its result.
func Enrollment(ctx workflow.Context, in Input) error {
	e, err := setUp(ctx, in)
	if err != nil {
		return err
	}
	return e.run(ctx)
}

// enrollment is the state of the shell. What the pathway knows is in state; the rest is plumbing
// that a new run makes anew.
type enrollment struct {
	definition pathways.Definition
	ref        DefinitionRef
	engine     *engine.Engine
	state      engine.State
	queue      []*submission // events that wait for their turn
	alarm      alarm

	// deliver is the context of all deliveries; recall ends it.
	deliver     workflow.Context
	recall      workflow.CancelFunc
	inFlight    []engine.Effect // effects whose activity runs
	carried     []engine.Effect // effects left to the next run
	renewing    bool
	uncommitted string
}

// submission is one event on its way through the shell.
type submission struct {
	event    engine.Event
	ahead    *Adoption // instead of an event: the database's state, which may be ahead
	answered bool      // a caller waits for the receipt
	done     bool
	receipt  Receipt
	err      error
}

func setUp(ctx workflow.Context, in Input) (*enrollment, error) {
	e := &enrollment{}
	e.followVersion(&in.Definition)
	if in.State != nil {
		e.state = *in.State
	}
	e.state.Engine = chooseVersion(ctx)
	e.deliver, e.recall = workflow.WithCancel(ctx)
	if err := e.listen(ctx); err != nil {
		return nil, err
	}
	e.dispatch(in.Pending)
	if in.State != nil {
		e.arm(ctx, e.wake(), 0)
	}
	return e, nil
}

// listen sets the handlers. Nothing before this may block, or the first update finds none.
func (e *enrollment) listen(ctx workflow.Context) error {
	options := workflow.UpdateHandlerOptions{
		Description: "Tells the enrollment that something happened.",
		Validator: func(ctx workflow.Context, ev engine.Event) error {
			//workflowcheck:ignore // pure; validators are not replayed
			return Refusal(e.engine.Check(e.state, ev, e.now(ctx, ev)))
		},
	}
	if err := workflow.SetUpdateHandlerWithOptions(ctx, SubmitUpdate, e.submit, options); err != nil {
		return fmt.Errorf("setting the update handler: %w", err)
	}
	if err := e.listenForAdoption(ctx); err != nil {
		return err
	}
	if err := workflow.SetQueryHandler(ctx, StateQuery, e.view); err != nil {
		return fmt.Errorf("setting the query handler: %w", err)
	}
	return nil
}

// submit handles an update: it queues the event and answers once its turn is committed.
func (e *enrollment) submit(ctx workflow.Context, ev engine.Event) (Receipt, error) {
	return e.enqueue(ctx, &submission{event: ev, answered: true})
}

func (e *enrollment) enqueue(ctx workflow.Context, s *submission) (Receipt, error) {
	e.queue = append(e.queue, s)
	if err := workflow.Await(ctx, func() bool { return s.done }); err != nil {
		return Receipt{}, fmt.Errorf("waiting for the turn: %w", err)
	}
	return s.receipt, s.err
}

// run takes one event after the other. A run that was started for an enrollment that was then
// refused waits for a better one: the id stays usable.
func (e *enrollment) run(ctx workflow.Context) error {
	for {
		// Nothing but plain state is asked in the condition: it is evaluated again and again.
		err := workflow.Await(ctx, func() bool { return len(e.queue) > 0 || e.alarm.rang() || e.idle(ctx) })
		if err != nil {
			return fmt.Errorf("waiting for an event: %w", err)
		}
		switch {
		case len(e.queue) > 0:
			next := e.queue[0]
			e.queue = e.queue[1:]
			e.take(ctx, next)
		case e.alarm.rang():
			e.tick(ctx)
		case e.over():
			return nil
		default:
			return e.renewed(ctx)
		}
		e.renewIfDue(ctx)
	}
}

// idle tells whether this run has nothing left to do: the enrollment is over, or another run is to
// go on. No caller may be left without an answer, and no activity without somebody to hear it.
func (e *enrollment) idle(ctx workflow.Context) bool {
	return (e.over() || e.renewing) && len(e.queue) == 0 && len(e.inFlight) == 0 && workflow.AllHandlersFinished(ctx)
}

// over tells whether the enrollment has ended and nothing is left to be done outside.
func (e *enrollment) over() bool {
	return e.state.Status == care.EnrollmentEnded && len(e.inFlight) == 0 && len(e.carried) == 0
}

// take deals with what is next in the queue.
func (e *enrollment) take(ctx workflow.Context, s *submission) {
	if s.ahead == nil {
		e.turn(ctx, s)
		return
	}
	e.adopt(*s.ahead)
	s.receipt, s.done = Receipt{EnrollmentID: e.state.EnrollmentID, Seq: e.state.Seq, Status: e.state.Status}, true
	e.arm(ctx, e.wake(), 0)
}

// turn lets the engine do what the event asks, commits it, and starts what it wants done.
func (e *enrollment) turn(ctx workflow.Context, s *submission) {
	if s.event.Migration != nil {
		e.raiseVersion(ctx)
	}
	//workflowcheck:ignore // pure: CEL's interpreter is deterministic, its cost is bounded, and no map's order shows
	turn, err := e.engine.Advance(e.state, s.event, e.now(ctx, s.event))
	if err != nil {
		e.refuse(ctx, s, err)
		return
	}
	moved := movedTo(s.event, turn)
	if turn.State.Seq != e.state.Seq {
		if ahead := e.commit(ctx, turn, e.refAfter(moved)); ahead != nil {
			e.adopt(*ahead)
			e.turn(ctx, s) // anew, against what the database knows: it may know the event
			return
		}
	}
	if !turn.Duplicate {
		e.state = turn.State
		e.followVersion(moved)
	}
	s.receipt, s.done = receiptOf(turn), true
	e.dispatch(turn.Effects)
	e.arm(ctx, turn.Wake, floorAfter(s.event))
}

// refuse answers the caller with the engine's refusal. Where nobody asked, a refusal means that what
// came back is no longer of use; any other failure is a defect, and the panic holds the workflow
// where it stands until it is mended.
func (e *enrollment) refuse(ctx workflow.Context, s *submission, err error) {
	s.err, s.done = Refusal(err), true
	if s.answered {
		return
	}
	if !care.Permanent(err) {
		panic(fmt.Errorf("advancing on %s: %w", s.event.Kind, err))
	}
	workflow.GetLogger(ctx).Warn("event refused", "event_kind", s.event.Kind, "code", care.CodeOf(err))
}

// now is the enrollment's time: the real one, moved where a demonstration moved it.
func (e *enrollment) now(ctx workflow.Context, ev engine.Event) time.Time {
	offset := e.state.Offset
	if e.state.Status == "" && ev.Launch != nil {
		offset = ev.Launch.Offset
	}
	return workflow.Now(ctx).UTC().Add(offset)
}

func (e *enrollment) view() (View, error) {
	v := View{State: e.state, Waiting: len(e.queue), Uncommitted: e.uncommitted, Renewing: e.renewing}
	for _, eff := range append(append([]engine.Effect(nil), e.inFlight...), e.carried...) {
		v.Pending = append(v.Pending, effectID(eff))
	}
	return v, nil
}

func receiptOf(t engine.Turn) Receipt {
	r := Receipt{EnrollmentID: t.State.EnrollmentID, Seq: t.State.Seq, Duplicate: t.Duplicate, Status: t.State.Status}
	for _, eff := range t.Effects {
		switch eff.Kind {
		case engine.TaskRow:
			r.TaskIDs = append(r.TaskIDs, eff.Task.ID)
		case engine.ReferralRow:
			r.ReferralIDs = append(r.ReferralIDs, eff.Referral.ID)
		}
	}
	return r
}
