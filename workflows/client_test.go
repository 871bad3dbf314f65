package workflows

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"throughline/care"
	"throughline/pathways/engine"
)

func TestTranslate(t *testing.T) {
	refused := care.Errorf(care.Conflict, "the task is already completed").At("task_id").By("task.open")
	for name, c := range map[string]struct {
		err  error
		want care.Code
	}{
		"a refusal":      {fmt.Errorf("update failed: %w", Refusal(refused)), care.Conflict},
		"no workflow":    {serviceerror.NewNotFound("workflow execution already completed"), care.NotFound},
		"closed before":  {fmt.Errorf("failed workflow start: %w", &serviceerror.WorkflowExecutionAlreadyStarted{Message: "started"}), care.Conflict},
		"too late":       {context.DeadlineExceeded, care.Unavailable},
		"given up":       {&client.WorkflowUpdateServiceTimeoutOrCanceledError{}, care.Unavailable},
		"away":           {serviceerror.NewUnavailable("connection refused"), care.Unavailable},
		"too many":       {&serviceerror.ResourceExhausted{Message: "10 updates in flight"}, care.Unavailable},
		"workers lost":   {fmt.Errorf("failed workflow update: %w", serviceerror.NewWorkflowNotReady("Workflow Task in failed state")), care.Unavailable},
		"lost its shard": {serviceerror.NewAborted("shard moved"), care.Unavailable},
		"something else": {errors.New("boom"), care.Internal},
	} {
		if got := care.CodeOf(translate("asking", c.err)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	var back *care.Error
	if err := translate("asking", Refusal(refused)); !errors.As(err, &back) || back.Message != refused.Message || back.Field != "task_id" || back.Rule != "task.open" {
		t.Errorf("a refusal came back as %+v", back)
	}
}

func TestBehindIsUnavailable(t *testing.T) {
	behind := translate("submitting", Refusal(care.Errorf(care.Conflict, "the enrollment has not started").By(engine.RuleStarted)))
	if got := unlessBehind(behind); care.CodeOf(got) != care.Unavailable {
		t.Errorf("got %v", got)
	}
	closed := translate("submitting", Refusal(care.Errorf(care.Conflict, "the task is closed").By("task.open")))
	if got := unlessBehind(closed); care.CodeOf(got) != care.Conflict || unlessBehind(nil) != nil {
		t.Errorf("got %v", got)
	}
}

func TestEnrollNeedsALaunch(t *testing.T) {
	_, err := (&Client{}).Enroll(t.Context(), nil, startWithoutLaunch)
	if care.CodeOf(err) != care.Invalid {
		t.Errorf("got %v", err)
	}
}
