package hl7v2

import (
	"regexp"

	"throughline/care"
)

// diagnoses reads DG1. The text of a diagnosis without a code is left out: a condition can't ask
// about it. Their rank is the priority (DG1-15); where no segment has one it is their order.
func (r *reading) diagnoses() []care.Diagnosis {
	segments := r.msg.All("DG1")
	prioritized := false
	for _, dg1 := range segments {
		if n, ok := number(dg1.Field(15).String()); ok && n > 0 {
			prioritized = true
		}
	}
	var found []care.Diagnosis
	for i, dg1 := range segments {
		d := care.Diagnosis{Coding: r.diagnosisCode(dg1), Rank: i + 1}
		if d.Code == "" {
			continue
		}
		if prioritized {
			d.Rank, _ = number(dg1.Field(15).String())
		}
		if dg1.Field(6).Component(1).String() == "A" { // table 0052: admitting
			d.Use = care.UseAdmission
		}
		found = append(found, d)
	}
	return found
}

// icd10Form is how codes of ICD-10-CM are written, with the dot that other systems do not have there.
var icd10Form = regexp.MustCompile(`^[A-TV-Z][0-9][0-9AB]\.[0-9A-Z]{1,4}$`)

func (r *reading) diagnosisCode(dg1 Segment) care.Coding {
	c := coding(dg1.Field(3))
	if c.Code == "" {
		return c
	}
	if c.System == "" {
		c.System = codeSystem(dg1.Field(2).String())
	}
	if c.System == "" && icd10Form.MatchString(c.Code) {
		c.System = care.SystemICD10CM
		r.warnf("DG1-3 says no coding system and DG1-2 no method: a code that is written like ICD-10-CM is taken as one")
	}
	if c.Display == "" {
		c.Display = dg1.Field(4).Text()
	}
	return c
}
