package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// appointmentKind is a visit: to be booked, then kept. One task goes with it from the first to
// the last, so that somebody owns it all the way.
var appointmentKind = kind{open: openAppointment, complete: completeAppointment, ranOut: attendanceDue}

// The outcomes of an appointment's task.
const (
	outcomeBooked    = "booked"
	outcomeKept      = "kept"
	outcomeNoShow    = "no_show"
	outcomeCancelled = "cancelled"
	outcomeDeclined  = "declined"
)

// clockAttendance runs until the end of the day of the visit: then somebody must say whether it
// was kept.
const clockAttendance = "attendance"

func openAppointment(r *run, st *Step, spec *pathways.Step) {
	r.openTask(st, taskPlan{title: "Book: " + spec.Appointment, outcomes: []string{outcomeBooked, outcomeKept, outcomeDeclined}})
	r.armStepClock(st, spec)
}

func completeAppointment(r *run, st *Step, spec *pathways.Step) error {
	if !slices.Contains(st.Task.Outcomes, r.ev.Outcome) {
		return care.Errorf(care.Invalid, "the outcome must be one of %s", strings.Join(st.Task.Outcomes, ", ")).At("outcome").By("steps." + st.ID)
	}
	switch r.ev.Outcome {
	case outcomeBooked:
		start, err := r.answeredTime("start")
		if err != nil {
			return err
		}
		return r.book(st, spec, care.Appointment{Status: care.AppointmentBooked, Start: &start})
	case outcomeKept:
		at, err := r.happened(st)
		if err != nil {
			return err
		}
		return r.keep(st, at)
	case outcomeNoShow:
		return r.notKept(st, spec, care.AppointmentNoShow, r.answeredText("barrier"))
	case outcomeCancelled:
		return r.notKept(st, spec, care.AppointmentCancelled, r.answeredText("barrier"))
	}
	r.endStep(st, care.StepCancelled, outcomeDeclined, r.at, reasonOr(r.ev.Reason, "the patient declined the visit"))
	return nil
}

// book notes when the visit is, and from then on asks whether it was kept.
func (r *run) book(st *Step, spec *pathways.Step, a care.Appointment) error {
	if a.Start == nil {
		return care.Errorf(care.Invalid, "a booking needs the start of the visit").At("start")
	}
	st.Appointment = &a
	st.Task.Title = "See that it is kept: " + spec.Appointment
	st.Task.Outcomes = []string{outcomeKept, outcomeNoShow, outcomeCancelled, outcomeBooked, outcomeDeclined}
	r.armOwn(st, clockAttendance)
	r.tell("appointment.booked", st.ID, fmt.Sprintf("%s is booked for %s.", spec.Appointment, r.inWords(*a.Start)), r.causeOf("steps."+st.ID, spec.Line, ""))
	r.recompute("the visit was booked")
	return nil
}

func (r *run) keep(st *Step, at time.Time) error {
	if st.Appointment == nil {
		st.Appointment = &care.Appointment{}
	}
	if st.Appointment.Start == nil || !r.ev.OccurredAt.IsZero() {
		st.Appointment.Start = &at
	} else if st.Appointment.Start.Before(at) {
		at = *st.Appointment.Start
	}
	st.Appointment.Status = care.AppointmentKept
	r.endStep(st, care.StepDone, outcomeKept, at, r.ev.Reason)
	r.recompute("the visit was kept")
	return nil
}

