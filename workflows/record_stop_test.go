//go:build record

package workflows_test

import (
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// enrollIn starts an enrollment of another pathway than the errand.
func (r *recorder) enrollIn(file string, change func(*engine.Launch)) {
	r.t.Helper()
	ev := started()
	ev.Launch.EnrollmentID = r.id
	if change != nil {
		change(ev.Launch)
	}
	if _, err := r.ours.Enroll(r.t.Context(), definition(r.t, file), ev); err != nil {
		r.t.Fatal(err)
	}
}

func (r *recorder) observe(id string, critical bool) {
	r.t.Helper()
	r.submit(engine.Event{ID: id, Kind: engine.ObservationMade, Actor: care.Actor{Kind: care.System}, Observation: &care.ObservationReport{Code: care.Coding{Code: "K"}, Value: "6.9", Status: "final", Critical: critical}})
}

// stopped is paused while results come: one begins at once, the other when the pathway goes on. A
// person begins what is only offered.
func (r *recorder) stopped() {
	r.enrollIn("testdata/stop.yaml", nil)
	until := time.Now().Add(48 * time.Hour)
	r.submit(engine.Event{ID: "p-1", Kind: engine.EnrollmentPause, Actor: coordinator, Reason: "the patient is away", Until: &until})
	r.observe("r-1", true)
	r.observe("r-2", false)
	r.submit(completed("c-1", r.task("act"), "acted"))
	r.await("the word that something waits", func() bool { return r.sentOf("escalation") == 1 })
	r.submit(engine.Event{ID: "p-2", Kind: engine.EnrollmentResume, Actor: coordinator})
	r.submit(completed("c-2", r.task("call"), "reached"))
	r.submit(engine.Event{ID: "s-1", Kind: engine.StepStart, Actor: coordinator, Step: "home", Reason: "she sounded weak"})
	r.submit(completed("c-3", r.task("home"), "seen"))
	r.submit(completed("c-4", r.task("look"), "seen"))
	r.await("the end", func() bool { return r.last().Status == care.EnrollmentEnded })
}

// neighbours starts other pathways, hears of the end of one, and tells everybody who waits for its own.
func (r *recorder) neighbours() {
	r.enrollIn("testdata/lead.yaml", func(l *engine.Launch) {
		l.Parent = &engine.Parent{EnrollmentID: "enr-0", Step: "lead", Occurrence: 1}
	})
	r.await("the other pathways", func() bool { return count(r.kinds(), engine.SubStarted) == 2 })
	r.submit(engine.Event{ID: "j-1", Kind: engine.ParentJoined, Actor: care.TheEngine, Parent: &engine.Parent{EnrollmentID: "enr-9", Step: "help", Occurrence: 1}})
	r.submit(helped())
	r.await("the news of its end", func() bool { return count(r.kinds(), engine.ParentTold) == 2 })
	r.await("the end of what does not outlive it", func() bool { return slices.Contains(r.kinds(), engine.SubWithdrawn) })
}

func count(kinds []engine.EventKind, kind engine.EventKind) int {
	return len(slices.DeleteFunc(kinds, func(k engine.EventKind) bool { return k != kind }))
}
