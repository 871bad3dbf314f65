package fhir

import (
	"cmp"
	"slices"

	"throughline/care"
)

// stayDiagnoses are the diagnoses of each stay, in order.
type stayDiagnoses map[*origin][]care.Coding

// add puts the codes of a condition behind those that are there; a code counts once.
func (d stayDiagnoses) add(encounter *origin, codes concept) {
	for _, c := range codings(codes) {
		same := func(o care.Coding) bool {
			return o.System == c.System && o.Code == c.Code && (c.Code != "" || o.Display == c.Display)
		}
		if !slices.ContainsFunc(d[encounter], same) {
			d[encounter] = append(d[encounter], c)
		}
	}
}

// codings gives all codes of a concept: one sender's ICD-10 is another's SNOMED CT.
func codings(c concept) []care.Coding {
	var out []care.Coding
	for _, one := range c.Coding {
		if one.Code != "" {
			out = append(out, care.Coding{System: one.System, Code: one.Code, Display: cmp.Or(one.Display, c.Text)})
		}
	}
	if len(out) == 0 && c.words() != "" {
		out = append(out, care.Coding{Display: c.words()})
	}
	return out
}

// diagnoses joins conditions to stays: first those that the Encounter names, by rank, then those
// that name the Encounter. A condition that no reference joins to a stay is not a stay's diagnosis.
func (m *message) diagnoses() (stayDiagnoses, error) {
	out := stayDiagnoses{}
	used := map[*origin]bool{}
	byOrigin := map[*origin]*located[condition]{}
	for _, c := range m.conditions {
		byOrigin[c.origin] = c
	}
	for _, e := range m.encounters {
		for _, r := range namedBy(e.body) {
			c := byOrigin[m.lookup(e.origin, r, "Condition")]
			if c == nil || refuted(c.body) {
				continue
			}
			used[c.origin] = true
			out.add(e.origin, c.body.Code)
		}
	}
	return out, m.joinConditions(out, used)
}

// namedBy gives the conditions that an Encounter refers to, the highest ranked first.
func namedBy(e encounter) []reference {
	ranked := slices.Clone(e.Diagnosis)
	slices.SortStableFunc(ranked, func(a, b encounterDiagnosis) int {
		return cmp.Compare(rank(a.Rank), rank(b.Rank))
	})
	var out []reference
	for _, d := range ranked {
		out = append(out, d.Condition)
	}
	return append(out, e.ReasonReference...)
}

func (m *message) joinConditions(out stayDiagnoses, used map[*origin]bool) error {
	for _, c := range m.conditions {
		if refuted(c.body) {
			m.unread["Condition that is refuted or entered in error"]++
			continue
		}
		stay := m.lookup(c.origin, c.body.Encounter, "Encounter")
		if stay == nil {
			if !used[c.origin] {
				m.unread["Condition of no stay in the message"]++
			}
			continue
		}
		same, err := m.samePatient(c, stay)
		if err != nil {
			return err
		}
		if !same {
			m.notes.add("Condition.encounter is a stay of another patient: left out", c.path)
			continue
		}
		out.add(stay, c.body.Code)
	}
	return nil
}

// samePatient guards against a diagnosis that would land on another person's stay.
func (m *message) samePatient(c *located[condition], stay *origin) (bool, error) {
	for _, e := range m.encounters {
		if e.origin != stay {
			continue
		}
		its, err := m.resolve(stay, "subject", e.body.Subject, "Patient")
		if err != nil {
			return false, err
		}
		own, err := m.resolve(c.origin, "subject", c.body.Subject, "Patient")
		if err != nil {
			return false, err
		}
		return its.empty() || own.empty() || its == own, nil
	}
	return false, nil
}

// refuted tells whether the condition is said not to be there.
func refuted(c condition) bool {
	return c.VerificationStatus.has("refuted", "entered-in-error")
}