// notKept opens the booking again, with the barrier as a fact.
func (r *run) notKept(st *Step, spec *pathways.Step, status care.AppointmentStatus, barrier string) error {
	if spec.OnNoShow != nil && barrier != "" && len(spec.OnNoShow.Values) > 0 && !slices.Contains(spec.OnNoShow.Values, barrier) {
		return care.Errorf(care.Invalid, "the barrier must be one of %s", strings.Join(spec.OnNoShow.Values, ", ")).At("answers.barrier").By("steps." + st.ID + ".on_no_show")
	}
	if barrier != "" {
		r.learn(st.ID+".barrier", barrier, "told with the missed visit")
	}
	what := "was cancelled"
	if status == care.AppointmentNoShow {
		st.NoShows++
		what = "was not kept"
	}
	st.Appointment = nil
	st.Task.Title = "Book again: " + spec.Appointment
	st.Task.Outcomes = []string{outcomeBooked, outcomeKept, outcomeDeclined}
	if c := r.clockFor(st, clockAttendance); c != nil {
		r.cancelClock(c)
		c.Status = care.ClockCancelled // missed or not: that visit is no more
	}
	text := spec.Appointment + " " + what + "; it is to be booked again."
	if barrier != "" {
		text = fmt.Sprintf("%s %s (%s); it is to be booked again.", spec.Appointment, what, plain(barrier))
	}
	r.tell("appointment."+string(status), st.ID, text, r.causeOf("steps."+st.ID+".on_no_show", spec.Line, ""))
	r.recompute("the visit " + what)
	return nil
}

// attendanceDue asks whether the visit was kept; the visit's own deadline is a matter of its own.
func attendanceDue(r *run, st *Step, c *Clock) bool {
	if c.Name != clockAttendance {
		return false
	}
	spec := r.spec(st.ID)
	st.Task.Title = "Was it kept? " + spec.Appointment
	r.tell("appointment.ask", st.ID, "The day of "+spec.Appointment+" is over and nobody has said whether it was kept.", r.causeOf("steps."+st.ID, spec.Line, c.Name))
	return true
}

// reportAppointment applies what another system says about an appointment to the step it belongs
// to: the one that knows it by its identifier, else the first open one that it may be.
func (r *run) reportAppointment() error {
	a := r.ev.Appointment
	if a == nil {
		return care.Errorf(care.Invalid, "an appointment event needs its appointment").At("appointment")
	}
	st := r.appointmentStep(a)
	if st == nil {
		return nil
	}
	spec := r.spec(st.ID)
	switch r.ev.Kind {
	case AppointmentBooked:
		return r.book(st, spec, *a)
	case AppointmentKept:
		at := r.at
		if a.Start != nil {
			at = *a.Start
		}
		return r.keep(st, at)
	case AppointmentNoShow:
		return r.notKept(st, spec, care.AppointmentNoShow, a.Barrier)
	default:
		return r.notKept(st, spec, care.AppointmentCancelled, a.Barrier)
	}
}

func (r *run) appointmentStep(a *care.Appointment) *Step {
	var first *Step
	for _, st := range r.s.Steps {
		if st.Kind != pathways.KindAppointment || st.Status != care.StepOpen || r.ev.Step != "" && st.ID != r.ev.Step {
			continue
		}
		if a.Identifier != "" && st.Appointment != nil && st.Appointment.Identifier == a.Identifier {
			return st
		}
		free := st.Appointment == nil || st.Appointment.Identifier == "" || a.Identifier == ""
		booked := st.Appointment != nil
		if first == nil && free && (r.ev.Kind == AppointmentBooked || r.ev.Kind == AppointmentKept || booked) && r.mayBe(st, a) {
			first = st
		}
	}
	return first
}

// mayBe tells whether an appointment of another system may be the step's: it lies after the step's
// clock began to count.
func (r *run) mayBe(st *Step, a *care.Appointment) bool {
	spec := r.spec(st.ID)
	c := r.clockFor(st, spec.Clock)
	return a.Start == nil || c == nil || !a.Start.Before(c.Anchor)
}

// answeredText is an answer that is a text; empty where there is none.
func (r *run) answeredText(name string) string {
	for _, a := range r.ev.Answers {
		if text, ok := a.Value.(string); ok && a.Name == name {
			return text
		}
	}
	return ""
}

func (r *run) answeredTime(name string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, r.answeredText(name)); err == nil {
		return t.UTC(), nil
	}
	return time.Time{}, care.Errorf(care.Invalid, "%s must be a time like 2025-12-03T14:30:00-05:00", name).At("answers." + name)
}

func reasonOr(given, otherwise string) string {
	if given != "" {
		return given
	}
	return otherwise
}
