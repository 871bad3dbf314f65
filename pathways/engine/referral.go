package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// referralKind asks community services, one after the other, to meet a need, until the patient was
// served or a person has decided that nobody can.
var referralKind = kind{open: openReferral, complete: completeReferralTask, ranOut: referralRanOut, watch: watchConsent, drop: dropReferral}

// The phases of a referral step. In the first four nobody has accepted yet.
const (
	phaseConsent  = "consent"  // a person asks the patient
	phaseSearch   = "search"   // services are looked for
	phaseOffered  = "offered"  // a service was asked
	phaseAccepted = "accepted" // a service said yes; Current says how far it is
	phasePerson   = "person"   // a person has to decide
)

// The clocks that a referral brings.
const (
	clockConsent      = "consent"
	clockSearch       = "search"
	clockAcknowledge  = "acknowledge"
	clockFirstContact = "first_contact"
	clockOutcome      = "outcome"
	clockDecide       = "decide"
)

// The outcomes of a referral step and of the tasks that go with it.
const (
	outcomeReceived    = "service_received"
	outcomeNotReceived = "not_received"
	outcomeKeepWaiting = "keep_waiting"
	outcomeConsented   = "consented"
	outcomeRefused     = "refused"
	outcomeSearchAgain = "search_again"
	outcomeUnmet       = "unmet_need"
)

func openReferral(r *run, st *Step, spec *pathways.Step) {
	st.Referral = &ReferralRun{Need: r.need(spec.Referral, st)}
	if spec.Referral.Consent != "required" {
		r.search(st)
		return
	}
	if !r.consentKnown(st, spec) {
		r.askConsent(st)
	}
}

// need is the Gravity category, as written or as the expression gives it.
func (r *run) need(ref *pathways.Referral, st *Step) string {
	if ref.NeedIsCode() {
		return ref.Need
	}
	if v, _ := r.program.Eval(ref.Need, values{r: r, step: st}); v != nil {
		return fmt.Sprint(v)
	}
	return ref.Need
}

// armOwn starts one of the step kinds' own clocks with its ladder.
func (r *run) armOwn(st *Step, name string) *Clock {
	c := &Clock{Name: name, Step: st.ID, Occurrence: st.Occurrence}
	spec, _ := r.ownClock(c)
	ladder := ownLadders[name]
	if step := r.spec(st.ID); (name == clockDue || name == clockWait) && step.Ladder != "" {
		ladder = r.ladder(step.Ladder)
	}
	return r.arm(armPlan{spec: spec, ladder: ladder, step: st, cause: r.causeOf("steps."+st.ID, 0, name)})
}

// search looks for services that were not asked yet.
func (r *run) search(st *Step) {
	ref := st.Referral
	ref.Phase = phaseSearch
	ref.Search++
	st.Task = nil
	r.armOwn(st, clockSearch)
	asked := searchOf(r.s, st)
	asked.Exclude = slices.Clone(asked.Exclude)
	r.effects = append(r.effects, Effect{Kind: FindServices, Search: asked})
}

// found takes the services that a search gave, best first.
func (r *run) found() error {
	st := r.stepByNumber(r.ev.Step, r.ev.Occurrence)
	if st == nil || st.Referral == nil || st.Status != care.StepOpen || st.Referral.Phase != phaseSearch {
		return nil
	}
	r.stopOwn(st, clockSearch, r.at)
	st.Referral.Candidates = slices.DeleteFunc(slices.Clone(r.ev.Candidates), func(c Candidate) bool {
		return slices.Contains(st.Referral.Asked, c.ServiceID)
	})
	r.offerNext(st, "")
	return nil
}

// offerNext asks the next service; where there is none, a person decides.
func (r *run) offerNext(st *Step, why string) {
	ref := st.Referral
	if len(ref.Candidates) == 0 {
		r.decide(st, reasonOr(why, "no service was found"))
		return
	}
	next := ref.Candidates[0]
	ref.Candidates = ref.Candidates[1:]
	ref.Attempt++
	ref.Asked = append(ref.Asked, next.ServiceID)
	ref.Phase = phaseOffered
	sent := r.at
	var before care.ID
	if ref.Current != nil {
		before = ref.Current.ID
	}
	ref.Current = &care.Referral{
		ID:           care.DeriveID(r.s.StartedAt, r.s.EnrollmentID, st.ID, strconv.Itoa(st.Occurrence), "referral", strconv.Itoa(ref.Attempt)),
		EnrollmentID: r.s.EnrollmentID, PatientID: r.s.PatientID, Step: st.ID, Occurrence: st.Occurrence, Attempt: ref.Attempt,
		Need: ref.Need, ServiceID: next.ServiceID, ServiceName: next.Name, Status: care.ReferralRequested, PartOf: before, SentAt: &sent, Cause: st.Cause,
	}
	if why != "" {
		ref.Current.Cause.Text = why + "; the next service is asked"
	}
	r.moved(ref.Current.ID, "referral", "", string(care.ReferralRequested), next.ServiceID, "", r.at)
	r.armOwn(st, clockAcknowledge)
	r.tell("referral.requested", st.ID, fmt.Sprintf("Asked %s for %s.", next.Name, plain(ref.Need)), ref.Current.Cause)
	r.send(care.Message{
		ID:      care.DeriveID(r.s.StartedAt, ref.Current.ID, "mail"),
		Purpose: "referral", To: "service:" + next.ServiceID, Template: TemplateReferral,
		Step: st.ID, Occurrence: st.Occurrence, ReferralID: ref.Current.ID, Cause: ref.Current.Cause,
	})
}

