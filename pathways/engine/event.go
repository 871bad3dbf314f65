package engine

import (
	"time"

	"throughline/care"
	"throughline/pathways"
)

// EventKind names what happened.
type EventKind string

// What other systems and clocks tell.
const (
	Started            EventKind = "enrollment.started"
	Tick               EventKind = "tick" // the timer fired; what is due is done
	EncounterAdmitted  EventKind = "encounter.admitted"
	EncounterDischarge EventKind = "encounter.discharged"
	EncounterUpdated   EventKind = "encounter.updated" // also: a discharge or an admission was cancelled
	PatientUpdated     EventKind = "patient.updated"
	PatientDied        EventKind = "patient.died"
	PatientMerged      EventKind = "patient.merged"
	AppointmentBooked  EventKind = "appointment.booked"
	AppointmentCancel  EventKind = "appointment.cancelled"
	AppointmentNoShow  EventKind = "appointment.noshow"
	AppointmentKept    EventKind = "appointment.kept"
	ObservationMade    EventKind = "observation.recorded"
	NeedIdentified     EventKind = "need.identified"
	QuestionsAnswered  EventKind = "questionnaire.answered"
	CalendarChanged    EventKind = "calendar.changed"
	ClockOffset        EventKind = "clock.offset" // demonstrations only: the time offset changed
)

// What people and partners do.
const (
	TaskClaim    EventKind = "task.claim"
	TaskRelease  EventKind = "task.release"
	TaskReassign EventKind = "task.reassign"
	TaskStart    EventKind = "task.start"
	TaskComplete EventKind = "task.complete"
	TaskCancel   EventKind = "task.cancel"
	TaskAttempt  EventKind = "task.attempt"

	EscalationAcknowledge EventKind = "escalation.acknowledge"
	EscalationSnooze      EventKind = "escalation.snooze"
	EscalationResolve     EventKind = "escalation.resolve"

	ReferralAccept   EventKind = "referral.accept"
	ReferralDecline  EventKind = "referral.decline"
	ReferralStart    EventKind = "referral.start"
	ReferralHold     EventKind = "referral.hold"
	ReferralResume   EventKind = "referral.resume"
	ReferralComplete EventKind = "referral.complete"
	ReferralFail     EventKind = "referral.fail"
	ReferralCancel   EventKind = "referral.cancel"
	ReferralReroute  EventKind = "referral.reroute"

	ConsentRecorded EventKind = "consent.recorded" // given or refused, for a purpose
	ConsentRevoked  EventKind = "consent.revoked"

	EnrollmentPause        EventKind = "enrollment.pause"
	EnrollmentResume       EventKind = "enrollment.resume"
	EnrollmentWithdraw     EventKind = "enrollment.withdraw"
	EnrollmentSupersede    EventKind = "enrollment.supersede"
	EnrollmentEnterInError EventKind = "enrollment.enter_in_error"
	// EnrollmentMigrate moves the enrollment to another version of its pathway, EnrollmentMoveBack takes
	// that back while it may be.
	EnrollmentMigrate  EventKind = "enrollment.migrate"
	EnrollmentMoveBack EventKind = "enrollment.move_back"

	StepStart  EventKind = "step.start"
	StepSkip   EventKind = "step.skip"
	StepAdd    EventKind = "step.add"
	TrackStart EventKind = "track.start"
	ClockMove  EventKind = "clock.move"
	// FactRecorded sets a fact of the pathway anew: Answers hold it, by its name.
	FactRecorded EventKind = "fact.recorded"
)

// What our own activities report back.
const (
	MessageDelivered   EventKind = "message.delivered"
	ReferralCandidates EventKind = "referral.candidates"
	SubStarted         EventKind = "subpathway.started"
	SubRefused         EventKind = "subpathway.refused"
	SubEnded           EventKind = "subpathway.ended"
	SubWithdrawn       EventKind = "subpathway.withdrawn" // its end was asked for
	ParentTold         EventKind = "parent.told"
	ParentJoined       EventKind = "parent.joined" // a step of another enrollment waits for the end of this one too
)

