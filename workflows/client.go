package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// normalPriority is Temporal's middle: 1 is for critical results, 5 for bulk imports.
const normalPriority = 3

// Client speaks to enrollments. Its errors are care.Errors: a refusal comes back with the engine's
// own code, message, field and rule; Unavailable means that the event may have been taken, and that
// submitting it again under the same id is safe.
type Client struct {
	temporal client.Client
	now      func() time.Time
}

// NewClient makes a client over a connection whose options are worker.ClientOptions. Now is the real
// time.
func NewClient(c client.Client, now func() time.Time) *Client { return &Client{temporal: c, now: now} }

// Enroll starts an enrollment with its first event, or tells a running one of the event again, which
// changes nothing. It is Conflict where the enrollment has run and is closed.
func (c *Client) Enroll(ctx context.Context, d *pathways.Definition, ev engine.Event) (Receipt, error) {
	if ev.Launch == nil || ev.Launch.EnrollmentID == "" {
		return Receipt{}, care.Errorf(care.Invalid, "an enrollment starts with its launch and an id").At("launch")
	}
	if err := c.checkLaunch(d, ev); err != nil {
		return Receipt{}, err
	}
	options := startOptions(ev.Launch.EnrollmentID)
	options.WorkflowIDConflictPolicy = enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING
	options.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
	start := c.temporal.NewWithStartWorkflowOperation(options, EnrollmentWorkflow, Input{Definition: *d})
	handle, err := c.temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions:          updateOptions(ev),
	})
	if err != nil {
		return Receipt{}, translate("starting the enrollment", err)
	}
	return receipt(ctx, handle)
}

// checkLaunch asks the engine first: the workflow would refuse the launch as well, but it would stay,
// waiting for a better one.
func (c *Client) checkLaunch(d *pathways.Definition, ev engine.Event) error {
	core, err := engine.For(d)
	if err != nil {
		return fmt.Errorf("making the engine: %w", err)
	}
	return core.Check(engine.State{}, ev, c.now().UTC().Add(ev.Launch.Offset))
}

// Submit tells an enrollment that something happened, and waits until the turn is committed. It is
// NotFound where no such enrollment runs.
func (c *Client) Submit(ctx context.Context, enrollmentID care.ID, ev engine.Event) (Receipt, error) {
	options := updateOptions(ev)
	options.WorkflowID = WorkflowID(enrollmentID)
	handle, err := c.temporal.UpdateWorkflow(ctx, options)
	if err != nil {
		return Receipt{}, unlessBehind(translate("submitting the event", err))
	}
	got, err := receipt(ctx, handle)
	return got, unlessBehind(err)
}

// unlessBehind says Unavailable where an enrollment that somebody knows of says that it has not
// started: a crash cut its start off, in Temporal only. Its start, or the database's state, is told
// to it soon.
func unlessBehind(err error) error {
	if refused := (*care.Error)(nil); errors.As(err, &refused) && refused.Rule == engine.RuleStarted {
		return &care.Error{Code: care.Unavailable, Message: "the enrollment has not caught up after a restart yet; the same event can be submitted again", Rule: refused.Rule, Err: err}
	}
	return err
}

// Restore starts the workflow of an enrollment anew from its last committed state, where none runs.
// Pending are its messages and searches without a result. It is Conflict where one runs.
func (c *Client) Restore(ctx context.Context, d *pathways.Definition, st engine.State, pending ...engine.Effect) error {
	options := startOptions(st.EnrollmentID)
	options.WorkflowIDConflictPolicy = enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL
	options.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	options.WorkflowExecutionErrorWhenAlreadyStarted = true
	in := Input{Definition: *d, State: &st, Pending: pending}
	if _, err := c.temporal.ExecuteWorkflow(ctx, options, EnrollmentWorkflow, in); err != nil {
		return translate("restoring the enrollment", err)
	}
	return nil
}

