package router

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// lastTold is the key in Patient.AsOf of the latest message that spoke of the patient at all.
const lastTold = "patient"

// fill brings a known patient up to date with what a message says. Of each detail the latest word
// counts, and of two at the same time the greater, so that every order of arrival ends alike.
func fill(known *care.Patient, told care.Patient, at time.Time) {
	at = at.UTC().Truncate(time.Microsecond) // as the database keeps it
	learnAll(known, told, func(string) time.Time { return at })
	if at.After(known.AsOf[lastTold]) {
		known.AsOf[lastTold] = at
	}
	known.UpdatedAt = latest(known.UpdatedAt, at)
}

// absorb gives a patient what is known of another record of the same person.
func absorb(known, other *care.Patient) {
	others := asOf(other)
	learnAll(known, *other, func(detail string) time.Time { return others[detail] })
	known.AsOf[lastTold] = latest(known.AsOf[lastTold], others[lastTold])
	known.WorksNight = known.WorksNight || other.WorksNight
	known.UpdatedAt = latest(known.UpdatedAt, other.UpdatedAt)
	addIdentifiers(known, other.Identifiers)
}

func learnAll(known *care.Patient, told care.Patient, at func(detail string) time.Time) {
	known.AsOf = asOf(known)
	learn(known, "family_name", &known.FamilyName, told.FamilyName, at)
	learn(known, "given_name", &known.GivenName, told.GivenName, at)
	learn(known, "birth_date", &known.BirthDate, told.BirthDate, at)
	learn(known, "sex", &known.Sex, told.Sex, at)
	learn(known, "language", &known.Language, told.Language, at)
	learn(known, "zone", &known.Zone, told.Zone, at)
	learn(known, "address", &known.Address, told.Address, at)
	learn(known, "telecoms", &known.Telecoms, told.Telecoms, at)
	learn(known, "deceased_at", &known.DeceasedAt, told.DeceasedAt, at)
	// A death is never taken back by silence.
	known.Deceased = known.Deceased || told.Deceased
}

// learn takes one detail, unless what is known of it is newer. Silence says nothing.
func learn[T any](known *care.Patient, detail string, have *T, say T, at func(string) time.Time) {
	if empty(say) {
		return
	}
	told, before := at(detail), known.AsOf[detail]
	if !empty(*have) && (told.Before(before) || told.Equal(before) && text(say) <= text(*have)) {
		return
	}
	*have = say
	known.AsOf[detail] = told
}

// asOf gives when each detail was told. What a person changed meanwhile, which shows in UpdatedAt
// alone, is as of then.
func asOf(p *care.Patient) map[string]time.Time {
	all := maps.Clone(p.AsOf)
	if all == nil {
		all = map[string]time.Time{}
	}
	if !p.UpdatedAt.After(all[lastTold]) {
		return all
	}
	for _, detail := range []string{"family_name", "given_name", "birth_date", "sex", "language", "zone", "address", "telecoms", "deceased_at"} {
		all[detail] = p.UpdatedAt
	}
	return all
}

func empty(v any) bool {
	r := reflect.ValueOf(v)
	return r.IsZero() || r.Kind() == reflect.Slice && r.Len() == 0
}

func text(v any) string {
	raw, _ := json.Marshal(v) //nolint:errchkjson // details are plain data; it cannot fail
	return string(raw)
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// identifying gives the identifiers that tell people apart. Social security numbers, driver's
// licences and the like do not: senders fill them with placeholders, and two patients would become
// one (HL7 table 0203; http://hl7.org/fhir/sid/us-ssn and its object identifier).
func identifying(ids []care.Identifier) []care.Identifier {
	var out []care.Identifier
	for _, id := range ids {
		switch id.Type {
		case "SS", "DL", "PPN", "TAX", "AN", "VN":
			continue
		}
		if id.Value == "" || strings.HasSuffix(id.System, "/us-ssn") || strings.HasSuffix(id.System, "2.16.840.1.113883.4.1") {
			continue
		}
		out = append(out, id)
	}
	return out
}

// addIdentifiers adds what is new and keeps all in one order, medical record numbers first.
func addIdentifiers(p *care.Patient, ids []care.Identifier) {
	for _, id := range ids {
		if !knows(p.Identifiers, id) {
			p.Identifiers = append(p.Identifiers, id)
		}
	}
	slices.SortFunc(p.Identifiers, func(a, b care.Identifier) int {
		if first := (b.Type == "MR"); first != (a.Type == "MR") {
			if first {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Value, b.Value))
	})
}

func knows(ids []care.Identifier, id care.Identifier) bool {
	return slices.ContainsFunc(ids, func(have care.Identifier) bool { return have.System == id.System && have.Value == id.Value })
}

// FactsOf gives what pathways may know of a patient: no name, no number, no address. Who left a
// hospital as expired has died, also where nothing else says so.
func FactsOf(p *care.Patient, encounters []care.Encounter, now time.Time) engine.PatientFacts {
	f := engine.PatientFacts{
		Deceased: p.Deceased || p.DeceasedAt != nil, Language: p.Language, WorksNights: p.WorksNight,
		HasEmail: p.Reach("email") != "", HasPhone: p.Reach("phone") != "" || p.Reach("sms") != "",
		Age: age(p.BirthDate, now), Zone: p.Zone,
	}
	died := p.DeceasedAt
	for i := range encounters {
		enc := &encounters[i]
		f.InHospital = f.InHospital || enc.Status == care.EncounterInProgress && bedded(enc)
		if enc.Status == care.EncounterDischarged && enc.Disposition == care.Expired {
			f.Deceased = true
			if died == nil {
				died = enc.DischargedAt
			}
		}
	}
	if died != nil {
		at := died.UTC()
		f.DeceasedAt = &at
	}
	return f
}

// bedded tells whether a stay is one in a hospital's bed.
func bedded(enc *care.Encounter) bool {
	return enc.Class == care.Inpatient || enc.Class == care.Observation
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
		if now.Month() < born.Month() || now.Month() == born.Month() && now.Day() < born.Day() {
			years--
		}
		return max(years, 0)
	}
	return 0
}
