package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/store/storetest"
)

func inTx(t *testing.T, s *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.Tx(t.Context(), care.Actor{Kind: care.System, ID: "adt"}, fn); err != nil {
		t.Fatal(err)
	}
}

func mr(value string) care.Identifier {
	return care.Identifier{System: "hospital", Value: value, Type: "MR"}
}

func find(t *testing.T, s *store.Store, identifiers ...care.Identifier) (p *care.Patient, err error) {
	t.Helper()
	err = s.Tx(t.Context(), care.TheEngine, func(tx *store.Tx) error {
		var err error
		p, err = tx.FindPatient(identifiers)
		return err
	})
	return p, err
}

func TestPatientIsReadBack(t *testing.T) {
	s := storetest.New(t, storetest.WithNow(func() time.Time { return monday }))
	died := monday.Add(-time.Hour)
	want := care.Patient{
		ID: care.KeyID("ada"), FamilyName: "Lovelace", GivenName: "Ada", BirthDate: "1815-12", Sex: "female", Language: "en",
		Identifiers: []care.Identifier{mr("2"), mr("1"), {System: "payer", Value: "1"}}, Zone: "America/New_York",
		Telecoms: []care.Telecom{{System: "phone", Value: "555-0100"}}, Address: &care.Address{City: "Boston"},
		Deceased: true, DeceasedAt: &died, CreatedAt: monday, UpdatedAt: monday,
	}
	put := want
	put.CreatedAt, put.UpdatedAt = time.Time{}, time.Time{}
	inTx(t, s, func(tx *store.Tx) error { return tx.PutPatient(&put) })
	got, err := s.Patient(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Error(diff)
	}

	// Put is the whole truth about identifiers, and the first word about the creation.
	want.Identifiers = []care.Identifier{mr("3"), {System: "payer", Value: "1", Type: "MB"}}
	want.UpdatedAt = monday.Add(time.Hour)
	changed := want
	changed.CreatedAt = monday.Add(time.Hour)
	inTx(t, s, func(tx *store.Tx) error { return tx.PutPatient(&changed) })
	if got, err = find(t, s, mr("1"), mr("3")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Error(diff)
	}
	_, err = find(t, s, mr("1"), mr("2"))
	refused(t, err, care.NotFound, "")
}

func TestIdentifierOfAnotherPatientIsRefused(t *testing.T) {
	s := storetest.New(t)
	putPatient(t, s, care.KeyID("ada"), "1")
	err := s.Tx(t.Context(), care.TheEngine, func(tx *store.Tx) error {
		return tx.PutPatient(&care.Patient{ID: care.KeyID("bob"), Identifiers: []care.Identifier{mr("2"), mr("1")}})
	})
	refused(t, err, care.Conflict, "")
	_, err = s.Patient(t.Context(), care.KeyID("bob"))
	refused(t, err, care.NotFound, "")
}

func TestMergedPatients(t *testing.T) {
	s := storetest.New(t)
	ada, bob, eve := care.KeyID("ada"), care.KeyID("bob"), care.KeyID("eve")
	putPatient(t, s, ada, "1")
	putPatient(t, s, bob, "2")
	putPatient(t, s, eve, "3")
	merge := func(surviving, losing care.ID) error {
		return s.Tx(t.Context(), care.TheEngine, func(tx *store.Tx) error { return tx.MergePatients(surviving, losing) })
	}
	for range 2 { // the same merge again changes nothing
		if err := merge(bob, ada); err != nil {
			t.Fatal(err)
		}
	}
	if err := merge(eve, bob); err != nil {
		t.Fatal(err)
	}
	for _, i := range []string{"1", "2", "3"} {
		p, err := find(t, s, mr(i))
		if err != nil || p.ID != eve {
			t.Errorf("%s leads to %v, %v; want the survivor", i, p, err)
		}
	}
	refused(t, merge(ada, eve), care.Conflict, "")
	refused(t, merge(eve, eve), care.Conflict, "")
	refused(t, merge(eve, care.KeyID("nobody")), care.NotFound, "")

	// A later message under an old number brings that number to the survivor.
	inTx(t, s, func(tx *store.Tx) error {
		p, err := tx.FindPatient([]care.Identifier{mr("1")})
		if err != nil {
			return err
		}
		p.Identifiers = append(p.Identifiers, mr("1"))
		return tx.PutPatient(p)
	})
	if p, err := s.Patient(t.Context(), eve); err != nil || len(p.Identifiers) != 2 {
		t.Errorf("got %v, %v", p, err)
	}

	lost, err := s.Patient(t.Context(), ada)
	if err != nil || lost.MergedInto != bob {
		t.Errorf("got %v, %v", lost, err)
	}
	listed, _, err := s.ListPatients(t.Context(), store.PatientFilter{}, store.Page{})
	if err != nil || len(listed) != 1 || listed[0].ID != eve {
		t.Errorf("got %v, %v", listed, err)
	}
}

