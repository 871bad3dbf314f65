package fhir

import (
	"strings"

	"throughline/care"
)

// dischargeCodes is FHIR's code system discharge-disposition. Its "hosp" is hospice, not hospital.
var dischargeCodes = map[string]care.Disposition{
	"home":      care.ToHome,
	"alt-home":  care.ToHome, // a home that isn't the patient's own
	"other-hcf": care.ToOther,
	"hosp":      care.ToHospice,
	"long":      care.ToNursingHome,
	"aadvice":   care.AgainstAdvice,
	"exp":       care.Expired,
	"psy":       care.ToPsych,
	"rehab":     care.ToRehab,
	"snf":       care.ToSNF,
	"oth":       care.ToOther,
}

// patientStatus is the UB-04 patient discharge status (NUBC, form locator 17), which HL7 v2 table
// 0112 took its codes from. 81 to 95 are the same places with a readmission planned.
var patientStatus = map[string]care.Disposition{
	"01": care.ToHome,
	"02": care.ToHospital,
	"03": care.ToSNF,
	"04": care.ToNursingHome, // intermediate or custodial care
	"05": care.ToHospital,    // cancer centre or children's hospital
	"06": care.ToHomeHealth,
	"07": care.AgainstAdvice,
	"08": care.ToHomeHealth, // home IV provider, no longer used
	"09": care.StillPatient, // admitted to this hospital as an inpatient
	"20": care.Expired,
	"21": care.ToLaw,
	"30": care.StillPatient,
	"40": care.Expired,
	"41": care.Expired,
	"42": care.Expired,
	"43": care.ToHospital, // federal hospital
	"50": care.ToHospiceHome,
	"51": care.ToHospice,
	"61": care.ToSNF, // swing bed
	"62": care.ToRehab,
	"63": care.ToLTCH,
	"64": care.ToNursingHome, // certified under Medicaid only
	"65": care.ToPsych,
	"66": care.ToHospital, // critical access hospital
	"69": care.ToOther,    // alternative care site in a disaster
	"70": care.ToOther,
	"81": care.ToHome,
	"82": care.ToHospital,
	"83": care.ToSNF,
	"84": care.ToNursingHome,
	"85": care.ToHospital,
	"86": care.ToHomeHealth,
	"87": care.ToLaw,
	"88": care.ToHospital,
	"89": care.ToSNF,
	"90": care.ToRehab,
	"91": care.ToLTCH,
	"92": care.ToNursingHome,
	"93": care.ToPsych,
	"94": care.ToHospital,
	"95": care.ToOther,
}

// phrases find a disposition in words. The order matters: a nursing home is no home, and "home
// care or self care" is home while "home health" is not.
var phrases = []struct {
	disposition care.Disposition
	words       []string
}{
	{care.AgainstAdvice, []string{"against medical advice", "against advice", "self-discharge", "eloped", "left without"}},
	{care.Expired, []string{"expired", "deceased", "died", "death"}},
	{care.ToHospiceHome, []string{"hospice - home", "hospice at home", "home hospice", "home for hospice", "home with hospice", "hospice care at home"}},
	{care.ToHospice, []string{"hospice", "palliative"}},
	{care.StillPatient, []string{"still patient", "still a patient"}},
	{care.ToHomeHealth, []string{"home health", "organized home", "visiting nurse"}},
	{care.ToSNF, []string{"skilled nursing", "snf", "swing bed"}},
	{care.ToRehab, []string{"rehabilitation facility", "rehabilitation hospital", "rehabilitation unit", "rehab facility", "rehab hospital", "inpatient rehab", "to rehab"}},
	{care.ToPsych, []string{"psychiatric", "psych ", "mental health", "behavioral health"}},
	{care.ToLTCH, []string{"long term care hospital", "long-term care hospital", "long term acute", "long-term acute", "ltch", "ltac"}},
	{care.ToAssisted, []string{"assisted living"}},
	{care.ToRestHome, []string{"rest home", "domiciliary", "residential home"}},
	{care.ToNursingHome, []string{"nursing home", "nursing facility", "intermediate care", "custodial", "long-term care", "long term care"}},
	{care.ToLaw, []string{"court", "law enforcement", "police", "jail", "prison", "custody"}},
	{care.ToHospital, []string{"hospital for", "general hospital", "acute care hospital", "another hospital", "other hospital", "to hospital", "acute hospital", "cancer center", "children's hospital", "critical access", "inpatient care"}},
	{care.ToHome, []string{"home", "self care", "self-care"}},
}

// disposition reads where the patient went: by code, else by the words that stand with the code.
func (m *message) disposition(g *group, e *located[encounter]) care.Disposition {
	given := e.body.Hospitalization.DischargeDisposition
	for _, c := range given.Coding {
		if d, ok := byCode(c); ok {
			return d
		}
	}
	said := given.Text != ""
	for _, c := range given.Coding {
		if d, ok := byWords(c.Display); ok {
			return d
		}
		said = said || c.Code != "" || c.Display != ""
	}
	if d, ok := byWords(given.Text); ok {
		return d
	}
	if said {
		g.notes.add("Encounter.hospitalization.dischargeDisposition is nothing that we know: taken as unknown", e.path)
	}
	return care.DispositionNil
}

func byCode(c coding) (care.Disposition, bool) {
	code := strings.ToLower(strings.TrimSpace(c.Code))
	if d, ok := dischargeCodes[code]; ok {
		return d, true
	}
	if len(code) == 1 {
		code = "0" + code
	}
	d, ok := patientStatus[code]
	return d, ok
}

func byWords(text string) (care.Disposition, bool) {
	text = strings.ToLower(text)
	for _, p := range phrases {
		for _, w := range p.words {
			if strings.Contains(text, w) {
				return p.disposition, true
			}
		}
	}
	return "", false
}
