package engine

import (
	"fmt"
	"slices"

	"throughline/care"
)

// apply does what the event itself says. What follows from it is settled afterwards.
func (r *run) apply() error {
	if r.s.Status == care.EnrollmentEnded && !heardAfterEnd[r.ev.Kind] {
		return care.Errorf(care.Conflict, "the enrollment has ended (%s)", r.s.Outcome).By("enrollment.ended")
	}
	do, known := handlers[r.ev.Kind]
	if !known {
		return care.Errorf(care.Invalid, "there is no event of the kind %q", r.ev.Kind).At("kind")
	}
	return do(r)
}

// heardAfterEnd are the results that still come when an enrollment has ended.
var heardAfterEnd = map[EventKind]bool{
	MessageDelivered: true, Tick: true, ClockOffset: true,
	SubStarted: true, SubRefused: true, SubEnded: true, SubWithdrawn: true, ParentTold: true,
}

var handlers map[EventKind]func(*run) error

func init() { //nolint:gochecknoinits // the table refers to functions that refer to the table
	handlers = map[EventKind]func(*run) error{
		Started:            (*run).start,
		Tick:               func(*run) error { return nil },
		EncounterAdmitted:  (*run).encounter,
		EncounterDischarge: (*run).encounter,
		EncounterUpdated:   (*run).encounter,
		PatientUpdated:     (*run).patient,
		PatientDied:        (*run).patient,
		PatientMerged:      (*run).merged,
		AppointmentBooked:  (*run).reportAppointment,
		AppointmentCancel:  (*run).reportAppointment,
		AppointmentNoShow:  (*run).reportAppointment,
		AppointmentKept:    (*run).reportAppointment,
		ObservationMade:    (*run).observed,
		NeedIdentified:     func(r *run) error { return nil },
		QuestionsAnswered:  (*run).questionsAnswered,
		CalendarChanged:    (*run).calendar,
		ClockOffset:        func(r *run) error { r.s.Offset = r.ev.Offset; return nil },

		TaskClaim:    (*run).onTask,
		TaskRelease:  (*run).onTask,
		TaskReassign: (*run).onTask,
		TaskStart:    (*run).onTask,
		TaskComplete: (*run).onTask,
		TaskCancel:   (*run).onTask,
		TaskAttempt:  (*run).onTask,

		EscalationAcknowledge: (*run).onEscalation,
		EscalationSnooze:      (*run).onEscalation,
		EscalationResolve:     (*run).onEscalation,

		ReferralAccept:   (*run).actOnReferral,
		ReferralDecline:  (*run).actOnReferral,
		ReferralStart:    (*run).actOnReferral,
		ReferralHold:     (*run).actOnReferral,
		ReferralResume:   (*run).actOnReferral,
		ReferralComplete: (*run).actOnReferral,
		ReferralFail:     (*run).actOnReferral,
		ReferralCancel:   (*run).actOnReferral,
		ReferralReroute:  (*run).actOnReferral,

		ConsentRecorded: (*run).consentSaid,
		ConsentRevoked:  func(r *run) error { r.consentRevoked(); return nil },

		EnrollmentPause:        (*run).pause,
		EnrollmentResume:       (*run).resume,
		EnrollmentWithdraw:     (*run).withdraw,
		EnrollmentSupersede:    (*run).superseded,
		EnrollmentEnterInError: (*run).inError,

		EnrollmentMigrate:  (*run).migrate,
		EnrollmentMoveBack: (*run).moveBack,

		StepStart:    (*run).startStep,
		StepSkip:     (*run).skipStep,
		StepAdd:      (*run).addStep,
		TrackStart:   (*run).startTrackByHand,
		ClockMove:    (*run).moveClock,
		FactRecorded: (*run).recordFacts,

		MessageDelivered:   (*run).delivered,
		ReferralCandidates: (*run).found,
		SubStarted:         (*run).otherStarted,
		SubRefused:         (*run).otherRefused,
		SubEnded:           (*run).otherEnded,
		SubWithdrawn:       (*run).otherWithdrawn,
		ParentTold:         (*run).parentTold,
		ParentJoined:       (*run).parentJoined,
	}
}

