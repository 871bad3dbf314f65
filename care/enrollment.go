package care

import "time"

// EnrollmentStatus is where an enrollment stands (FHIR CarePlan.status in our words).
type EnrollmentStatus string

// The statuses of an enrollment.
const (
	EnrollmentActive    EnrollmentStatus = "active"
	EnrollmentPaused    EnrollmentStatus = "paused"    // a person paused it, until a date
	EnrollmentSuspended EnrollmentStatus = "suspended" // a rule suspended it: the patient is back in hospital
	EnrollmentEnded     EnrollmentStatus = "ended"
)

// The named ends of an enrollment.
const (
	EndCompleted      = "completed"
	EndUnfinished     = "finished-incomplete"
	EndRevoked        = "revoked"
	EndLost           = "lost-to-follow-up"
	EndDeceased       = "deceased"
	EndTransferred    = "transferred"
	EndSuperseded     = "superseded"
	EndEnteredInError = "entered-in-error"
	EndMerged         = "merged"
)

// Ends are all named ends.
var Ends = []string{EndCompleted, EndUnfinished, EndRevoked, EndLost, EndDeceased, EndTransferred, EndSuperseded, EndEnteredInError, EndMerged}

// Enrollment is one patient on one version of a pathway (FHIR CarePlan).
type Enrollment struct {
	ID          ID               `json:"id"`
	PatientID   ID               `json:"patient_id"`
	EncounterID ID               `json:"encounter_id,omitempty"`
	Pathway     string           `json:"pathway"`
	Version     int              `json:"version"`
	Title       string           `json:"title"`
	Status      EnrollmentStatus `json:"status"`
	Outcome     string           `json:"outcome,omitempty"` // a named end, once ended
	Reason      string           `json:"reason,omitempty"`
	Owner       string           `json:"owner,omitempty"` // the role that answers for it
	StartedAt   time.Time        `json:"started_at"`
	EndedAt     *time.Time       `json:"ended_at,omitempty"`
	ResumesAt   *time.Time       `json:"resumes_at,omitempty"`
	Zone        string           `json:"zone"`
	Seq         int64            `json:"seq"`                // the last committed turn
	WakesAt     *time.Time       `json:"wakes_at,omitempty"` // when its timer fires
	Facts       []FactValue      `json:"facts,omitempty"`    // what is known, with where it came from
	Holds       []Hold           `json:"holds,omitempty"`    // what keeps it from falling through
	Next        *Next            `json:"next,omitempty"`     // what happens if nobody acts
	Cause       Cause            `json:"cause"`
}

// FactValue is one thing that is known.
type FactValue struct {
	Name  string    `json:"name"`
	Value any       `json:"value"`
	At    time.Time `json:"at"`
	From  string    `json:"from"` // where it came from: an event, an answer, a default
}

// HoldKind says what kind of thing holds an enrollment.
type HoldKind string

// The kinds of hold.
const (
	HeldByClock   HoldKind = "clock"   // an armed clock
	HeldByItem    HoldKind = "item"    // an open task that somebody owns
	HeldByPartner HoldKind = "partner" // a referral with a partner, with a deadline
)

// Hold is one thing that keeps an enrollment from falling through.
type Hold struct {
	Kind  HoldKind   `json:"kind"`
	What  string     `json:"what"`
	Owner string     `json:"owner,omitempty"`
	Until *time.Time `json:"until,omitempty"`
}

// StepStatus is where a step stands.
type StepStatus string

// The statuses of a step. An ended step is one of done, skipped, missed or cancelled.
const (
	StepWaiting   StepStatus = "waiting"
	StepOpen      StepStatus = "open"
	StepDone      StepStatus = "done"
	StepSkipped   StepStatus = "skipped"
	StepMissed    StepStatus = "missed"
	StepCancelled StepStatus = "cancelled"
)

// Ended tells whether the step is over.
func (s StepStatus) Ended() bool { return s != StepWaiting && s != StepOpen }

