package engine_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// standingAs is the next version of the pathway that listens while it stands still.
func standingAs(t testing.TB, replace ...string) *pathways.Definition {
	t.Helper()
	text, err := os.ReadFile(standing)
	if err != nil {
		t.Fatal(err)
	}
	return version(t, string(text), append([]string{"version: 1", "version: 2"}, replace...)...)
}

// The names that a version may give to what waits.
var waitsAs = []string{"id: look,", "id: review,", "id: worse_call,", "id: ring,", "steps: [worse_call]", "steps: [ring]"}

var waitsAsPlan = engine.MovePlan{Steps: []engine.StepMove{{Step: "look", To: "review"}, {Step: "worse_call", To: "ring"}}}

// stoppedAt stops an enrollment two hours after its start, with a result and an answer that wait.
func stoppedAt(t *testing.T, inHospital bool) *simulate.World {
	w := begin(t, standing, "2025-11-24T10:00:00-05:00") // a Monday
	sleep(t, w, "2025-11-24T12:00:00-05:00")
	if inHospital {
		do(t, w, engine.Event{Kind: engine.EncounterAdmitted, Actor: system, Encounter: stay(t, "enc-2", care.EncounterInProgress, 1, "")})
	} else {
		do(t, w, pausing(t, "2025-12-10T09:00:00-05:00"))
	}
	sleep(t, w, "2025-11-25T12:00:00-05:00")
	do(t, w, labResult("K", false))
	do(t, w, worse(true))
	return w
}

// TestMovedWhileItStandsStill: what waits and what stands goes over as it is, and on by the new version;
// taken back, all is as before.
func TestMovedWhileItStandsStill(t *testing.T) {
	for _, c := range []struct {
		name    string
		version []string
		plan    engine.MovePlan
		look    string // what waits is called then; empty: the version no longer has it
		call    string // the time of the call, in hours by the version
		asks    string // what a person is asked
	}{
		{name: "other words", version: []string{"task: Look at the result", "task: Read the result"}, look: "look", call: "14:00:00"},
		{name: "a longer deadline", version: []string{"soon: {from: start, within: 4 hours}", "soon: {from: start, within: 6 hours}"}, look: "look", call: "16:00:00"},
		{name: "another ladder", version: []string{"    - {at: due, escalate: supervisor}", "    - {at: 1 hour before due, warn: supervisor}\n    - {at: due, escalate: director}"}, look: "look", call: "14:00:00"},
		{name: "other names", version: waitsAs, plan: waitsAsPlan, look: "review", call: "14:00:00"},
		{
			name: "without what waits", call: "14:00:00", asks: "was to begin once the pathway goes on",
			version: []string{"  - {id: look, on: observation.recorded, when: event.code == \"K\", task: Look at the result, owner: physician, clock: soon, ladder: work, outcomes: [seen]}\n", ""},
		},
	} {
		for _, inHospital := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, in hospital %t", c.name, inHospital), func(t *testing.T) {
				w := stoppedAt(t, inHospital)
				before, status, first := w.State, w.State.Status, load(t, standing).Definition()
				do(t, w, move(standingAs(t, c.version...), c.plan))

				if w.State.Status != status || w.Engine.Definition().Version != 2 {
					t.Fatalf("it is %s, in version %d", w.State.Status, w.Engine.Definition().Version)
				}
				if len(w.State.Deferred) != len(before.Deferred) || len(waiting(w)) != len(waiting(&simulate.World{State: before})) {
					t.Errorf("of %+v waits %+v", before.Deferred, w.State.Deferred)
				}
				is(t, w, "call", care.StepOpen, "")
				if st := step(t, w, "call"); (st.Task.Status == care.TaskOnHold) != inHospital {
					t.Errorf("the call is %s", st.Task.Status)
				}
				if k := clockOf(t, w, "call", "soon"); k.Status != care.ClockPaused || !k.PausedAt.Equal(at(t, "2025-11-24T12:00:00-05:00")) {
					t.Errorf("its clock is %s since %s", k.Status, k.PausedAt)
				}
				if c.asks != "" && !strings.Contains(step(t, w, "move_review_2").Task.Instructions, c.asks) {
					t.Errorf("nobody is asked: %s", step(t, w, "move_review_2").Task.Instructions)
				}
				asBefore(t, w, before, first)

				sleep(t, w, "2025-11-26T12:00:00-05:00")
				do(t, w, resuming)
				due(t, w, "call", "soon", "2025-11-26T"+c.call+"-05:00") // the two hours that were left, by the version's rule
				if c.look != "" {
					is(t, w, c.look, care.StepOpen, "")
				}
				if len(w.State.Deferred)+len(waiting(w)) > 0 {
					t.Errorf("it goes on, and still waits for %+v", w.State.Deferred)
				}
			})
		}
	}
}

