package engine

import (
	"time"

	"throughline/care"
)

// actOnReferral does what a partner, or staff on the partner's word, says.
func (r *run) actOnReferral() error {
	st := r.referralStep(r.ev.ReferralID)
	if st == nil {
		return care.Errorf(care.NotFound, "there is no such open referral").At("referral_id")
	}
	cur := st.Referral.Current
	if r.ev.Kind == ReferralReroute {
		return r.reroute(st)
	}
	to := referralTargets[r.ev.Kind]
	if cur.Status == to {
		return nil // said twice: harmless
	}
	if !cur.Status.MayBecome(to) {
		return care.Errorf(care.Conflict, "a referral that is %s cannot become %s", cur.Status, to).By("gravity.referral-task")
	}
	at := r.ev.OccurredAt.UTC()
	if at.IsZero() || at.After(r.at) {
		at = r.at
	}
	return r.moveReferral(st, to, at)
}

var referralTargets = map[EventKind]care.ReferralStatus{
	ReferralAccept: care.ReferralAccepted, ReferralDecline: care.ReferralRejected, ReferralStart: care.ReferralInProgress,
	ReferralHold: care.ReferralOnHold, ReferralResume: care.ReferralInProgress, ReferralComplete: care.ReferralCompleted,
	ReferralFail: care.ReferralFailed, ReferralCancel: care.ReferralCancelled,
}

func (r *run) moveReferral(st *Step, to care.ReferralStatus, at time.Time) error {
	cur := st.Referral.Current
	switch to {
	case care.ReferralAccepted:
		r.setReferral(st, to, r.ev.Reason, at)
		cur.AcknowledgedAt = &at
		st.Referral.Phase = phaseAccepted
		r.stopOwn(st, clockAcknowledge, at)
		r.armOwn(st, clockFirstContact)
		r.armOwn(st, clockOutcome)
	case care.ReferralInProgress, care.ReferralOnHold:
		r.setReferral(st, to, r.ev.Reason, at)
		if cur.ContactedAt == nil && to == care.ReferralInProgress {
			cur.ContactedAt = &at
		}
		r.stopOwn(st, clockFirstContact, at)
		r.chaseAnswered(st, at)
	case care.ReferralCompleted:
		if r.ev.Outcome == outcomeNotReceived {
			r.giveUp(st, care.ReferralFailed, reasonOr(r.ev.Reason, "the service was not received"))
			return nil
		}
		r.served(st, at)
	case care.ReferralCancelled:
		if r.ev.Actor.Kind == care.Partner {
			r.giveUp(st, to, reasonOr(r.ev.Reason, "the service withdrew"))
			return nil
		}
		r.endStep(st, care.StepCancelled, string(to), at, reasonOr(r.ev.Reason, "called off"))
	default:
		r.giveUp(st, to, reasonOr(r.ev.Reason, string(to)))
	}
	return nil
}

// chaseAnswered closes the question what became of a referral: the service has said it itself.
func (r *run) chaseAnswered(st *Step, at time.Time) {
	if st.Task == nil || !st.Task.Status.Open() || st.Referral.Phase != phaseAccepted {
		return
	}
	r.closeTask(st, true, outcomeKeepWaiting, at, "the service has answered")
	r.waitAgain(st, "the service has answered")
}

// reroute takes the referral from a service and asks the next one.
func (r *run) reroute(st *Step) error {
	if !st.Referral.Current.Status.Open() {
		return care.Errorf(care.Conflict, "the referral is already %s", st.Referral.Current.Status).By("gravity.referral-task")
	}
	r.giveUp(st, care.ReferralCancelled, reasonOr(r.ev.Reason, "rerouted"))
	return nil
}

func (r *run) referralStep(id care.ID) *Step {
	for _, st := range r.s.Steps {
		if st.Status == care.StepOpen && st.Referral != nil && st.Referral.Current != nil && st.Referral.Current.ID == id {
			return st
		}
	}
	return nil
}
