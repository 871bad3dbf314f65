package router_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
)

// drainLater lets what was put off be due, and works on it.
func (w *world) drainLater() {
	w.t.Helper()
	w.advance(10 * time.Minute)
	w.must(w.router.Drain(w.t.Context()))
}

func (w *world) inbound(id care.ID) store.InboundMessage {
	w.t.Helper()
	m, err := w.store.Inbound(w.t.Context(), id)
	w.must(err)
	return m
}

func TestPassingFailureIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.engine.failing(away)
	first := w.send(discharged.of("A", "VA").text(w))
	if first.Status != care.InboundReceived || first.Reason == "" {
		t.Fatalf("it is %s: %q", first.Status, first.Reason)
	}
	w.must(w.router.Drain(t.Context())) // due by now, tried, and put off for longer
	w.must(w.router.Drain(t.Context()))
	if m := w.inbound(first.MessageID); m.Status != care.InboundReceived || m.Attempts != 2 || m.HandledAt != nil {
		t.Errorf("%+v", m)
	}
	again := w.send(discharged.of("A", "VA").text(w))
	if again.Status != care.InboundReceived {
		t.Errorf("the next one is %s", again.Status)
	}
	w.engine.failing(nil)
	w.post(discharged.of("B", "VB").text(w)) // what follows is not held up
	w.drainLater()
	if m := w.inbound(first.MessageID); m.Status != care.InboundApplied || m.PatientID != w.patient("A").ID {
		t.Errorf("%+v", m)
	}
	if e := w.only("A"); e.Status != care.EnrollmentActive {
		t.Errorf("the enrollment is %s", e.Status)
	}
	if got := w.decisions("A"); len(got) != 1 {
		t.Errorf("decided %q", got)
	}
}

// Every call to the engine fails once, before it is made or after; all the same nothing is lost
// and nothing happens twice.
func TestCrashBetweenKeepingAndTelling(t *testing.T) {
	readmitted := discharged.as("A01", "20251126190000").of("4711", "V2")
	readmitted.admitted, readmitted.discharged, readmitted.disposition = "20251126185000", "", ""
	moved := discharged.as("A31", "20251126193000")
	moved.pid = map[int]string{15: "es", 13: "^NET^Internet^ada@example.org"}
	all := []adt{discharged, readmitted, readmitted.as("A11", "20251126191000"), moved, discharged.as("A13", "20251126194000"), discharged.as("A03", "20251126195000")}

	run := func(t *testing.T, prepare func(*world)) (*world, state) {
		w := newWorld(t)
		w.step = 0
		for _, m := range all {
			prepare(w)
			w.send(m.text(w))
			w.must(w.router.Drain(t.Context()))
			w.now = w.now.Add(6 * time.Second)
			w.must(w.router.Drain(t.Context()))
		}
		w.drainLater()
		return w, w.stateOf(w.only("4711"))
	}
	calm, want := run(t, func(*world) {})
	for name, prepare := range map[string]func(*world){
		"before": func(w *world) { w.engine.failing(once()) },
		"after":  func(w *world) { w.engine.losing(once()) },
	} {
		t.Run(name, func(t *testing.T) {
			w, got := run(t, prepare)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(calm.total(), w.total()); diff != "" {
				t.Errorf("counted otherwise: %s", diff)
			}
			st, _, err := w.store.Snapshot(t.Context(), w.only("4711").ID)
			w.must(err)
			if !st.Patient.HasEmail || st.Patient.InHospital {
				t.Errorf("the enrollment knows %+v", st.Patient)
			}
		})
	}
}

func TestLostWorkflowLosesNoNews(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.text(w))
	w.engine.failing(func(engine.Event) error { return care.Errorf(care.NotFound, "no such enrollment is running") })
	fate := w.send(discharged.as("A13", "20251126190000").text(w))
	if fate.Status != care.InboundReceived {
		t.Fatalf("the message is %s though nobody was told", fate.Status)
	}
	w.engine.failing(nil) // the reconciler has started it again
	w.drainLater()
	if e := w.only("4711"); e.Status != care.EnrollmentSuspended {
		t.Errorf("the enrollment is %s", e.Status)
	}
}

