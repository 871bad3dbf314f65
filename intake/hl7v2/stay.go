package hl7v2

import (
	"strings"
	"time"

	"throughline/care"
)

// encounter reads PV1, PV2 and DG1 as what the event says of a stay. pending events are plans:
// what they say of a discharge is left out.
func (r *reading) encounter(act care.EncounterAct, pending bool) {
	pv1 := r.msg.Segment("PV1")
	if !pv1.Present() && act == care.ActUpdate {
		return // a change of the person's data, nothing about a stay
	}
	e := care.EncounterReport{
		Act:        act,
		Identifier: r.visit(pv1),
		Class:      r.class(pv1),
		AdmittedAt: r.instant(pv1, 44),
		Facility:   r.stayFacility(pv1),
		Diagnoses:  r.diagnoses(),
	}
	if e.Identifier.Value == "" {
		r.warnf("PV1-19, PID-18 and the patient's identifiers are all empty: the message can't be attributed to a stay")
		return
	}
	switch act {
	case care.ActDischarge:
		e.Disposition = r.disposition(pv1)
		e.DischargedAt = r.timeOr(r.instant(pv1, 45), "PV1-45", "discharge")
	case care.ActUpdate:
		if !pending {
			e.Disposition, e.DischargedAt = r.disposition(pv1), r.instant(pv1, 45)
		}
	case care.ActAdmit, care.ActRegister, care.ActToInpatient:
		e.AdmittedAt = r.timeOr(e.AdmittedAt, "PV1-44", "admission")
	}
	r.in.Encounters = append(r.in.Encounters, e)
}

// timeOr falls back on when the event occurred (EVN-6), then on when it was recorded.
func (r *reading) timeOr(stated *time.Time, field, what string) *time.Time {
	if stated != nil {
		return stated
	}
	if occurred := r.instant(r.msg.Segment("EVN"), 6); occurred != nil {
		r.warnf("%s is empty: the %s is taken from when the event occurred, EVN-6", field, what)
		return occurred
	}
	recorded := r.in.OccurredAt
	if recorded.IsZero() {
		return nil
	}
	r.warnf("%s is empty: the %s is taken from when the event was recorded", field, what)
	return &recorded
}

// visit identifies the stay: the visit number (PV1-19), else the account (PID-18), else the
// patient with the time of admission, which all messages about a stay carry alike. Where there is
// not even that, all unnumbered stays of the patient are taken as one.
func (r *reading) visit(pv1 Segment) care.Identifier {
	if id, ok := r.msg.identifier(pv1.Field(19).Rep(1), r.opt); ok {
		id.Type = "VN"
		return id
	}
	pid := r.msg.Segment("PID")
	if id, ok := r.msg.identifier(pid.Field(18).Rep(1), r.opt); ok {
		id.Type = "AN"
		return id
	}
	patient := patientIdentifiers(r.msg, pid, r.opt)
	if len(patient) == 0 {
		return care.Identifier{}
	}
	admitted := ""
	if at := r.instant(pv1, 44); at != nil {
		admitted = at.UTC().Format(time.RFC3339)
	} else {
		r.warnf("the message has no visit number, account or time of admission: all such stays of the patient are taken as one")
	}
	return care.Identifier{
		System: r.msg.facility(r.opt),
		Value:  care.KeyID("stay", patient[0].System, patient[0].Value, admitted),
		Type:   "derived",
	}
}

func (r *reading) stayFacility(pv1 Segment) string {
	if facility, ok := r.msg.authority(pv1.Field(3).Component(4), r.opt); ok {
		return facility
	}
	return r.msg.facility(r.opt)
}

// classes are HL7 table 0004, the codes of FHIR's encounter class that newer senders use in its
// place, and the words that stand for observation, which the table lacks.
var classes = map[string]care.EncounterClass{
	"I": care.Inpatient, "E": care.Emergency, "O": care.Outpatient, "P": care.Preadmit, "R": care.Outpatient,
	"B": care.Inpatient, "C": care.OtherClass,
	"IMP": care.Inpatient, "ACUTE": care.Inpatient, "NONAC": care.Inpatient, "EMER": care.Emergency,
	"AMB": care.Outpatient, "OBSENC": care.Observation, "SS": care.Inpatient, "VR": care.Virtual,
	"HH": care.HomeHealth, "PRENC": care.Preadmit,
	"OBS": care.Observation, "OBSERVATION": care.Observation, "INPATIENT": care.Inpatient,
	"OUTPATIENT": care.Outpatient, "EMERGENCY": care.Emergency, "PREADMIT": care.Preadmit,
}

