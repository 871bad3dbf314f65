package fhir

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"throughline/care"
)

func (m *message) gatherPatients() error {
	for _, p := range m.patients {
		g := &group{in: m.inbound(), present: true}
		m.groups[p.origin] = g
		m.order = append(m.order, g)
		if err := m.describe(g, p); err != nil {
			return err
		}
	}
	return nil
}

// describe tells who the patient is.
func (m *message) describe(g *group, p *located[patient]) error {
	out := &care.Patient{
		Identifiers: m.patientIDs(g, p),
		Language:    language(p.body.Communication),
		Address:     home(p.body.Address),
		Telecoms:    telecoms(p.body.Telecom),
	}
	g.in.Patient = out
	out.FamilyName, out.GivenName = bestName(p.body.Name)
	m.birth(g, p, out)
	m.sex(g, p, out)
	updated, err := m.when(p.origin, "meta.lastUpdated", p.meta.LastUpdated, first)
	if err != nil {
		return err
	}
	g.updated = latest(g.updated, updated)
	out.DeceasedAt, err = m.when(p.origin, "deceasedDateTime", p.body.DeceasedDateTime, first)
	if err != nil {
		return err
	}
	out.Deceased = p.body.DeceasedBoolean || out.DeceasedAt != nil
	g.happened(out.DeceasedAt)
	return nil
}

func (m *message) birth(g *group, p *located[patient], out *care.Patient) {
	date, whole := birthDate(p.body.BirthDate)
	out.BirthDate = date
	if !whole {
		g.notes.add("Patient.birthDate is not a FHIR date: taken as far as it can be read", p.path)
	}
}

func (m *message) sex(g *group, p *located[patient], out *care.Patient) {
	switch p.body.Gender {
	case "male", "female", "other", "unknown", "":
		out.Sex = p.body.Gender
	default:
		g.notes.add("Patient.gender is no code of administrative-gender: left out", p.path)
	}
}

// patientIDs gives the identifiers that people may be matched by.
func (m *message) patientIDs(g *group, p *located[patient]) []care.Identifier {
	var out []care.Identifier
	for _, id := range p.body.Identifier {
		told := m.identifier(id)
		if told.Value == "" || id.Use == "old" {
			continue
		}
		if placeholderSSN(told) {
			g.notes.add("Patient.identifier has a social security number that stands for none: left out", p.path)
			continue
		}
		out = append(out, told)
	}
	own, lasting := m.ownID(p.origin)
	if lasting || len(out) == 0 {
		out = append(out, own)
	}
	if len(out) == 1 && !lasting && out[0] == own {
		g.notes.add("Patient.identifier is missing: later messages can't be matched to this patient", p.path)
	}
	return out
}

// nameOrder prefers the name by which a person is legally known.
var nameOrder = []string{"official", "usual", "", "nickname", "temp", "anonymous", "maiden", "old"}

func bestName(names []humanName) (family, given string) {
	if len(names) == 0 {
		return "", ""
	}
	best := slices.MinFunc(names, func(a, b humanName) int {
		return cmp.Compare(rankOf(nameOrder, a.Use), rankOf(nameOrder, b.Use))
	})
	family = strings.TrimSpace(best.Family)
	given = strings.TrimSpace(strings.Join(best.Given, " "))
	if family == "" && given == "" {
		family = strings.TrimSpace(best.Text)
	}
	return family, given
}

func rankOf(order []string, use string) int {
	if i := slices.Index(order, use); i >= 0 {
		return i
	}
	return len(order)
}

// telecoms gives the ways to reach the patient, the preferred ones first.
func telecoms(points []contactPoint) []care.Telecom {
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b contactPoint) int { return cmp.Compare(rank(a.Rank), rank(b.Rank)) })
	var out []care.Telecom
	for _, p := range sorted {
		value := strings.TrimSpace(p.Value)
		if value == "" || p.Use == "old" {
			continue
		}
		switch p.System {
		case "phone", "sms", "email":
			out = append(out, care.Telecom{System: p.System, Value: value, Use: telecomUse(p.Use)})
		}
	}
	return out
}

// unranked is the rank of what has none: behind all others.
const unranked = 1 << 32

// rank reads an element rank: 1 is best, none is worst.
func rank(given json.Number) int64 {
	if n, err := given.Int64(); err == nil && n > 0 {
		return n
	}
	return unranked
}

func telecomUse(use string) string {
	switch use {
	case "home", "work", "mobile":
		return use
	}
	return ""
}

var addressOrder = []string{"home", "", "temp", "work", "billing"}

// home gives the address where the patient lives.
func home(addresses []address) *care.Address {
	current := slices.DeleteFunc(slices.Clone(addresses), func(a address) bool { return a.Use == "old" })
	if len(current) == 0 {
		return nil
	}
	best := slices.MinFunc(current, func(a, b address) int {
		return cmp.Compare(rankOf(addressOrder, a.Use), rankOf(addressOrder, b.Use))
	})
	out := care.Address{
		Line:       strings.TrimSpace(strings.Join(best.Line, ", ")),
		City:       strings.TrimSpace(best.City),
		State:      strings.TrimSpace(best.State),
		PostalCode: strings.TrimSpace(best.PostalCode),
		Country:    strings.TrimSpace(best.Country),
	}
	if out.Line == "" && out.City == "" {
		out.Line = strings.TrimSpace(best.Text)
	}
	if out == (care.Address{}) {
		return nil
	}
	return &out
}

// language gives the BCP 47 tag of the preferred language, else of the first.
func language(languages []communication) string {
	for _, preferred := range []bool{true, false} {
		for _, l := range languages {
			if l.Preferred != preferred {
				continue
			}
			for _, c := range l.Language.Coding {
				if c.Code != "" {
					return c.Code
				}
			}
		}
	}
	return ""
}
