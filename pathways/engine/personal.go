package engine

import (
	"fmt"
	"slices"

	"throughline/care"
	"throughline/pathways"
)

// Personal changes: what a person changes of the plan for one enrollment, always with a reason.

func (r *run) needReason(rule string) error {
	if r.ev.Reason == "" {
		return care.Errorf(care.Invalid, "a change of the plan needs a reason").At("reason").By(rule)
	}
	return nil
}

func (r *run) startStep() error {
	if err := r.needReason("step.start"); err != nil {
		return err
	}
	for _, st := range r.s.Steps {
		if st.ID != r.ev.Step || st.Status != care.StepWaiting {
			continue
		}
		if spec := r.spec(st.ID); r.s.Status != care.EnrollmentActive && (spec == nil || !r.beginsIn(r.pauseOf(st, spec))) {
			return care.Errorf(care.Conflict, "nothing begins while the enrollment is %s", r.s.Status).By("step.start")
		}
		st.Cause = r.causeOf("steps."+st.ID, 0, "")
		st.Cause.Text = "begun by hand: " + r.ev.Reason
		r.openStep(st, r.spec(st.ID))
		return nil
	}
	return care.Errorf(care.NotFound, "there is no step %q that waits", r.ev.Step).At("step")
}

func (r *run) skipStep() error {
	if err := r.needReason("step.skip"); err != nil {
		return err
	}
	found := false
	for _, st := range r.s.Steps {
		if st.ID == r.ev.Step && !st.Status.Ended() && (r.ev.Occurrence == 0 || r.ev.Occurrence == st.Occurrence) {
			r.endStep(st, care.StepSkipped, "", r.at, "skipped by hand: "+r.ev.Reason)
			found = true
		}
	}
	if !found {
		return care.Errorf(care.NotFound, "there is no step %q that waits or is open", r.ev.Step).At("step")
	}
	return nil
}

// addStep adds a step for this enrollment only. It must obey the rules of every step.
func (r *run) addStep() error {
	if err := r.needReason("step.add"); err != nil {
		return err
	}
	if r.ev.NewStep == nil {
		return care.Errorf(care.Invalid, "say what is to be added").At("new_step")
	}
	spec := *r.ev.NewStep
	if spec.ID == "" {
		spec.ID = fmt.Sprintf("added_%d", len(r.s.Personal)+1)
	}
	if r.spec(spec.ID) != nil {
		return care.Errorf(care.Conflict, "there is already a step %q", spec.ID).At("new_step.id")
	}
	if err := pathways.CheckPersonal(r.def, &spec); err != nil {
		return err
	}
	r.s.Personal = append(slices.Clone(r.s.Personal), spec)
	cause := r.causeOf("", 0, "")
	cause.Text = "added by hand: " + r.ev.Reason
	r.place(&spec, 1, "", cause)
	r.tell("step.added", spec.ID, "Added to the plan: "+spec.Title()+".", cause)
	return nil
}

func (r *run) startTrackByHand() error {
	if err := r.needReason("track.start"); err != nil {
		return err
	}
	for _, t := range r.def.Tracks {
		if t.Name != r.ev.Track {
			continue
		}
		if r.trackRunning(t) {
			return care.Errorf(care.Conflict, "the track %q is running already", t.Name).At("track")
		}
		cause := r.causeOf("tracks."+t.Name, t.Line, "")
		cause.Text = "started by hand: " + r.ev.Reason
		r.startTrack(t, cause)
		return nil
	}
	return care.Errorf(care.NotFound, "the pathway has no track %q", r.ev.Track).At("track")
}

// moveClock sets another deadline. One that the law sets cannot be moved.
func (r *run) moveClock() error {
	if err := r.needReason("clock.move"); err != nil {
		return err
	}
	if r.ev.Until == nil || !r.ev.Until.After(r.at) {
		return care.Errorf(care.Invalid, "the new deadline must lie ahead").At("until").By("clock.move")
	}
	for _, c := range r.s.Clocks {
		if c.Name != r.ev.Clock || c.Step != r.ev.Step && r.ev.Step != "" {
			continue
		}
		if c.Status != care.ClockRunning && c.Status != care.ClockMissed {
			continue
		}
		if st := r.stepByNumber(c.Step, c.Occurrence); st != nil && st.Status.Ended() {
			continue // it was missed, and the work is done since
		}
		if c.Pause == pathways.PauseNever {
			return care.Errorf(care.Conflict, "the deadline %q is set by %s and cannot be moved", c.Name, reasonOr(c.Source, "a rule")).By("clock.move.statutory")
		}
		c.Moved, c.Due = true, r.ev.Until.UTC()
		c.Reason = "moved by hand: " + r.ev.Reason
		if c.Status == care.ClockMissed {
			c.Status = care.ClockRunning
			r.unmiss(c)
		}
		if ladder := r.ladder(c.Ladder); ladder != nil {
			r.placeRungs(c, ladder)
		}
		r.tell("clock.moved", c.Step, fmt.Sprintf("The deadline of %s was moved to %s: %s.", r.clockInWords(c), r.inWords(c.Due), clause(r.ev.Reason)), r.causeOf("clocks."+c.Name, 0, c.Name))
		return nil
	}
	return care.Errorf(care.NotFound, "there is no running deadline %q", r.ev.Clock).At("clock")
}
