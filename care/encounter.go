package care

import "time"

// EncounterClass is the setting of a stay, one word for HL7 v2 table 0004 and FHIR v3-ActCode.
type EncounterClass string

// The classes.
const (
	Inpatient   EncounterClass = "inpatient"
	Observation EncounterClass = "observation"
	Emergency   EncounterClass = "emergency"
	Outpatient  EncounterClass = "outpatient"
	Preadmit    EncounterClass = "preadmit"
	Virtual     EncounterClass = "virtual"
	HomeHealth  EncounterClass = "home"
	OtherClass  EncounterClass = "other"
)

// EncounterStatus is where a stay stands.
type EncounterStatus string

// The statuses.
const (
	EncounterPlanned    EncounterStatus = "planned"
	EncounterInProgress EncounterStatus = "in_progress"
	EncounterDischarged EncounterStatus = "discharged"
	EncounterCancelled  EncounterStatus = "cancelled" // the admission was cancelled (A11) or entered in error
)

// Disposition is where a patient went at discharge, one word for HL7 v2 table 0112, the UB-04
// patient status codes and FHIR's discharge-disposition.
type Disposition string

// The dispositions.
const (
	ToHome         Disposition = "home"
	ToHomeHealth   Disposition = "home_health" // home under care of a home-health agency
	ToAssisted     Disposition = "assisted_living"
	ToRestHome     Disposition = "rest_home" // domiciliary or rest home
	ToNursingHome  Disposition = "nursing_home"
	ToSNF          Disposition = "snf"
	ToRehab        Disposition = "rehab"
	ToLTCH         Disposition = "ltch"
	ToPsych        Disposition = "psychiatric"
	ToHospital     Disposition = "hospital" // another acute hospital
	ToHospiceHome  Disposition = "hospice_home"
	ToHospice      Disposition = "hospice_facility"
	ToLaw          Disposition = "court_or_law"
	AgainstAdvice  Disposition = "against_advice"
	Expired        Disposition = "expired"
	StillPatient   Disposition = "still_patient"
	ToOther        Disposition = "other"
	DispositionNil Disposition = "unknown" // the source did not say
)

// Coding is a code of a code system.
type Coding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code"`
	Display string `json:"display,omitempty"`
}

// Encounter is a stay or a visit, as all messages about it together tell it (FHIR Encounter).
type Encounter struct {
	ID           ID              `json:"id"`
	PatientID    ID              `json:"patient_id"`
	Identifier   Identifier      `json:"identifier"`
	Class        EncounterClass  `json:"class"`
	Status       EncounterStatus `json:"status"`
	AdmittedAt   *time.Time      `json:"admitted_at,omitempty"`
	DischargedAt *time.Time      `json:"discharged_at,omitempty"`
	Disposition  Disposition     `json:"disposition,omitempty"`
	Facility     string          `json:"facility,omitempty"`
	Diagnoses    []Diagnosis     `json:"diagnoses,omitempty"`
	// Revision counts the reports that this tells of; a lower one is older news.
	Revision  int       `json:"revision"`
	UpdatedAt time.Time `json:"updated_at"`
}
