package workflows

import (
	"fmt"

	"throughline/pathways"
	"throughline/pathways/engine"
)

// An enrollment follows the version that it started with until an event moves it to another one. The
// event carries the whole definition, so that a workflow looks nothing up, whether it runs, is replayed
// or goes on in a new run.

// movedTo gives the definition that an event's turn has moved the enrollment to; nil where it has not.
func movedTo(ev engine.Event, t engine.Turn) *pathways.Definition {
	if t.Duplicate || ev.Migration == nil {
		return nil
	}
	return ev.Migration.Definition
}

// followVersion goes on by a definition; by the present one where none is given.
func (e *enrollment) followVersion(d *pathways.Definition) {
	if d == nil {
		return
	}
	//workflowcheck:ignore // pure, though it keeps what it compiled: the same definition gives the same engine
	core, err := engine.For(d)
	if err != nil {
		// A definition that was published and no longer compiles is a defect of this build. The panic
		// holds the workflow where it stands until a build that can run it.
		panic(fmt.Errorf("making the engine: %w", err))
	}
	e.definition, e.engine, e.ref = *d, core, refOf(d)
}

// refAfter names the version that a turn is committed under: a turn that moves the enrollment belongs to
// the version that it moves to, since the state that it leaves does.
func (e *enrollment) refAfter(moved *pathways.Definition) DefinitionRef {
	if moved == nil {
		return e.ref
	}
	return refOf(moved)
}

func refOf(d *pathways.Definition) DefinitionRef {
	//workflowcheck:ignore // pure: it hashes the definition
	return DefinitionRef{Pathway: d.Pathway, Version: d.Version, Digest: pathways.Digest(d)}
}
