package care

import "slices"

// The code systems of diagnoses, by the URIs that FHIR gives them.
const (
	SystemICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
	SystemICD10   = "http://hl7.org/fhir/sid/icd-10"
	SystemICD9CM  = "http://hl7.org/fhir/sid/icd-9-cm"
	SystemSNOMED  = "http://snomed.info/sct"
)

// DiagnosisUse says what a diagnosis was told for (HL7 table 0052, FHIR diagnosis-role), as far as a
// pathway must know it.
type DiagnosisUse string

// UseAdmission marks what was suspected as the patient came: HL7 A, FHIR AD.
const UseAdmission DiagnosisUse = "admission"

// Diagnosis is one diagnosis of a stay (HL7 DG1, FHIR Encounter.diagnosis and Condition). One that
// was told in two code systems stands there twice, with the same rank.
type Diagnosis struct {
	Coding
	Use DiagnosisUse `json:"use,omitempty"`
	// Rank is its place among the stay's diagnoses, 1 the principal one; 0: nothing was said of it.
	Rank int `json:"rank,omitempty"`
}

// Diagnosed gives the diagnoses that count: what was suspected at the admission counts only as long
// as nothing else was told.
func (e *Encounter) Diagnosed() []Diagnosis {
	var found []Diagnosis
	for _, d := range e.Diagnoses {
		if d.Use != UseAdmission {
			found = append(found, d)
		}
	}
	if len(found) == 0 {
		return e.Diagnoses
	}
	return found
}

// Principal gives the principal diagnosis, in every code system that it was told in: of those that
// count the ones of the lowest rank. Where nothing was said of a rank it is not known.
func (e *Encounter) Principal() []Diagnosis {
	lowest := 0
	for _, d := range e.Diagnosed() {
		if d.Rank > 0 && (lowest == 0 || d.Rank < lowest) {
			lowest = d.Rank
		}
	}
	if lowest == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.Diagnosed()), func(d Diagnosis) bool { return d.Rank != lowest })
}
