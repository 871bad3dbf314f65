package fhir

import (
	"encoding/json"
	"strings"

	"throughline/care"
)

// classes are the codes of Encounter.class: v3-ActCode (R4 and R5 value set encounter-class), HL7
// v2 table 0004 and the words of DSTU2.
var classes = map[string]care.EncounterClass{
	// v3-ActCode
	"IMP":    care.Inpatient,
	"ACUTE":  care.Inpatient,
	"NONAC":  care.Inpatient,
	"OBSENC": care.Observation,
	"EMER":   care.Emergency,
	"AMB":    care.Outpatient,
	"SS":     care.Outpatient, // short stay: planned, less than a day, as day surgery
	"PRENC":  care.Preadmit,
	"VR":     care.Virtual,
	"HH":     care.HomeHealth,
	"FLD":    care.OtherClass, // in the field, as an ambulance's
	// table 0004
	"I": care.Inpatient,
	"O": care.Outpatient,
	"E": care.Emergency,
	"P": care.Preadmit,
	"R": care.Outpatient, // recurring patient
	"B": care.Inpatient,  // obstetrics
	"C": care.OtherClass,
	"N": care.OtherClass,
	"U": care.OtherClass,
	// DSTU2
	"INPATIENT":   care.Inpatient,
	"OUTPATIENT":  care.Outpatient,
	"AMBULATORY":  care.Outpatient,
	"EMERGENCY":   care.Emergency,
	"OBSERVATION": care.Observation,
	"HOME":        care.HomeHealth,
	"VIRTUAL":     care.Virtual,
	"DAYTIME":     care.Outpatient,
	"FIELD":       care.OtherClass,
	"OTHER":       care.OtherClass,
}

// class reads Encounter.class; empty where the sender didn't say.
func (m *message) class(g *group, e *located[encounter]) (care.EncounterClass, error) {
	codes, err := classCodings(e.body.Class, e.path+".class")
	if err != nil {
		return "", err
	}
	said := false
	for _, c := range codes {
		code := strings.ToUpper(strings.TrimSpace(c.Code))
		if class, ok := classes[code]; ok {
			return class, nil
		}
		said = said || code != ""
	}
	if said {
		g.notes.add("Encounter.class has no code that we know: read as other", e.path)
		return care.OtherClass, nil
	}
	g.notes.add("Encounter.class is missing: what kind of stay it is stays unknown", e.path)
	return "", nil
}

// classCodings reads both shapes of the element: a Coding (R4), a list of CodeableConcept (R5).
func classCodings(raw json.RawMessage, path string) ([]coding, error) {
	if empty(raw) {
		return nil, nil
	}
	if raw[0] != '[' {
		c, err := decode[coding](raw, path)
		return []coding{c}, err
	}
	concepts, err := decode[[]concept](raw, path)
	var out []coding
	for _, c := range concepts {
		out = append(out, c.Coding...)
	}
	return out, err
}