func TestOneRefusalDoesNotStopTheOthers(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.text(w))
	w.advance(time.Minute)
	if _, err := w.byHand("4711", "social-need-referral", "food-insecurity", "k"); err != nil {
		t.Fatal(err)
	}
	first := w.enrollments("4711")[0].ID
	w.engine.failing(func(ev engine.Event) error {
		if ev.Kind == engine.PatientDied && w.refused == "" {
			w.refused = first
			return care.Errorf(care.Invalid, "the engine does not like it")
		}
		return nil
	})
	died := discharged.as("A31", "20251126210000")
	died.pid = map[int]string{30: "Y"}
	fate := w.send(died.text(w))
	if fate.Status != care.InboundFailed || !strings.Contains(fate.Reason, "does not like it") {
		t.Errorf("the message is %s: %s", fate.Status, fate.Reason)
	}
	all := w.enrollments("4711")
	if all[0].Status != care.EnrollmentActive || all[1].Status == care.EnrollmentActive {
		t.Errorf("they are %s and %s", all[0].Status, all[1].Status)
	}
	replayed, err := w.router.Replay(t.Context(), fate.MessageID)
	w.must(err)
	if replayed.Status != care.InboundApplied || w.enrollments("4711")[0].Outcome != care.EndDeceased {
		t.Errorf("after the fix it is %s: %s", replayed.Status, replayed.Reason)
	}
}

func TestBadMessageIsKeptAndReplayed(t *testing.T) {
	w := newWorld(t)
	bad := w.definition(pathway)
	bad.Version, bad.Launch.When = 2, "event.class ==" // as no checker would let it through
	w.publish(bad)
	fate := w.send(discharged.text(w))
	w.post(adt{event: "A01", at: "20251126150000", mrn: "B", visit: "VB"}.text(w))
	for range 12 {
		w.drainLater()
	}
	m := w.inbound(fate.MessageID)
	if m.Status != care.InboundFailed || m.Reason == "" {
		t.Fatalf("after many tries it is %s: %q", m.Status, m.Reason)
	}
	_, err := w.store.MoveDefinition(t.Context(), care.Actor{Kind: care.Person, ID: "ada"}, pathway, 2, store.LifeStep{Kind: store.ChangeRetired, Reason: "It cannot run."})
	w.must(err)
	replayed, err := w.router.Replay(t.Context(), fate.MessageID)
	w.must(err)
	if replayed.Status != care.InboundApplied || w.only("4711").Status != care.EnrollmentActive {
		t.Errorf("after the fix it is %s: %s", replayed.Status, replayed.Reason)
	}
	if _, err := w.router.Replay(t.Context(), fate.MessageID); care.CodeOf(err) != care.Conflict {
		t.Errorf("an applied message can be replayed: %v", err)
	}
}

func TestUnreadableMessages(t *testing.T) {
	w := newWorld(t)
	for name, text := range map[string]string{"no HL7": "hello", "blank": " \r\n", "no patient": "MSH|^~\\&|A|B|C|D|20251126||ADT^A03|X1|P|2.5\rEVN|A03|20251126\r"} {
		acks, fates, err := w.router.HL7(t.Context(), []byte(text), "test")
		w.must(err)
		if len(fates) != 1 || fates[0].Status != care.InboundFailed && fates[0].Status != care.InboundIgnored || !bytes.Contains(acks, []byte("MSA|A")) {
			t.Errorf("%s: %+v, %q", name, fates, acks)
		}
		if m := w.inbound(fates[0].MessageID); m.Reason == "" || string(m.Raw) != text && strings.TrimSpace(string(m.Raw)) != strings.TrimSpace(text) {
			t.Errorf("%s is kept as %q with %q", name, m.Raw, m.Reason)
		}
	}
	fate, err := w.router.FHIR(t.Context(), []byte(`{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Encounter"}}]}`), "test")
	if err == nil || fate.MessageID == "" || fate.Status != care.InboundFailed {
		t.Errorf("%+v, %v", fate, err)
	}
}

func TestBatch(t *testing.T) {
	w := newWorld(t)
	text := "FHS|^~\\&|EHR\rBHS|^~\\&|EHR\r" + discharged.of("A", "VA").text(w) + discharged.of("B", "VB").text(w) + "BTS|3\rFTS|1\r"
	acks, fates, err := w.router.HL7(t.Context(), []byte(text), "test")
	w.must(err)
	if len(fates) != 2 || bytes.Count(acks, []byte("MSA|AA|")) != 2 {
		t.Fatalf("%d fates, %q", len(fates), acks)
	}
	if m := w.inbound(fates[0].MessageID); m.Status != care.InboundApplied || !strings.Contains(m.Reason, "BTS-1") {
		t.Errorf("that one is missing is not kept: %q", m.Reason)
	}
	w.only("A")
	w.only("B")
}

