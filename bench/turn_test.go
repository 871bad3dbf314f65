package bench

import (
	"context"
	"testing"
	"time"

	"throughline/pathways/engine"
	"throughline/workflows"
)

// BenchmarkTurn measures one completed task on three levels, one at a time, and tells the upper two
// as multiples of the engine's part.
func BenchmarkTurn(b *testing.B) {
	for _, load := range []func() (*route, error){fiveTasks, discharge} {
		r, err := load()
		if err != nil {
			b.Fatal(err)
		}
		var alone, committed, commanded time.Duration // medians; 0 where not measured
		level := func(name string, measure func(*testing.B, *route) timings, keep *time.Duration) {
			b.Run(r.name+"/"+name, func(b *testing.B) {
				took := measure(b, r)
				took.report(b, "")
				multiple(b, took.at(0.50), alone, "x-engine")
				multiple(b, took.at(0.50), committed, "x-commit")
				*keep = took.at(0.50)
			})
		}
		level("engine", advanceOnly, &alone)
		level("commit", advanceAndCommit, &committed)
		level("command", wholeCommand, &commanded)
	}
}

func multiple(b *testing.B, took, of time.Duration, unit string) {
	b.Helper()
	if of > 0 {
		b.ReportMetric(float64(took)/float64(of), unit)
	}
}

// advanceOnly asks the engine the same questions again and again: it is pure.
func advanceOnly(b *testing.B, r *route) timings {
	_, inputs, err := r.walk(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	var took timings
	for i := 0; b.Loop(); i++ {
		in := inputs[i%len(inputs)]
		began := time.Now()
		_, err := r.engine.Advance(in.state, in.event, in.now)
		took = append(took, time.Since(began))
		if err != nil {
			b.Fatal(err)
		}
	}
	return took
}

// advanceAndCommit makes each turn durable as well. New enrollments are begun off the clock.
func advanceAndCommit(b *testing.B, r *route) timings {
	in := install(b)
	var took timings
	var inputs []input
	for b.Loop() {
		if len(inputs) == 0 {
			b.StopTimer()
			first, all, err := r.walk(time.Now())
			if err != nil {
				b.Fatal(err)
			}
			if err := in.commit(b.Context(), r, first); err != nil {
				b.Fatal(err)
			}
			inputs = all
			b.StartTimer()
		}
		next := inputs[0]
		inputs = inputs[1:]
		began := time.Now()
		turn, err := r.engine.Advance(next.state, next.event, next.now)
		if err == nil {
			err = in.commit(b.Context(), r, turn)
		}
		took = append(took, time.Since(began))
		if err != nil {
			b.Fatal(err)
		}
	}
	return took
}

func (in *installation) commit(ctx context.Context, r *route, turn engine.Turn) error {
	return in.store.Commit(ctx, stored(workflows.Commit{Turn: turn, Definition: r.ref}))
}

// wholeCommand submits the completion as the API does. What a turn leaves in Temporal is counted
// over all tasks of an enrollment but the last, which may end it.
func wholeCommand(b *testing.B, r *route) timings {
	in := install(b)
	var took timings
	var left tally
	var j *journey
	for b.Loop() {
		b.StopTimer()
		if j == nil || len(j.ahead) == 0 {
			j = in.embark(b, r)
		}
		ev := j.next(b)
		b.StartTimer()
		began := time.Now()
		_, err := in.submit(b.Context(), j.enrollmentID, ev)
		took = append(took, time.Since(began))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if len(j.ahead) > 0 {
			left.add(j.grown(b))
		}
		b.StartTimer()
	}
	left.report(b, "turn")
	return took
}
