package worker_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"

	"throughline/care"
	"throughline/worker"
	"throughline/workflows"
)

func options(t *testing.T, log *bytes.Buffer) client.Options {
	t.Helper()
	handler := slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})
	return worker.ClientOptions(client.Options{Namespace: "n"}, codec(t, key(t, 1)), slog.New(handler))
}

// TestFailuresTravelUnreadable: neither the text nor the details of a refusal stand in Temporal, and
// both come back whole.
func TestFailuresTravelUnreadable(t *testing.T) {
	o := options(t, &bytes.Buffer{})
	refused := care.Errorf(care.Conflict, "the task is already completed").At("task_id").By("task.open")
	failure := o.FailureConverter.ErrorToFailure(workflows.Refusal(refused))
	text, err := protojson.Marshal(failure)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"already", "task_id", "task.open"} {
		if strings.Contains(string(text), word) {
			t.Errorf("%q stands in %s", word, text)
		}
	}
	var stored failurepb.Failure
	if err := protojson.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	back := workflows.AsError(o.FailureConverter.FailureToError(&stored))
	if back == nil || back.Code != refused.Code || back.Message != refused.Message || back.Field != refused.Field || back.Rule != refused.Rule {
		t.Errorf("came back as %+v", back)
	}
}

// TestUnexpectedErrorsKeepTheirWordsToThemselves: what is no care.Error crosses without its text.
func TestUnexpectedErrorsKeepTheirWordsToThemselves(t *testing.T) {
	crossed := workflows.Refusal(fmt.Errorf("inserting: %w", errors.New("duplicate key (name)=(Jane Doe)")))
	if strings.Contains(crossed.Error(), "Jane") {
		t.Errorf("crossed as %v", crossed)
	}
	back := workflows.AsError(crossed)
	if back == nil || back.Code != care.Internal {
		t.Errorf("came back as %+v", back)
	}
}

func TestSDKLogsOurWay(t *testing.T) {
	var log bytes.Buffer
	o := options(t, &log)
	o.Logger.Warn("Failed to process.", "WorkflowID", "enr-1", "RunID", "r", "LocalActivityType", "commit", "Result", "secret")
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"workflow_id": "enr-1", "run_id": "r", "local_activity_type": "commit"} {
		if line[key] != want {
			t.Errorf("%s is %v", key, line[key])
		}
	}
	if strings.Contains(log.String(), "secret") {
		t.Errorf("a result was logged: %s", log.String())
	}
}
