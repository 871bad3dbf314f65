package router

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
)

// told is what one message says of a patient, and when.
type told struct {
	at      int
	patient care.Patient
}

func drawTold(rt *rapid.T) told {
	word := rapid.SampledFrom([]string{"", "", "a", "b", "c"})
	p := care.Patient{
		FamilyName: word.Draw(rt, "family"), Language: word.Draw(rt, "language"), Zone: word.Draw(rt, "zone"),
		Deceased:    rapid.Bool().Draw(rt, "deceased"),
		Identifiers: []care.Identifier{{System: "s", Value: rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "id"), Type: "MR"}},
	}
	if street := word.Draw(rt, "street"); street != "" {
		p.Address = &care.Address{Line: street}
	}
	if phone := word.Draw(rt, "phone"); phone != "" {
		p.Telecoms = []care.Telecom{{System: "phone", Value: phone}}
	}
	return told{rapid.IntRange(1, 4).Draw(rt, "at"), p}
}

func hour(n int) time.Time { return time.Date(2025, 11, 26, n, 0, 0, 0, time.UTC) }

func hear(p *care.Patient, all ...told) {
	for _, one := range all {
		addIdentifiers(p, one.patient.Identifiers)
		fill(p, one.patient, hour(one.at))
	}
}

// Whatever order news of a patient arrives in, and however often, and whether two records are
// joined before, in the middle or after it, the same is known in the end.
func TestPatientsConverge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(drawTold), 1, 6).Draw(rt, "told")
		var want, shuffled, one, other care.Patient
		hear(&want, all...)

		order := rapid.Permutation(append(all, all[0])).Draw(rt, "order")
		hear(&shuffled, order...)
		if diff := cmp.Diff(want, shuffled); diff != "" {
			rt.Fatalf("in another order: %s", diff)
		}

		cut := rapid.IntRange(0, len(order)).Draw(rt, "cut")
		rest := rapid.IntRange(cut, len(order)).Draw(rt, "rest")
		hear(&one, order[:cut]...)
		hear(&other, order[cut:rest]...)
		absorb(&one, &other)
		hear(&one, order[rest:]...)
		if diff := cmp.Diff(want, one); diff != "" {
			rt.Fatalf("as two records, joined: %s", diff)
		}
	})
}

func TestNewerNewsWins(t *testing.T) {
	var p care.Patient
	hear(&p, told{2, care.Patient{FamilyName: "Byron", Language: "en"}}, told{3, care.Patient{FamilyName: "Lovelace"}}, told{1, care.Patient{FamilyName: "B", Language: "fr", Sex: "female"}})
	if p.FamilyName != "Lovelace" || p.Language != "en" || p.Sex != "female" {
		t.Errorf("%+v", p)
	}
}

// What a person put right is as of then: older messages that come late do not undo it, newer ones do.
func TestPersonsCorrectionHolds(t *testing.T) {
	var p care.Patient
	hear(&p, told{1, care.Patient{FamilyName: "Lovelase", Language: "en"}})
	p.FamilyName, p.UpdatedAt = "Lovelace", hour(3)
	hear(&p, told{2, care.Patient{FamilyName: "Lovelase"}})
	if p.FamilyName != "Lovelace" {
		t.Errorf("an older message made it %q", p.FamilyName)
	}
	hear(&p, told{4, care.Patient{FamilyName: "King"}})
	if p.FamilyName != "King" {
		t.Errorf("after a newer message it is %q", p.FamilyName)
	}
}

func TestIdentifying(t *testing.T) {
	given := []care.Identifier{
		{System: "HOSP", Value: "1", Type: "MR"}, {System: "US", Value: "999-99-9999", Type: "SS"}, {System: "TX", Value: "D", Type: "DL"},
		{System: "http://hl7.org/fhir/sid/us-ssn", Value: "999-99-9999"}, {System: "urn:oid:2.16.840.1.113883.4.1", Value: "999999999"},
		{System: "HOSP", Value: ""}, {System: "HOSP", Value: "A1", Type: "AN"}, {System: "synthea", Value: "u"},
	}
	want := []care.Identifier{given[0], given[7]}
	if diff := cmp.Diff(want, identifying(given)); diff != "" {
		t.Error(diff)
	}
}

func TestAge(t *testing.T) {
	cases := []struct {
		born string
		now  time.Time
		want int
	}{
		{"1950-12-10", time.Date(2025, 12, 9, 0, 0, 0, 0, time.UTC), 74},
		{"1950-12-10", time.Date(2025, 12, 10, 0, 0, 0, 0, time.UTC), 75},
		{"1951-03-01", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), 72}, // a leap day is no birthday
		{"1950-12", time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), 75},
		{"1950", time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), 75},
		{"2030", time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), 0},
		{"", time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), 0},
	}
	for _, c := range cases {
		if got := age(c.born, c.now); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.born, c.now.Format(time.DateOnly), got, c.want)
		}
	}
}

func TestFactsHoldNoIdentity(t *testing.T) {
	died := hour(5)
	p := &care.Patient{FamilyName: "Lovelace", Telecoms: []care.Telecom{{System: "sms", Value: "1"}}, BirthDate: "1950", Zone: "America/Chicago", Language: "en"}
	stays := []care.Encounter{{Status: care.EncounterInProgress, Class: care.Emergency}}
	f := FactsOf(p, stays, hour(0))
	if f.InHospital || f.Deceased || !f.HasPhone || f.HasEmail || f.Age != 75 {
		t.Errorf("%+v", f)
	}
	stays = append(stays, care.Encounter{Status: care.EncounterInProgress, Class: care.Observation}, care.Encounter{Status: care.EncounterDischarged, Disposition: care.Expired, DischargedAt: &died})
	f = FactsOf(p, stays, hour(0))
	if !f.InHospital || !f.Deceased || f.DeceasedAt == nil || !f.DeceasedAt.Equal(died) {
		t.Errorf("%+v", f)
	}
}
