package care

import "time"

// Inbound is one message of another system, in our words. A parser fills it; the router applies
// it. Each part is optional. Where Ignored is set, the message is kept and nothing is done.
type Inbound struct {
	// Kind names the message for people: "ADT^A03", "ORU^R01", "fhir:transaction".
	Kind string `json:"kind"`
	// Source is the sending application and facility, opaque to us.
	Source string `json:"source,omitempty"`
	// ControlID is the sender's own id of the message (MSH-10, Bundle.identifier).
	ControlID string `json:"control_id,omitempty"`
	// OccurredAt is when the sender recorded what happened (EVN-2, else MSH-7). Events of one stay are folded in
	// the order of OccurredAt, then ControlID, whatever order they arrive in.
	OccurredAt time.Time `json:"occurred_at"`

	Patient      *Patient            `json:"patient,omitempty"` // ID empty: the router finds or makes it by its identifiers
	Merges       []PatientMerge      `json:"merges,omitempty"`
	Encounters   []EncounterReport   `json:"encounters,omitempty"`
	Appointments []AppointmentReport `json:"appointments,omitempty"`
	Observations []ObservationReport `json:"observations,omitempty"`

	// Ignored says, in a sentence, why nothing is to be done.
	Ignored string `json:"ignored,omitempty"`
	// Warnings are sentences about what was odd but could be used.
	Warnings []string `json:"warnings,omitempty"`
}

// PatientMerge says that Losing and Surviving are one person (A40, A18, A34).
type PatientMerge struct {
	Surviving []Identifier `json:"surviving"`
	Losing    []Identifier `json:"losing"`
}

// EncounterAct is what a message says happened to a stay.
type EncounterAct string

// The acts, with the HL7 v2 trigger that reports each.
const (
	ActPreadmit        EncounterAct = "preadmit"         // A05
	ActAdmit           EncounterAct = "admit"            // A01
	ActRegister        EncounterAct = "register"         // A04
	ActToInpatient     EncounterAct = "to_inpatient"     // A06
	ActToOutpatient    EncounterAct = "to_outpatient"    // A07
	ActTransfer        EncounterAct = "transfer"         // A02
	ActUpdate          EncounterAct = "update"           // A08
	ActDischarge       EncounterAct = "discharge"        // A03
	ActCancelAdmit     EncounterAct = "cancel_admit"     // A11
	ActCancelTransfer  EncounterAct = "cancel_transfer"  // A12
	ActCancelDischarge EncounterAct = "cancel_discharge" // A13
	// ActSnapshot is a whole stay as it stands (a FHIR Encounter): it carries its Status.
	ActSnapshot EncounterAct = "snapshot"
)

// EncounterReport is what one message says about one stay. Empty fields say nothing.
type EncounterReport struct {
	Act          EncounterAct    `json:"act"`
	Identifier   Identifier      `json:"identifier"`
	Class        EncounterClass  `json:"class,omitempty"`
	Status       EncounterStatus `json:"status,omitempty"` // with ActSnapshot only
	AdmittedAt   *time.Time      `json:"admitted_at,omitempty"`
	DischargedAt *time.Time      `json:"discharged_at,omitempty"`
	Disposition  Disposition     `json:"disposition,omitempty"`
	Facility     string          `json:"facility,omitempty"`
	Diagnoses    []Diagnosis     `json:"diagnoses,omitempty"`
}

// AppointmentStatus is FHIR's appointmentstatus, as far as a pathway needs it.
type AppointmentStatus string

// The statuses of an appointment.
const (
	AppointmentBooked    AppointmentStatus = "booked"
	AppointmentCancelled AppointmentStatus = "cancelled"
	AppointmentNoShow    AppointmentStatus = "noshow"
	AppointmentKept      AppointmentStatus = "fulfilled"
)

// AppointmentReport is what one message says about one appointment (SIU S12 to S26, FHIR Appointment).
type AppointmentReport struct {
	Identifier Identifier        `json:"identifier"`
	Status     AppointmentStatus `json:"status"`
	Start      *time.Time        `json:"start,omitempty"`
	End        *time.Time        `json:"end,omitempty"`
	Reason     string            `json:"reason,omitempty"`
	Service    string            `json:"service,omitempty"`
}

// ObservationReport is one result (OBX, FHIR Observation).
type ObservationReport struct {
	Identifier Identifier `json:"identifier"` // filler order number + OBX-3 + OBX-4, or the FHIR id
	Code       Coding     `json:"code"`
	Value      string     `json:"value,omitempty"`
	Unit       string     `json:"unit,omitempty"`
	Range      string     `json:"range,omitempty"`
	Flags      []string   `json:"flags,omitempty"`  // HL7 table 0078
	Status     string     `json:"status,omitempty"` // FHIR observation-status: preliminary, final, corrected, cancelled, entered-in-error
	Critical   bool       `json:"critical,omitempty"`
	ObservedAt *time.Time `json:"observed_at,omitempty"`
	// IssuedAt is when the result was made known (OBR-22, FHIR issued): what a critical result's
	// clock counts from. Nil where the sender does not say.
	IssuedAt *time.Time `json:"issued_at,omitempty"`
}

// Corrects tells whether the result takes the place of one that was told before.
func (o *ObservationReport) Corrects() bool {
	switch o.Status {
	case "corrected", "amended", "cancelled", "entered-in-error":
		return true
	}
	return false
}

// InboundStatus is what became of a message.
type InboundStatus string

// The fates of a message.
const (
	InboundReceived InboundStatus = "received" // stored, not yet worked on
	InboundApplied  InboundStatus = "applied"
	InboundIgnored  InboundStatus = "ignored" // understood, of no use; the reason is kept
	InboundFailed   InboundStatus = "failed"  // could not be understood or applied; the reason is kept, and it can be replayed
)
