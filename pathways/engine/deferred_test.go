package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

const standing = "testdata/standstill.yaml"

// The events that something in the test's pathway listens to.
func labResult(code string, critical bool) engine.Event {
	return engine.Event{Kind: engine.ObservationMade, Actor: system, Observation: &care.ObservationReport{Code: care.Coding{Code: code}, Value: "9", Status: "final", Critical: critical}}
}

func pausing(t testing.TB, until string) engine.Event {
	end := at(t, until)
	return engine.Event{Kind: engine.EnrollmentPause, Actor: coordinator, Reason: "the patient is away", Until: &end}
}

var (
	resuming = engine.Event{Kind: engine.EnrollmentResume, Actor: coordinator, Reason: "it cannot wait"}
	kept     = engine.Event{Kind: engine.AppointmentKept, Actor: system, Appointment: &care.Appointment{Identifier: "other"}}
	noShow   = engine.Event{Kind: engine.AppointmentNoShow, Actor: system, Appointment: &care.Appointment{Identifier: "other"}}
)

func worse(yes bool) engine.Event {
	return engine.Event{Kind: engine.QuestionsAnswered, Actor: patient, Step: "ask", Answers: []care.FactValue{{Name: "worse", Value: yes}}}
}

func waiting(w *simulate.World) []care.Escalation {
	return slices.DeleteFunc(slices.Clone(w.State.Escalations), func(e care.Escalation) bool { return e.Kind != "waiting" })
}

func has(w *simulate.World, id string) bool {
	return slices.ContainsFunc(w.State.Steps, func(st *engine.Step) bool { return st.ID == id && st.Status != care.StepWaiting })
}

func TestResultInAPause(t *testing.T) {
	w := begin(t, standing, "2025-11-26T10:00:00-05:00")
	do(t, w, pausing(t, "2025-12-10T09:00:00-05:00"))
	sleep(t, w, "2025-11-27T10:00:00-05:00")
	do(t, w, labResult("X", false))
	if has(w, "look") || len(w.State.Deferred) != 0 {
		t.Error("a result that nobody asked for is kept")
	}
	do(t, w, labResult("K", false))
	do(t, w, labResult("K", false))
	if has(w, "look") {
		t.Error("the pause was for nothing")
	}
	told(t, w, "Raised with the physician: “Look at the result” begins when the pathway goes on: code: K; a result came. It is paused until Wed 2025-12-10 09:00 (America/New_York) (the patient is away); let it go on now if this cannot wait.")
	if n := len(waiting(w)); n != 1 {
		t.Errorf("%d people were told of two results of the same kind", n)
	}
	sleep(t, w, "2025-12-10T09:00:00-05:00")
	is(t, w, "look", care.StepOpen, "")
	due(t, w, "look", "soon", "2025-12-10T13:00:00-05:00")
	if text := step(t, w, "look").Cause.Text; !strings.Contains(text, "it came on Thu 2025-11-27 10:00") {
		t.Errorf("it began because %q", text)
	}
	if len(waiting(w)) > 0 || len(w.State.Deferred) > 0 {
		t.Errorf("still waiting: %+v", waiting(w))
	}
}

func TestWhatNoPauseStops(t *testing.T) {
	w := begin(t, standing, "2025-11-26T10:00:00-05:00")
	do(t, w, pausing(t, "2025-12-10T09:00:00-05:00"))
	do(t, w, labResult("X", true))
	is(t, w, "critical_call", care.StepOpen, "")
	due(t, w, "critical_call", "now", "2025-11-26T11:00:00-05:00")
	status(t, w, care.EnrollmentPaused)
	sleep(t, w, "2025-11-26T11:00:00-05:00")
	told(t, w, "Escalated to the supervisor: “Act on the critical result” was due")
	complete(t, w, "critical_call", "acted")

	// A suspension stops it: another ward has the patient. A person hears of it.
	do(t, w, engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: stay(t, "enc-2", care.EncounterInProgress, 1, "")})
	do(t, w, labResult("X", true))
	is(t, w, "critical_call", care.StepDone, "acted")
	told(t, w, "Raised with the nurse: “A critical result” begins when the pathway goes on")
	told(t, w, "It is suspended since Wed 2025-11-26 (the patient was admitted)")
	do(t, w, resuming)
	is(t, w, "critical_call", care.StepOpen, "")
}

// What an admission itself calls for is not lost because it also suspends.
func TestEventThatSuspends(t *testing.T) {
	w := begin(t, standing, "2025-11-26T10:00:00-05:00")
	do(t, w, engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: stay(t, "enc-2", care.EncounterInProgress, 1, "")})
	if has(w, "ward") || len(waiting(w)) != 1 {
		t.Errorf("waiting: %+v", waiting(w))
	}
	do(t, w, engine.Event{Kind: engine.EncounterDischarge, Actor: system, Encounter: stay(t, "enc-2", care.EncounterDischarged, 2, "2025-11-28T15:00:00-05:00")})
	is(t, w, "ward", care.StepOpen, "")
	is(t, w, "papers", care.StepOpen, "")
}

