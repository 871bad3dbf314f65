package router_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"throughline/care"
	"throughline/intake/router"
	"throughline/pathways"
	"throughline/store"
)

// byHand asks for an enrollment as a person does.
func (w *world) byHand(mrn, path, need, key string) (router.Launched, error) {
	return w.router.Launch(w.t.Context(), router.Request{
		PatientID: w.patient(mrn).ID, Pathway: path, Need: need, Key: key, Reason: "asked for", Actor: care.Actor{Kind: care.Person, ID: "u1"},
	})
}

// everywhere checks that all the identifiers lead to one patient, who has all enrollments.
func (w *world) everywhere(mrns ...string) {
	w.t.Helper()
	survivor := w.patient(mrns[0])
	for _, mrn := range mrns {
		p := w.patient(mrn)
		if p.ID != survivor.ID || p.MergedInto != "" {
			w.t.Errorf("%s leads to another patient", mrn)
		}
	}
	for _, e := range w.enrollments(mrns[0]) {
		if e.Status != care.EnrollmentEnded && e.PatientID != survivor.ID {
			w.t.Errorf("the enrollment %s is still about the other record", e.Status)
		}
	}
}

func TestMergeOfDifferentStaysInEveryOrder(t *testing.T) {
	w := newWorld(t)
	for _, order := range permutations(3) {
		n := fmt.Sprintf("%d%d%d", order[0], order[1], order[2])
		a, b := "A"+n, "B"+n
		earlier := discharged.as("A03", "20251118100000").of(a, "VA"+n)
		earlier.admitted, earlier.discharged, earlier.pid = "20251110080000", "20251118090000", map[int]string{13: "^NET^Internet^ada@example.org"}
		texts := []string{earlier.text(w), discharged.of(b, "VB"+n).text(w), merge(w, "20251126200000", a, b)}
		for _, i := range order {
			w.post(texts[i])
		}
		w.everywhere(a, b)
		if e := w.of("VA" + n); e.Outcome != care.EndSuperseded {
			t.Errorf("in the order %v the earlier stay is %s %s", order, e.Status, e.Outcome)
		}
		if e := w.of("VB" + n); e.Status != care.EnrollmentActive {
			t.Errorf("in the order %v the later stay is %s %s", order, e.Status, e.Outcome)
		}
		if got := w.patient(b); got.Reach("email") != "ada@example.org" || len(got.Identifiers) != 2 {
			t.Errorf("in the order %v the patient is %+v", order, got)
		}
		later := discharged.as("A08", "20251126210000").of(b, "VB"+n)
		later.disposition = "06"
		w.post(later.text(w))
		if s := w.stateOf(w.of("VB" + n)); s.Facts["disposition"] != "home_health" {
			t.Errorf("what came under the old number later was not told: %v", s.Facts)
		}
	}
}

func TestMergeOfTwoRecordsOfOneStay(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.of("A", "VA").text(w))
	w.post(discharged.of("B", "VB").text(w)) // registered twice: the same times
	w.post(merge(w, "20251126200000", "A", "B"))
	w.everywhere("A", "B")
	ends := []string{w.of("VA").Outcome, w.of("VB").Outcome}
	slices.Sort(ends)
	if ends[0] != "" || ends[1] != care.EndMerged {
		t.Errorf("they ended as %q, want one to go on and one merged", ends)
	}
}

func TestChainOfMergesInEveryOrder(t *testing.T) {
	w := newWorld(t)
	for n, order := range permutations(3) {
		a, b, c := fmt.Sprint("A", n), fmt.Sprint("B", n), fmt.Sprint("C", n)
		texts := []string{discharged.of(a, fmt.Sprint("V", n)).text(w), merge(w, "20251126190000", b, a), merge(w, "20251126200000", c, b)}
		for _, i := range order {
			w.post(texts[i])
		}
		w.everywhere(a, b, c)
		if e := w.only(a); e.Status != care.EnrollmentActive {
			t.Errorf("in the order %v the enrollment is %s %s", order, e.Status, e.Outcome)
		}
		w.post(merge(w, "20251126203000", a, c)) // the other way round: they are one already
		w.everywhere(a, b, c)
	}
}

func TestMergeIsToldAfterACrash(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.of("A", "VA").text(w))
	w.post(discharged.as("A31", "20251126180000").of("B", "").text(w))
	w.engine.failing(once())
	if fate := w.send(merge(w, "20251126200000", "B", "A")); fate.Status != care.InboundReceived {
		t.Fatalf("the message is %s", fate.Status)
	}
	w.drainLater()
	w.everywhere("A", "B")
	if e := w.only("A"); e.Status != care.EnrollmentActive {
		t.Errorf("the enrollment is %s %s", e.Status, e.Outcome)
	}
}

