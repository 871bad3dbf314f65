package workflows_test

import (
	"errors"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// bench is a workflow in Temporal's time-skipping environment.
type bench struct {
	*world
	t      *testing.T
	env    *testsuite.TestWorkflowEnvironment
	timers int
	calls  int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	b := &bench{world: &world{t: t}, t: t, env: suite.NewTestWorkflowEnvironment()}
	b.env.SetStartTime(noon)
	b.env.SetTestTimeout(20 * time.Second)
	b.env.RegisterWorkflowWithOptions(workflows.Enrollment, workflow.RegisterOptions{Name: workflows.EnrollmentWorkflow})
	b.register(b.env)
	b.env.SetOnTimerScheduledListener(func(string, time.Duration) { b.timers++ })
	return b
}

// answer is what became of an update.
type answer struct {
	receipt   workflows.Receipt
	err       error
	rejected  bool
	completed bool
}

// submit sends an update after the delay and keeps its answer. The event is made when it is sent. Each
// update has an id of its own here, so that the engine meets what Temporal would otherwise join.
func (b *bench) submit(after time.Duration, event func() engine.Event) *answer {
	var a answer
	b.env.RegisterDelayedCallback(func() {
		ev := event()
		b.calls++
		b.env.UpdateWorkflow(workflows.SubmitUpdate, strconv.Itoa(b.calls), &testsuite.TestUpdateCallback{
			OnReject: func(err error) { a.rejected, a.err = true, err },
			OnAccept: func() {},
			OnComplete: func(r any, err error) {
				a.completed, a.err = true, err
				if err == nil {
					a.receipt, _ = r.(workflows.Receipt)
				}
			},
		}, ev)
	}, after)
	return &a
}

func (b *bench) run(in workflows.Input) error {
	b.env.ExecuteWorkflow(workflows.EnrollmentWorkflow, in)
	if !b.env.IsWorkflowCompleted() {
		b.t.Fatal("the workflow did not come to its end")
	}
	return b.env.GetWorkflowError()
}

func fixed(ev engine.Event) func() engine.Event { return func() engine.Event { return ev } }

func TestTheWholeWay(t *testing.T) {
	b := newBench(t)
	begun := b.submit(0, fixed(started()))
	done := b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if begun.err != nil || begun.receipt.Seq != 1 || begun.receipt.Status != care.EnrollmentActive || len(begun.receipt.TaskIDs) != 1 {
		t.Errorf("the start was answered with %+v", begun)
	}
	if done.err != nil || done.receipt.Seq != 2 {
		t.Errorf("the completion was answered with %+v", done)
	}
	want := []engine.EventKind{engine.Started, engine.TaskComplete, engine.MessageDelivered}
	if diff := cmp.Diff(want, b.kinds()); diff != "" {
		t.Error(diff)
	}
	if got := b.last(); got.Outcome != care.EndCompleted {
		t.Errorf("ended %s as %q", got.Status, got.Outcome)
	}
	if b.slow != 0 || b.quick != 3 {
		t.Errorf("%d commits as local activities and %d ordinary ones", b.quick, b.slow)
	}
}

func TestLadderFiresOncePerRung(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	b.submit(30*time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "gave_up") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if r, e := b.sentOf("reminder"), b.sentOf("escalation"); r != 1 || e != 1 {
		t.Errorf("%d reminders and %d escalations", r, e)
	}
	if got := b.last().Outcome; got != care.EndLost {
		t.Errorf("ended as %q", got)
	}
}

func TestCommitFallsBackAndLosesNothing(t *testing.T) {
	b := newBench(t)
	b.commit = failures(40, away)
	begun := b.submit(0, fixed(started()))
	b.submit(24*time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "gave_up") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if begun.err != nil || begun.receipt.Seq != 1 {
		t.Errorf("the start was answered with %+v", begun)
	}
	if b.slow < 30 {
		t.Errorf("only %d commits were tried as ordinary activities", b.slow)
	}
	if got := b.kinds(); got[0] != engine.Started || b.last().Status != care.EnrollmentEnded {
		t.Errorf("committed %v", got)
	}
}

func TestCommitThatIsRefusedIsTriedOn(t *testing.T) {
	b := newBench(t)
	b.commit = failures(20, care.Errorf(care.Conflict, "a turn is missing before this one"))
	b.submit(0, fixed(started()))
	b.submit(48*time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "gave_up") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if got := b.last().Status; got != care.EnrollmentEnded {
		t.Errorf("the enrollment is %s", got)
	}
}

func TestRefusedUpdateLeavesNoTurn(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	early := b.submit(time.Minute, fixed(completed("x-1", "no-such-task", "reached")))
	again := b.submit(2*time.Minute, func() engine.Event { ev := started(); ev.ID = "start-2"; return ev })
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "gave_up") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]*answer{"an unknown task": early, "a second start": again} {
		refused := workflows.AsError(a.err)
		if !a.rejected || refused == nil || !care.Permanent(refused) || refused.Message == "" {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if want, got := []engine.EventKind{engine.Started, engine.TaskComplete}, b.kinds(); !cmp.Equal(want, got) {
		t.Errorf("committed %v", got)
	}
}

func TestTheSameEventTwiceChangesNothing(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	again := b.submit(time.Minute, fixed(started()))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "gave_up") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if !again.completed || !again.receipt.Duplicate || again.receipt.Seq != 1 {
		t.Errorf("the repetition was answered with %+v", again)
	}
	if got := len(b.kinds()); got != 2 {
		t.Errorf("%d turns were committed", got)
	}
}

