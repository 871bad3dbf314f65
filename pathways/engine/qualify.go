package engine

import (
	"slices"

	"throughline/care"
	"throughline/pathways"
)

// Qualified gives the launch with a stay for which the pathway starts, as near as can be to the one
// it has: where its diagnoses, or its class, do not start the pathway, others are tried. It gives
// the launch as it is where none does. What explores and simulates a pathway begins with it.
func (e *Engine) Qualified(l Launch) Launch {
	if l.Encounter == nil || e.Decide(l).Start {
		return l
	}
	classes := []care.EncounterClass{l.Encounter.Class, care.Inpatient, care.Observation, care.Emergency, care.Outpatient}
	for _, class := range classes {
		for _, diagnoses := range DiagnosisChoices(e.def) {
			stay := *l.Encounter
			stay.Class = class
			if diagnoses != nil {
				stay.Diagnoses = diagnoses
			}
			if stay.AdmittedAt == nil && stay.DischargedAt != nil {
				came := stay.DischargedAt.AddDate(0, 0, -usualStay)
				stay.AdmittedAt = &came
			}
			tried := l
			tried.Encounter = &stay
			if e.Decide(tried).Start {
				return tried
			}
		}
	}
	return l
}

// usualStay is how many days before the discharge the patient came, where nothing is said of it.
const usualStay = 3

// maxPaired is how many value sets are tried two by two.
const maxPaired = 12

// DiagnosisChoices gives diagnoses that a launch can tell apart: none that was told, one of no value
// set, one of each, of each two with either as the principal one, and one of all.
func DiagnosisChoices(d *pathways.Definition) [][]care.Diagnosis {
	var examples []care.Coding
	for i := range d.ValueSets {
		if c, ok := d.ValueSets[i].Example(); ok {
			examples = append(examples, c)
		}
	}
	choices := [][]care.Diagnosis{nil}
	if len(examples) == 0 {
		return choices
	}
	choices = append(choices, ranked(otherDiagnosis))
	for _, c := range examples {
		choices = append(choices, ranked(c), ranked(otherDiagnosis, c))
	}
	for i, a := range examples[:min(len(examples), maxPaired)] {
		for j, b := range examples[:min(len(examples), maxPaired)] {
			if i != j {
				choices = append(choices, ranked(a, b))
			}
		}
	}
	return append(choices, ranked(slices.Clone(examples)...))
}

// otherDiagnosis is a diagnosis that belongs to no pathway's set: a sunburn.
var otherDiagnosis = care.Coding{System: care.SystemICD10CM, Code: "L55.0"}

func ranked(codes ...care.Coding) []care.Diagnosis {
	list := make([]care.Diagnosis, len(codes))
	for i, c := range codes {
		list[i] = care.Diagnosis{Coding: c, Rank: i + 1}
	}
	return list
}
