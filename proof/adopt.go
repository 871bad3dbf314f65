package proof

import (
	"context"
	"fmt"
	"time"

	"throughline/care"
)

// A process that dies between a commit and the history's record of it leaves a workflow that is
// behind the database. Such a one goes on by itself with its next event; these make sure that there
// is one.

const (
	// sinceCrash is how long before the latest commit a workflow may have fallen behind: longer than
	// Temporal lets a workflow task run.
	sinceCrash = 15 * time.Minute
	// answerDue is how long a message may be under way before its workflow is asked about it.
	answerDue = 15 * time.Minute
)

// CatchUp tells the workflows of the enrollments that committed last what the database holds, and
// gives how many were behind. It is for every start, since the one before may have been cut short.
func (r *Reconciler) CatchUp(ctx context.Context) (behind int, err error) {
	ids, err := r.Shelf.LastCommitted(ctx, sinceCrash)
	if err != nil {
		return 0, fmt.Errorf("reading what was committed last: %w", err)
	}
	for _, id := range ids {
		found, err := r.adopt(ctx, id)
		if err != nil {
			return behind, err
		}
		if found != nil {
			behind++
			r.Logger.InfoContext(ctx, "a workflow was behind the database", "enrollment_id", id)
		}
	}
	return behind, nil
}

// adopt tells a workflow what the database holds. Nothing is found where it knew.
func (r *Reconciler) adopt(ctx context.Context, id care.ID) (*Finding, error) {
	state, ref, err := r.Shelf.Snapshot(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading an enrollment's last state: %w", err)
	}
	follows, err := r.Shelf.DefinitionByDigest(ctx, ref.Digest)
	if err != nil && care.CodeOf(err) != care.NotFound { // it may be a test's own; the workflow knows it
		return nil, fmt.Errorf("reading the version that an enrollment follows: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	behind, err := r.Engine.Adopt(ctx, follows.Definition, state)
	switch {
	case care.CodeOf(err) == care.NotFound:
		return nil, nil //nolint:nilnil // it is over, or missing: the comparison finds that
	case err != nil:
		return nil, fmt.Errorf("telling a workflow of the database's state: %w", err)
	case !behind:
		return nil, nil //nolint:nilnil // it knew
	}
	return &Finding{EnrollmentID: id, Kind: Behind, Repaired: true, Detail: "its workflow did not know its last turn, and does now"}, nil
}

// adoptUnanswered tells the workflows whose messages have no result for long.
func (c *comparison) adoptUnanswered(ctx context.Context) error {
	ids, err := c.Shelf.Unanswered(ctx, answerDue, batch)
	if err != nil {
		return fmt.Errorf("reading the messages without a result: %w", err)
	}
	for _, id := range ids {
		if c.silent {
			return nil
		}
		found, err := c.adopt(ctx, id)
		if care.CodeOf(err) == care.Unavailable {
			c.silent = true
			return nil
		}
		if err != nil {
			return err
		}
		c.note(ctx, found)
	}
	return nil
}
