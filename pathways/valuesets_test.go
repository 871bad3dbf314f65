package pathways

import (
	"testing"

	"throughline/care"
)

// TestValueSetHolds tries codes as senders write them: with and without a dot, below the code that
// is listed, at the edges of a range, in other systems.
func TestValueSetHolds(t *testing.T) {
	set := ValueSet{
		Codes: []CodeList{
			{Name: "icd-10-cm", Codes: []string{"I50", "I11.0", "F20-F39", "O00-O9A"}},
			{Name: "icd-9-cm", Codes: []string{"428"}},
			{Name: "snomed-ct", Codes: []string{"84114007"}},
		},
		Except: []CodeList{{Name: "icd-10-cm", Codes: []string{"I50.81", "F30"}}},
	}
	tests := []struct {
		system, code string
		want         bool
	}{
		{care.SystemICD10CM, "I50", true},
		{care.SystemICD10CM, "I50.23", true},
		{care.SystemICD10CM, "I5023", true},
		{care.SystemICD10CM, "i50.9", true},
		{"urn:oid:2.16.840.1.113883.6.90", "I50.9", true},
		{care.SystemICD10CM, "I50.810", false},
		{care.SystemICD10CM, "I51.9", false},
		{care.SystemICD10CM, "I11.0", true},
		{care.SystemICD10CM, "I11.9", false},
		{care.SystemICD10CM, "F20.0", true},
		{care.SystemICD10CM, "F19.10", false},
		{care.SystemICD10CM, "F39", true},
		{care.SystemICD10CM, "F40.01", false},
		{care.SystemICD10CM, "F30.10", false},
		{care.SystemICD10CM, "O9A.213", true},
		{care.SystemICD10CM, "P00.0", false},
		{care.SystemICD10CM, "I5", false},
		{care.SystemICD10CM, "", false},
		{care.SystemICD10, "I50.0", false},
		{care.SystemICD9CM, "428.0", true},
		{care.SystemICD9CM, "4280", true},
		{care.SystemSNOMED, "84114007", true},
		{care.SystemSNOMED, "841140071", false},
		{"", "I50.9", false},
		{"99LOCAL", "I50.9", false},
	}
	for _, tt := range tests {
		if got := set.Holds(care.Coding{System: tt.system, Code: tt.code}); got != tt.want {
			t.Errorf("%s %s belongs to it: %v", tt.system, tt.code, got)
		}
	}
	if c, ok := set.Example(); !ok || !set.Holds(c) {
		t.Errorf("the example is %+v, %v", c, ok)
	}
}

func TestDiagnosisOf(t *testing.T) {
	tests := map[string]care.Coding{
		"I50.9":              {System: care.SystemICD10CM, Code: "I50.9"},
		"icd-9-cm 428.0":     {System: care.SystemICD9CM, Code: "428.0"},
		"SNOMED-CT 84114007": {System: care.SystemSNOMED, Code: "84114007"},
	}
	for text, want := range tests {
		if got, err := DiagnosisOf(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "heart failure", "I5", "loinc 4548-4", "snomed-ct I50"} {
		if c, err := DiagnosisOf(text); err == nil {
			t.Errorf("%q is %+v", text, c)
		}
	}
}

// The sets that ship hold every code that they list, each has an example, and no code is of two
// births.
func TestShippedValueSets(t *testing.T) {
	file, ok := LibraryParts().Part("diagnoses", 1)
	if !ok {
		t.Fatal("there is no part diagnoses@1")
	}
	part, problems := LoadPart(file.File, file.Source, LibraryParts())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	byName := map[string]*ValueSet{}
	for i := range part.ValueSets {
		v := &part.ValueSets[i]
		byName[v.Name] = v
		if _, ok := v.Example(); !ok || v.Source == "" {
			t.Errorf("%s has no example or no source", v.Name)
		}
	}
	belongs := map[string][]string{
		"I50.33": {"heart_failure"}, "I13.2": {"heart_failure", "kidney_disease"}, "J44.1": {"copd", "copd_exacerbation", "copd_or_asthma"},
		"J45.901": {"copd_or_asthma"}, "F32.9": {"mental_illness", "depression"}, "F10.20": nil, "F03.90": {"dementia"}, "F70": nil,
		"Z37.0": {"live_birth"}, "Z37.1": {"stillbirth"}, "Z37.3": nil, "Z38.00": nil, "E11.9": {"diabetes"}, "I64": nil,
		"G45.9": {"stroke"}, "G45.4": nil, "X78.1XXA": {"self_harm"}, "F17.210": {"tobacco"}, "F17.211": nil, "O12.03": nil,
	}
	for code, want := range belongs {
		for name, v := range byName {
			wanted := false
			for _, w := range want {
				wanted = wanted || w == name
			}
			if got := v.Holds(care.Coding{System: care.SystemICD10CM, Code: code}); got != wanted {
				t.Errorf("%s belongs to %s: %v", code, name, got)
			}
		}
	}
}