// Adopt tells a workflow of the database's state with the version that it follows, and whether that was
// ahead of its own.
func (c *Client) Adopt(ctx context.Context, d *pathways.Definition, st engine.State) (ahead bool, err error) {
	handle, err := c.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: WorkflowID(st.EnrollmentID), UpdateName: AdoptUpdate, Args: []any{Adoption{State: st, Definition: d}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		_, err = receipt(ctx, handle)
	} else {
		err = translate("telling a workflow of the database's state", err)
	}
	if refused := (*care.Error)(nil); errors.As(err, &refused) && refused.Rule == "adopt.current" {
		return false, nil
	}
	return err == nil, err
}

// Running tells whether the enrollment's workflow runs.
func (c *Client) Running(ctx context.Context, enrollmentID care.ID) (bool, error) {
	found, err := c.temporal.DescribeWorkflowExecution(ctx, WorkflowID(enrollmentID), "")
	if _, missing := errors.AsType[*serviceerror.NotFound](err); missing {
		return false, nil
	}
	if err != nil {
		return false, translate("asking for the enrollment's workflow", err)
	}
	return found.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}

// View gives the state as the running workflow holds it, for support; screens read the database.
func (c *Client) View(ctx context.Context, enrollmentID care.ID) (View, error) {
	value, err := c.temporal.QueryWorkflow(ctx, WorkflowID(enrollmentID), "", StateQuery)
	if err != nil {
		return View{}, translate("asking for the enrollment's state", err)
	}
	var v View
	if err := value.Get(&v); err != nil {
		return View{}, fmt.Errorf("reading the enrollment's state: %w", err)
	}
	return v, nil
}

// taskLimit is how long a worker may take for a workflow task before another one gets it. A caller
// waits that long where a task was lost; a quick commit must fit in.
const taskLimit = 5 * time.Second

func startOptions(enrollmentID care.ID) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                  WorkflowID(enrollmentID),
		TaskQueue:           PathwayQueue,
		WorkflowTaskTimeout: taskLimit,
		Priority:            temporal.Priority{PriorityKey: normalPriority},
	}
}

// updateOptions makes the event's id the update's, so that a repeated call joins the first one.
func updateOptions(ev engine.Event) client.UpdateWorkflowOptions {
	return client.UpdateWorkflowOptions{
		UpdateID:     ev.ID,
		UpdateName:   SubmitUpdate,
		Args:         []any{ev},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
}

func receipt(ctx context.Context, handle client.WorkflowUpdateHandle) (Receipt, error) {
	var r Receipt
	if err := handle.Get(ctx, &r); err != nil {
		return Receipt{}, translate("waiting for the turn", err)
	}
	return r, nil
}

// translate says in our words what Temporal's client answered. Its own words are kept as the cause.
func translate(doing string, err error) error {
	if refused := AsError(err); refused != nil {
		refused.Err = err
		return refused
	}
	answer := func(code care.Code, message string) error {
		return &care.Error{Code: code, Message: message, Err: fmt.Errorf("%s: %w", doing, err)}
	}
	var missing *serviceerror.NotFound
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case errors.As(err, &missing):
		return answer(care.NotFound, "no such enrollment is running")
	case errors.As(err, &started):
		return answer(care.Conflict, "this enrollment has been started before")
	case unanswered(err):
		return answer(care.Unavailable, "the enrollment did not answer in time; the same event can be submitted again")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// unanswered tells whether Temporal could not do what was asked now, and may later.
func unanswered(err error) bool {
	var (
		late        *client.WorkflowUpdateServiceTimeoutOrCanceledError
		deadline    *serviceerror.DeadlineExceeded
		unavailable *serviceerror.Unavailable
		exhausted   *serviceerror.ResourceExhausted
		canceled    *serviceerror.Canceled
		aborted     *serviceerror.Aborted
		multiple    *serviceerror.MultiOperationAborted
		// Workers were lost again and again while they worked for this workflow.
		unready *serviceerror.WorkflowNotReady
	)
	for _, one := range []any{&late, &deadline, &unavailable, &exhausted, &canceled, &aborted, &multiple, &unready} {
		if errors.As(err, one) {
			return true
		}
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