// start begins the enrollment: what is known, its own clocks, every step waiting.
func (r *run) start() error {
	l := r.ev.Launch
	if r.s.Engine == 0 { // the shell chooses it where there is one
		r.s.Engine = Version
	}
	r.s.EnrollmentID, r.s.PatientID = l.EnrollmentID, l.PatientID
	r.s.Zone, r.s.Calendar, r.s.Offset = l.Zone, l.Calendar, l.Offset
	if l.PlaceZone != "" && l.PlaceZone != l.Zone {
		if _, err := zoneNamed(l.PlaceZone); err != nil {
			return err
		}
		r.s.DatesZone = l.PlaceZone
	}
	r.s.Status, r.s.StartedAt, r.s.At = care.EnrollmentActive, r.at, r.at
	r.s.Patient, r.s.Encounter, r.s.Parent = l.Patient, l.Encounter, l.Parent
	if l.Encounter != nil {
		r.s.EncounterID = l.Encounter.ID
	}
	r.s.Cause = r.causeOf("launch", r.def.Launch.Line, "")
	if err := r.givenFacts(l.Facts); err != nil {
		return err
	}
	r.deriveFacts()
	if err := r.requireFacts(); err != nil {
		return err
	}
	r.s.Cause.Text = r.launchInWords()
	r.tell("enrollment.started", "", fmt.Sprintf("Started %s, version %d: %s.", r.def.Title, r.def.Version, r.s.Cause.Text), r.s.Cause)
	r.moved(r.s.EnrollmentID, "enrollment", "", string(care.EnrollmentActive), r.def.Owner, "", r.at)
	for i := range r.def.Steps {
		spec := &r.def.Steps[i]
		if r.def.TrackOf(spec.ID) == nil {
			r.place(spec, 1, "", r.s.Cause)
		}
	}
	for _, end := range r.def.Ends {
		if clock := r.def.ClockByName(end.Clock); clock != nil {
			r.arm(armPlan{spec: *clock, cause: r.causeOf("clocks."+clock.Name, clock.Line, clock.Name)})
		}
	}
	if l.SupersededBy != "" {
		r.end(care.EndSuperseded, "a later discharge of the same patient is already followed")
		return nil
	}
	r.suspendUnlessQualified()
	r.catchUpOwnClocks()
	return nil
}

// catchUpOwnClocks marks the enrollment's own clocks that ran out before it began, so that a
// discharge told too late ends at once instead of giving people work.
func (r *run) catchUpOwnClocks() {
	for _, c := range r.s.Clocks {
		if c.Step == "" && c.Status == care.ClockRunning && !c.Due.After(r.at) {
			r.overdue(c)
		}
	}
}

func (r *run) launchInWords() string {
	if r.s.Encounter != nil && r.s.Encounter.DischargedAt != nil {
		return "discharged on " + r.s.Encounter.DischargedAt.In(r.datesZone()).Format("Mon 2006-01-02")
	}
	if ended := r.ev.Launch.Ended; ended != nil {
		return reasonOr(ended.Title, plain(ended.Pathway)) + " ended as " + plain(ended.Outcome)
	}
	if r.ev.Launch.Observation != nil {
		return eventInWords(string(ObservationMade))
	}
	if need := r.ev.Launch.Need; need != "" {
		return "a need was found, " + plain(need)
	}
	if r.ev.Reason != "" {
		return clause(r.ev.Reason)
	}
	return "asked for by " + actorInWords(r.ev.Actor)
}

// encounter takes what is now known of a stay: its own, or another one of the same patient.
func (r *run) encounter() error {
	enc := r.ev.Encounter
	if enc == nil {
		return care.Errorf(care.Invalid, "an encounter event needs its encounter").At("encounter")
	}
	if r.ev.Patient != nil {
		r.takePatient(*r.ev.Patient)
	}
	if enc.ID != r.s.EncounterID || r.s.EncounterID == "" {
		r.otherStay(enc)
		return nil
	}
	if r.s.Encounter != nil && enc.Revision < r.s.Encounter.Revision {
		return nil // older news, told late
	}
	r.s.Encounter = enc
	if r.deriveFacts() {
		r.tell("encounter.updated", "", "What is known of the stay was corrected.", r.causeOf("", 0, ""))
		r.recompute("the stay was corrected")
		r.withdrawNeedless()
	}
	r.suspendUnlessQualified()
	return nil
}

