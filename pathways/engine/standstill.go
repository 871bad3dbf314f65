package engine

import (
	"fmt"
	"slices"
	"time"

	"throughline/care"
)

// How long a stop may stand before a person, or a rule, must look at it again.
const (
	reviewReadmission = 14 // days
	reviewCorrection  = 7  // days
	longestPause      = 90 // days
)

// The two kinds of suspension. Both may hold at once, and each ends by itself.
const (
	byPathway    = false // one of the pathway's ends said so: the patient is back in hospital
	byCorrection = true  // the launch itself no longer holds
)

// suspendedFor gives the suspension of a kind; nil where there is none.
func (r *run) suspendedFor(correction bool) *Suspension {
	for s := r.s.Suspension; s != nil; s = s.Also {
		if s.Correction == correction {
			return s
		}
	}
	return nil
}

// suspend stops the enrollment until an event comes. Its open work is held, never closed.
func (r *run) suspend(until, reason string, correction bool) {
	days := reviewReadmission
	if correction {
		days = reviewCorrection
	}
	before := r.s.Status
	r.s.Pause = nil
	r.s.Status = care.EnrollmentSuspended
	s := &Suspension{
		Since: r.at, Until: until, Reason: clause(reason), Correction: correction,
		ReviewAt: r.shift(r.at, care.Offset{N: days, Unit: care.Days}),
	}
	if outer := r.s.Suspension; outer != nil && outer.Correction {
		outer.Also = s
	} else {
		s.Also, r.s.Suspension = outer, s
	}
	r.standStill(true)
	for _, st := range r.s.Steps {
		if st.Task != nil && st.Task.Status.Open() {
			r.setTask(st.Task, care.TaskOnHold, reason)
		}
	}
	r.moved(r.s.EnrollmentID, "enrollment", string(before), string(care.EnrollmentSuspended), r.def.Owner, reason, r.at)
	r.tell("enrollment.suspended", "", fmt.Sprintf("Suspended until %s: %s. Looked at again on %s.", eventInWords(until), s.Reason, r.day(s.ReviewAt)), r.becauseOf(r.endRule, s.Reason))
}

// unsuspend ends the suspension of one kind. The enrollment goes on where it was the only one.
func (r *run) unsuspend(correction bool, why string) {
	outer := r.s.Suspension
	switch {
	case outer == nil:
		return
	case outer.Correction != correction:
		outer.Also = nil
		return
	case outer.Also != nil:
		r.s.Suspension = outer.Also
		return
	}
	r.goOn(why)
}

// goOn ends every suspension.
func (r *run) goOn(why string) {
	why = clause(why)
	r.s.Suspension = nil
	r.s.Status = care.EnrollmentActive
	r.runOn()
	for _, esc := range slices.Clone(r.s.Escalations) {
		if esc.Kind == escalationSuspended {
			r.closeEscalation(esc.ID, care.EscalationResolved, "the pathway goes on")
		}
	}
	for _, st := range r.s.Steps {
		if st.Task != nil && st.Task.Status == care.TaskOnHold {
			r.setTask(st.Task, care.TaskRequested, why)
		}
	}
	r.moved(r.s.EnrollmentID, "enrollment", string(care.EnrollmentSuspended), string(care.EnrollmentActive), r.def.Owner, why, r.at)
	r.tell("enrollment.resumed", "", "Goes on: "+why+".", r.causeOf("", 0, ""))
}

// suspendUnlessQualified holds the enrollment while its own stay, as it is now known, would not
// have started it: the discharge was taken back, or went elsewhere. As soon as the stay qualifies
// again it goes on, so that every order of the same messages ends alike.
func (r *run) suspendUnlessQualified() {
	if r.s.Encounter == nil || r.def.Launch.On != string(EncounterDischarge) && r.def.Launch.On != string(EncounterAdmitted) {
		return
	}
	reason := r.unqualified()
	switch s := r.suspendedFor(byCorrection); {
	case reason != "" && s == nil && !r.s.Patient.Deceased:
		r.suspend(r.def.Launch.On, reason, byCorrection)
	case reason == "" && s != nil:
		r.unsuspend(byCorrection, "the stay was corrected")
	}
}

// unqualified says why the enrollment's own stay would not start the pathway; empty where it would.
func (r *run) unqualified() string {
	enc := r.s.Encounter
	switch {
	case enc.Status == care.EncounterCancelled:
		return "the admission was cancelled"
	case r.def.Launch.On == string(EncounterDischarge) && enc.Status != care.EncounterDischarged:
		return "the discharge was cancelled"
	}
	d := r.launchDecision(encounterValues{values{r: r}, enc, r.s.EncounterID})
	if d.Untold {
		return "" // it started with what was known then, and nothing says otherwise
	}
	return d.Reason
}

