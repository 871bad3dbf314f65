package router_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/intake/router"
)

// on is a moment of the stay's history, by its day.
func on(day int) time.Time { return time.Date(2025, 11, day, 12, 0, 0, 0, time.UTC) }

func at(day int) *time.Time { t := on(day); return &t }

func report(day int, act care.EncounterAct, change ...func(*router.Report)) router.Report {
	r := router.Report{OccurredAt: on(day), EncounterReport: care.EncounterReport{Act: act, Identifier: care.Identifier{System: "HOSP", Value: "V1"}}}
	for _, c := range change {
		c(&r)
	}
	return r
}

func left(day int, to care.Disposition) func(*router.Report) {
	return func(r *router.Report) { r.DischargedAt, r.Disposition = at(day), to }
}

func of(class care.EncounterClass) func(*router.Report) {
	return func(r *router.Report) { r.Class = class }
}

func standing(status care.EncounterStatus) func(*router.Report) {
	return func(r *router.Report) { r.Status = status }
}

func TestFold(t *testing.T) {
	type stay struct {
		Status      care.EncounterStatus
		Class       care.EncounterClass
		Admitted    *time.Time
		Discharged  *time.Time
		Disposition care.Disposition
	}
	admit, discharge := report(1, care.ActAdmit, of(care.Inpatient)), report(5, care.ActDischarge, left(5, care.ToHome))
	open := stay{care.EncounterInProgress, care.Inpatient, at(1), nil, ""}
	home := stay{care.EncounterDischarged, care.Inpatient, at(1), at(5), care.ToHome}
	cases := map[string]struct {
		reports []router.Report
		want    stay
	}{
		"nothing":                             {nil, stay{Status: care.EncounterPlanned, Class: care.OtherClass}},
		"planned (A05)":                       {[]router.Report{report(1, care.ActPreadmit, of(care.Preadmit))}, stay{Status: care.EncounterPlanned, Class: care.Preadmit}},
		"planned, then admitted":              {[]router.Report{report(1, care.ActPreadmit, of(care.Preadmit)), report(2, care.ActAdmit, of(care.Inpatient))}, stay{care.EncounterInProgress, care.Inpatient, at(2), nil, ""}},
		"admitted (A01)":                      {[]router.Report{admit}, open},
		"registered (A04)":                    {[]router.Report{report(1, care.ActRegister, of(care.Emergency))}, stay{care.EncounterInProgress, care.Emergency, at(1), nil, ""}},
		"from outpatient to inpatient (A06)":  {[]router.Report{report(1, care.ActRegister, of(care.Outpatient)), report(2, care.ActToInpatient)}, open},
		"from inpatient to outpatient (A07)":  {[]router.Report{admit, report(2, care.ActToOutpatient)}, stay{care.EncounterInProgress, care.Outpatient, at(1), nil, ""}},
		"A07 to observation":                  {[]router.Report{admit, report(2, care.ActToOutpatient, of(care.Observation))}, stay{care.EncounterInProgress, care.Observation, at(1), nil, ""}},
		"transferred (A02) only":              {[]router.Report{report(2, care.ActTransfer, of(care.Inpatient))}, stay{care.EncounterInProgress, care.Inpatient, nil, nil, ""}},
		"transfer cancelled (A12)":            {[]router.Report{admit, report(2, care.ActTransfer), report(3, care.ActCancelTransfer)}, open},
		"discharged (A03)":                    {[]router.Report{admit, discharge}, home},
		"discharged without admission":        {[]router.Report{report(5, care.ActDischarge, of(care.Inpatient), left(5, care.ToHome))}, stay{care.EncounterDischarged, care.Inpatient, nil, at(5), care.ToHome}},
		"discharged, not said when nor where": {[]router.Report{admit, report(5, care.ActDischarge)}, stay{care.EncounterDischarged, care.Inpatient, at(1), at(5), care.DispositionNil}},
		"transferred after the discharge":     {[]router.Report{admit, discharge, report(6, care.ActTransfer)}, home},
		"admission recorded late":             {[]router.Report{report(5, care.ActDischarge, left(5, care.ToHome)), report(6, care.ActAdmit, of(care.Inpatient), func(r *router.Report) { r.AdmittedAt = at(1) })}, home},
		"updated before (A08)":                {[]router.Report{admit, report(2, care.ActUpdate, left(4, care.ToSNF))}, open},
		"update tells the discharge early":    {[]router.Report{admit, report(4, care.ActUpdate, left(5, care.ToSNF)), report(5, care.ActDischarge)}, stay{care.EncounterDischarged, care.Inpatient, at(1), at(5), care.ToSNF}},
		"corrected (A08)":                     {[]router.Report{admit, discharge, report(6, care.ActUpdate, left(4, care.ToSNF))}, stay{care.EncounterDischarged, care.Inpatient, at(1), at(4), care.ToSNF}},
		"update that says nothing of it":      {[]router.Report{admit, discharge, report(6, care.ActUpdate)}, home},
		"discharge cancelled (A13)":           {[]router.Report{admit, discharge, report(6, care.ActCancelDischarge)}, open},
		"cancelled before it was known":       {[]router.Report{admit, report(6, care.ActCancelDischarge)}, open},
		"discharged again":                    {[]router.Report{admit, discharge, report(6, care.ActCancelDischarge), report(7, care.ActDischarge, left(7, ""))}, stay{care.EncounterDischarged, care.Inpatient, at(1), at(7), care.DispositionNil}},
		"admission cancelled (A11)":           {[]router.Report{admit, report(2, care.ActCancelAdmit)}, stay{care.EncounterCancelled, care.Inpatient, at(1), nil, ""}},
		"A11 after the discharge":             {[]router.Report{admit, discharge, report(6, care.ActCancelAdmit)}, stay{care.EncounterCancelled, care.Inpatient, at(1), nil, ""}},
		"A13 after A11":                       {[]router.Report{admit, report(2, care.ActCancelAdmit), report(3, care.ActCancelDischarge)}, stay{care.EncounterCancelled, care.Inpatient, at(1), nil, ""}},
		"admitted after all":                  {[]router.Report{admit, report(2, care.ActCancelAdmit), report(3, care.ActAdmit)}, open},
		"snapshot in progress":                {[]router.Report{report(2, care.ActSnapshot, standing(care.EncounterInProgress), of(care.Inpatient), func(r *router.Report) { r.AdmittedAt = at(1) })}, open},
		"snapshot finished":                   {[]router.Report{admit, report(6, care.ActSnapshot, standing(care.EncounterDischarged), left(5, care.ToHome))}, home},
		"snapshot finished, not said when":    {[]router.Report{admit, report(5, care.ActSnapshot, standing(care.EncounterDischarged))}, stay{care.EncounterDischarged, care.Inpatient, at(1), at(5), care.DispositionNil}},
		"snapshot reopened":                   {[]router.Report{admit, discharge, report(6, care.ActSnapshot, standing(care.EncounterInProgress))}, open},
		"snapshot of an unknown status":       {[]router.Report{admit, discharge, report(6, care.ActSnapshot)}, home},
		"snapshot cancelled":                  {[]router.Report{admit, report(6, care.ActSnapshot, standing(care.EncounterCancelled))}, stay{care.EncounterCancelled, care.Inpatient, at(1), nil, ""}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			enc := router.Fold("e", "p", c.reports)
			if diff := cmp.Diff(c.want, stay{enc.Status, enc.Class, enc.AdmittedAt, enc.DischargedAt, enc.Disposition}); diff != "" {
				t.Error(diff)
			}
			if enc.ID != "e" || enc.PatientID != "p" || enc.Revision != len(c.reports) {
				t.Errorf("it is %s of %s in revision %d", enc.ID, enc.PatientID, enc.Revision)
			}
		})
	}
}

func TestFoldKeepsWhatIsNotSaidAgain(t *testing.T) {
	rich := report(1, care.ActAdmit, func(r *router.Report) {
		r.Facility, r.Diagnoses = "North", []care.Diagnosis{{Coding: care.Coding{Code: "I50.9"}}}
	})
	enc := router.Fold("e", "p", []router.Report{rich, report(2, care.ActUpdate)})
	if enc.Facility != "North" || len(enc.Diagnoses) != 1 || !enc.UpdatedAt.Equal(on(2)) {
		t.Errorf("%+v", enc)
	}
}
