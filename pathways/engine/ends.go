package engine

import (
	"fmt"

	"throughline/care"
	"throughline/pathways"
)

// completesLast is the engine's version from which an end that asks what is required waits until all
// that the turn's news calls for has opened. Before, the last answer could complete a pathway though
// the same answer called for more work.
const completesLast = 2

// atOnce tells whether an end is asked before anything opens: a death, a clock, a refusal.
func (r *run) atOnce(end pathways.End) bool {
	return r.s.Engine < completesLast || !r.program.Mentions(end.When, "required")
}

// onceSettled tells whether an end is asked when nothing more opens.
func (r *run) onceSettled(end pathways.End) bool { return !r.atOnce(end) }

// endIfTime ends or suspends the enrollment where one of the pathway's ends that are now asked has
// come, and tells whether it did.
func (r *run) endIfTime(asked func(pathways.End) bool) bool {
	for i, end := range r.def.Ends {
		if !asked(end) {
			continue
		}
		why, come := r.endCame(end)
		if !come {
			continue
		}
		r.endRule = r.causeOf(fmt.Sprintf("ends[%d]", i+1), end.Line, end.Clock)
		if end.Suspend != "" {
			if r.suspendedFor(byPathway) != nil {
				continue
			}
			r.suspend(end.Suspend, reasonOr(end.Because, why), byPathway)
			return true
		}
		r.end(end.As, reasonOr(end.Because, why))
		return true
	}
	return false
}

func (r *run) endCame(end pathways.End) (why string, come bool) {
	switch {
	case end.Clock != "":
		c := r.enrollmentClock(end.Clock)
		if c == nil || c.Status != care.ClockMissed {
			return "", false
		}
		return "the " + plain(end.Clock) + " of the pathway is over", true
	case end.On != "":
		if !r.eventCame(end.On) {
			return "", false
		}
		if end.When == "" {
			return r.eventInWords(end.On), true
		}
		v := r.holds(end.When, values{r: r, on: end.On})
		if !v.True {
			return "", false
		}
		return r.eventInWords(end.On) + "; " + v.words(), true
	}
	if r.s.Status != care.EnrollmentActive {
		return "", false // what a condition asks is not settled while the pathway stands still
	}
	v := r.holds(end.When, values{r: r})
	if !v.True {
		return "", false // to find words for what did not come, at every change, would cost more than asking
	}
	return v.words(), true
}

// eventCame tells whether the present event is the one that an end waits for. A death counts
// whenever it is known; an admission only where it follows the stay that the pathway came from.
func (r *run) eventCame(kind string) bool {
	if kind == string(PatientDied) {
		return r.s.Patient.Deceased
	}
	if !r.came(kind) {
		return false
	}
	if r.ev.Kind != EncounterAdmitted {
		return true
	}
	return r.readmission(r.ev.Encounter)
}

// readmission tells whether a stay is another one, in hospital, after the enrollment's own.
func (r *run) readmission(enc *care.Encounter) bool {
	if enc == nil || enc.ID == r.s.EncounterID || enc.Status != care.EncounterInProgress {
		return false
	}
	if enc.Class != care.Inpatient && enc.Class != care.Observation {
		return false
	}
	if enc.AdmittedAt == nil || r.s.Encounter == nil || r.s.Encounter.DischargedAt == nil {
		return true
	}
	return !enc.AdmittedAt.Before(*r.s.Encounter.DischargedAt)
}

// end closes the enrollment and everything that is open in it, each with the cause.
func (r *run) end(as, reason string) {
	if r.s.Status == care.EnrollmentEnded {
		return
	}
	before := r.s.Status
	reason = clause(reason)
	why := "the pathway ended as " + plain(as)
	r.ending = why
	for _, st := range r.s.Steps {
		if st.Status == care.StepWaiting {
			at := r.at
			st.Status, st.EndedAt, st.Reason, st.OpensAt, st.Offered = care.StepSkipped, &at, why, nil, false
		}
		if st.Status == care.StepOpen {
			r.endStep(st, care.StepCancelled, "", r.at, why)
		}
	}
	for _, c := range r.s.Clocks {
		if as == care.EndCompleted && c.Step == "" {
			r.stop(c, r.at)
			continue
		}
		r.cancelClock(c)
	}
	for _, esc := range append([]care.Escalation(nil), r.s.Escalations...) {
		r.closeEscalation(esc.ID, care.EscalationResolved, why)
	}
	for _, m := range append([]care.Message(nil), r.s.Outbox...) {
		if m.Purpose != "escalation" {
			r.stopQueued(m.ID, why)
		}
	}
	at := r.at
	r.s.Status, r.s.Outcome, r.s.Reason, r.s.EndedAt = care.EnrollmentEnded, as, reason, &at
	r.s.Pause, r.s.Suspension, r.s.Deferred = nil, nil, nil
	r.moved(r.s.EnrollmentID, "enrollment", string(before), string(care.EnrollmentEnded), r.def.Owner, as+": "+reason, r.at)
	text := "Ended as " + plain(as)
	if reason != "" {
		text = fmt.Sprintf("Ended as %s: %s", plain(as), reason)
	}
	cause := r.becauseOf(r.endRule, reason)
	r.tell("enrollment.ended", "", text+".", cause)
	r.endOthers()
	r.tellParent()
}

func (r *run) withdraw() error {
	if r.ev.Reason == "" {
		return care.Errorf(care.Invalid, "say why the patient is withdrawn").At("reason").By("enrollment.withdraw")
	}
	as := care.EndRevoked
	switch r.ev.Outcome {
	case "", care.EndRevoked:
	case care.EndLost, care.EndTransferred, care.EndEnteredInError:
		as = r.ev.Outcome
	default:
		return care.Errorf(care.Invalid, "a withdrawal ends as revoked, lost-to-follow-up, transferred or entered-in-error").At("outcome").By("enrollment.withdraw")
	}
	r.end(as, r.ev.Reason)
	return nil
}

func (r *run) superseded() error {
	r.end(care.EndSuperseded, reasonOr(r.ev.Reason, "a later discharge of the same patient is followed instead"))
	return nil
}

func (r *run) inError() error {
	r.end(care.EndEnteredInError, reasonOr(r.ev.Reason, "entered in error"))
	return nil
}