// Step is one occurrence of a step, as people see it.
type Step struct {
	EnrollmentID ID         `json:"enrollment_id"`
	Step         string     `json:"step"`
	Occurrence   int        `json:"occurrence"`
	Kind         string     `json:"kind"`
	Title        string     `json:"title"`
	Track        string     `json:"track,omitempty"`
	Status       StepStatus `json:"status"`
	Outcome      string     `json:"outcome,omitempty"`
	Reason       string     `json:"reason,omitempty"`
	OpenedAt     *time.Time `json:"opened_at,omitempty"`
	EndedAt      *time.Time `json:"ended_at,omitempty"`
	OpensAt      *time.Time `json:"opens_at,omitempty"`
	Personal     bool       `json:"personal,omitempty"` // added for this enrollment by a person
	Score        *Score     `json:"score,omitempty"`    // what a score step computed
	// Discretionary marks a step that begins only when a person says so; Offered, that it may now. Its
	// cause says why it may.
	Discretionary bool  `json:"discretionary,omitempty"`
	Offered       bool  `json:"offered,omitempty"`
	Child         ID    `json:"child,omitempty"` // the enrollment that a pathway step started
	Cause         Cause `json:"cause"`
}

// ClockStatus is where a clock stands.
type ClockStatus string

// The statuses of a clock.
const (
	ClockRunning   ClockStatus = "running"
	ClockPaused    ClockStatus = "paused"
	ClockMet       ClockStatus = "met"    // what it waits for happened in time
	ClockMissed    ClockStatus = "missed" // it ran out first
	ClockCancelled ClockStatus = "cancelled"
)

// Clock is a deadline with where it comes from.
type Clock struct {
	EnrollmentID ID          `json:"enrollment_id"`
	Clock        string      `json:"clock"`
	Step         string      `json:"step,omitempty"` // the step that it times; empty: the enrollment's own
	Occurrence   int         `json:"occurrence,omitempty"`
	Status       ClockStatus `json:"status"`
	Anchor       time.Time   `json:"anchor"`
	Offset       string      `json:"offset"`
	DueAt        time.Time   `json:"due_at"`
	Zone         string      `json:"zone"`
	Pause        string      `json:"pause"`
	Source       string      `json:"source,omitempty"`
	Reason       string      `json:"reason"` // how the deadline came about, in words
	NextRungAt   *time.Time  `json:"next_rung_at,omitempty"`
	Cause        Cause       `json:"cause"`
}

// EscalationStatus is where an escalation stands.
type EscalationStatus string

// The statuses of an escalation.
const (
	EscalationOpen         EscalationStatus = "open"
	EscalationAcknowledged EscalationStatus = "acknowledged"
	EscalationSnoozed      EscalationStatus = "snoozed"
	EscalationResolved     EscalationStatus = "resolved"
	EscalationWithdrawn    EscalationStatus = "withdrawn" // what it complained of turned out to have been done in time
)

// Escalation tells somebody else that something is late or wrong. It never ends the work.
type Escalation struct {
	ID           ID               `json:"id"` // the same for the same enrollment, step, occurrence and rung
	EnrollmentID ID               `json:"enrollment_id"`
	PatientID    ID               `json:"patient_id"`
	TaskID       ID               `json:"task_id,omitempty"`
	Step         string           `json:"step,omitempty"`
	Occurrence   int              `json:"occurrence,omitempty"`
	Rung         int              `json:"rung"`  // the rung's place on its ladder, from 1
	Level        string           `json:"level"` // the role escalated to
	Kind         string           `json:"kind"`  // warn | escalate | delivery | suspended | unheld
	Status       EscalationStatus `json:"status"`
	Text         string           `json:"text"`
	RaisedAt     time.Time        `json:"raised_at"`
	SnoozedUntil *time.Time       `json:"snoozed_until,omitempty"`
	EndedAt      *time.Time       `json:"ended_at,omitempty"`
	Reason       string           `json:"reason,omitempty"`
	Cause        Cause            `json:"cause"`
	Next         *Next            `json:"next,omitempty"`
}