// The end takes what waits with it, and a track that a person starts waits no more.
func TestDeferredIsLetGoOf(t *testing.T) {
	w := begin(t, standing, "2025-11-26T10:00:00-05:00")
	do(t, w, pausing(t, "2025-12-10T09:00:00-05:00"))
	do(t, w, worse(true))
	do(t, w, labResult("K", false))
	do(t, w, engine.Event{Kind: engine.TrackStart, Actor: coordinator, Track: "worse", Reason: "she called"})
	if n := len(waiting(w)); n != 1 || len(w.State.Deferred) != 1 {
		t.Errorf("%d are still told of %+v", n, w.State.Deferred)
	}
	do(t, w, engine.Event{Kind: engine.EnrollmentWithdraw, Actor: coordinator, Reason: "moved away"})
	if len(w.State.Deferred)+len(w.State.Escalations) > 0 {
		t.Errorf("after the end there are %+v", w.State.Deferred)
	}
}

// Under the engine before, it was lost: enrollments that began with it go on so until they are renewed.
func TestDeferredFromVersion3(t *testing.T) {
	for version, want := range map[int]bool{2: false, 3: true} {
		w := begin(t, standing, "2025-11-26T10:00:00-05:00")
		w.State.Engine = version
		do(t, w, pausing(t, "2025-12-10T09:00:00-05:00"))
		do(t, w, labResult("K", false))
		do(t, w, worse(true))
		if unheard := len(w.State.Unheard) > 0; unheard == want {
			t.Errorf("version %d: unheard %v", version, w.State.Unheard)
		}
		w.State.Engine = 3 // renewed meanwhile
		do(t, w, resuming)
		if has(w, "look") != want {
			t.Errorf("version %d: the result is heard: %t", version, !want)
		}
		is(t, w, "worse_call", care.StepOpen, "")
	}
}

// TestStopsConverge: wherever a pause or a stay in hospital lies among the news, what has begun in the
// end is what would have begun without the stop.
func TestStopsConverge(t *testing.T) {
	e := load(t, standing)
	news := map[string]func(w *simulate.World) engine.Event{
		"result":   func(*simulate.World) engine.Event { return labResult("K", false) },
		"critical": func(*simulate.World) engine.Event { return labResult("X", true) },
		"worse":    func(*simulate.World) engine.Event { return worse(true) },
		"well":     func(*simulate.World) engine.Event { return worse(false) },
		"kept":     func(*simulate.World) engine.Event { return kept },
		"no show":  func(*simulate.World) engine.Event { return noShow },
		"called":   func(w *simulate.World) engine.Event { return completion(t, w, "call", "reached") },
	}
	rapid.Check(t, func(rt *rapid.T) {
		order := rapid.Permutation([]string{"result", "critical", "worse", "kept", "no show", "called"}).Draw(rt, "order")
		if rapid.Bool().Draw(rt, "well") {
			order[slices.Index(order, "worse")] = "well"
		}
		order = order[:rapid.IntRange(1, len(order)).Draw(rt, "news")]
		from := rapid.IntRange(0, len(order)).Draw(rt, "from")
		to := rapid.IntRange(from, len(order)).Draw(rt, "to")
		byHospital, byTime := rapid.Bool().Draw(rt, "in hospital"), rapid.Bool().Draw(rt, "by time")

		run := func(stops bool) *simulate.World {
			w := simulate.New(e, at(t, "2025-11-26T10:00:00-05:00"))
			do(t, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar()}})
			for i := 0; i <= len(order); i++ {
				if stops && i == from {
					do(t, w, stopEvent(t, w, byHospital))
				}
				if stops && i == to {
					goOn(t, w, byHospital, byTime)
				}
				if i < len(order) {
					do(t, w, news[order[i]](w))
				}
			}
			return w
		}
		if diff := cmp.Diff(hasBegun(run(false), byHospital), hasBegun(run(true), byHospital)); diff != "" {
			rt.Fatalf("%v with a stop from %d to %d (-without +with):\n%s", order, from, to, diff)
		}
	})
}

func stopEvent(t *testing.T, w *simulate.World, byHospital bool) engine.Event {
	if byHospital {
		return engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: stay(t, "enc-2", care.EncounterInProgress, 1, "")}
	}
	return pausing(t, w.Now.Add(48*time.Hour).Format(time.RFC3339))
}

func goOn(t *testing.T, w *simulate.World, byHospital, byTime bool) {
	t.Helper()
	switch {
	case byHospital:
		do(t, w, engine.Event{Kind: engine.EncounterDischarge, Actor: system, Encounter: stay(t, "enc-2", care.EncounterDischarged, 2, "2025-11-28T15:00:00-05:00")})
	case byTime:
		sleep(t, w, w.Now.Add(48*time.Hour).Format(time.RFC3339))
	default:
		do(t, w, resuming)
	}
	status(t, w, care.EnrollmentActive)
	if len(w.State.Deferred)+len(waiting(w)) > 0 {
		t.Errorf("it goes on, and still waits for %+v", w.State.Deferred)
	}
}

// hasBegun lists what has begun, whenever it did, but for what the stop itself called for.
func hasBegun(w *simulate.World, byHospital bool) []string {
	var out []string
	for _, st := range w.State.Steps {
		if byHospital && (st.Track == "admitted" || st.Track == "left") {
			continue
		}
		out = append(out, fmt.Sprint(st.ID, " ", st.Occurrence, " ", st.Status, " ", st.Outcome, " ", st.Offered))
	}
	for _, track := range w.State.Tracks {
		if byHospital && (track.Track == "admitted" || track.Track == "left") {
			continue
		}
		out = append(out, fmt.Sprint("track ", track.Track, " ", track.Run))
	}
	slices.Sort(out)
	return out
}