func TestMergeKeepsTwoNeedsApart(t *testing.T) {
	w := newWorld(t)
	for mrn, need := range map[string]string{"A": "food-insecurity", "B": "transportation-insecurity"} {
		w.post(discharged.as("A31", "20251126180000").of(mrn, "").text(w))
		if _, err := w.byHand(mrn, "social-need-referral", need, mrn); err != nil {
			t.Fatal(err)
		}
	}
	w.post(merge(w, "20251126200000", "A", "B"))
	w.everywhere("A", "B")
	for _, e := range w.enrollments("A") {
		if e.Status != care.EnrollmentActive {
			t.Errorf("one is %s %s", e.Status, e.Outcome)
		}
	}
}

func TestMergeWherePathwaysRunOnce(t *testing.T) {
	w := newWorld(t)
	once := w.definition(pathway)
	once.Pathway, once.Launch.On, once.Launch.When, once.Launch.Unless, once.Launch.OncePer = "once", "request", "", nil, "patient"
	once.Launch.WhileActive = pathways.WhileActive{}
	w.publish(once)
	for _, mrn := range []string{"A", "B"} {
		w.post(discharged.as("A31", "20251126180000").of(mrn, "").text(w))
		w.launchOnce(mrn)
		w.advance(time.Second)
	}
	w.post(merge(w, "20251126200000", "A", "B"))
	w.everywhere("A", "B")
	all := w.enrollments("A")
	if len(all) != 2 || all[0].Status != care.EnrollmentActive || all[1].Outcome != care.EndMerged {
		t.Errorf("%+v", all)
	}
}

func (w *world) definition(path string) *pathways.Definition {
	w.t.Helper()
	stored, err := w.store.Definition(w.t.Context(), path, 0)
	w.must(err)
	return stored.Definition
}

func (w *world) publish(d *pathways.Definition) {
	w.t.Helper()
	w.must(w.store.PutDefinition(w.t.Context(), d, nil, store.DefinitionPublished))
}

func (w *world) launchOnce(mrn string) {
	w.t.Helper()
	done, err := w.router.Launch(w.t.Context(), router.Request{
		PatientID: w.patient(mrn).ID, Pathway: "once", Reason: "asked for", Actor: care.Actor{Kind: care.Person, ID: "u1"},
		Facts: []care.FactValue{{Name: "discharged_on", Value: "2025-11-26"}},
	})
	w.must(err)
	if done.Decision != store.LaunchStarted {
		w.t.Fatalf("%+v", done)
	}
}

func TestSharedNumberIsNoMerge(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.as("A31", "20251126180000").of("A", "").text(w))
	w.post(discharged.as("A31", "20251126180000").of("B", "").text(w))
	both := discharged.of("A", "V1")
	both.pid = map[int]string{3: "A^^^HOSP^MR~B^^^HOSP^MR"}
	fate := w.post(both.text(w))
	if fate.Reason == "" {
		t.Error("nobody is told that the number is shared")
	}
	if w.patient("A").ID == w.patient("B").ID {
		t.Error("two patients became one")
	}
	if w.only("A").Status != care.EnrollmentActive || len(w.enrollments("B")) != 0 {
		t.Error("the discharge was lost, or went to the other")
	}
}

func TestPlaceholdersMatchNobody(t *testing.T) {
	w := newWorld(t)
	for _, mrn := range []string{"A", "B"} {
		m := discharged.of(mrn, "V"+mrn)
		m.pid = map[int]string{3: mrn + "^^^HOSP^MR~999-99-9999^^^USSSA^SS", 19: "999999999"}
		w.post(m.text(w))
	}
	if w.patient("A").ID == w.patient("B").ID {
		t.Error("a placeholder made one patient of two")
	}
	nobody := discharged.of("", "V3")
	nobody.pid = map[int]string{3: "999-99-9999^^^USSSA^SS"}
	if fate := w.send(nobody.text(w)); fate.Status != care.InboundIgnored {
		t.Errorf("a message about nobody is %s: %s", fate.Status, fate.Reason)
	}
	w.post(discharged.as("A31", "20251126190000").of("A", "").text(w))
	w.router.Logger.Info("done")
	mergeBy := merge(w, "20251126200000", "A", "999-99-9999^^^USSSA^SS~")
	if fate := w.send(mergeBy); w.patient("A").ID == w.patient("B").ID {
		t.Errorf("a merge by a placeholder made one patient of two (%s)", fate.Reason)
	}
}
