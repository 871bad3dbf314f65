package pathways

import (
	"slices"
	"strings"
)

// The attributes of a result that compare it with the earlier ones of the same code: how much its
// number lies above the lowest of the last day, or of the last seven.
const (
	GainOneDay    = "gain_1_day"
	GainSevenDays = "gain_7_days"
)

// ComparesResults tells whether the definition asks how much a result lies above earlier ones, so
// that its enrollments have to remember them.
func (d *Definition) ComparesResults() bool {
	return slices.ContainsFunc(expressionsOf(d), func(u use) bool { return strings.Contains(u.text, "event.gain_") })
}
