package workflows_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
)

// told notes what workflows tell their activities, local ones too: one line for each, its name and a
// hash of its arguments. The stock replayer compares the sequence of commands only, and stays green
// when an effect changes.
type told struct {
	interceptor.WorkerInterceptorBase
	mu    sync.Mutex
	lines map[string][]string // by run
}

func newTold() *told { return &told{lines: map[string][]string{}} }

func (t *told) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &toldInbound{told: t}
	in.Next = next
	return in
}

//workflowcheck:ignore // it watches the workflow and gives it nothing
func (t *told) note(ctx workflow.Context, name string, args []any) {
	text, err := json.Marshal(args)
	if err != nil {
		panic(fmt.Errorf("noting what %s was told: %w", name, err))
	}
	sum := sha256.Sum256(text)
	t.mu.Lock()
	defer t.mu.Unlock()
	run := workflow.GetInfo(ctx).WorkflowExecution.RunID
	t.lines[run] = append(t.lines[run], name+" "+hex.EncodeToString(sum[:12]))
}

// of gives the lines of the run, or of the only run where there is one.
func (t *told) of(run string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if lines, ok := t.lines[run]; ok || run != "" {
		return lines
	}
	for _, lines := range t.lines {
		return lines
	}
	return nil
}

type toldInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	told *told
}

func (in *toldInbound) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	out := &toldOutbound{told: in.told}
	out.Next = outbound
	return in.Next.Init(out)
}

type toldOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	told *told
}

func (out *toldOutbound) ExecuteActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	out.told.note(ctx, name, args)
	return out.Next.ExecuteActivity(ctx, name, args...)
}

func (out *toldOutbound) ExecuteLocalActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	out.told.note(ctx, "local "+name, args)
	return out.Next.ExecuteLocalActivity(ctx, name, args...)
}

func (t *told) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return next
}