func TestManyAtOnceEachHaveTheirTurn(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	var answers []*answer
	for _, id := range []string{"a-1", "a-2", "a-3", "a-4"} {
		answers = append(answers, b.submit(time.Minute, func() engine.Event {
			return engine.Event{ID: id, Kind: engine.TaskAttempt, Actor: coordinator, TaskID: b.task("call"),
				Attempt: &care.Attempt{Mode: care.ByPhone, Who: "patient"}}
		}))
	}
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "gave_up") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.err != nil || a.receipt.Seq != int64(i)+2 {
			t.Errorf("attempt %d was answered with %+v", i+1, a)
		}
	}
}

// TestTimerIsKept: the task's deadline goes and a later one comes, and the timer stays; it finds
// nothing due, makes no turn and is set for what comes.
func TestTimerIsKept(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started(care.FactValue{Name: "wants_ride", Value: true})))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	var atReminder, turns int
	b.env.RegisterDelayedCallback(func() { atReminder, turns = b.timers, len(b.kinds()) }, 2*time.Hour+59*time.Minute)
	b.env.RegisterDelayedCallback(func() {
		if got := len(b.kinds()); got != turns {
			t.Errorf("the early timer made %d turns", got-turns)
		}
		if got := b.timers; got != atReminder+1 {
			t.Errorf("%d timers were set after the early one", got-atReminder)
		}
		b.env.CancelWorkflow()
	}, 3*time.Hour+time.Minute)
	if err := b.run(workflows.Input{Definition: *errand(t)}); err == nil {
		t.Fatal("the workflow was cancelled and ended well")
	}
	if atReminder != 1 {
		t.Errorf("%d timers were set by then", atReminder)
	}
}

func TestDeliveryIsTriedAgain(t *testing.T) {
	b := newBench(t)
	b.send = failures(5, care.Errorf(care.Unavailable, "greylisted"))
	b.submit(0, fixed(started()))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	if err := b.run(workflows.Input{Definition: *errand(t)}); err != nil {
		t.Fatal(err)
	}
	if got := b.sentOf("message"); got != 1 {
		t.Errorf("sent %d times", got)
	}
}

func TestDeliveryThatNeverSucceedsComesBackAsFailed(t *testing.T) {
	b := newBench(t)
	b.send = failures(1_000_000, care.Errorf(care.Unavailable, "the gateway is away"))
	b.submit(0, fixed(started()))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, 40*time.Hour)
	_ = b.run(workflows.Input{Definition: *errand(t)})
	var delivery *engine.Delivery
	for _, turn := range b.turns {
		if turn.Event.Kind == engine.MessageDelivered {
			delivery = turn.Event.Delivery
		}
	}
	if delivery == nil || delivery.Status != care.MessageFailed {
		t.Errorf("the delivery came back as %+v", delivery)
	}
}

func TestSearchThatFailsLeavesTheReferralToAPerson(t *testing.T) {
	b := newBench(t)
	b.failing = care.Errorf(care.Invalid, "no such need")
	b.submit(0, fixed(started(care.FactValue{Name: "wants_ride", Value: true})))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, 2*time.Hour)
	_ = b.run(workflows.Input{Definition: *errand(t)})
	if b.task("ride") == "" {
		t.Error("nobody was asked to decide about the referral")
	}
}

func TestReferralIsSentToWhatWasFound(t *testing.T) {
	b := newBench(t)
	b.found = []engine.Candidate{{ServiceID: "019ab000-0000-7000-8000-0000000000ff", Name: "Rides"}}
	b.submit(0, fixed(started(care.FactValue{Name: "wants_ride", Value: true})))
	b.submit(time.Hour, func() engine.Event { return completed("c-1", b.task("call"), "reached") })
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, 2*time.Hour)
	_ = b.run(workflows.Input{Definition: *errand(t)})
	if got := b.sentOf("referral"); got != 1 {
		t.Errorf("%d referrals were sent", got)
	}
}

func TestStateQuery(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	b.env.RegisterDelayedCallback(func() {
		value, err := b.env.QueryWorkflow(workflows.StateQuery)
		if err != nil {
			t.Fatal(err)
		}
		var v workflows.View
		if err := value.Get(&v); err != nil {
			t.Fatal(err)
		}
		if v.State.Seq != 1 || v.State.EnrollmentID != enrollmentID || v.Uncommitted != "" {
			t.Errorf("the view is %+v", v)
		}
		b.env.CancelWorkflow()
	}, time.Minute)
	if err := b.run(workflows.Input{Definition: *errand(t)}); err == nil {
		t.Error("the workflow was cancelled and ended well")
	}
}

func TestDemonstrationTime(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	b.submit(time.Minute, fixed(engine.Event{ID: "o-1", Kind: engine.ClockOffset, Actor: care.Actor{Kind: care.System}, Offset: 6 * time.Hour}))
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, 5*time.Minute)
	_ = b.run(workflows.Input{Definition: *errand(t)})
	if r, e := b.sentOf("reminder"), b.sentOf("escalation"); r != 1 || e != 1 {
		t.Errorf("%d reminders and %d escalations", r, e)
	}
	if got := b.last().Offset; got != 6*time.Hour {
		t.Errorf("the offset is %s", got)
	}
}

func TestCancelledWorkflowSaysSo(t *testing.T) {
	b := newBench(t)
	b.submit(0, fixed(started()))
	b.env.RegisterDelayedCallback(b.env.CancelWorkflow, time.Minute)
	err := b.run(workflows.Input{Definition: *errand(t)})
	if _, cancelled := errors.AsType[*temporal.CanceledError](err); !cancelled {
		t.Errorf("got %v", err)
	}
	if got := b.last().Status; got != care.EnrollmentActive {
		t.Errorf("the journal says %s", got)
	}
}
