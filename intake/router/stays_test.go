package router_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/store"
)

var discharged = adt{event: "A03", at: "20251126141500", admitted: "20251120080000", discharged: "20251126140000", disposition: "01"}

func (m adt) as(event, at string) adt {
	m.event, m.at = event, at
	return m
}

func (m adt) of(mrn, visit string) adt {
	m.mrn, m.visit = mrn, visit
	return m
}

func TestDischargeStartsThePathwayOnce(t *testing.T) {
	w := newWorld(t)
	text := discharged.text(w)
	first := w.post(text)
	if first.Duplicate {
		t.Error("the first is called a duplicate")
	}
	e := w.only("4711")
	if e.Status != care.EnrollmentActive || e.Pathway != pathway {
		t.Errorf("%s on %s", e.Status, e.Pathway)
	}
	before := w.total()
	if before["tasks"] == 0 {
		t.Fatal("nobody has work")
	}

	again := w.post(text)
	if !again.Duplicate || again.MessageID != first.MessageID {
		t.Errorf("the same message again is %+v", again)
	}
	w.post(discharged.text(w)) // as new: another control id
	if diff := cmp.Diff(before, w.total()); diff != "" {
		t.Errorf("the same news under another control id made more: %s", diff)
	}
	if diff := cmp.Diff([]string{"started"}, w.decisions("4711")); diff != "" {
		t.Error(diff)
	}
	s := w.stateOf(e)
	if got := s.Clocks["contact.contact"]; got != "running 2025-12-01 23:59:59" {
		t.Errorf("the contact is due %s, want by the end of Monday after Thanksgiving", got)
	}
}

func TestEveryOrderOfAStayEndsAlike(t *testing.T) {
	w := newWorld(t)
	messages := []adt{
		discharged.as("A01", "20251120081000"),
		discharged.as("A03", "20251125141500"),
		discharged.as("A08", "20251125160000"), // the corrected time of discharge
		discharged.as("A13", "20251125180000"),
		discharged.as("A03", "20251126141500"),
	}
	messages[0].discharged, messages[0].disposition = "", ""
	messages[1].discharged = "20251125140000"
	messages[2].discharged = "20251125133000"
	messages[3].discharged, messages[3].disposition = "", ""
	w.step = 0 // what stands still while the discharge is taken back loses that time
	var want state
	for n, order := range permutations(len(messages)) {
		mrn, visit := fmt.Sprintf("M%d", n), fmt.Sprintf("S%d", n)
		for _, i := range order {
			m := messages[i].of(mrn, visit)
			m.control = fmt.Sprintf("%s-%d", mrn, i)
			w.post(m.text(w))
		}
		got := w.stateOf(w.only(mrn))
		if n == 0 {
			want = got
			if got.Status != care.EnrollmentActive || got.Facts["discharged_on"] != "2025-11-26" {
				t.Fatalf("the first order ends in %+v", got)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the order %v ends otherwise than %v: %s", order, permutations(len(messages))[0], diff)
		}
	}
}

func TestEveryOrderOfTwoStaysEndsAlike(t *testing.T) {
	w := newWorld(t)
	messages := []adt{
		discharged.as("A01", "20251101081000"),
		discharged.as("A03", "20251110141500"),
		discharged.as("A01", "20251120081000"),
		discharged.as("A03", "20251126141500"),
	}
	messages[0].admitted, messages[0].discharged, messages[0].disposition = "20251101080000", "", ""
	messages[1].admitted, messages[1].discharged = "20251101080000", "20251110140000"
	messages[2].discharged, messages[2].disposition = "", ""
	for n, order := range permutations(len(messages)) {
		mrn, first, second := fmt.Sprintf("M%d", n), fmt.Sprintf("A%d", n), fmt.Sprintf("B%d", n)
		for _, i := range order {
			visit := first
			if i >= 2 {
				visit = second
			}
			w.post(messages[i].of(mrn, visit).text(w))
		}
		if e := w.of(first); e.Status != care.EnrollmentEnded || e.Outcome != care.EndSuperseded {
			t.Errorf("in the order %v the earlier discharge is %s %s", order, e.Status, e.Outcome)
		}
		if e := w.of(second); e.Status != care.EnrollmentActive {
			t.Errorf("in the order %v the later discharge is %s %s: %s", order, e.Status, e.Outcome, e.Reason)
		}
	}
}

func TestDischargeToldAfterTheLaterOneHadEnded(t *testing.T) {
	w := newWorld(t)
	later := discharged.of("4711", "V2")
	w.post(later.text(w))
	id := w.only("4711").ID
	_, err := w.engine.Submit(t.Context(), id, engine.Event{ID: "bye", Kind: engine.EnrollmentWithdraw, Reason: "moved away", Actor: care.Actor{Kind: care.Person, ID: "u1"}})
	w.must(err)
	earlier := discharged.as("A03", "20251124100000").of("4711", "V1")
	earlier.discharged = "20251124090000"
	w.post(earlier.text(w))
	if e := w.of("V1"); e.Status != care.EnrollmentEnded || e.Outcome != care.EndSuperseded {
		t.Errorf("the earlier discharge is %s %s, though a later one was followed", e.Status, e.Outcome)
	}
}

func TestEarlierDischargeDoesNotSupersedeOneTakenBack(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.of("4711", "V2").text(w))
	w.post(discharged.as("A13", "20251126150000").of("4711", "V2").text(w))
	earlier := discharged.as("A03", "20251118100000").of("4711", "V1")
	earlier.admitted, earlier.discharged = "20251110080000", "20251118090000"
	w.post(earlier.text(w))
	if e := w.of("V2"); e.Status != care.EnrollmentSuspended {
		t.Errorf("the later stay's enrollment is %s %s", e.Status, e.Outcome)
	}
	if e := w.of("V1"); e.Outcome != care.EndSuperseded {
		t.Errorf("the earlier stay's enrollment is %s %s", e.Status, e.Outcome)
	}
}

