package workflows_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"throughline/workflows"
)

// corpus is where the recorded histories are; see its README.
const corpus = "testdata/replay"

// TestReplay runs every recorded history through today's code: it must ask for the same things in
// the same order, and tell every activity the same.
func TestReplay(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("%s holds no history", corpus)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			got := replay(t, file)
			want, err := os.ReadFile(toldFile(file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Fields(string(want)), strings.Fields(strings.Join(got, "\n"))); diff != "" {
				t.Errorf("activities were told something else (-recorded +now):\n%s", diff)
			}
		})
	}
}

func toldFile(history string) string { return strings.TrimSuffix(history, ".json") + ".told.txt" }

// replay gives what the activities of a recorded history are told by today's code.
func replay(t *testing.T, file string) []string {
	t.Helper()
	notes := newTold()
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		Interceptors: []interceptor.WorkerInterceptor{notes},
	})
	if err != nil {
		t.Fatal(err)
	}
	replayer.RegisterWorkflowWithOptions(workflows.Enrollment, workflow.RegisterOptions{Name: workflows.EnrollmentWorkflow})
	logger := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	if err := replayer.ReplayWorkflowHistoryFromJSONFile(logger, file); err != nil {
		t.Fatal(err)
	}
	return notes.of("")
}

// TestReplayNoticesAnotherTelling: the comparison is not empty.
func TestReplayNoticesAnotherTelling(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus, "*whole-way.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no history of the whole way (%v)", err)
	}
	lines := replay(t, files[0])
	if len(lines) < 4 {
		t.Errorf("only %d tellings were noted: %v", len(lines), lines)
	}
}