func clockOf(t *testing.T, w *simulate.World, step, name string) *engine.Clock {
	t.Helper()
	i := slices.IndexFunc(w.State.Clocks, func(k *engine.Clock) bool { return k.Step == step && k.Name == name })
	if i < 0 {
		t.Fatalf("there is no clock %s of %s", name, step)
	}
	return w.State.Clocks[i]
}

// asBefore holds that taking the move back at once leaves the enrollment as it stood.
func asBefore(t *testing.T, w *simulate.World, before engine.State, first *pathways.Definition) {
	t.Helper()
	turn, err := w.Engine.Advance(w.State, moveBack(first), w.Now)
	if err != nil {
		t.Fatal(err)
	}
	was, errWas := engine.Fingerprint(before)
	is, errIs := engine.Fingerprint(turn.State)
	if was != is || errWas != nil || errIs != nil {
		t.Errorf("after the way back it is not as before (%v, %v):\n%s", errWas, errIs, cmp.Diff(jsonOf(t, before), jsonOf(t, turn.State)))
	}
}

// TestStopsAndMovesConverge: wherever a stop lies among the news, and wherever in it or after it the
// enrollment is moved to a version that says the same under other names, and maybe back: what has begun in
// the end, and by when it is due, is what it would be had it not moved.
func TestStopsAndMovesConverge(t *testing.T) {
	first, next := load(t, standing), standingAs(t, waitsAs...)
	names := strings.NewReplacer("review", "look", "ring", "worse_call")
	rapid.Check(t, func(rt *rapid.T) {
		order := rapid.Permutation([]string{"K", "X", "worse", "kept", "no show"}).Draw(rt, "order")
		order = order[:rapid.IntRange(1, len(order)).Draw(rt, "news")]
		n := len(order)
		from := rapid.IntRange(0, n).Draw(rt, "stop")
		to := rapid.IntRange(from, n).Draw(rt, "go on")
		moved := rapid.IntRange(from, n).Draw(rt, "move")
		back := rapid.IntRange(moved, n+1).Draw(rt, "back") // n+1: it stays
		inHospital := rapid.Bool().Draw(rt, "in hospital")

		run := func(moves bool) []string {
			w := simulate.New(first, at(t, "2025-11-24T10:00:00-05:00"))
			do(t, w, engine.Event{Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: "America/New_York", Calendar: care.USFederalCalendar()}})
			for i := 0; i <= n; i++ {
				sleep(t, w, w.Now.Add(7*time.Minute).Format(time.RFC3339))
				if i == from {
					do(t, w, stopEvent(t, w, inHospital))
				}
				if moves && i == moved {
					do(t, w, move(next, waitsAsPlan))
				}
				if moves && i == back {
					do(t, w, moveBack(first.Definition()))
				}
				if i == to {
					goOn(t, w, inHospital, false)
				}
				if i < n {
					do(t, w, stoppedNews(order[i]))
				}
			}
			return begunAndDue(w)
		}
		if diff := cmp.Diff(run(false), under(names, run(true))); diff != "" {
			rt.Fatalf("%v, a stop from %d to %d, moved at %d, back at %d (-unmoved +moved):\n%s", order, from, to, moved, back, diff)
		}
	})
}

func stoppedNews(what string) engine.Event {
	switch what {
	case "K":
		return labResult("K", false)
	case "X":
		return labResult("X", true)
	case "kept":
		return kept
	case "no show":
		return noShow
	}
	return worse(true)
}

// begunAndDue lists every step and every clock as it stands.
func begunAndDue(w *simulate.World) []string {
	out := hasBegun(w, false)
	for _, k := range w.State.Clocks {
		out = append(out, fmt.Sprint("clock ", k.Step, " ", k.Occurrence, " ", k.Name, " ", k.Status, " ", k.Due.Format(time.RFC3339), " ", k.Lost, " ", k.LostDays))
	}
	for _, d := range w.State.Deferred {
		out = append(out, fmt.Sprint("waits ", d.Track, " ", d.Step, " ", d.At.Format(time.RFC3339)))
	}
	slices.Sort(out)
	return out
}

func under(names *strings.Replacer, lines []string) []string {
	for i, line := range lines {
		lines[i] = names.Replace(line)
	}
	slices.Sort(lines)
	return lines
}
