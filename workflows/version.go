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
//	4: a step that goes on under another name in another version is still known by the one it had.
const (
	oldestVersion = 1
	newestVersion = engine.Version
)

// chooseVersion fixes the version for the whole run: the newest where the run is new, the recorded
// one where it is replayed.
func chooseVersion(ctx workflow.Context) int {
	return int(workflow.GetVersion(ctx, "engine", oldestVersion, newestVersion))
}

// raiseVersion lets a move be made, or taken back, by the newest version: what it remembers of the move
// counts for the rest of the enrollment, and most runs began under a version before. Where the move is
// replayed and was made without, the run's own version stays.
func (e *enrollment) raiseVersion(ctx workflow.Context) {
	chosen := workflow.GetVersion(ctx, "engine.move", workflow.DefaultVersion, newestVersion)
	e.state.Engine = max(e.state.Engine, int(chosen))
}
