package engine

import (
	"time"

	"throughline/care"
)

// EffectKind says what the engine wants done.
type EffectKind string

// The effects. A row effect carries the whole item as it now stands; the store keeps the last.
const (
	EnrollmentRow EffectKind = "enrollment"
	StepRow       EffectKind = "step"
	ClockRow      EffectKind = "clock"
	TaskRow       EffectKind = "task"
	ReferralRow   EffectKind = "referral"
	EscalationRow EffectKind = "escalation"
	MessageRow    EffectKind = "message" // with Status queued: to be delivered by an activity, whose result comes back as message.delivered
	AttemptRow    EffectKind = "attempt"
	ConsentRow    EffectKind = "consent"
	Moved         EffectKind = "transition"
	Told          EffectKind = "timeline"
	FindServices  EffectKind = "find_services" // to be done by an activity, whose result comes back as referral.candidates
	RevokeLinks   EffectKind = "revoke_links"  // the partner's links to the referral stop working
	StartPathway  EffectKind = "start_pathway" // to be done by an activity, whose result comes back as subpathway.started or .refused
	EndPathway    EffectKind = "end_pathway"   // likewise, as subpathway.withdrawn
	TellParent    EffectKind = "tell_parent"   // likewise, as parent.told
)

// Effect is one thing the engine wants done, with its cause. Exactly one of the pointers is set.
type Effect struct {
	Kind EffectKind `json:"kind"`

	Enrollment *care.Enrollment    `json:"enrollment,omitempty"`
	Step       *care.Step          `json:"step,omitempty"`
	Clock      *care.Clock         `json:"clock,omitempty"`
	Task       *care.Task          `json:"task,omitempty"`
	Referral   *care.Referral      `json:"referral,omitempty"`
	Escalation *care.Escalation    `json:"escalation,omitempty"`
	Message    *care.Message       `json:"message,omitempty"`
	Attempt    *care.Attempt       `json:"attempt,omitempty"`
	Consent    *care.Consent       `json:"consent,omitempty"`
	Transition *care.Transition    `json:"transition,omitempty"`
	Timeline   *care.TimelineEntry `json:"timeline,omitempty"`
	Search     *Search             `json:"search,omitempty"`
	RevokeFor  care.ID             `json:"revoke_for,omitempty"` // the referral
	Start      *SubLaunch          `json:"start,omitempty"`
	End        *SubEnd             `json:"end,omitempty"`
	Parent     *ParentNews         `json:"parent,omitempty"`
}

// Search asks for the services that may meet a need, best first.
type Search struct {
	ID         string    `json:"id"` // the result event's identity
	Step       string    `json:"step"`
	Occurrence int       `json:"occurrence"`
	Need       string    `json:"need"`
	PatientID  care.ID   `json:"patient_id"`
	Exclude    []care.ID `json:"exclude,omitempty"` // services already asked
}

// Turn is what one event led to.
type Turn struct {
	State State `json:"state"`
	// Duplicate is true where the event was known: nothing changed and nothing is to be committed.
	Duplicate bool     `json:"duplicate,omitempty"`
	Event     Event    `json:"event"`
	Effects   []Effect `json:"effects"`
	// Wake is when the engine must be asked again at the latest; nil where nothing is to come.
	Wake *time.Time `json:"wake,omitempty"`
	// RecordedAt is the time given as now.
	RecordedAt time.Time `json:"recorded_at"`
}
