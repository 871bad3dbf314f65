package fhir

import (
	"cmp"
	"slices"

	"throughline/care"
)

// stayDiagnoses are the diagnoses of each stay, in order.
type stayDiagnoses map[*origin][]care.Diagnosis

// add puts the codes of a condition behind those that are there; a code counts once.
func (d stayDiagnoses) add(encounter *origin, codes concept, use care.DiagnosisUse, rank int) {
	for _, c := range codings(codes) {
		same := func(o care.Diagnosis) bool {
			return o.System == c.System && o.Code == c.Code && (c.Code != "" || o.Display == c.Display)
		}
		if !slices.ContainsFunc(d[encounter], same) {
			d[encounter] = append(d[encounter], care.Diagnosis{Coding: c, Use: use, Rank: rank})
		}
	}
}

// principal ranks what a stay has as its principal diagnosis, unless something was ranked.
func (d stayDiagnoses) principal(encounter *origin) {
	if slices.ContainsFunc(d[encounter], func(o care.Diagnosis) bool { return o.Rank > 0 }) {
		return
	}
	for i := range d[encounter] {
		d[encounter][i].Rank = 1
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
// that name the Encounter, then why the patient came. A condition that no reference joins to a stay
// is not a stay's diagnosis.
func (m *message) diagnoses() (stayDiagnoses, error) {
	out := stayDiagnoses{}
	used := map[*origin]bool{}
	byOrigin := map[*origin]*located[condition]{}
	for _, c := range m.conditions {
		byOrigin[c.origin] = c
	}
	for _, e := range m.encounters {
		for _, d := range namedBy(e.body) {
			c := byOrigin[m.lookup(e.origin, d.condition, "Condition")]
			if c == nil || refuted(c.body) {
				continue
			}
			used[c.origin] = true
			out.add(e.origin, c.body.Code, d.use, d.rank)
		}
	}
	joined, err := m.joinConditions(out, used)
	if err != nil {
		return out, err
	}
	for _, e := range m.encounters {
		if joined[e.origin] == 1 {
			out.principal(e.origin) // the only one that names the stay
		}
		for i, reason := range e.body.ReasonCode {
			out.add(e.origin, reason, care.UseAdmission, i+1)
		}
	}
	return out, nil
}

// namedCondition is a condition that an Encounter refers to.
type namedCondition struct {
	condition reference
	use       care.DiagnosisUse
	rank      int
}

// namedBy gives the conditions that an Encounter refers to, the highest ranked first. Where none has
// a rank their order is taken for it, as senders that make them of HL7 v2's DG1 mean it.
func namedBy(e encounter) []namedCondition {
	sorted := slices.Clone(e.Diagnosis)
	slices.SortStableFunc(sorted, func(a, b encounterDiagnosis) int {
		return cmp.Compare(rank(a.Rank), rank(b.Rank))
	})
	ranked := len(sorted) > 0 && rank(sorted[0].Rank) < unranked
	var out []namedCondition
	for i, d := range sorted {
		n := namedCondition{condition: d.Condition, rank: i + 1}
		if ranked {
			n.rank = int(rank(d.Rank) % unranked)
		}
		if d.Use.has("AD") { // diagnosis-role: admission
			n.use = care.UseAdmission
		}
		out = append(out, n)
	}
	for _, r := range e.ReasonReference {
		out = append(out, namedCondition{condition: r})
	}
	return out
}

// joinConditions adds the conditions that name a stay, and gives how many each stay has.
func (m *message) joinConditions(out stayDiagnoses, used map[*origin]bool) (map[*origin]int, error) {
	joined := map[*origin]int{}
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
			return nil, err
		}
		if !same {
			m.notes.add("Condition.encounter is a stay of another patient: left out", c.path)
			continue
		}
		out.add(stay, c.body.Code, "", 0)
		joined[stay]++
	}
	return joined, nil
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
