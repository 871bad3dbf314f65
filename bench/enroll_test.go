package bench

import (
	"context"
	"testing"
	"time"

	"throughline/workflows"
)

// BenchmarkEnroll measures the start of an enrollment (Update-with-Start): from the call until its
// first turn is committed, one at a time.
func BenchmarkEnroll(b *testing.B) {
	for _, load := range []func() (*route, error){fiveTasks, discharge} {
		r, err := load()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(r.name, func(b *testing.B) {
			in := install(b)
			var took timings
			var left tally
			for b.Loop() {
				began := time.Now()
				receipt, err := in.enroll(b.Context(), r)
				took = append(took, time.Since(began))
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				j := &journey{in: in, enrollmentID: receipt.EnrollmentID}
				j.settled(b)
				left.add(in.history(b, receipt.EnrollmentID))
				b.StartTimer()
			}
			took.report(b, "")
			left.report(b, "start")
		})
	}
}

// BenchmarkLetter measures an enrollment that sends one message by the local mailbox and ends: from
// the call until the workflow has closed. Its history is that of the start, the delivery and the
// turn that takes the delivery's result.
func BenchmarkLetter(b *testing.B) {
	r, err := letter()
	if err != nil {
		b.Fatal(err)
	}
	in := install(b)
	var took timings
	var left tally
	for b.Loop() {
		began := time.Now()
		receipt, err := in.enroll(b.Context(), r)
		if err == nil {
			err = in.closed(b.Context(), receipt)
		}
		took = append(took, time.Since(began))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		left.add(in.history(b, receipt.EnrollmentID))
		b.StartTimer()
	}
	took.report(b, "")
	left.report(b, "letter")
}

// closed waits for the end of an enrollment's workflow.
func (in *installation) closed(ctx context.Context, r workflows.Receipt) error {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	return in.temporal.GetWorkflow(ctx, workflows.WorkflowID(r.EnrollmentID), "").Get(ctx, nil)
}
