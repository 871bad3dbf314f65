package engine_test

import (
	"testing"

	"throughline/care"
	"throughline/pathways/engine"
)

// A clock in days keeps ending with a day, and gets back the days, of its own kind, that it stood.
func TestAClockInDaysStandsStillByDays(t *testing.T) {
	cases := []struct{ name, pausedAt, until, due string }{
		{"an hour", "2025-12-01T10:00:00-05:00", "2025-12-01T11:00:00-05:00", "2025-12-02T23:59:59-05:00"},
		{"over a night", "2025-12-01T22:00:00-05:00", "2025-12-02T08:00:00-05:00", "2025-12-03T23:59:59-05:00"},
		{"over a weekend", "2025-11-28T16:00:00-05:00", "2025-12-01T08:00:00-05:00", "2025-12-03T23:59:59-05:00"},
		{"a week", "2025-11-28T16:00:00-05:00", "2025-12-05T16:00:00-05:00", "2025-12-09T23:59:59-05:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := discharge(t, load(t, "testdata/tcm.yaml"), "2025-11-26T15:00:00-05:00", "2025-11-26T16:00:00-05:00")
			due(t, w, "papers", "papers", "2025-12-02T23:59:59-05:00")
			sleep(t, w, "2025-11-26T17:00:00-05:00")
			sleep(t, w, c.pausedAt)
			until := at(t, c.until)
			do(t, w, engine.Event{Kind: engine.EnrollmentPause, Actor: coordinator, Reason: "travels", Until: &until})
			sleep(t, w, c.until)
			status(t, w, care.EnrollmentActive)
			due(t, w, "papers", "papers", c.due)
		})
	}
}