// class reads PV1-2. Senders that have no code for observation write it as the patient type,
// PV1-18, of an outpatient or inpatient.
func (r *reading) class(pv1 Segment) care.EncounterClass {
	code := strings.ToUpper(pv1.Field(2).String())
	if class, ok := r.opt.Classes[code]; ok {
		return class
	}
	if kind := strings.ToUpper(pv1.Field(18).String()); kind != "" {
		if class := r.opt.Classes[kind]; class != "" {
			return class
		}
		if classes[kind] == care.Observation {
			return care.Observation
		}
	}
	class, known := classes[code]
	if !known && code != "" && code != "N" && code != "U" {
		r.warnf("PV1-2 is not in HL7 table 0004: the class of the stay is unknown; map the code in the facility's settings")
	}
	return class
}

// dispositions are HL7 table 0112 as US hospitals fill it, with the UB-04 patient discharge
// status codes (FL 17). 81 to 95 are 01 to 70 with a planned readmission.
var dispositions = map[string]care.Disposition{
	"01": care.ToHome, "02": care.ToHospital, "03": care.ToSNF, "04": care.ToNursingHome, "05": care.ToOther,
	"06": care.ToHomeHealth, "07": care.AgainstAdvice, "08": care.ToHomeHealth, "09": care.StillPatient,
	"20": care.Expired, "21": care.ToLaw, "30": care.StillPatient, "40": care.Expired, "41": care.Expired, "42": care.Expired,
	"43": care.ToHospital, "50": care.ToHospiceHome, "51": care.ToHospice, "61": care.ToSNF, "62": care.ToRehab,
	"63": care.ToLTCH, "64": care.ToNursingHome, "65": care.ToPsych, "66": care.ToHospital, "69": care.ToOther, "70": care.ToOther,
	"81": care.ToHome, "82": care.ToHospital, "83": care.ToSNF, "84": care.ToNursingHome, "85": care.ToOther, "86": care.ToHomeHealth,
	"87": care.ToLaw, "88": care.ToHospital, "89": care.ToSNF, "90": care.ToRehab, "91": care.ToLTCH, "92": care.ToNursingHome,
	"93": care.ToPsych, "94": care.ToHospital, "95": care.ToOther,
}

// dispositionWords are what senders write in place of a code, FHIR's codes among them.
var dispositionWords = map[string]care.Disposition{
	"HOME": care.ToHome, "HOM": care.ToHome, "DISCHARGED TO HOME": care.ToHome, "HOME OR SELF CARE": care.ToHome, "ROUTINE": care.ToHome,
	"HOME HEALTH": care.ToHomeHealth, "HHC": care.ToHomeHealth, "SNF": care.ToSNF, "SKILLED NURSING FACILITY": care.ToSNF,
	"ASSISTED LIVING": care.ToAssisted, "ALF": care.ToAssisted, "REST HOME": care.ToRestHome, "DOMICILIARY": care.ToRestHome,
	"NURSING HOME": care.ToNursingHome, "ICF": care.ToNursingHome, "REHAB": care.ToRehab, "IRF": care.ToRehab, "LTCH": care.ToLTCH, "LTAC": care.ToLTCH, "LONG": care.ToLTCH,
	"PSY": care.ToPsych, "PSYCH": care.ToPsych, "HOSP": care.ToHospice, "HOSPICE": care.ToHospice, "AMA": care.AgainstAdvice, "AADVICE": care.AgainstAdvice,
	"LEFT AGAINST MEDICAL ADVICE": care.AgainstAdvice, "EXP": care.Expired, "EXPIRED": care.Expired, "DECEASED": care.Expired, "DIED": care.Expired,
	"OTH": care.ToOther, "OTHER-HCF": care.ToHospital,
}

// disposition reads PV1-36, code first, then its text.
func (r *reading) disposition(pv1 Segment) care.Disposition {
	f := pv1.Field(36)
	if f.Empty() || f.Null() {
		return ""
	}
	code := strings.ToUpper(f.Component(1).String())
	if own, ok := r.opt.Dispositions[code]; ok {
		return own
	}
	padded := code
	if len(padded) == 1 {
		padded = "0" + padded
	}
	if d, ok := dispositions[padded]; ok {
		return d
	}
	if n, ok := number(code); ok && n > 30 && n < 40 {
		return care.StillPatient // reserved by UB-04 for those who have not left
	}
	for _, word := range []string{code, strings.ToUpper(f.Component(2).String())} {
		if d, ok := dispositionWords[word]; ok {
			return d
		}
	}
	r.warnf("PV1-36 is not in HL7 table 0112 nor UB-04: where the patient went is unknown; map the code in the facility's settings")
	return care.DispositionNil
}
