package fhir

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
)

// What an Encounter names it ranks; what only names the Encounter is ranked where it is alone; why
// the patient came stands behind, as a suspicion.
func TestDiagnosesOfAStay(t *testing.T) {
	icd := func(code string, use care.DiagnosisUse, rank int) care.Diagnosis {
		return care.Diagnosis{Coding: care.Coding{System: care.SystemICD10CM, Code: code}, Use: use, Rank: rank}
	}
	condition := func(id, code, more string) string {
		return `{"resource":{"resourceType":"Condition","id":"` + id + `","subject":{"reference":"Patient/p"}` + more +
			`,"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"` + code + `"}]}}}`
	}
	const ofStay = `,"encounter":{"reference":"Encounter/e"}`
	tests := []struct {
		name, encounter string
		conditions      []string
		want            []care.Diagnosis
	}{
		{
			"ranked", `,"diagnosis":[{"condition":{"reference":"Condition/b"},"rank":2},{"condition":{"reference":"Condition/a"},"rank":1},
				{"condition":{"reference":"Condition/c"},"use":{"coding":[{"code":"AD"}]}}]`,
			[]string{condition("a", "I50.9", ""), condition("b", "E11.9", ""), condition("c", "R06.02", "")},
			[]care.Diagnosis{icd("I50.9", "", 1), icd("E11.9", "", 2), icd("R06.02", care.UseAdmission, 0)},
		},
		{
			"in order", `,"diagnosis":[{"condition":{"reference":"Condition/b"}},{"condition":{"reference":"Condition/a"}}]`,
			[]string{condition("a", "I50.9", ""), condition("b", "E11.9", "")},
			[]care.Diagnosis{icd("E11.9", "", 1), icd("I50.9", "", 2)},
		},
		{
			"one that names the stay, and why the patient came", `,"reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R06.02"}]}]`,
			[]string{condition("a", "J44.1", ofStay)},
			[]care.Diagnosis{icd("J44.1", "", 1), icd("R06.02", care.UseAdmission, 1)},
		},
		{
			"several that name the stay", "",
			[]string{condition("a", "J44.1", ofStay), condition("b", "I50.9", ofStay)},
			[]care.Diagnosis{icd("J44.1", "", 0), icd("I50.9", "", 0)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:x","value":"1"}]}},
				{"resource":{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/p"},
				"period":{"start":"2025-11-20T10:00:00Z","end":"2025-11-26T10:00:00Z"}` + tt.encounter + `}}`
			for _, c := range tt.conditions {
				body += "," + c
			}
			in := one(t, body+"]}", Options{Source: "test"})
			if diff := cmp.Diff(tt.want, in.Encounters[0].Diagnoses); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
