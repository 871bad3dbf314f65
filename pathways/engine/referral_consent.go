package engine

import (
	"slices"
	"strconv"

	"throughline/care"
	"throughline/pathways"
)

// consentKnown goes on where the patient's answer is on record, and tells whether it was.
func (r *run) consentKnown(st *Step, spec *pathways.Step) bool {
	for _, c := range r.s.Consents {
		if c.Purpose == st.Referral.Need {
			r.consentAnswered(st, c.Given)
			return true
		}
	}
	if spec.Referral.ConsentFrom == "" {
		return false
	}
	verdict := r.holds(spec.Referral.ConsentFrom, values{r: r, step: st})
	if !verdict.True && len(verdict.Unknown) > 0 {
		return false
	}
	r.recordConsent(st.Referral.Need, verdict.True, "form")
	r.consentAnswered(st, verdict.True)
	return true
}

func (r *run) recordConsent(purpose string, given bool, how string) {
	i := slices.IndexFunc(r.s.Consents, func(c Consent) bool { return c.Purpose == purpose })
	c := Consent{Purpose: purpose, Given: given, At: r.at}
	if i < 0 {
		r.s.Consents = append(r.s.Consents, c)
	} else {
		r.s.Consents[i] = c
	}
	r.effects = append(r.effects, Effect{Kind: ConsentRow, Consent: &care.Consent{
		ID:        care.DeriveID(r.s.StartedAt, r.s.EnrollmentID, "consent", purpose, strconv.FormatInt(r.s.Seq, 10)),
		PatientID: r.s.PatientID, Purpose: purpose, Given: given, How: how, RecordedBy: r.ev.Actor, GivenAt: r.at,
	}})
	said := "The patient agreed to share what is needed for "
	if !given {
		said = "The patient does not want to share for "
	}
	r.tell("consent", "", said+plain(purpose)+".", r.causeOf("", 0, ""))
}

func (r *run) consentAnswered(st *Step, given bool) {
	if !given {
		r.endStep(st, care.StepSkipped, outcomeRefused, r.at, "the patient did not consent")
		return
	}
	r.closeTask(st, true, outcomeConsented, r.at, "")
	r.stopOwn(st, clockConsent, r.at)
	r.closeEscalationsOf(st, "the patient answered")
	r.search(st)
}

func (r *run) askConsent(st *Step) {
	st.Referral.Phase = phaseConsent
	r.openTask(st, taskPlan{
		title: "Ask for consent to share for " + plain(st.Referral.Need), part: clockConsent,
		instructions: "Say who would be told what, and that a community service is not bound by HIPAA.",
		outcomes:     []string{outcomeConsented, outcomeRefused},
	})
	r.armOwn(st, clockConsent)
	r.tell("referral.consent", st.ID, "The patient is to be asked for consent to share for "+plain(st.Referral.Need)+".", st.Cause)
}

// watchConsent goes on as soon as a consent is recorded elsewhere.
func watchConsent(r *run, st *Step, _ *pathways.Step) bool {
	if st.Referral.Phase != phaseConsent {
		return false
	}
	for _, c := range r.s.Consents {
		if c.Purpose == st.Referral.Need {
			r.consentAnswered(st, c.Given)
			return true
		}
	}
	return false
}

// consentRevoked stops what was built on the consent, at once: the link, the referral, the next
// service.
func (r *run) consentRevoked() {
	r.recordConsent(r.ev.Purpose, false, "revoked")
	r.consentRevokedFor(r.ev.Purpose)
}

func (r *run) consentRevokedFor(purpose string) {
	for _, st := range r.s.Steps {
		if st.Status == care.StepOpen && st.Referral != nil && st.Referral.Need == purpose && st.Referral.Phase != phaseConsent {
			r.endStep(st, care.StepCancelled, "consent_revoked", r.at, "the patient revoked the consent")
		}
	}
}