// Event is something that happened. Which of the fields below the line it carries depends on its
// kind.
type Event struct {
	// ID is the event's identity: the same event twice changes nothing.
	ID   string    `json:"id"`
	Kind EventKind `json:"kind"`
	// OccurredAt is when it happened; zero: as it is recorded.
	OccurredAt time.Time  `json:"occurred_at,omitzero"`
	Actor      care.Actor `json:"actor"`
	Reason     string     `json:"reason,omitempty"`

	Launch      *Launch                 `json:"launch,omitempty"`      // enrollment.started
	Encounter   *care.Encounter         `json:"encounter,omitempty"`   // encounter.*
	Patient     *PatientFacts           `json:"patient,omitempty"`     // patient.*
	Appointment *care.Appointment       `json:"appointment,omitempty"` // appointment.*
	Observation *care.ObservationReport `json:"observation,omitempty"` // observation.recorded

	TaskID       care.ID `json:"task_id,omitempty"`       // task.*
	EscalationID care.ID `json:"escalation_id,omitempty"` // escalation.*
	ReferralID   care.ID `json:"referral_id,omitempty"`   // referral.*
	MessageID    care.ID `json:"message_id,omitempty"`    // message.delivered
	Step         string  `json:"step,omitempty"`          // step.*, referral.candidates, questionnaire.answered
	Occurrence   int     `json:"occurrence,omitempty"`    //
	Track        string  `json:"track,omitempty"`         // track.start
	Clock        string  `json:"clock,omitempty"`         // clock.move

	Outcome  string           `json:"outcome,omitempty"`  // task.complete, referral.complete
	Answers  []care.FactValue `json:"answers,omitempty"`  // task.complete, questionnaire.answered: the form; Name and Value only
	Mode     care.AttemptMode `json:"mode,omitempty"`     // task.complete of an interactive contact
	Attempt  *care.Attempt    `json:"attempt,omitempty"`  // task.attempt
	Assignee string           `json:"assignee,omitempty"` // task.claim, task.reassign
	Role     string           `json:"role,omitempty"`     // task.reassign
	Until    *time.Time       `json:"until,omitempty"`    // enrollment.pause, escalation.snooze, clock.move
	Purpose  string           `json:"purpose,omitempty"`  // consent.*: the need
	Given    bool             `json:"given,omitempty"`    // consent.recorded
	Into     care.ID          `json:"into,omitempty"`     // patient.merged, enrollment.supersede: the survivor

	Child      care.ID        `json:"child,omitempty"`      // subpathway.started, subpathway.ended: the other enrollment
	Need       string         `json:"need,omitempty"`       // need.identified
	NewStep    *pathways.Step `json:"new_step,omitempty"`   // step.add
	Candidates []Candidate    `json:"candidates,omitempty"` // referral.candidates, best first
	Delivery   *Delivery      `json:"delivery,omitempty"`   // message.delivered
	Calendar   *care.Calendar `json:"calendar,omitempty"`   // calendar.changed
	Offset     time.Duration  `json:"offset,omitempty"`     // clock.offset, nanoseconds
	Parent     *Parent        `json:"parent,omitempty"`     // parent.joined
	Migration  *Migration     `json:"migration,omitempty"`  // enrollment.migrate, enrollment.move_back
}

// Launch is what an enrollment starts with.
type Launch struct {
	EnrollmentID care.ID          `json:"enrollment_id"`
	PatientID    care.ID          `json:"patient_id"`
	Facts        []care.FactValue `json:"facts,omitempty"` // given by a person; the others come from the event
	Patient      PatientFacts     `json:"patient"`
	Encounter    *care.Encounter  `json:"encounter,omitempty"`
	Need         string           `json:"need,omitempty"`
	Zone         string           `json:"zone"` // IANA: the patient's, else the organization's
	// PlaceZone is the IANA zone of where the care was given: a stay's dates are its dates, as CMS counts
	// them. Empty: Zone.
	PlaceZone string        `json:"place_zone,omitempty"`
	Calendar  care.Calendar `json:"calendar"`
	// Parent is the step of another enrollment that started this one.
	Parent *Parent `json:"parent,omitempty"`
	// Observation is the result that launched it.
	Observation *care.ObservationReport `json:"observation,omitempty"`
	// Ended is the enrollment whose end launched this one.
	Ended *EndedEnrollment `json:"ended,omitempty"`
	// SupersededBy is a running enrollment for a later discharge: this one is recorded and ends at once.
	SupersededBy care.ID       `json:"superseded_by,omitempty"`
	Offset       time.Duration `json:"offset,omitempty"` // demonstrations only
}

// EndedEnrollment is what the end of an enrollment tells a pathway that follows it.
type EndedEnrollment struct {
	EnrollmentID care.ID   `json:"enrollment_id"`
	Pathway      string    `json:"pathway"`
	Title        string    `json:"title,omitempty"`
	Outcome      string    `json:"outcome"` // its named end
	EndedAt      time.Time `json:"ended_at"`
}

// PatientFacts is what the engine knows of a patient: no name, no number, no address.
type PatientFacts struct {
	Deceased    bool       `json:"deceased,omitempty"`
	DeceasedAt  *time.Time `json:"deceased_at,omitempty"`
	InHospital  bool       `json:"in_hospital,omitempty"`
	Language    string     `json:"language,omitempty"`
	WorksNights bool       `json:"works_nights,omitempty"`
	HasEmail    bool       `json:"has_email,omitempty"`
	HasPhone    bool       `json:"has_phone,omitempty"`
	Age         int        `json:"age,omitempty"`
	Zone        string     `json:"zone,omitempty"` // IANA; a change moves the deadlines
}

// Candidate is a service that may meet a need.
type Candidate struct {
	ServiceID care.ID `json:"service_id"`
	Name      string  `json:"name"`
}

// Delivery is what became of a message.
type Delivery struct {
	Status  care.MessageStatus `json:"status"` // sent, failed, unknown, stopped
	Channel string             `json:"channel,omitempty"`
	Detail  string             `json:"detail,omitempty"`
}