// decide gives the question to a person: nobody is left to ask, or nobody answers.
func (r *run) decide(st *Step, why string) {
	st.Referral.Phase = phasePerson
	for _, name := range []string{clockSearch, clockAcknowledge, clockFirstContact, clockOutcome} {
		r.cancelClock(r.clockFor(st, name))
	}
	why = clause(why)
	r.openTask(st, taskPlan{
		title: "Find help for " + plain(st.Referral.Need) + ": " + why, why: why, part: clockDecide + strconv.Itoa(st.Referral.Attempt) + "." + strconv.Itoa(st.Referral.Search),
		instructions: "Arrange it another way, add a service and search again, or record that the need is unmet.",
		outcomes:     []string{outcomeReceived, outcomeSearchAgain, outcomeUnmet},
	})
	r.armOwn(st, clockDecide)
	r.tell("referral.person", st.ID, "A person has to decide: "+why+".", st.Task.Cause)
}

// chase asks a person to find out what became of an accepted referral.
func (r *run) chase(st *Step, c *Clock) {
	question := "Ask " + st.Referral.Current.ServiceName + " whether they have reached the patient"
	if c.Name == clockOutcome {
		question = "Ask " + st.Referral.Current.ServiceName + " what became of it"
	}
	r.tell("referral.chase", st.ID, question+".", r.overdueCause(c))
	if st.Task != nil && st.Task.Status.Open() {
		st.Task.Title = question
		return
	}
	r.openTask(st, taskPlan{
		title: question, part: "chase." + c.Name + "." + strconv.FormatInt(c.Due.Unix(), 36),
		outcomes: []string{outcomeReceived, outcomeNotReceived, outcomeKeepWaiting},
	})
	r.armOwn(st, clockDecide)
}

func completeReferralTask(r *run, st *Step, _ *pathways.Step) error {
	if !slices.Contains(st.Task.Outcomes, r.ev.Outcome) {
		return care.Errorf(care.Invalid, "the outcome must be one of %s", strings.Join(st.Task.Outcomes, ", ")).At("outcome").By("steps." + st.ID)
	}
	happened, err := r.happened(st)
	if err != nil {
		return err
	}
	switch r.ev.Outcome {
	case outcomeConsented, outcomeRefused:
		given := r.ev.Outcome == outcomeConsented
		r.recordConsent(st.Referral.Need, given, "verbal")
		r.consentAnswered(st, given)
	case outcomeReceived:
		r.served(st, happened)
	case outcomeNotReceived:
		r.closeTask(st, true, outcomeNotReceived, happened, r.ev.Reason)
		r.giveUp(st, care.ReferralFailed, reasonOr(r.ev.Reason, "the service was not received"))
	case outcomeKeepWaiting:
		r.closeTask(st, true, outcomeKeepWaiting, happened, r.ev.Reason)
		r.waitAgain(st, "it is waited for again")
	case outcomeSearchAgain:
		r.closeTask(st, true, outcomeSearchAgain, happened, r.ev.Reason)
		r.closeEscalationsOf(st, "services are looked for again")
		r.cancelClock(r.clockFor(st, clockDecide))
		st.Referral.Asked = nil
		r.search(st)
	case outcomeUnmet:
		r.closeTask(st, true, outcomeUnmet, happened, r.ev.Reason)
		r.endStep(st, care.StepCancelled, outcomeUnmet, happened, reasonOr(r.ev.Reason, "the need could not be met"))
	}
	return nil
}

// waitAgain goes on waiting for an accepted referral. Where no clock runs that would ask again, it
// has two more business days.
func (r *run) waitAgain(st *Step, why string) {
	r.closeEscalationsOf(st, why)
	r.cancelClock(r.clockFor(st, clockDecide))
	if c := r.clockFor(st, clockOutcome); c != nil && (c.Status == care.ClockRunning || c.Status == care.ClockPaused) {
		if r.clockFor(st, clockFirstContact).Status != care.ClockMissed || st.Referral.Current.ContactedAt != nil {
			return
		}
		r.extend(st, clockFirstContact)
		return
	}
	r.extend(st, clockOutcome)
}

