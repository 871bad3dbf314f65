package worker

import (
	"go.temporal.io/sdk/activity"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"throughline/activities"
	"throughline/workflows"
)

// The activities are what the workflows were promised.
var (
	_ workflows.Committer  = (*activities.Activities)(nil)
	_ workflows.Deliverer  = (*activities.Activities)(nil)
	_ workflows.Finder     = (*activities.Activities)(nil)
	_ workflows.Neighbours = (*activities.Activities)(nil)
)

// RegisterPathways registers what the pathway queue's worker runs. Commits are tried there as local
// activities.
func RegisterPathways(r sdkworker.Registry, pen workflows.Committer) {
	r.RegisterWorkflowWithOptions(workflows.Enrollment, workflow.RegisterOptions{Name: workflows.EnrollmentWorkflow})
	r.RegisterActivityWithOptions(pen.Commit, activity.RegisterOptions{Name: workflows.CommitActivity})
}

// RegisterDeliveries registers what the delivery queue's worker runs.
func RegisterDeliveries(r sdkworker.Registry, d workflows.Deliverer, f workflows.Finder, n workflows.Neighbours) {
	r.RegisterActivityWithOptions(d.Remind, activity.RegisterOptions{Name: workflows.RemindActivity})
	r.RegisterActivityWithOptions(d.Escalate, activity.RegisterOptions{Name: workflows.EscalateActivity})
	r.RegisterActivityWithOptions(d.SendLink, activity.RegisterOptions{Name: workflows.SendLinkActivity})
	r.RegisterActivityWithOptions(f.FindServices, activity.RegisterOptions{Name: workflows.FindServicesActivity})
	r.RegisterActivityWithOptions(n.StartPathway, activity.RegisterOptions{Name: workflows.StartPathwayActivity})
	r.RegisterActivityWithOptions(n.EndPathway, activity.RegisterOptions{Name: workflows.EndPathwayActivity})
	r.RegisterActivityWithOptions(n.TellParent, activity.RegisterOptions{Name: workflows.TellParentActivity})
}
