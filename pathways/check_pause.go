package pathways

import (
	"fmt"
	"slices"
)

// pausesOfWork are how a pause may be taken by a step or a track.
var pausesOfWork = []string{PauseNever, PauseEnrollment}

// kindsDespitePause bring no clock that a pause stops.
var kindsDespitePause = []string{KindTask, KindAppointment, KindMessage, KindMilestone}

// begins checks how a step or a track takes a pause.
func (c *checker) begins(path string, line int, pause string) {
	if pause != "" && !slices.Contains(pausesOfWork, pause) {
		c.wrongValue(path+".pause", line, fmt.Sprintf("nothing begins %q", pause), "write never for what begins in spite of a pause, or leave it out")
	}
}

// despitePause checks that the deadline of what begins in spite of a pause runs in it, too: else the
// work would lie there, and nobody would be told.
func (c *checker) despitePause(path string, s *Step) {
	c.begins(path, s.Line, s.Pause)
	pause := s.Pause
	if t := c.d.TrackOf(s.ID); pause == "" && t != nil {
		pause = t.Pause
	}
	if pause != PauseNever {
		return
	}
	if !slices.Contains(kindsDespitePause, s.Kind()) {
		c.wrong(path, s.Line, fmt.Sprintf("%s cannot begin in a pause: the clocks that it brings stand still in one", s.ID), "let only tasks, appointments, messages and milestones begin in spite of a pause")
		return
	}
	if k := c.d.ClockByName(s.Clock); k != nil && k.Pause != PauseNever && k.Pause != PauseHospital {
		c.wrongValue(path+".clock", s.Line, fmt.Sprintf("%s begins in spite of a pause, but its deadline %s stands still in one", s.ID, k.Name), "write pause: never at the clock, or give the step another one")
	}
	if s.Due != "" {
		c.wrongValue(path+".due", s.Line, fmt.Sprintf("%s begins in spite of a pause, but a deadline by due stands still in one", s.ID), "give it a clock with pause: never")
	}
}