// What was recorded under an old id is the survivor's.
func TestHistoryOfAMergedPatient(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	eve := care.KeyID("eve")
	putPatient(t, s, st.state.PatientID, "1")
	putPatient(t, s, eve, "3")
	mustCommit(t, s, st.opening())
	consent := st.consent("ride")
	mustCommit(t, s, st.turn(engine.ConsentRecorded, nil, consent))
	inTx(t, s, func(tx *store.Tx) error { return tx.MergePatients(eve, st.state.PatientID) })

	var active []care.Enrollment
	inTx(t, s, func(tx *store.Tx) (err error) { active, err = tx.ActiveEnrollments(eve); return err })
	if len(active) != 1 || active[0].ID != st.state.EnrollmentID {
		t.Errorf("got %v", active)
	}
	tasks, _, err := s.ListTasks(t.Context(), store.TaskFilter{PatientID: eve}, store.Page{})
	if err != nil || len(tasks) != 1 {
		t.Errorf("got %v, %v", tasks, err)
	}
	entries, _, err := s.PatientTimeline(t.Context(), eve, store.Page{})
	if err != nil || len(entries) != 2 {
		t.Errorf("got %v, %v", entries, err)
	}
	consents, err := s.Consents(t.Context(), eve)
	if diff := cmp.Diff([]care.Consent{*consent.Consent}, consents); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestActiveEnrollmentsLeaveOutTheEnded(t *testing.T) {
	s := storetest.New(t)
	st := newStory("ada")
	putPatient(t, s, st.state.PatientID)
	mustCommit(t, s, st.opening())
	for status, want := range map[care.EnrollmentStatus]int{care.EnrollmentPaused: 1, care.EnrollmentSuspended: 1, care.EnrollmentActive: 1} {
		st.state.Status = status
		mustCommit(t, s, st.turn(engine.Tick, nil, st.enrollment()))
		if got, err := s.ActiveEnrollments(t.Context(), st.state.PatientID); err != nil || len(got) != want {
			t.Errorf("%s: got %v, %v", status, got, err)
		}
	}
	st.state.Status = care.EnrollmentEnded
	mustCommit(t, s, st.turn(engine.Tick, nil, st.enrollment()))
	if got, err := s.ActiveEnrollments(t.Context(), st.state.PatientID); err != nil || len(got) != 0 {
		t.Errorf("ended: got %v, %v", got, err)
	}
}

func TestPatientsAreFoundByTheBeginningOfTheirName(t *testing.T) {
	s := storetest.New(t)
	for _, name := range [][2]string{{"Smith", "John"}, {"Smith", "Jane"}, {"Smithers", "Al"}, {"Öz", "Can"}, {"100%", "Real"}} {
		inTx(t, s, func(tx *store.Tx) error {
			return tx.PutPatient(&care.Patient{ID: care.KeyID(name[:]...), FamilyName: name[0], GivenName: name[1], Identifiers: []care.Identifier{mr(name[0] + name[1])}})
		})
	}
	for _, c := range []struct {
		filter store.PatientFilter
		want   []string
	}{
		{store.PatientFilter{Name: "SMITH j"}, []string{"Jane", "John"}},
		{store.PatientFilter{Name: "smith"}, []string{"Jane", "John", "Al"}},
		{store.PatientFilter{Name: "öz"}, []string{"Can"}},
		{store.PatientFilter{Name: "%"}, nil},
		{store.PatientFilter{Name: "100%"}, []string{"Real"}},
		{store.PatientFilter{Identifier: "SmithJohn"}, []string{"John"}},
		{store.PatientFilter{}, []string{"Real", "Jane", "John", "Al", "Can"}},
	} {
		got, _ := readAll(t, 1, func(p care.Patient) string { return p.GivenName }, func(p store.Page) ([]care.Patient, string, error) {
			return s.ListPatients(t.Context(), c.filter, p)
		})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v: %s", c.filter, diff)
		}
	}
}

