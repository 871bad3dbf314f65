package router

import (
	"time"

	"throughline/care"
)

// Report is one report about a stay, with when its sender recorded it.
type Report struct {
	OccurredAt time.Time
	care.EncounterReport
}

// Fold gives a stay as all reports about it together tell it. The reports are in the order in
// which their senders recorded them; the order of arrival plays no part, so that late and repeated
// messages end in the same stay.
func Fold(id, patientID care.ID, reports []Report) care.Encounter {
	enc := care.Encounter{ID: id, PatientID: patientID, Class: care.OtherClass, Status: care.EncounterPlanned, Revision: len(reports)}
	for _, r := range reports {
		foldOne(&enc, r)
	}
	if enc.Status != care.EncounterDischarged {
		enc.DischargedAt, enc.Disposition = nil, ""
	} else if enc.Disposition == "" {
		enc.Disposition = care.DispositionNil
	}
	return enc
}

func foldOne(enc *care.Encounter, r Report) {
	enc.Identifier = r.Identifier
	enc.UpdatedAt = r.OccurredAt
	if r.Class != "" {
		enc.Class = r.Class
	}
	if r.Facility != "" {
		enc.Facility = r.Facility
	}
	if len(r.Diagnoses) > 0 {
		enc.Diagnoses = r.Diagnoses
	}
	if r.AdmittedAt != nil {
		enc.AdmittedAt = r.AdmittedAt
	}
	if r.DischargedAt != nil {
		enc.DischargedAt = r.DischargedAt
	}
	if r.Disposition != "" {
		enc.Disposition = r.Disposition
	}
	act(enc, r)
}

// act moves the stay's status. Only a cancelled discharge opens a discharged stay again: a late
// or repeated admission does not.
func act(enc *care.Encounter, r Report) {
	switch r.Act {
	case care.ActAdmit, care.ActRegister, care.ActToInpatient, care.ActToOutpatient:
		admit(enc, r)
	case care.ActDischarge:
		discharge(enc, r)
	case care.ActCancelDischarge:
		if enc.Status != care.EncounterCancelled {
			enc.Status = care.EncounterInProgress
		}
		enc.DischargedAt, enc.Disposition = nil, ""
	case care.ActCancelAdmit:
		enc.Status = care.EncounterCancelled
	case care.ActTransfer, care.ActCancelTransfer:
		if enc.Status == care.EncounterPlanned {
			enc.Status = care.EncounterInProgress
		}
	case care.ActSnapshot:
		if r.Status == care.EncounterDischarged {
			discharge(enc, r)
		} else if r.Status != "" {
			enc.Status = r.Status
		}
	case care.ActPreadmit, care.ActUpdate:
		// They say what is known of the stay, and do not move it.
	}
}

func admit(enc *care.Encounter, r Report) {
	if r.Class == "" && r.Act == care.ActToInpatient {
		enc.Class = care.Inpatient
	}
	if r.Class == "" && r.Act == care.ActToOutpatient {
		enc.Class = care.Outpatient
	}
	if enc.Status == care.EncounterDischarged {
		return
	}
	enc.Status = care.EncounterInProgress
	if enc.AdmittedAt == nil {
		enc.AdmittedAt = instant(r.OccurredAt)
	}
}

// discharge ends the stay. Where nothing says when, it was when that was recorded.
func discharge(enc *care.Encounter, r Report) {
	enc.Status = care.EncounterDischarged
	if enc.DischargedAt == nil {
		enc.DischargedAt = instant(r.OccurredAt)
	}
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