// MessageStatus is where an outgoing message stands (FHIR Communication).
type MessageStatus string

// The statuses of a message. A message whose result is unknown is shown to a person and never
// blindly repeated.
const (
	MessageQueued  MessageStatus = "queued"
	MessageSending MessageStatus = "sending"
	MessageSent    MessageStatus = "sent"
	MessageFailed  MessageStatus = "failed"
	MessageUnknown MessageStatus = "unknown"
	MessageStopped MessageStatus = "stopped" // withdrawn before it was sent
)

// Message is something to be sent to one recipient.
type Message struct {
	ID           ID            `json:"id"`
	EnrollmentID ID            `json:"enrollment_id"`
	PatientID    ID            `json:"patient_id"`
	Step         string        `json:"step,omitempty"`
	Occurrence   int           `json:"occurrence,omitempty"`
	Purpose      string        `json:"purpose"` // message | questionnaire | reminder | warning | escalation | referral
	To           string        `json:"to"`      // patient, role:<role>, service:<id>
	Template     string        `json:"template"`
	Language     string        `json:"language,omitempty"`
	TaskID       ID            `json:"task_id,omitempty"`
	ReferralID   ID            `json:"referral_id,omitempty"`
	EscalationID ID            `json:"escalation_id,omitempty"`
	Status       MessageStatus `json:"status"`
	Channel      string        `json:"channel,omitempty"` // the channel that took it
	Detail       string        `json:"detail,omitempty"`  // why it failed or is unknown; no patient facts
	QueuedAt     time.Time     `json:"queued_at"`
	EndedAt      *time.Time    `json:"ended_at,omitempty"`
	Expires      *time.Time    `json:"expires,omitempty"` // not to be sent after
	Cause        Cause         `json:"cause"`
}

// Appointment is a visit that a pathway waits for.
type Appointment struct {
	Identifier string            `json:"identifier,omitempty"`
	Status     AppointmentStatus `json:"status"`
	Start      *time.Time        `json:"start,omitempty"`
	Barrier    string            `json:"barrier,omitempty"`
}

// TimelineEntry is one thing that happened, in words, with who and why.
type TimelineEntry struct {
	EnrollmentID ID        `json:"enrollment_id"`
	Seq          int64     `json:"seq"` // the turn
	Ordinal      int       `json:"ordinal"`
	Kind         string    `json:"kind"`
	Step         string    `json:"step,omitempty"`
	Text         string    `json:"text"`
	Actor        Actor     `json:"actor"`
	Cause        Cause     `json:"cause"`
	OccurredAt   time.Time `json:"occurred_at"`
	RecordedAt   time.Time `json:"recorded_at"`
}

// Service is a community service that may meet a need (HSDS service, FHIR HealthcareService).
type Service struct {
	ID           ID       `json:"id"`
	Organization string   `json:"organization"`
	Name         string   `json:"name"`
	Needs        []string `json:"needs"` // Gravity SDOH categories
	Email        string   `json:"email,omitempty"`
	Phone        string   `json:"phone,omitempty"`
	Languages    []string `json:"languages,omitempty"`
	Status       string   `json:"status"` // HSDS: active, inactive, defunct, temporarily closed
}

// Consent is a patient's permission to share what a referral needs, for one purpose.
type Consent struct {
	ID         ID         `json:"id"`
	PatientID  ID         `json:"patient_id"`
	Purpose    string     `json:"purpose"` // the need that is referred for
	Given      bool       `json:"given"`
	How        string     `json:"how"` // verbal | written | form
	RecordedBy Actor      `json:"recorded_by"`
	GivenAt    time.Time  `json:"given_at"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
	RevokedAt  *time.Time `json:"revoked_at,omitempty"`
}
