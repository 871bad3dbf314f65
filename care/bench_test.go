package care_test

import (
	"testing"

	"throughline/care"
)

func BenchmarkDeadline(b *testing.B) {
	anchor := care.Date{Year: 2025, Month: 11, Day: 26}.In(nil)
	c := care.USFederalCalendar()
	for b.Loop() {
		if c.Deadline(anchor, care.Offset{N: 2, Unit: care.BusinessDays}, nil).Due.IsZero() {
			b.Fatal("no deadline")
		}
	}
}
