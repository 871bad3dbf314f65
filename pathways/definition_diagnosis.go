package pathways

import (
	"regexp"
	"slices"
	"strings"

	"throughline/care"
)

// ValueSet is a set of diagnoses that launches ask about by its name, event.diagnosis.<name> (FHIR
// ValueSet).
type ValueSet struct {
	Name  string `yaml:"-" json:"name"`
	Title string `yaml:"title" json:"title"`
	// Source says where the codes come from, and of which year.
	Source string `yaml:"source,omitempty" json:"source,omitempty"`
	// Codes are those that belong to it, by code system: icd-10-cm, icd-10, icd-9-cm, snomed-ct. A
	// code of an ICD stands for all below it too, and A-B for all categories from A to B; one of
	// SNOMED CT stands for itself.
	Codes []CodeList `yaml:"codes" json:"codes"`
	// Except are those that do not belong to it though Codes hold them.
	Except []CodeList `yaml:"except,omitempty" json:"except,omitempty"`
	// Sensitive labels what it tells, as a fact's does.
	Sensitive []string `yaml:"sensitive,omitempty" json:"sensitive,omitempty"`
	Line      int      `yaml:"-" json:"line,omitempty"`
}

// CodeList is the codes of one code system.
type CodeList struct {
	Name  string   `yaml:"-" json:"system"`
	Codes []string `yaml:"-" json:"codes"`
	Line  int      `yaml:"-" json:"line,omitempty"`
}

// What expressions ask of a stay's diagnoses, with the name of a value set behind it.
const (
	anyDiagnosis       = "diagnosis."
	principalDiagnosis = "principal_diagnosis."
)

// codeSystem is a system whose codes value sets may hold.
type codeSystem struct {
	name    string
	uris    []string // the first is FHIR's
	ordered bool     // a code stands for those below it
	form    *regexp.Regexp
	example string
}

var codeSystems = []codeSystem{
	{"icd-10-cm", []string{care.SystemICD10CM, "urn:oid:2.16.840.1.113883.6.90"}, true, regexp.MustCompile(`^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$`), "I50 or I50.2"},
	{"icd-10", []string{care.SystemICD10, "urn:oid:2.16.840.1.113883.6.3"}, true, regexp.MustCompile(`^[A-Z][0-9]{2}(\.[0-9]{1,2})?$`), "I50 or I50.0"},
	{"icd-9-cm", []string{care.SystemICD9CM, "urn:oid:2.16.840.1.113883.6.103"}, true, regexp.MustCompile(`^([0-9]{3}|V[0-9]{2}|E[0-9]{3})(\.[0-9]{1,2})?$`), "428 or 428.0"},
	{"snomed-ct", []string{care.SystemSNOMED, "urn:oid:2.16.840.1.113883.6.96"}, false, regexp.MustCompile(`^[1-9][0-9]{5,17}$`), `"84114007"`},
}

func codeSystemNamed(name string) (codeSystem, bool) {
	i := slices.IndexFunc(codeSystems, func(s codeSystem) bool { return s.name == name })
	if i < 0 {
		return codeSystem{}, false
	}
	return codeSystems[i], true
}

// CodeSystems are the names of the code systems that value sets may hold codes of.
func CodeSystems() []string {
	return namesIn(codeSystems, func(s codeSystem) string { return s.name })
}

// Holds tells whether a diagnosis belongs to the set.
func (v *ValueSet) Holds(c care.Coding) bool {
	return holdsCode(v.Codes, c) && !holdsCode(v.Except, c)
}

// HoldsAny tells whether one of the diagnoses belongs to the set.
func (v *ValueSet) HoldsAny(list []care.Diagnosis) bool {
	return slices.ContainsFunc(list, func(d care.Diagnosis) bool { return v.Holds(d.Coding) })
}

func holdsCode(lists []CodeList, c care.Coding) bool {
	for _, l := range lists {
		s, known := codeSystemNamed(l.Name)
		if !known || !slices.Contains(s.uris, c.System) {
			continue
		}
		for _, code := range l.Codes {
			if s.stands(code, c.Code) {
				return true
			}
		}
	}
	return false
}

// stands tells whether what is written in a set stands for a code. Dots play no part: senders leave
// them out.
func (s codeSystem) stands(written, code string) bool {
	if !s.ordered {
		return written == code
	}
	code = strings.ToUpper(strings.ReplaceAll(code, ".", ""))
	if from, to, isRange := strings.Cut(written, "-"); isRange {
		return len(code) >= len(from) && from <= code[:len(from)] && code[:len(to)] <= to
	}
	return strings.HasPrefix(code, strings.ReplaceAll(written, ".", ""))
}

// Example gives a code that belongs to the set; ok is false where none does that is written out.
func (v *ValueSet) Example() (c care.Coding, ok bool) {
	for _, l := range v.Codes {
		s, known := codeSystemNamed(l.Name)
		if !known {
			continue
		}
		for _, written := range l.Codes {
			code, _, _ := strings.Cut(written, "-")
			if c := (care.Coding{System: s.uris[0], Code: code}); v.Holds(c) {
				return c, true
			}
		}
	}
	return care.Coding{}, false
}

// DiagnosisOf reads a diagnosis as people write it: I50.9, or with its code system in front,
// "snomed-ct 84114007". Without a system it is of ICD-10-CM.
func DiagnosisOf(text string) (care.Coding, error) {
	name, code, named := strings.Cut(strings.TrimSpace(text), " ")
	if !named {
		name, code = codeSystems[0].name, name
	}
	s, known := codeSystemNamed(strings.ToLower(name))
	if !known || !s.form.MatchString(code) {
		return care.Coding{}, care.Errorf(care.Invalid, "%q is no diagnosis: write a code of ICD-10-CM like I50.9, or one with its code system like \"snomed-ct 84114007\"", text)
	}
	return care.Coding{System: s.uris[0], Code: code}, nil
}

// ValueSetByName finds a value set; nil where there is none.
func (d *Definition) ValueSetByName(name string) *ValueSet {
	for i := range d.ValueSets {
		if d.ValueSets[i].Name == name {
			return &d.ValueSets[i]
		}
	}
	return nil
}

// AskedDiagnosis reads what expressions ask of a stay's diagnoses, such as diagnosis.heart_failure
// after "event.". The set is nil where the attribute is another one.
func (d *Definition) AskedDiagnosis(attribute string) (set *ValueSet, principal bool) {
	if name, ok := strings.CutPrefix(attribute, principalDiagnosis); ok {
		return d.ValueSetByName(name), true
	}
	if name, ok := strings.CutPrefix(attribute, anyDiagnosis); ok {
		return d.ValueSetByName(name), false
	}
	return nil, false
}

// diagnosisFacts are what may be asked of a stay's diagnoses: of each value set whether one belongs
// to it, and whether the principal one does.
func (d *Definition) diagnosisFacts() []Fact {
	facts := make([]Fact, 0, 2*len(d.ValueSets))
	for _, v := range d.ValueSets {
		facts = append(facts,
			Fact{Name: anyDiagnosis + v.Name, Type: TypeBool, Sensitive: v.Sensitive},
			Fact{Name: principalDiagnosis + v.Name, Type: TypeBool, Sensitive: v.Sensitive})
	}
	return facts
}

// encounterEvents are the events that tell of a stay.
var encounterEvents = []string{"encounter.admitted", "encounter.discharged", "encounter.updated"}
