package worker

import (
	"fmt"

	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"

	"throughline/activities"
	"throughline/workflows"
)

// Identify names this program to Temporal by its version, before anything of Temporal starts. Otherwise
// the SDK reads the whole binary for a checksum, a third of what a start costs.
func Identify(version string) { sdkworker.SetBinaryChecksum("throughline " + version) }

// Workers are the two that run: one for pathways, one for deliveries.
type Workers struct {
	pathways, deliveries sdkworker.Worker
}

// Start registers everything and begins to work.
func Start(c client.Client, a *activities.Activities, o Options) (*Workers, error) {
	o = o.withDefaults()
	sdkworker.SetStickyWorkflowCacheSize(o.CachedWorkflows)
	w := &Workers{
		pathways:   sdkworker.New(c, workflows.PathwayQueue, o.forPathways()),
		deliveries: sdkworker.New(c, workflows.DeliveryQueue, o.forDeliveries()),
	}
	RegisterPathways(w.pathways, a)
	RegisterDeliveries(w.deliveries, a, a, a)
	if err := w.pathways.Start(); err != nil {
		return nil, fmt.Errorf("starting the worker for pathways: %w", err)
	}
	if err := w.deliveries.Start(); err != nil {
		w.pathways.Stop()
		return nil, fmt.Errorf("starting the worker for deliveries: %w", err)
	}
	return w, nil
}

// Stop lets what runs come to its end, for at most StopTimeout each, deliveries first: an attempt that
// is cut off ends as unknown. It may be called once.
func (w *Workers) Stop() {
	w.deliveries.Stop()
	w.pathways.Stop()
}