func TestReadmissionSuspends(t *testing.T) {
	readmitted := discharged.as("A01", "20251126190000").of("4711", "V2")
	readmitted.admitted, readmitted.discharged, readmitted.disposition = "20251126185000", "", ""
	cases := map[string]struct {
		then []adt
		want care.EnrollmentStatus
	}{
		"stays":                {nil, care.EnrollmentSuspended},
		"admission cancelled":  {[]adt{readmitted.as("A11", "20251126191000")}, care.EnrollmentActive},
		"became an outpatient": {[]adt{func() adt { m := readmitted.as("A07", "20251126191000"); m.class = "O"; return m }()}, care.EnrollmentActive},
		"goes to a nursing home": {[]adt{func() adt {
			m := readmitted.as("A03", "20251126193000")
			m.discharged, m.disposition = "20251126192500", "03"
			return m
		}()}, care.EnrollmentActive},
		"goes home": {[]adt{func() adt {
			m := readmitted.as("A03", "20251126193000")
			m.discharged, m.disposition = "20251126192500", "01"
			return m
		}()}, care.EnrollmentEnded},
		"dies": {[]adt{func() adt {
			m := readmitted.as("A03", "20251126193000")
			m.discharged, m.disposition = "20251126192500", "20"
			return m
		}()}, care.EnrollmentEnded},
	}
	w := newWorld(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			all := append([]adt{discharged, readmitted}, c.then...)
			for _, order := range permutations(len(all)) {
				mrn := fmt.Sprintf("%s %v", name, order)
				first, second := mrn+" A", mrn+" B"
				for _, i := range order {
					visit := second
					if i == 0 {
						visit = first
					}
					w.post(all[i].of(mrn, visit).text(w))
				}
				e := w.of(first)
				if e.Status != c.want {
					t.Errorf("in the order %v the enrollment is %s %s: %s", order, e.Status, e.Outcome, e.Reason)
				}
				wantEnd := map[string]string{"goes home": care.EndSuperseded, "dies": care.EndDeceased}[name]
				if e.Outcome != wantEnd {
					t.Errorf("in the order %v it ended as %q, want %q", order, e.Outcome, wantEnd)
				}
			}
		})
	}
}

func TestDeathEnds(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.text(w))
	died := discharged.as("A31", "20251126190000")
	died.pid = map[int]string{29: "20251126180000", 30: "Y"}
	w.post(died.text(w))
	if e := w.only("4711"); e.Outcome != care.EndDeceased {
		t.Errorf("the enrollment is %s %s", e.Status, e.Outcome)
	}
	w.post(discharged.as("A08", "20251126191000").text(w)) // silence does not raise the dead
	if p := w.patient("4711"); !p.Deceased {
		t.Error("the patient lives again")
	}
}

func TestLaunchDecisions(t *testing.T) {
	disposed := func(code string) adt { m := discharged; m.disposition = code; return m }
	classed := func(class string) adt { m := discharged; m.class = class; return m }
	cases := map[string]struct {
		message adt
		want    string
	}{
		"home":            {discharged, "started"},
		"not said":        {disposed(""), "started"},
		"skilled nursing": {disposed("03"), "not_started: The patient went to a skilled nursing facility, which cares for them now (CMS TCM)."},
		"expired":         {disposed("20"), "not_started: The patient has died."},
		"emergency only":  {classed("E"), "not_started: A visit to the emergency department alone is not followed up as a discharge (CMS TCM)."},
		"outpatient":      {classed("O"), "not_started: not for this pathway: "},
	}
	w := newWorld(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := c.message.of(name, name)
			w.post(m.text(w))
			w.post(m.as("A08", "20251126170000").text(w))
			got := w.decisions(name)
			if len(got) != 1 || !strings.HasPrefix(got[0], c.want) {
				t.Errorf("decided %q, want once %q", got, c.want)
			}
			if started := len(w.enrollments(name)) == 1; started != (c.want == "started") {
				t.Errorf("enrolled: %v", started)
			}
		})
	}
}

