package care_test

import (
	"encoding/json"
	"strings"
	"testing"

	"throughline/care"
)

func icd(code string, rank int, use care.DiagnosisUse) care.Diagnosis {
	return care.Diagnosis{Coding: care.Coding{System: care.SystemICD10CM, Code: code}, Rank: rank, Use: use}
}

func TestWhichDiagnosesCount(t *testing.T) {
	tests := []struct {
		name                 string
		told                 []care.Diagnosis
		diagnosed, principal string
	}{
		{"none", nil, "", ""},
		{"suspected alone", []care.Diagnosis{icd("R06.02", 1, care.UseAdmission)}, "R06.02", "R06.02"},
		{"suspected, then found", []care.Diagnosis{icd("R06.02", 1, care.UseAdmission), icd("I50.9", 2, ""), icd("E11.9", 3, "")}, "I50.9 E11.9", "I50.9"},
		{"without ranks", []care.Diagnosis{icd("I50.9", 0, ""), icd("E11.9", 0, "")}, "I50.9 E11.9", ""},
		{"one in two systems", []care.Diagnosis{icd("I50.9", 1, ""), {Coding: care.Coding{System: care.SystemSNOMED, Code: "42343007"}, Rank: 1}, icd("N18.3", 2, "")}, "I50.9 42343007 N18.3", "I50.9 42343007"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := care.Encounter{Diagnoses: tt.told}
			if got := codes(e.Diagnosed()); got != tt.diagnosed {
				t.Errorf("diagnosed are %q, want %q", got, tt.diagnosed)
			}
			if got := codes(e.Principal()); got != tt.principal {
				t.Errorf("the principal one is %q, want %q", got, tt.principal)
			}
			if got := codes(e.Diagnoses); got != codes(tt.told) {
				t.Errorf("asking changed what was told to %q", got)
			}
		})
	}
}

func codes(list []care.Diagnosis) string {
	var all []string
	for _, d := range list {
		all = append(all, d.Code)
	}
	return strings.Join(all, " ")
}

// What was recorded before ranks and uses were told reads and writes as it did.
func TestDiagnosisReadsAsACoding(t *testing.T) {
	const recorded = `{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I50.9","display":"Heart failure"}`
	var d care.Diagnosis
	if err := json.Unmarshal([]byte(recorded), &d); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != recorded || d.Display != "Heart failure" {
		t.Errorf("%s became %s", recorded, again)
	}
}
