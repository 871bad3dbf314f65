package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"throughline/care"
	"throughline/workflows"
)

const (
	// span is how long new enrollments are begun in one operation; those under way are then finished.
	span = 6 * time.Second
	// looked is how many of the histories are read.
	looked = 16
)

// BenchmarkPathways takes enrollments all the way through five tasks, one after the other and 32 at
// once. The first task's latency is that of the enrollment, the next ones' that of completing the
// task before: with the answer, the task is committed and on screens.
func BenchmarkPathways(b *testing.B) {
	r, err := fiveTasks()
	if err != nil {
		b.Fatal(err)
	}
	for _, atOnce := range []int{1, 32} {
		b.Run("at-once="+strconv.Itoa(atOnce), func(b *testing.B) {
			in := install(b)
			p := &passage{in: in, route: r}
			if err := p.all(b.Context(), min(atOnce, 8), time.Now()); err != nil { // warms up connections and pollers
				b.Fatal(err)
			}
			p = &passage{in: in, route: r}
			used := processorTime()
			for b.Loop() {
				if err := p.all(b.Context(), atOnce, time.Now().Add(span)); err != nil {
					b.Fatal(err)
				}
			}
			p.report(b, processorTime()-used)
		})
	}
}

// passage measures enrollments on their way through.
type passage struct {
	in    *installation
	route *route

	mu          sync.Mutex
	first, next timings
	ended       []care.ID
}

// all lets as many as are at work take enrollments through, each at least one, none begun after the
// given time.
func (p *passage) all(ctx context.Context, atOnce int, until time.Time) error {
	group, ctx := errgroup.WithContext(ctx)
	for range atOnce {
		group.Go(func() error {
			for again := true; again; again = time.Now().Before(until) {
				if err := p.through(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// through takes one enrollment from its start to its end.
func (p *passage) through(ctx context.Context) error {
	began := time.Now()
	receipt, err := p.in.enroll(ctx, p.route)
	if err != nil {
		return err
	}
	p.note(&p.first, time.Since(began))
	var task care.ID
	for _, w := range p.route.done {
		task = opened(receipt, task)
		began = time.Now()
		if receipt, err = p.in.submit(ctx, receipt.EnrollmentID, w.complete(task)); err != nil {
			return err
		}
		p.note(&p.next, time.Since(began))
	}
	if receipt.Status != care.EnrollmentEnded {
		return fmt.Errorf("the enrollment is %s after its last task", receipt.Status)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = append(p.ended, receipt.EnrollmentID)
	return nil
}

func (p *passage) note(where *timings, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*where = append(*where, took)
}

// opened is the task of the turn that is not the one which it completed.
func opened(r workflows.Receipt, completed care.ID) care.ID {
	for _, id := range r.TaskIDs {
		if id != completed {
			return id
		}
	}
	return ""
}

func (p *passage) report(b *testing.B, used time.Duration) {
	b.Helper()
	b.ReportMetric(float64(len(p.ended))/b.Elapsed().Seconds(), "pathways/s")
	b.ReportMetric(milliseconds(used)/float64(len(p.ended)), "cpu-ms/pathway")
	p.first.report(b, "first-task-")
	p.next.report(b, "next-task-")
	var left tally
	for i := 0; i < len(p.ended); i += 1 + len(p.ended)/looked {
		left.add(p.in.history(b, p.ended[i]))
	}
	left.report(b, "pathway")
}
