package engine

import (
	"slices"
	"time"

	"throughline/care"
)

// Holds gives what keeps the enrollment from falling through: armed clocks, open work that
// somebody owns, referrals that a partner must answer by a time. An ended enrollment needs none.
func Holds(s State) []care.Hold {
	if s.Status == care.EnrollmentEnded {
		return nil
	}
	var holds []care.Hold
	if s.Pause != nil {
		holds = append(holds, care.Hold{Kind: care.HeldByClock, What: "end of the pause", Until: &s.Pause.Until})
	}
	if s.Suspension != nil {
		holds = append(holds, care.Hold{Kind: care.HeldByClock, What: "review of the suspension", Until: &s.Suspension.ReviewAt})
	}
	for _, c := range s.Clocks {
		if at := armedUntil(c); at != nil {
			holds = append(holds, care.Hold{Kind: care.HeldByClock, What: clockName(c), Until: at})
		}
	}
	for _, st := range s.Steps {
		if owned(st) {
			holds = append(holds, care.Hold{Kind: care.HeldByItem, What: st.ID, Owner: holderOf(st.Task), Until: st.Task.DueAt})
		}
		if awaited(st) {
			holds = append(holds, care.Hold{Kind: care.HeldByPartner, What: st.ID, Owner: st.Referral.Current.ServiceID, Until: st.Referral.Current.DueAt})
		}
	}
	return holds
}

// held tells whether anything holds the enrollment: whether Holds names anything.
func (r *run) held() bool {
	return r.s.Pause != nil || r.s.Suspension != nil || slices.ContainsFunc(r.s.Clocks, armed) ||
		slices.ContainsFunc(r.s.Steps, func(st *Step) bool { return owned(st) || awaited(st) })
}

// owned tells whether the step's work is open and somebody's.
func owned(st *Step) bool { return st.Task != nil && st.Task.Status.Open() && st.Task.Role != "" }

// awaited tells whether a service must say something of the step's referral by a time.
func awaited(st *Step) bool {
	return st.Referral != nil && st.Referral.Current != nil && st.Referral.Current.Status.Open() && st.Referral.Current.DueAt != nil
}

func clockName(c *Clock) string {
	if c.Step == "" {
		return c.Name
	}
	return c.Step + "." + c.Name
}

// armedUntil gives when the clock will next do something; nil where it will not.
func armedUntil(c *Clock) *time.Time {
	if !armed(c) {
		return nil
	}
	next, found := c.Due, c.Status == care.ClockRunning
	for _, rung := range c.Rungs {
		if !rung.Fired && (!found || rung.At.Before(next)) {
			next, found = rung.At, true
		}
	}
	return &next
}

// armed tells whether the clock will do something yet.
func armed(c *Clock) bool {
	return c.Status == care.ClockRunning ||
		c.Status == care.ClockMissed && slices.ContainsFunc(c.Rungs, func(rung RungRun) bool { return !rung.Fired })
}

// Rescued tells whether the engine itself had to give an enrollment to a person, because nothing
// else held it any more. It is not meant to: the definition has a hole there.
func Rescued(s State) bool {
	return slices.ContainsFunc(s.Steps, func(st *Step) bool { return st.ID == stepSafetyNet })
}

// stepSafetyNet is the step that is opened when nothing else holds an enrollment.
const stepSafetyNet = "safety_net"

// keepHeld is the promise itself: where a turn would leave an active enrollment with nothing that
// holds it, a person is given the question what is to become of it. The checker refuses
// definitions that lead here; this is for what it could not see.
func (r *run) keepHeld() {
	if r.s.Status == care.EnrollmentEnded || r.s.Status == "" {
		return
	}
	r.referralWaits()
	if r.held() {
		return
	}
	cause := r.causeOf("", 0, "")
	cause.Text = "nothing else holds this pathway"
	if r.spec(stepSafetyNet) == nil {
		r.s.Personal = append(slices.Clone(r.s.Personal), safetyNet(r.def.Owner))
	}
	n := 1
	for _, st := range r.s.Steps {
		if st.ID == stepSafetyNet {
			n++
		}
	}
	st := r.place(r.spec(stepSafetyNet), n, "", cause)
	r.openStep(st, r.spec(stepSafetyNet))
}
