package fhir

import (
	"fmt"
	"slices"

	"throughline/care"
)

// gatherMerges reads Patient.link: "replaced-by" says that this record gave way to the other,
// "replaces" the reverse. The other types of link join nobody.
func (m *message) gatherMerges() error {
	var told []care.PatientMerge
	for _, p := range m.patients {
		g := m.groups[p.origin]
		for i, link := range p.body.Link {
			merge, found, err := m.merge(p, i, link)
			if err != nil {
				return err
			}
			if !found || slices.ContainsFunc(told, merge.equal) {
				continue
			}
			told = append(told, merge.PatientMerge)
			g.in.Merges = append(g.in.Merges, merge.PatientMerge)
		}
	}
	return nil
}

type merge struct{ care.PatientMerge }

func (a merge) equal(b care.PatientMerge) bool {
	return slices.Equal(a.Surviving, b.Surviving) && slices.Equal(a.Losing, b.Losing)
}

func (m *message) merge(p *located[patient], i int, link patientLink) (merge, bool, error) {
	if link.Type != "replaced-by" && link.Type != "replaces" {
		return merge{}, false, nil
	}
	element := fmt.Sprintf("link[%d].other", i)
	t, err := m.resolve(p.origin, element, link.Other, "Patient")
	if err != nil {
		return merge{}, false, err
	}
	other := m.identifiersOf(t)
	if len(other) == 0 {
		return merge{}, false, invalid(p.path+"."+element, "names no patient; refer to the other Patient")
	}
	own := m.groups[p.origin].in.Patient.Identifiers
	if link.Type == "replaces" {
		own, other = other, own
	}
	return merge{care.PatientMerge{Surviving: other, Losing: own}}, true, nil
}

// identifiersOf gives the identifiers of a patient that a reference leads to.
func (m *message) identifiersOf(t target) []care.Identifier {
	if t.empty() || t.kind != "Patient" {
		return nil
	}
	if t.origin == nil {
		return []care.Identifier{t.identifier}
	}
	return m.groups[t.origin].in.Patient.Identifiers
}
