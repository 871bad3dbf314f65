package activities

import (
	"context"

	"throughline/pathways/engine"
	"throughline/workflows"
)

// StartPathway starts another pathway for a patient. It implements workflows.Neighbours.
func (a *Activities) StartPathway(ctx context.Context, l engine.SubLaunch) (workflows.SubStart, error) {
	defer beat(ctx)()
	done, err := a.c.Neighbours.StartPathway(ctx, l)
	if err != nil {
		return workflows.SubStart{}, a.failed(ctx, "starting another pathway", err)
	}
	return done, nil
}

// EndPathway ends an enrollment that another one started. It implements workflows.Neighbours.
func (a *Activities) EndPathway(ctx context.Context, e engine.SubEnd) error {
	defer beat(ctx)()
	if err := a.c.Neighbours.EndPathway(ctx, e); err != nil {
		return a.failed(ctx, "ending another pathway", err)
	}
	return nil
}

// TellParent tells an enrollment how one that it started has ended. It implements workflows.Neighbours.
func (a *Activities) TellParent(ctx context.Context, n engine.ParentNews) error {
	defer beat(ctx)()
	if err := a.c.Neighbours.TellParent(ctx, n); err != nil {
		return a.failed(ctx, "telling the enrollment that started this one", err)
	}
	return nil
}
