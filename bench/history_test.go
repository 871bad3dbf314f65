package bench

import (
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	"google.golang.org/protobuf/proto"

	"throughline/care"
	"throughline/workflows"
)

// history is how much of it an enrollment has in Temporal: what it costs there.
type history struct {
	events, octets int
	// workflowTasks were completed; lost ones timed out or failed, and were done again.
	workflowTasks, lost int
}

func (in *installation) history(b *testing.B, enrollmentID care.ID) history {
	b.Helper()
	var h history
	events := in.temporal.GetWorkflowHistory(b.Context(), workflows.WorkflowID(enrollmentID), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		ev, err := events.Next()
		if err != nil {
			b.Fatalf("reading a history: %v", err)
		}
		h.events++
		h.octets += proto.Size(ev)
		switch ev.GetEventType() {
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			h.workflowTasks++
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED:
			h.lost++
		}
	}
	return h
}

func (h history) since(earlier history) history {
	return history{
		events: h.events - earlier.events, octets: h.octets - earlier.octets,
		workflowTasks: h.workflowTasks - earlier.workflowTasks, lost: h.lost - earlier.lost,
	}
}

// tally adds histories up.
type tally struct {
	sum history
	n   int
}

func (t *tally) add(h history) {
	t.sum.events += h.events
	t.sum.octets += h.octets
	t.sum.workflowTasks += h.workflowTasks
	t.sum.lost += h.lost
	t.n++
}

// report adds the means to the benchmark's line.
func (t *tally) report(b *testing.B, per string) {
	b.Helper()
	if t.n == 0 {
		return
	}
	mean := func(sum int) float64 { return float64(sum) / float64(t.n) }
	b.ReportMetric(mean(t.sum.events), "events/"+per)
	b.ReportMetric(mean(t.sum.workflowTasks), "workflow-tasks/"+per)
	b.ReportMetric(mean(t.sum.lost), "lost-tasks/"+per)
	b.ReportMetric(mean(t.sum.octets), "history-B/"+per)
}
