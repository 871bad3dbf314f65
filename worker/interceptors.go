package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"

	"throughline/workflows"
)

// slow is how long an activity may take before a line says so.
const slow = 5 * time.Second

// scrubbing sees to it that no activity's error leaves in words that are not ours: Temporal keeps
// errors, and the SDK logs them.
type scrubbing struct {
	interceptor.WorkerInterceptorBase
	logger *slog.Logger
	now    func() time.Time
}

func (s *scrubbing) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	in := &scrubbedActivity{scrubbing: s}
	in.Next = next
	return in
}

type scrubbedActivity struct {
	interceptor.ActivityInboundInterceptorBase
	*scrubbing
}

func (a *scrubbedActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	began := a.now()
	result, err := a.Next.ExecuteActivity(ctx, in)
	if took := a.now().Sub(began); took > slow {
		info := activity.GetInfo(ctx)
		a.logger.WarnContext(ctx, "slow activity", "activity_type", info.ActivityType.Name,
			"workflow_id", info.WorkflowExecution.ID, "attempt", info.Attempt, "duration_ms", took.Milliseconds())
	}
	return result, scrub(err)
}

// scrub leaves what is in our words as it is, and cancellation, which the SDK must recognise.
func scrub(err error) error {
	var ours *temporal.ApplicationError
	var cancelled *temporal.CanceledError
	if errors.As(err, &ours) || errors.As(err, &cancelled) || errors.Is(err, context.Canceled) || errors.Is(err, activity.ErrResultPending) {
		return err
	}
	return workflows.Refusal(err)
}
