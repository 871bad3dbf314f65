package activities

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/activity"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// failed reports a failure to Temporal: final where its code is permanent, else to be tried again.
func (a *Activities) failed(ctx context.Context, doing string, err error) error {
	a.log(ctx, doing, err)
	return workflows.Refusal(err)
}

// tryAgain reports a failure that is never final.
func (a *Activities) tryAgain(ctx context.Context, doing string, err error) error {
	a.log(ctx, doing, err)
	return workflows.Retry(err)
}

// unable says that a message cannot be sent, where that will not change; else it asks for another
// attempt.
func (a *Activities) unable(ctx context.Context, doing string, err error) (engine.Delivery, error) {
	var known *care.Error
	if care.Permanent(err) && errors.As(err, &known) {
		return engine.Delivery{Status: care.MessageFailed, Detail: known.Message}, nil
	}
	return engine.Delivery{}, a.failed(ctx, doing, err)
}

// log tells operators of a failure. The error's own words are left out, since a database quotes what
// was being written; its code, its type and SQLSTATE tell where to look.
func (a *Activities) log(ctx context.Context, doing string, err error) {
	attrs := []any{"doing", doing, "code", care.CodeOf(err), "error_type", fmt.Sprintf("%T", root(err))}
	var database interface{ SQLState() string }
	if errors.As(err, &database) {
		attrs = append(attrs, "sql_state", database.SQLState())
	}
	if activity.IsActivity(ctx) {
		info := activity.GetInfo(ctx)
		attrs = append(attrs, "workflow_id", info.WorkflowExecution.ID, "attempt", info.Attempt)
	}
	a.c.Logger.ErrorContext(ctx, "activity failed", attrs...)
}

func root(err error) error {
	for {
		cause := errors.Unwrap(err)
		if cause == nil {
			return err
		}
		err = cause
	}
}
