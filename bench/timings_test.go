package bench

import (
	"log/slog"
	"slices"
	"syscall"
	"testing"
	"time"
)

var quiet = slog.New(slog.DiscardHandler)

// timings are how long something took, each time.
type timings []time.Duration

// at gives the quantile, from 0 to 1; 0 where nothing was measured.
func (t timings) at(quantile float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return sorted[min(int(quantile*float64(len(sorted))), len(sorted)-1)]
}

// report adds the middle, the slow end and the slowest to the benchmark's line, named "<what>p50-ms".
func (t timings) report(b *testing.B, what string) {
	b.Helper()
	b.ReportMetric(milliseconds(t.at(0.50)), what+"p50-ms")
	b.ReportMetric(milliseconds(t.at(0.95)), what+"p95-ms")
	b.ReportMetric(milliseconds(t.at(1)), what+"max-ms")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// processorTime is what this process has used: the Temporal server and the workers, PostgreSQL not.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
