package care

import (
	"slices"
	"time"
)

// ReferralStatus is the status of a referral's Task in the Gravity SDOH Clinical Care IG (STU3
// 3.0.0): FHIR task-status without ready and received.
type ReferralStatus string

// The statuses of a referral.
const (
	ReferralDraft          ReferralStatus = "draft"
	ReferralRequested      ReferralStatus = "requested"
	ReferralAccepted       ReferralStatus = "accepted"
	ReferralRejected       ReferralStatus = "rejected" // decided against, before any action
	ReferralCancelled      ReferralStatus = "cancelled"
	ReferralInProgress     ReferralStatus = "in-progress"
	ReferralOnHold         ReferralStatus = "on-hold"
	ReferralCompleted      ReferralStatus = "completed"
	ReferralFailed         ReferralStatus = "failed" // tried, and could not be completed
	ReferralEnteredInError ReferralStatus = "entered-in-error"
)

// referralMoves is the state machine of Gravity SDOH-CC STU3, referral task state diagram.
var referralMoves = map[ReferralStatus][]ReferralStatus{
	"":                 {ReferralDraft, ReferralRequested},
	ReferralDraft:      {ReferralRequested, ReferralEnteredInError},
	ReferralRequested:  {ReferralAccepted, ReferralRejected, ReferralCancelled, ReferralEnteredInError},
	ReferralAccepted:   {ReferralInProgress, ReferralOnHold, ReferralCompleted, ReferralFailed, ReferralCancelled, ReferralEnteredInError},
	ReferralInProgress: {ReferralOnHold, ReferralCompleted, ReferralFailed, ReferralCancelled, ReferralEnteredInError},
	ReferralOnHold:     {ReferralInProgress, ReferralCompleted, ReferralFailed, ReferralCancelled, ReferralEnteredInError},
	ReferralRejected:   {ReferralEnteredInError},
	ReferralCancelled:  {ReferralEnteredInError},
	ReferralCompleted:  {ReferralEnteredInError},
	ReferralFailed:     {ReferralEnteredInError},
}

// MayBecome tells whether the state machine has the move.
func (s ReferralStatus) MayBecome(to ReferralStatus) bool {
	return slices.Contains(referralMoves[s], to)
}

// Open tells whether something is still expected of the referral.
func (s ReferralStatus) Open() bool {
	switch s {
	case ReferralDraft, ReferralRequested, ReferralAccepted, ReferralInProgress, ReferralOnHold:
		return true
	}
	return false
}

// Referral asks a community service to meet a patient's need (FHIR ServiceRequest and Task).
type Referral struct {
	ID             ID             `json:"id"`
	EnrollmentID   ID             `json:"enrollment_id"`
	PatientID      ID             `json:"patient_id"`
	Step           string         `json:"step"`
	Occurrence     int            `json:"occurrence"`
	Attempt        int            `json:"attempt"` // 1 for the first service asked, 2 after it declined, …
	Need           string         `json:"need"`    // Gravity SDOH category: transportation-insecurity, food-insecurity, …
	ServiceID      ID             `json:"service_id,omitempty"`
	ServiceName    string         `json:"service_name,omitempty"`
	Status         ReferralStatus `json:"status"`
	Reason         string         `json:"reason,omitempty"` // why it was rejected, cancelled, held or failed
	PartOf         ID             `json:"part_of,omitempty"`
	SentAt         *time.Time     `json:"sent_at,omitempty"`
	AcknowledgedAt *time.Time     `json:"acknowledged_at,omitempty"`
	ContactedAt    *time.Time     `json:"contacted_at,omitempty"`
	EndedAt        *time.Time     `json:"ended_at,omitempty"`
	Outcome        string         `json:"outcome,omitempty"` // service_received | not_received | …
	WaitsFor       string         `json:"waits_for,omitempty"`
	DueAt          *time.Time     `json:"due_at,omitempty"` // by when the present wait must end
	Cause          Cause          `json:"cause"`
	Next           *Next          `json:"next,omitempty"`
}
