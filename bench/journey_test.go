package bench

import (
	"context"
	"fmt"
	"testing"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// journey is one enrollment that runs in Temporal, with the work ahead of it.
type journey struct {
	in           *installation
	enrollmentID care.ID
	ahead        []work
	counted      history
}

// embark enrolls, and waits until the messages of the start have gone out.
func (in *installation) embark(b *testing.B, r *route) *journey {
	b.Helper()
	receipt, err := in.enroll(b.Context(), r)
	if err != nil {
		b.Fatal(err)
	}
	j := &journey{in: in, enrollmentID: receipt.EnrollmentID, ahead: r.done}
	j.settled(b)
	j.counted = in.history(b, j.enrollmentID)
	return j
}

// settled gives the enrollment's state once nothing is under way.
func (j *journey) settled(b *testing.B) engine.State {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), commandLimit)
	defer cancel()
	for {
		v, err := j.in.commands.View(ctx, j.enrollmentID)
		if err != nil {
			b.Fatalf("waiting for an enrollment to settle: %v", err)
		}
		if v.Waiting == 0 && len(v.Pending) == 0 {
			return v.State
		}
	}
}

// next is the completion of the work ahead.
func (j *journey) next(b *testing.B) engine.Event {
	b.Helper()
	w := j.ahead[0]
	j.ahead = j.ahead[1:]
	task, err := openTask(j.settled(b), w.step)
	if err != nil {
		b.Fatal(err)
	}
	return w.complete(task)
}

// grown is what the history has gained since it was last asked.
func (j *journey) grown(b *testing.B) history {
	b.Helper()
	now := j.in.history(b, j.enrollmentID)
	gained := now.since(j.counted)
	j.counted = now
	return gained
}

func (in *installation) enroll(ctx context.Context, r *route) (workflows.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	receipt, err := in.commands.Enroll(ctx, r.definition, r.launch(time.Now()))
	if err != nil {
		return receipt, fmt.Errorf("enrolling: %w", err)
	}
	return receipt, nil
}

func (in *installation) submit(ctx context.Context, enrollmentID care.ID, ev engine.Event) (workflows.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	receipt, err := in.commands.Submit(ctx, enrollmentID, ev)
	if err != nil {
		return receipt, fmt.Errorf("submitting %s: %w", ev.Kind, err)
	}
	return receipt, nil
}
