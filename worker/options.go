package worker

import (
	"log/slog"
	"time"

	"go.temporal.io/sdk/interceptor"
	sdkworker "go.temporal.io/sdk/worker"
)

// Defaults of Options, sized for one small machine.
const (
	DefaultCachedWorkflows = 2000
	DefaultConcurrency     = 50
	DefaultDeliveries      = 10
	DefaultStopTimeout     = 15 * time.Second

	maxPollers = 20
)

// Options are how much the workers do at once. The zero value stands for the defaults.
type Options struct {
	// CachedWorkflows is how many enrollments stay in memory between their turns, about 40 kB each. It
	// holds for the whole process.
	CachedWorkflows int
	// Concurrency is how many turns are worked on at once, and how many commits.
	Concurrency int
	// Deliveries is how many messages are sent at once.
	Deliveries int
	// StopTimeout is how long a stop waits for what runs.
	StopTimeout time.Duration
	// OnFatal is told of an error after which a worker works no more. The process should end then.
	OnFatal func(error)
	// Now is the real time; time.Now where nil.
	Now    func() time.Time
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.CachedWorkflows <= 0 {
		o.CachedWorkflows = DefaultCachedWorkflows
	}
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	if o.Deliveries <= 0 {
		o.Deliveries = DefaultDeliveries
	}
	if o.StopTimeout <= 0 {
		o.StopTimeout = DefaultStopTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func (o Options) forPathways() sdkworker.Options {
	w := o.shared()
	w.MaxConcurrentWorkflowTaskExecutionSize = o.Concurrency
	w.MaxConcurrentActivityExecutionSize = o.Concurrency
	w.MaxConcurrentLocalActivityExecutionSize = o.Concurrency
	w.WorkflowTaskPollerBehavior = pollers(2)
	w.ActivityTaskPollerBehavior = pollers(1)
	return w
}

func (o Options) forDeliveries() sdkworker.Options {
	w := o.shared()
	w.DisableWorkflowWorker = true
	w.MaxConcurrentActivityExecutionSize = o.Deliveries
	w.ActivityTaskPollerBehavior = pollers(1)
	return w
}

func (o Options) shared() sdkworker.Options {
	return sdkworker.Options{
		WorkerStopTimeout:           o.StopTimeout,
		OnFatalError:                o.OnFatal,
		DisableRegistrationAliasing: true,
		// A workflow that this build cannot run stands still until one that can, instead of failing.
		WorkflowPanicPolicy: sdkworker.BlockWorkflow,
		Interceptors:        []interceptor.WorkerInterceptor{&scrubbing{logger: o.Logger, now: o.Now}},
	}
}

// pollers grow with the work: an idle machine asks seldom, a busy one is not held up.
func pollers(initial int) sdkworker.PollerBehavior {
	return sdkworker.NewPollerBehaviorAutoscaling(sdkworker.PollerBehaviorAutoscalingOptions{
		InitialNumberOfPollers: initial, MinimumNumberOfPollers: 1, MaximumNumberOfPollers: maxPollers,
	})
}