func (r *run) extend(st *Step, name string) {
	c := r.armOwn(st, name)
	c.Moved = true
	deadline := r.s.Calendar.Deadline(r.at, care.Offset{N: 2, Unit: care.BusinessDays}, r.zone)
	c.Due, c.Reason = deadline.Due, deadline.Reason
}

// served ends the step: the service was received.
func (r *run) served(st *Step, at time.Time) {
	if cur := st.Referral.Current; cur != nil && cur.Status.Open() {
		if cur.Status == care.ReferralRequested {
			r.setReferral(st, care.ReferralAccepted, "", at)
		}
		r.setReferral(st, care.ReferralCompleted, "", at)
		cur.Outcome = outcomeReceived
	}
	r.endStep(st, care.StepDone, outcomeReceived, at, r.ev.Reason)
}

// giveUp ends the present referral and asks the next service, or a person.
func (r *run) giveUp(st *Step, status care.ReferralStatus, why string) {
	why = clause(why)
	r.setReferral(st, status, why, r.at)
	r.stopRequest(st, why)
	r.revoke(st.Referral.Current.ID)
	for _, name := range []string{clockAcknowledge, clockFirstContact, clockOutcome, clockDecide} {
		r.cancelClock(r.clockFor(st, name))
	}
	r.closeTask(st, true, string(status), r.at, why)
	r.closeEscalationsOf(st, "another way is tried")
	name := st.Referral.Current.ServiceName
	if r.spec(st.ID).Referral.Otherwise != "next_best" {
		r.decide(st, name+": "+why)
		return
	}
	r.offerNext(st, name+": "+why)
}

// setReferral moves the present referral, along the state machine of Gravity SDOH-CC.
func (r *run) setReferral(st *Step, to care.ReferralStatus, why string, at time.Time) {
	cur := st.Referral.Current
	from := cur.Status
	cur.Status, cur.Reason = to, why
	if !to.Open() {
		cur.EndedAt, cur.DueAt, cur.WaitsFor, cur.Next = &at, nil, "", nil
	}
	r.moved(cur.ID, "referral", string(from), string(to), cur.ServiceID, why, at)
	text := fmt.Sprintf("%s: the referral for %s is %s", cur.ServiceName, plain(cur.Need), plain(string(to)))
	if why != "" {
		text += " (" + why + ")"
	}
	r.tell("referral."+string(to), st.ID, text+".", cur.Cause)
	r.referralChanged(*cur)
}

// referralChanged notes a referral that the state will no longer hold as current.
func (r *run) referralChanged(ref care.Referral) {
	ref.Next = nil
	r.effects = append(r.effects, Effect{Kind: ReferralRow, Referral: &ref})
}

func (r *run) revoke(id care.ID) {
	r.effects = append(r.effects, Effect{Kind: RevokeLinks, RevokeFor: id})
}

func referralRanOut(r *run, st *Step, c *Clock) bool {
	switch c.Name {
	case clockSearch:
		r.decide(st, "the search for services gave no answer")
		return true
	case clockAcknowledge:
		r.giveUp(st, care.ReferralCancelled, "no answer by "+r.inWords(c.Due))
		return true
	case clockFirstContact, clockOutcome:
		r.chase(st, c)
		return true
	}
	return false
}

// referralUndelivered goes on to the next service where the request did not arrive.
func (r *run) referralUndelivered(st *Step, m care.Message) {
	if st.Referral != nil && st.Referral.Current != nil && st.Referral.Current.ID == m.ReferralID && st.Referral.Current.Status == care.ReferralRequested {
		r.giveUp(st, care.ReferralCancelled, "the request could not be delivered")
	}
}

func dropReferral(r *run, st *Step, why string) {
	if st.Referral == nil || st.Referral.Current == nil {
		return
	}
	r.stopRequest(st, why)
	if st.Referral.Current.Status.Open() {
		r.setReferral(st, care.ReferralCancelled, why, r.at)
	}
	r.revoke(st.Referral.Current.ID)
}

// stopRequest withdraws the mail to the present service where it has not gone out.
func (r *run) stopRequest(st *Step, why string) {
	for _, m := range slices.Clone(r.s.Outbox) {
		if m.ReferralID == st.Referral.Current.ID {
			r.stopQueued(m.ID, why)
		}
	}
}

func (r *run) stopOwn(st *Step, name string, at time.Time) {
	if c := r.clockFor(st, name); c != nil {
		r.stop(c, at)
	}
}