func TestCorrectedDispositionStartsAfterAll(t *testing.T) {
	w := newWorld(t)
	toSNF := discharged
	toSNF.disposition = "03"
	w.post(toSNF.text(w))
	w.post(discharged.as("A08", "20251126170000").text(w))
	if e := w.only("4711"); e.Status != care.EnrollmentActive {
		t.Errorf("the enrollment is %s", e.Status)
	}
	if got := w.decisions("4711"); len(got) != 2 {
		t.Errorf("decided %q", got)
	}
}

func TestEmergencyVisitChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.text(w))
	before := w.stateOf(w.only("4711"))
	visit := discharged.as("A04", "20251126193000").of("4711", "V2")
	visit.class, visit.admitted, visit.discharged, visit.disposition = "E", "20251126192000", "", ""
	w.post(visit.text(w))
	if diff := cmp.Diff(before, w.stateOf(w.only("4711"))); diff != "" {
		t.Error(diff)
	}
}

func TestAppointmentsReachTheVisit(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.text(w))
	siu, visit := w.siu, w.visit
	for _, start := range []string{"20251203100000", "20251204100000", "20251203100000"} {
		w.post(siu("S12", w.clock().Format("20060102150405"), start))
		if got, _ := visit(); got.Start == nil || got.Start.In(w.zone).Format("20060102150405") != start {
			t.Errorf("the visit is booked for %v, want %s", got.Start, start)
		}
	}
	w.post(siu("S26", "20251203103000", "20251203100000"))
	if got, missed := visit(); got.Start != nil || missed != 1 {
		t.Errorf("after the missed visit: %+v, missed %d times", got, missed)
	}
	old := siu("S12", "20251126210000", "20240101100000")
	w.post(old)
	if got, _ := visit(); got.Start != nil {
		t.Errorf("a visit of years ago was taken: %+v", got)
	}
}

func TestObservationsAreTold(t *testing.T) {
	w := newWorld(t)
	w.post(discharged.text(w))
	oru := func(control, value, at string) string {
		return strings.Join([]string{
			`MSH|^~\&|LAB|HOSP|THROUGHLINE|CLINIC|20251126200000||ORU^R01|` + control + `|P|2.5.1`,
			`PID|1||4711^^^HOSP^MR||Lovelace^Ada||19501210|F`,
			`OBR|1||F1|2823-3^Potassium^LN|||` + at,
			`OBX|1|NM|2823-3^Potassium^LN||` + value + `|mmol/L|3.5-5.1|HH|||F|||` + at,
		}, "\r") + "\r"
	}
	count := func() (n int) {
		for _, k := range w.engine.kinds() {
			if k == engine.ObservationMade {
				n++
			}
		}
		return n
	}
	w.post(oru("L1", "6.9", "20251126193000"))
	if count() != 1 {
		t.Errorf("told %d times", count())
	}
	w.post(oru("L2", "4.0", "20251101193000"))
	if count() != 1 {
		t.Error("a result from before the discharge was told")
	}
	if diff := cmp.Diff(2, len(w.enrollments("4711"))); diff != "" { // the follow-up, and the critical result's own
		t.Error(diff)
	}
}

func TestStayWithoutATimeOfDischarge(t *testing.T) {
	w := newWorld(t)
	body := `{"resourceType":"Bundle","type":"transaction","timestamp":"2025-11-26T15:00:00-05:00","entry":[
	 {"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{"resourceType":"Patient","id":"p","identifier":[{"system":"HOSP","value":"4711","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]}}]},"request":{"method":"PUT","url":"Patient/p"}},
	 {"fullUrl":"urn:uuid:22222222-2222-4222-8222-222222222222","resource":{"resourceType":"Encounter","id":"e","identifier":[{"system":"HOSP","value":"V9"}],"status":"finished","class":{"code":"IMP"},"subject":{"reference":"urn:uuid:11111111-1111-4111-8111-111111111111"},"period":{"start":"2025-11-20T08:00:00-05:00"}},"request":{"method":"PUT","url":"Encounter/e"}}]}`
	fate, err := w.router.FHIR(t.Context(), []byte(body), "test")
	w.must(err)
	if fate.Status != care.InboundApplied {
		t.Fatalf("%s: %s", fate.Status, fate.Reason)
	}
	if e := w.of("V9"); e.Status != care.EnrollmentActive {
		t.Errorf("the enrollment is %s", e.Status)
	}
	enc, err := w.store.Encounter(t.Context(), store.EncounterID(care.Identifier{System: "HOSP", Value: "V9"}))
	w.must(err)
	if enc.DischargedAt == nil || !enc.DischargedAt.Equal(time.Date(2025, 11, 26, 20, 0, 0, 0, time.UTC)) {
		t.Errorf("discharged at %v, want when it was recorded", enc.DischargedAt)
	}
}