func TestStoreAwayIsSaid(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	acks, _, err := w.router.HL7(ctx, []byte(discharged.text(w)), "test")
	if care.CodeOf(err) != care.Unavailable || !bytes.Contains(acks, []byte("MSA|AE|")) {
		t.Errorf("%v, %q", err, acks)
	}
}

func TestCallerGoneAway(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.engine.failing(func(engine.Event) error { cancel(); return care.Errorf(care.Unavailable, "%w", context.Canceled) })
	_, fates, err := w.router.HL7(ctx, []byte(discharged.text(w)), "test")
	w.must(err)
	if fates[0].Status != care.InboundReceived {
		t.Fatalf("%+v", fates[0])
	}
	w.engine.failing(nil)
	w.drainLater()
	if m := w.inbound(fates[0].MessageID); m.Status != care.InboundApplied {
		t.Errorf("it is %s: %s", m.Status, m.Reason)
	}
}

func TestDefectEndsOneMessageOnly(t *testing.T) {
	w := newWorld(t)
	w.engine.failing(func(ev engine.Event) error {
		if ev.Kind == engine.Started {
			panic("Ada Lovelace")
		}
		return nil
	})
	fate := w.send(discharged.text(w))
	for range 12 {
		w.drainLater()
	}
	if m := w.inbound(fate.MessageID); m.Status != care.InboundFailed || strings.Contains(m.Reason, "Ada") {
		t.Errorf("it is %s: %s", m.Status, m.Reason)
	}
	if strings.Contains(w.log.String(), "Ada") {
		t.Error("the log tells a name")
	}
}

func TestLogHoldsNoPatient(t *testing.T) {
	w := newWorld(t)
	w.engine.failing(func(engine.Event) error {
		return fmt.Errorf("refused Lovelace: %w", errors.Join(errAway, errors.New("MRN zz-top")))
	})
	w.send(discharged.of("zz-top", "").text(w))
	w.drainLater()
	if log := w.log.String(); log == "" || strings.Contains(log, "Lovelace") || strings.Contains(log, "zz-top") {
		t.Errorf("the log says %s", log)
	}
}

func TestManyMessagesOfOnePatientAtOnce(t *testing.T) {
	w := newWorld(t)
	w.step = 0
	var texts []string
	for n := range 8 {
		m := discharged.as("A08", fmt.Sprintf("202511261%d1500", n))
		m.pid = map[int]string{15: []string{"en", "es"}[n%2]}
		if n%4 == 0 {
			m.event = "A03"
		}
		texts = append(texts, m.text(w))
	}
	other := discharged.as("A03", "20251110100000").of("4711", "V0")
	other.admitted, other.discharged = "20251101080000", "20251110090000"
	texts = append(texts, other.text(w), merge(w, "20251126190000", "4711", "4712"))
	var group sync.WaitGroup
	for _, text := range texts {
		group.Go(func() {
			if _, fates, err := w.router.HL7(t.Context(), []byte(text), "test"); err != nil || fates[0].Status != care.InboundApplied {
				t.Errorf("%v %+v", err, fates)
			}
		})
	}
	group.Wait()
	if e := w.of("V1"); e.Status != care.EnrollmentActive {
		t.Errorf("the later stay is %s %s", e.Status, e.Outcome)
	}
	if e := w.of("V0"); e.Outcome != care.EndSuperseded {
		t.Errorf("the earlier stay is %s %s", e.Status, e.Outcome)
	}
	st, _, err := w.store.Snapshot(t.Context(), w.of("V1").ID)
	w.must(err)
	if p := w.patient("4711"); p.Language != "es" || st.Patient.Language != "es" {
		t.Errorf("the patient speaks %q, the enrollment knows %q, want what was said last", p.Language, st.Patient.Language)
	}
}

// More people ask at once than there are connections: each waits for its turn, none for ever.
func TestManyRequestsAtOnce(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.as("A31", "20251126180000").text(w))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var group sync.WaitGroup
	for n := range 24 {
		group.Go(func() {
			if _, err := w.byHand("4711", "social-need-referral", "food-insecurity", fmt.Sprint(n%6)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		t.Error("they waited for each other")
	}
	if got := len(w.enrollments("4711")); got != 6 {
		t.Errorf("%d enrollments, want one for each key", got)
	}
}