// otherStay ends a suspension when the patient leaves hospital again. What a new admission does
// is for the pathway's ends to say.
func (r *run) otherStay(enc *care.Encounter) {
	s := r.suspendedFor(byPathway)
	if s == nil || r.ev.Patient != nil && r.ev.Patient.InHospital {
		return // not suspended, or in hospital still: another stay goes on
	}
	switch {
	case string(r.ev.Kind) == s.Until:
		r.unsuspend(byPathway, "the patient left hospital")
	case enc.Status == care.EncounterCancelled:
		r.unsuspend(byPathway, "the admission was cancelled")
	}
}

func (r *run) patient() error {
	if r.ev.Patient != nil {
		r.takePatient(*r.ev.Patient)
	}
	if r.ev.Kind == PatientDied {
		r.s.Patient.Deceased = true
	}
	return nil
}

func (r *run) takePatient(p PatientFacts) {
	if p.Zone != "" && p.Zone != r.s.Zone {
		if loc, err := zoneNamed(p.Zone); err == nil {
			r.recount(func() { r.moveTo(p.Zone, loc) })
			defer r.recompute("the patient moved to the zone " + p.Zone)
		}
	}
	r.s.Patient = p
	if r.deriveFacts() {
		r.recompute("what is known of the patient changed")
	}
}

// merged follows a patient who was found to be another one. Where both have the pathway for the
// same stay, the one that loses its patient ends.
func (r *run) merged() error {
	if r.ev.Into == "" && r.ev.Outcome != care.EndMerged {
		return care.Errorf(care.Invalid, "a merge needs the patient that remains").At("into")
	}
	r.tell("patient.merged", "", "The patient's two records were merged.", r.causeOf("", 0, ""))
	if r.ev.Outcome == care.EndMerged {
		r.end(care.EndMerged, "the patient's other record follows the same stay")
		return nil
	}
	r.s.PatientID = r.ev.Into
	for _, st := range r.s.Steps {
		if st.Task != nil {
			st.Task.PatientID = r.ev.Into
		}
		if st.Referral != nil && st.Referral.Current != nil {
			st.Referral.Current.PatientID = r.ev.Into
		}
	}
	for i := range r.s.Escalations {
		r.s.Escalations[i].PatientID = r.ev.Into
	}
	for i := range r.s.Outbox {
		r.s.Outbox[i].PatientID = r.ev.Into
	}
	return nil
}

func (r *run) calendar() error {
	if r.ev.Calendar == nil {
		return care.Errorf(care.Invalid, "a calendar event needs its calendar").At("calendar")
	}
	if err := r.ev.Calendar.Validate(); err != nil {
		return care.Errorf(care.Invalid, "%w", err).At("calendar")
	}
	r.recount(func() { r.s.Calendar = *r.ev.Calendar })
	r.recompute("the calendar of business days changed")
	return nil
}

// onTask does what a person asks of a task.
func (r *run) onTask() error {
	st := r.taskStep(r.ev.TaskID)
	if st == nil {
		return care.Errorf(care.NotFound, "there is no such open task").At("task_id")
	}
	t := st.Task
	switch r.ev.Kind {
	case TaskClaim:
		return r.claim(st)
	case TaskRelease:
		t.Assignee = ""
		if t.Status != care.TaskOnHold {
			r.setTask(t, care.TaskRequested, reasonOr(r.ev.Reason, "released"))
		}
	case TaskReassign:
		return r.reassign(st)
	case TaskStart:
		return r.begun(st)
	case TaskAttempt:
		return r.recordAttempt(st)
	case TaskCancel:
		if r.ev.Reason == "" {
			return care.Errorf(care.Invalid, "say why the work is called off").At("reason").By("task.cancel")
		}
		r.endStep(st, care.StepCancelled, "", r.at, r.ev.Reason)
	default:
		return kinds[st.Kind].complete(r, st, r.spec(st.ID))
	}
	return nil
}

