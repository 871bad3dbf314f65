package router_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"throughline/care"
	"throughline/intake/router"
	"throughline/pathways"
	"throughline/store"
)

var nurse = care.Actor{Kind: care.Person, ID: "u1"}

func (w *world) follow(mrn, key string) (router.Launched, error) {
	return w.router.Launch(w.t.Context(), router.Request{
		PatientID: w.patient(mrn).ID, Pathway: pathway, Key: key, Reason: "the hospital called", Actor: nurse,
		Facts: []care.FactValue{{Name: "discharged_on", Value: "2025-11-26"}},
	})
}

func TestLaunchByHand(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.as("A31", "20251126180000").text(w))
	first, err := w.follow("4711", "k1")
	w.must(err)
	again, err := w.follow("4711", "k1")
	w.must(err)
	if first.Decision != store.LaunchStarted || again.EnrollmentID != first.EnrollmentID {
		t.Errorf("%+v, again %+v", first, again)
	}
	if got := w.decisions("4711"); len(got) != 1 {
		t.Errorf("decided %q", got)
	}
	w.advance(time.Minute)
	second, err := w.follow("4711", "k2")
	w.must(err)
	all := w.enrollments("4711")
	if len(all) != 2 || all[0].Outcome != care.EndSuperseded || all[1].ID != second.EnrollmentID {
		t.Errorf("%+v", all)
	}
	if _, err := w.router.Launch(t.Context(), router.Request{PatientID: w.patient("4711").ID, Pathway: pathway, Key: "k3", Actor: nurse}); care.CodeOf(err) != care.Invalid {
		t.Errorf("without what it must know: %v", err)
	}
	if len(w.enrollments("4711")) != 2 {
		t.Error("a refused launch left something")
	}
}

func TestPoliciesOfASecondLaunch(t *testing.T) {
	for policy, want := range map[string]string{pathways.PolicyRefuse: "", pathways.PolicyJoin: store.LaunchJoined} {
		t.Run(policy, func(t *testing.T) {
			w := newWorld(t)
			d := w.definition(pathway)
			d.Version, d.Launch.WhileActive.Policy = 2, policy
			w.publish(d)
			w.post(discharged.text(w))
			done, err := w.follow("4711", "k1")
			if want == "" && care.CodeOf(err) != care.Conflict || want != "" && err != nil || done.Decision == store.LaunchStarted {
				t.Errorf("%+v, %v", done, err)
			}
			w.post(discharged.as("A03", "20251126190000").of("4711", "V2").text(w))
			if e := w.only("4711"); e.Status != care.EnrollmentActive {
				t.Errorf("the first is %s", e.Status)
			}
			if got := w.decisions("4711"); len(got) < 2 || !strings.Contains(fmt.Sprint(got), policy) {
				t.Errorf("decided %q", got)
			}
		})
	}
}

func TestOnlyPublishedVersionsStart(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.as("A31", "20251126180000").text(w))
	d := w.definition(pathway)
	d.Version = 2
	w.must(w.store.PutDefinition(t.Context(), d, nil, store.DefinitionDraft))
	_, err := w.router.Launch(t.Context(), router.Request{PatientID: w.patient("4711").ID, Pathway: pathway, Version: 2, Actor: nurse})
	if care.CodeOf(err) != care.Conflict {
		t.Errorf("a draft starts: %v", err)
	}
}

func TestLaunchForAMergedRecord(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.as("A31", "20251126180000").of("A", "").text(w))
	losing := w.patient("A").ID
	w.post(merge(w, "20251126190000", "B", "A"))
	done, err := w.router.Launch(t.Context(), router.Request{PatientID: losing, Pathway: "social-need-referral", Need: "food-insecurity", Key: "k", Reason: "asked", Actor: nurse})
	w.must(err)
	if e := w.only("B"); e.ID != done.EnrollmentID || e.PatientID != w.patient("B").ID {
		t.Errorf("%+v is about another record", e)
	}
}

func TestZoneThatIsNone(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.as("A31", "20251126130000").text(w))
	w.must(w.store.Tx(t.Context(), nurse, func(tx *store.Tx) error {
		p, err := tx.FindPatient([]care.Identifier{{System: "HOSP", Value: "4711"}})
		if err != nil {
			return err
		}
		p.Zone = "Middle/Earth"
		return tx.PutPatient(p)
	}))
	w.post(discharged.text(w))
	if e := w.only("4711"); e.Zone != "America/New_York" {
		t.Errorf("it runs in %s", e.Zone)
	}
}

func TestPatientChangedByAPerson(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.text(w))
	id := w.patient("4711").ID
	change := func(do func(*care.Patient)) {
		t.Helper()
		w.must(w.store.Tx(t.Context(), nurse, func(tx *store.Tx) error {
			p, err := tx.Patient(id)
			if err != nil {
				return err
			}
			do(p)
			return tx.PutPatient(p)
		}))
		w.must(w.router.PatientChanged(t.Context(), id, nurse))
	}
	for _, zone := range []string{"America/Los_Angeles", "America/New_York", "America/Los_Angeles"} {
		change(func(p *care.Patient) { p.Zone = zone })
		detail, err := w.store.Enrollment(t.Context(), w.only("4711").ID)
		w.must(err)
		for _, c := range detail.Clocks {
			if c.Clock == "contact" && c.Zone != zone {
				t.Errorf("moved to %s, the deadline is counted in %s", zone, c.Zone)
			}
		}
	}
	before := len(w.engine.kinds())
	w.must(w.router.PatientChanged(t.Context(), id, nurse))
	if len(w.engine.kinds()) != before {
		t.Error("nothing changed, and the enrollment was told")
	}
	change(func(p *care.Patient) { p.Deceased = true })
	if e := w.only("4711"); e.Outcome != care.EndDeceased {
		t.Errorf("it is %s %s", e.Status, e.Outcome)
	}
}
