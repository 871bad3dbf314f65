package workflows

import (
	"go.temporal.io/sdk/workflow"

	"throughline/pathways/engine"
)

// The versions of the engine that workflows may run under. Each new one gets a line here that says
// what it changed, a gate where it matters, and recorded histories in testdata/replay.
//
//	1: the first.
//	2: what completes a pathway is asked after all that the turn calls for has opened.
//	3: what an event calls for while the enrollment stands still begins when it goes on; the steps of a
//	   track say what started it.
const (
	oldestVersion = 1
	newestVersion = engine.Version
)

// chooseVersion fixes the version for the whole run: the newest where the run is new, the recorded
// one where it is replayed.
func chooseVersion(ctx workflow.Context) int {
	return int(workflow.GetVersion(ctx, "engine", oldestVersion, newestVersion))
}
