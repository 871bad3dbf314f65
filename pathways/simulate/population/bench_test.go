package population

import (
	"testing"
	"time"
)

// BenchmarkPopulation lets the population that ships with post-discharge-tcm go through it: each
// patient for thirty days. Run it with -cpu 1: one simulation uses one core.
func BenchmarkPopulation(b *testing.B) {
	def, s := shipped(b, "post-discharge-tcm")
	s.Patients = 1000
	b.ReportAllocs()
	turns, began := 0, time.Now()
	for b.Loop() {
		turns += run(b, def, s, Options{}).Turns
	}
	spent := time.Since(began).Seconds()
	b.ReportMetric(float64(s.Patients*b.N)/spent, "enrollment-months/s")
	b.ReportMetric(spent/float64(turns)*1e6, "µs/turn")
}