func TestEncounterReportsAreKeptOnceAndInOrder(t *testing.T) {
	s := storetest.New(t)
	ada := care.KeyID("ada")
	putPatient(t, s, ada)
	visit := care.Identifier{System: "hospital", Value: "V1"}
	add := func(minute int, control string, act care.EncounterAct) {
		inTx(t, s, func(tx *store.Tx) error {
			return tx.AddEncounterReport(ada, visit, monday.Add(time.Duration(minute)*time.Minute), control, care.EncounterReport{Act: act, Identifier: visit})
		})
	}
	add(30, "c3", care.ActDischarge)
	add(10, "c1", care.ActAdmit)
	add(20, "c2b", care.ActUpdate)
	add(20, "c2a", care.ActTransfer)
	add(10, "c1", care.ActAdmit)
	add(30, "c3", care.ActDischarge)
	var got []care.EncounterAct
	inTx(t, s, func(tx *store.Tx) error {
		reports, err := tx.EncounterReports(store.EncounterID(visit))
		for _, r := range reports {
			got = append(got, r.Report.Act)
		}
		return err
	})
	if diff := cmp.Diff([]care.EncounterAct{care.ActAdmit, care.ActTransfer, care.ActUpdate, care.ActDischarge}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEncounterIsReadBack(t *testing.T) {
	s := storetest.New(t)
	ada := care.KeyID("ada")
	putPatient(t, s, ada)
	admitted := monday.Add(-24 * time.Hour)
	e := care.Encounter{
		PatientID: ada, Identifier: care.Identifier{System: "hospital", Value: "V1"}, Class: care.Inpatient, Status: care.EncounterInProgress,
		AdmittedAt: &admitted, UpdatedAt: monday, Diagnoses: []care.Diagnosis{{Coding: care.Coding{Code: "I50.9"}}},
	}
	inTx(t, s, func(tx *store.Tx) error { return tx.PutEncounter(&e) })
	e.Status = care.EncounterDischarged
	inTx(t, s, func(tx *store.Tx) error { return tx.PutEncounter(&e) })
	got, err := s.Encounter(t.Context(), store.EncounterID(e.Identifier))
	if diff := cmp.Diff(&e, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	stays, err := s.Encounters(t.Context(), ada)
	if diff := cmp.Diff([]care.Encounter{e}, stays); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestLaunchDecisions(t *testing.T) {
	s := storetest.New(t)
	ada, stay := care.KeyID("ada"), care.KeyID("stay")
	putPatient(t, s, ada)
	d := store.LaunchDecision{
		PatientID: ada, EncounterID: stay, Pathway: "tcm", Version: 1, Decision: store.LaunchNotStarted,
		Reason: "discharged to a nursing facility", InboxID: care.KeyID("message"), At: monday,
	}
	started := d
	started.Decision, started.EnrollmentID, started.At, started.InboxID = store.LaunchStarted, care.KeyID("enrollment"), monday.Add(time.Hour), ""
	for _, v := range []store.LaunchDecision{d, d, started} {
		inTx(t, s, func(tx *store.Tx) error { return tx.RecordLaunchDecision(v) })
	}
	for _, f := range []store.LaunchFilter{{PatientID: ada}, {EncounterID: stay}, {PatientID: ada, EncounterID: stay}} {
		got, err := s.LaunchDecisions(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i].ID = ""
		}
		if diff := cmp.Diff([]store.LaunchDecision{started, d}, got); diff != "" {
			t.Errorf("%+v: %s", f, diff)
		}
	}
	_, err := s.LaunchDecisions(t.Context(), store.LaunchFilter{})
	refused(t, err, care.Invalid, "")
}

// What fn wrote is gone when it fails, and its error comes out as it is.
func TestTxKeepsAllOrNothing(t *testing.T) {
	s := storetest.New(t)
	failed := care.Errorf(care.Forbidden, "no")
	err := s.Tx(t.Context(), care.TheEngine, func(tx *store.Tx) error {
		if err := tx.PutPatient(&care.Patient{ID: care.KeyID("ada")}); err != nil {
			return err
		}
		return failed
	})
	if err != error(failed) { //nolint:errorlint // exactly the same error
		t.Errorf("got %v", err)
	}
	all, _, err := s.ListPatients(t.Context(), store.PatientFilter{}, store.Page{})
	if err != nil || len(all) > 0 {
		t.Errorf("got %v, %v", all, err)
	}
}