func (r *run) claim(st *Step) error {
	who := r.ev.Assignee
	if who == "" {
		who = r.ev.Actor.ID
	}
	if st.Task.Assignee != "" && st.Task.Assignee != who {
		return care.Errorf(care.Conflict, "somebody else holds the task; it must be released or reassigned first").By("task.claim")
	}
	if st.Task.Assignee == who {
		return nil
	}
	st.Task.Assignee = who
	r.moved(st.Task.ID, "task", string(st.Task.Status), string(st.Task.Status), who, "claimed", r.at)
	r.tell("task.claimed", st.ID, quoted(r.title(st))+" was taken on.", r.causeOf("", 0, ""))
	return nil
}

// begun notes that somebody works on the task.
func (r *run) begun(st *Step) error {
	if st.Task.Status == care.TaskOnHold {
		return care.Errorf(care.Conflict, "the work stands still while the pathway is suspended").By("task.start")
	}
	if who := r.ev.Actor.ID; st.Task.Assignee == "" {
		st.Task.Assignee = who
	} else if st.Task.Assignee != who {
		return care.Errorf(care.Conflict, "somebody else holds the task; it must be released or reassigned first").By("task.start")
	}
	r.setTask(st.Task, care.TaskInProgress, r.ev.Reason)
	return nil
}

func (r *run) reassign(st *Step) error {
	if r.ev.Role == "" && r.ev.Assignee == "" {
		return care.Errorf(care.Invalid, "say to which role or to whom").At("role").By("task.reassign")
	}
	if r.ev.Role != "" {
		st.Task.Role = r.ev.Role
	}
	st.Task.Assignee = r.ev.Assignee
	r.moved(st.Task.ID, "task", string(st.Task.Status), string(st.Task.Status), holderOf(st.Task), r.ev.Reason, r.at)
	r.tell("task.reassigned", st.ID, fmt.Sprintf("%s was passed to %s.", quoted(r.title(st)), inRole(st.Task.Role)), r.causeOf("", 0, ""))
	return nil
}

func (r *run) setTask(t *care.Task, to care.TaskStatus, reason string) {
	if t.Status == to {
		return
	}
	r.moved(t.ID, "task", string(t.Status), string(to), holderOf(t), reason, r.at)
	t.Status = to
}

func (r *run) taskStep(id care.ID) *Step {
	for _, st := range r.s.Steps {
		if st.Task != nil && st.Task.ID == id && st.Task.Status.Open() && st.Status == care.StepOpen {
			return st
		}
	}
	return nil
}

// onEscalation does what a person asks of an escalation. It never touches the work itself.
func (r *run) onEscalation() error {
	i := slices.IndexFunc(r.s.Escalations, func(e care.Escalation) bool { return e.ID == r.ev.EscalationID })
	if i < 0 {
		return care.Errorf(care.NotFound, "there is no such open escalation").At("escalation_id")
	}
	esc := &r.s.Escalations[i]
	from := esc.Status
	switch r.ev.Kind {
	case EscalationAcknowledge:
		esc.Status, esc.SnoozedUntil = care.EscalationAcknowledged, nil
	case EscalationSnooze:
		if r.ev.Until == nil || !r.ev.Until.After(r.at) || r.ev.Reason == "" {
			return care.Errorf(care.Invalid, "a snooze needs a time to come and a reason").At("until").By("escalation.snooze")
		}
		esc.Status, esc.SnoozedUntil = care.EscalationSnoozed, r.ev.Until
	default:
		if r.ev.Reason == "" {
			return care.Errorf(care.Invalid, "say how it was resolved").At("reason").By("escalation.resolve")
		}
		r.closeEscalation(esc.ID, care.EscalationResolved, r.ev.Reason)
		return nil
	}
	esc.Reason = r.ev.Reason
	r.moved(esc.ID, "escalation", string(from), string(esc.Status), esc.Level, r.ev.Reason, r.at)
	r.tell("escalation."+string(esc.Status), esc.Step, fmt.Sprintf("The escalation to %s is %s.", inRole(esc.Level), esc.Status), esc.Cause)
	return nil
}

func (r *run) consentSaid() error {
	if r.ev.Purpose == "" {
		return care.Errorf(care.Invalid, "say what the consent is for").At("purpose")
	}
	r.recordConsent(r.ev.Purpose, r.ev.Given, "verbal")
	if !r.ev.Given {
		r.consentRevokedFor(r.ev.Purpose)
	}
	return nil
}
