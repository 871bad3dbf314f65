package hl7v2

import (
	"strings"

	"throughline/care"
)

// identifier reads a CX, the data type of patient and visit numbers. An identifier without
// assigning authority belongs to the sending facility: a number alone is nobody's.
func (m *Message) identifier(r Repetition, opt Options) (care.Identifier, bool) {
	value := r.Component(1).String()
	if value == "" {
		return care.Identifier{}, false
	}
	system, own := m.authority(r.Component(4), opt)
	if !own {
		system = m.facility(opt)
	}
	return care.Identifier{System: system, Value: value, Type: strings.ToUpper(r.Component(5).String())}, true
}

// authority reads an HD, the data type of assigning authorities: the universal id where it is
// one, else the namespace.
func (m *Message) authority(c Component, opt Options) (system string, found bool) {
	namespace, universal, kind := c.Sub(1), c.Sub(2), strings.ToUpper(c.Sub(3))
	for _, name := range []string{namespace, universal} {
		if mapped, ok := opt.Authorities[name]; ok && name != "" {
			return mapped, true
		}
	}
	switch {
	case universal != "" && kind == "ISO":
		return "urn:oid:" + universal, true
	case universal != "" && (kind == "UUID" || kind == "GUID"):
		return "urn:uuid:" + strings.ToLower(universal), true
	case namespace != "":
		return namespace, true
	}
	return universal, universal != ""
}

// facility is the sending facility, or the application where there is none.
func (m *Message) facility(opt Options) string {
	header := m.Segment("MSH")
	for _, field := range []int{4, 3} {
		name := header.Field(field).String()
		if mapped, ok := opt.Authorities[name]; ok && name != "" {
			return mapped
		}
		if name != "" {
			return name
		}
	}
	return ""
}

// patientIdentifiers are those of PID-3, and of PID-2 and PID-4 where they name who assigned
// them. Without PID-3, as in version 2.1, PID-2 is the patient's number whoever assigned it.
// PID-19, the social security number, is left alone: nothing here needs it.
func patientIdentifiers(m *Message, pid Segment, opt Options) []care.Identifier {
	var found []care.Identifier
	add := func(r Repetition, authorityNeeded bool) {
		if _, own := m.authority(r.Component(4), opt); authorityNeeded && !own {
			return
		}
		if id, ok := m.identifier(r, opt); ok && !holds(found, id) {
			found = append(found, id)
		}
	}
	for _, r := range bounded(pid.Field(3)) {
		add(r, false)
	}
	listed := len(found) > 0
	for _, field := range []int{2, 4} {
		for _, r := range bounded(pid.Field(field)) {
			add(r, listed || field == 4)
		}
	}
	return found
}

// mergedIdentifiers are those of the patient that goes: MRG-1, and the older MRG-4 and MRG-2.
func mergedIdentifiers(m *Message, mrg Segment, opt Options) []care.Identifier {
	var found []care.Identifier
	for _, field := range []int{1, 4, 2} {
		for _, r := range bounded(mrg.Field(field)) {
			if _, own := m.authority(r.Component(4), opt); field == 2 && !own {
				continue
			}
			if id, ok := m.identifier(r, opt); ok && !holds(found, id) {
				found = append(found, id)
			}
		}
	}
	return found
}

func losingIdentifiers(m *Message, opt Options) []care.Identifier {
	var found []care.Identifier
	for _, mrg := range m.All("MRG") {
		found = append(found, mergedIdentifiers(m, mrg, opt)...)
	}
	return found
}

// bounded gives a field's repetitions, up to more than any person has numbers: they are compared
// with each other, and a hostile message may hold a million.
func bounded(f Field) []Repetition {
	const most = 256
	reps := f.Reps()
	return reps[:min(len(reps), most)]
}
