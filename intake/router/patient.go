package router

import (
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// fill brings a known patient up to date with what a message says. Newer news replaces older;
// older news, told late, only fills gaps, so that every order ends alike.
func fill(known *care.Patient, told care.Patient, occurredAt time.Time) {
	newer := !occurredAt.Before(known.UpdatedAt)
	text := func(have *string, say string) {
		if say != "" && (newer || *have == "") {
			*have = say
		}
	}
	text(&known.FamilyName, told.FamilyName)
	text(&known.GivenName, told.GivenName)
	text(&known.BirthDate, told.BirthDate)
	text(&known.Sex, told.Sex)
	text(&known.Language, told.Language)
	text(&known.Zone, told.Zone)
	if told.Address != nil && (newer || known.Address == nil) {
		known.Address = told.Address
	}
	if len(told.Telecoms) > 0 && (newer || len(known.Telecoms) == 0) {
		known.Telecoms = told.Telecoms
	}
	// A death is never taken back by silence.
	known.Deceased = known.Deceased || told.Deceased
	if told.DeceasedAt != nil && (newer || known.DeceasedAt == nil) {
		known.DeceasedAt = told.DeceasedAt
	}
	for _, id := range told.Identifiers {
		if !knows(known.Identifiers, id) {
			known.Identifiers = append(known.Identifiers, id)
		}
	}
	if newer {
		known.UpdatedAt = occurredAt
	}
}

func knows(ids []care.Identifier, id care.Identifier) bool {
	for _, have := range ids {
		if have.System == id.System && have.Value == id.Value {
			return true
		}
	}
	return false
}

// FactsOf gives what pathways may know of a patient: no name, no number, no address.
func FactsOf(p *care.Patient, encounters []care.Encounter, now time.Time) engine.PatientFacts {
	f := engine.PatientFacts{
		Deceased: p.Deceased || p.DeceasedAt != nil, DeceasedAt: p.DeceasedAt, Language: p.Language, WorksNights: p.WorksNight,
		HasEmail: p.Reach("email") != "", HasPhone: p.Reach("phone") != "" || p.Reach("sms") != "",
		Age: age(p.BirthDate, now), Zone: p.Zone,
	}
	for _, enc := range encounters {
		if enc.Status == care.EncounterInProgress && (enc.Class == care.Inpatient || enc.Class == care.Observation) {
			f.InHospital = true
		}
	}
	return f
}

// age gives the completed years since a date of birth that may be known to the year only; 0 where
// it is not known.
func age(birth string, now time.Time) int {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		born, err := time.Parse(layout, birth)
		if err != nil {
			continue
		}
		years := now.Year() - born.Year()
		if now.YearDay() < born.YearDay() {
			years--
		}
		return max(years, 0)
	}
	return 0
}
