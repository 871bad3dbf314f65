//go:build record

package workflows_test

import (
	"fmt"
	"slices"

	"throughline/care"
	"throughline/pathways/engine"
)

// moved goes on by another version from the midst of the errand to its end.
func (r *recorder) moved() {
	r.enroll()
	r.submit(movedTo(r.t, "m-1", "testdata/errand-2.yaml"))
	r.submit(completed("c-1", r.task("call"), "reached"))
	r.await("the note", func() bool { return r.task("note") != "" })
	r.submit(completed("c-2", r.task("note"), "done"))
	r.await("the end", func() bool { return r.last().Status == care.EnrollmentEnded })
}

// movedBack goes to another version and back, and ends by the first one.
func (r *recorder) movedBack() {
	r.enroll()
	r.submit(movedTo(r.t, "m-1", "testdata/errand-2.yaml"))
	r.submit(movedBack(r.t, "m-2"))
	r.submit(engine.Event{ID: "o-1", Kind: engine.ClockOffset, Actor: care.Actor{Kind: care.System}, Offset: 5 * 3600e9})
	r.await("the ladder", func() bool { return r.sentOf("reminder") == 1 && r.sentOf("escalation") == 1 })
	r.submit(completed("c-1", r.task("call"), "gave_up"))
	r.await("the end", func() bool { return r.last().Status == care.EnrollmentEnded })
}

// movedAndRenewed moves, hands over to a new run, and goes on there by the version that it moved to.
func (r *recorder) movedAndRenewed() {
	r.enroll()
	first := r.run()
	r.submit(movedTo(r.t, "m-1", "testdata/errand-2.yaml"))
	for i := range 4 {
		if r.run() != first {
			break
		}
		r.pad(fmt.Sprintf("p-%d", i))
	}
	r.await("the new run", func() bool { return r.run() != first })
	r.keep("moved-renewal", first)
	r.submit(completed("c-1", r.task("call"), "reached"))
	r.await("the note", func() bool { return r.task("note") != "" })
	r.submit(completed("c-2", r.task("note"), "done"))
	r.await("the end", func() bool { return r.last().Status == care.EnrollmentEnded })
}

// renamed moves to a version in which the step that waits for another pathway has another name, and hears of
// that one's end under the name before.
func (r *recorder) renamed() {
	r.enrollIn("testdata/lead.yaml", nil)
	r.await("the other pathways", func() bool { return count(r.kinds(), engine.SubStarted) == 2 })
	r.submit(engine.Event{ID: "m-1", Kind: engine.EnrollmentMigrate, Actor: coordinator, Reason: "the better version", Migration: &engine.Migration{
		ID: "mig-1", Definition: leadAs(r.t, "aid"), Plan: engine.MovePlan{Steps: []engine.StepMove{{Step: "help", To: "aid"}}},
	}})
	r.submit(helped())
	r.await("the end", func() bool { return r.last().Status == care.EnrollmentEnded })
	r.await("the end of what does not outlive it", func() bool { return slices.Contains(r.kinds(), engine.SubWithdrawn) })
}
