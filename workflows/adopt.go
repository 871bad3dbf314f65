package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"throughline/care"
	"throughline/pathways/engine"
)

// A commit reaches the database before Temporal has it in the history. A process that dies in
// between leaves a workflow that is behind the database. What the database holds is what people have
// seen, so the workflow goes on from there: as soon as a commit of its own is not taken, or when the
// reconciler tells it.

// adopt goes on from the database's state where that is ahead, and asks again for what is awaited.
func (e *enrollment) adopt(ahead Adoption) {
	if ahead.Seq <= e.state.Seq {
		return
	}
	version := e.state.Engine
	e.state = ahead.State
	e.followVersion(ahead.Definition)
	e.state.Engine = version
	//workflowcheck:ignore // pure
	e.dispatch(engine.Unanswered(e.state))
}

// listenForAdoption sets the handler by which the reconciler tells of the database's state. One that
// is not ahead is rejected and leaves no history.
func (e *enrollment) listenForAdoption(ctx workflow.Context) error {
	options := workflow.UpdateHandlerOptions{
		Description: "Goes on from the database's state, where that is ahead.",
		Validator: func(_ workflow.Context, st Adoption) error {
			if st.Seq <= e.state.Seq {
				return Refusal(care.Errorf(care.Conflict, "the database is not ahead").By("adopt.current"))
			}
			return nil
		},
	}
	adopt := func(ctx workflow.Context, st Adoption) (Receipt, error) {
		return e.enqueue(ctx, &submission{ahead: &st, answered: true})
	}
	if err := workflow.SetUpdateHandlerWithOptions(ctx, AdoptUpdate, adopt, options); err != nil {
		return fmt.Errorf("setting the handler for adoption: %w", err)
	}
	return nil
}