// encounterValues answers event.* with a stay, whatever the present event is.
type encounterValues struct {
	values
	enc *care.Encounter
	own care.ID
}

// Value implements pathways.Values.
func (v encounterValues) Value(name string) (any, bool) {
	const prefix = "event."
	if len(name) > len(prefix) && name[:len(prefix)] == prefix {
		return v.r.encounterFact(v.enc, name[len(prefix):], v.own)
	}
	return v.values.Value(name)
}

// escalationSuspended is the kind of escalation that asks whether a suspension still holds.
const escalationSuspended = "suspended"

// reviewSuspension asks a person whether a suspension still holds, again and again; one that a
// correction made, and that nothing put right, ends the enrollment as entered in error.
func (r *run) reviewSuspension() {
	s := r.s.Suspension
	if s == nil || s.ReviewAt.After(r.at) {
		return
	}
	if s.Correction {
		r.end(care.EndEnteredInError, s.Reason)
		return
	}
	s.Reviews++
	s.ReviewAt = r.shift(r.at, care.Offset{N: reviewReadmission, Unit: care.Days})
	cause := r.causeOf("ends", 0, "")
	cause.Text = "suspended since " + r.day(s.Since) + ": " + s.Reason
	r.raise(care.Escalation{
		ID:    care.DeriveID(r.s.StartedAt, r.s.EnrollmentID, "suspension", s.Since.UTC().Format(time.RFC3339), fmt.Sprint(s.Reviews)),
		Level: r.def.Owner, Kind: escalationSuspended, Text: "Still suspended: " + s.Reason + ". Does it still hold?", Cause: cause,
	}, true)
}

// pause stops the enrollment because a person asks for it, always until a date. Statutory clocks
// run on, and what is open stays open.
func (r *run) pause() error {
	if r.s.Status != care.EnrollmentActive {
		return care.Errorf(care.Conflict, "only an active enrollment can be paused; this one is %s", r.s.Status).By("enrollment.pause")
	}
	if r.ev.Reason == "" {
		return care.Errorf(care.Invalid, "say why it is paused").At("reason").By("enrollment.pause")
	}
	if r.ev.Until == nil || !r.ev.Until.After(r.at) || r.ev.Until.After(r.at.AddDate(0, 0, longestPause)) {
		return care.Errorf(care.Invalid, "a pause needs an end, within %d days", longestPause).At("until").By("enrollment.pause")
	}
	r.s.Status = care.EnrollmentPaused
	r.s.Pause = &Pause{Since: r.at, Until: *r.ev.Until, Reason: r.ev.Reason}
	r.standStill(false)
	r.moved(r.s.EnrollmentID, "enrollment", string(care.EnrollmentActive), string(care.EnrollmentPaused), r.def.Owner, r.ev.Reason, r.at)
	r.tell("enrollment.paused", "", fmt.Sprintf("Paused until %s: %s. Deadlines set by law run on.", r.inWords(*r.ev.Until), clause(r.ev.Reason)), r.causeOf("", 0, ""))
	return nil
}

func (r *run) resume() error {
	switch r.s.Status {
	case care.EnrollmentPaused:
		r.unpause(reasonOr(r.ev.Reason, "resumed"))
	case care.EnrollmentSuspended:
		if r.ev.Reason == "" {
			return care.Errorf(care.Invalid, "say why the suspension no longer holds").At("reason").By("enrollment.resume")
		}
		r.goOn(r.ev.Reason)
	default:
		return care.Errorf(care.Conflict, "the enrollment is not stopped; it is %s", r.s.Status).By("enrollment.resume")
	}
	return nil
}

func (r *run) unpause(why string) {
	r.s.Status, r.s.Pause = care.EnrollmentActive, nil
	r.runOn()
	r.moved(r.s.EnrollmentID, "enrollment", string(care.EnrollmentPaused), string(care.EnrollmentActive), r.def.Owner, why, r.at)
	r.tell("enrollment.resumed", "", "Goes on: "+sentence(why), r.causeOf("", 0, ""))
}

func (r *run) endPauseIfTime() {
	if r.s.Pause != nil && !r.s.Pause.Until.After(r.at) {
		r.unpause("the pause is over")
	}
}
