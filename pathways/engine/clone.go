package engine

import (
	"slices"

	"throughline/care"
)

// rewrites are the events that change also what is over.
func rewrites(kind EventKind) bool {
	return kind == PatientMerged || kind == EnrollmentMigrate || kind == EnrollmentMoveBack
}

// clone copies all that a turn may change in place; deep, also what is over. What lies behind the
// remaining pointers is replaced, never changed.
func (s State) clone(deep bool) State {
	c := s
	c.Facts = slices.Clone(s.Facts)
	c.Consents = slices.Clone(s.Consents)
	c.Tracks = slices.Clone(s.Tracks)
	c.Escalations = slices.Clone(s.Escalations)
	c.Personal = slices.Clone(s.Personal)
	c.Outbox = slices.Clone(s.Outbox)
	c.Kept = slices.Clone(s.Kept)
	c.Unheard = slices.Clone(s.Unheard)
	c.Deferred = slices.Clone(s.Deferred)
	c.Steps = slices.Clone(s.Steps)
	for i, st := range s.Steps {
		c.Steps[i] = st.clone(deep)
	}
	c.Clocks = slices.Clone(s.Clocks)
	for i, cl := range s.Clocks {
		copied := *cl
		copied.Rungs = slices.Clone(cl.Rungs)
		copied.Stood = slices.Clone(cl.Stood)
		c.Clocks[i] = &copied
	}
	if s.Suspension != nil {
		suspension := *s.Suspension
		if suspension.Also != nil {
			also := *suspension.Also
			suspension.Also = &also
		}
		c.Suspension = &suspension
	}
	return c
}

// clone copies a step. The task of one that is over is nobody's to change any more, unless deep: then
// what names the patient or the step itself is rewritten.
func (st *Step) clone(deep bool) *Step {
	c := *st
	c.Attempts = slices.Clone(st.Attempts)
	c.Supplied = slices.Clone(st.Supplied)
	if st.Task != nil && (deep || st.Status == care.StepOpen || st.Task.Status.Open()) {
		task := *st.Task
		c.Task = &task
	}
	if st.Appointment != nil {
		appointment := *st.Appointment
		c.Appointment = &appointment
	}
	if st.Referral != nil {
		referral := *st.Referral
		referral.Candidates = slices.Clone(referral.Candidates)
		referral.Asked = slices.Clone(referral.Asked)
		if referral.Current != nil {
			current := *referral.Current
			referral.Current = &current
		}
		c.Referral = &referral
	}
	return &c
}
