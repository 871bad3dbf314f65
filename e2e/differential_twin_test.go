package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// twin is one enrollment of a patient twice: on the server and in the simulator.
type twin struct {
	*person
	id     string  // the server's
	stay   care.ID // that it follows; empty: none
	engine *engine.Engine
	world  *simulate.World
	gone   bool // the server was told of what supersedes it

	read      int64          // the last turn of the server that the simulator has followed
	answers   map[int64]bool // turns in which a channel or a search answered
	answered  int            // how many these are
	simulated int            // how many the simulator had
	pending   []engine.Event // what the server was told, and the simulator not yet
	coming    []engine.Event // what another enrollment tells this one, whenever it comes
	heldBack  string         // why the next turn cannot be followed yet
}

func (w *twin) pathway() string { return w.engine.Definition().Pathway }

func (w *twin) ended() bool { return w.world.State.Status == care.EnrollmentEnded }

// begin puts an enrollment of the patient into a simulator.
func (p *person) begin(e *engine.Engine, ev engine.Event) *twin {
	w := &twin{person: p, id: ev.Launch.EnrollmentID, engine: e, world: simulate.New(e, time.Time{}), answers: map[int64]bool{}}
	w.world.Find = func(s engine.Search) []engine.Candidate {
		return slices.DeleteFunc(slices.Clone(p.d.directory[s.Need]), func(c engine.Candidate) bool { return slices.Contains(s.Exclude, c.ServiceID) })
	}
	w.world.Beyond = w.beyond
	if ev.Launch.Encounter != nil {
		w.stay = ev.Launch.Encounter.ID
	}
	w.pending = []engine.Event{ev}
	p.twins = append(p.twins, w)
	return w
}

// settled tells whether the server and the simulator have had the same answers, and everything that
// was told was taken.
func (w *twin) settled() bool {
	return w.answered == w.simulated && len(w.pending) == 0 && w.heldBack == "" && !slices.ContainsFunc(w.coming, w.mustCome)
}

// isAnswer tells whether a turn only says what became of a message or a search: the simulator answers
// these itself, at once.
func isAnswer(kind engine.EventKind) bool {
	return kind == engine.MessageDelivered || kind == engine.ReferralCandidates
}

// take follows one turn of the server. Where what it says was not said yet, it is held back.
func (w *twin) take(row turnRow) error {
	if isAnswer(row.Kind) {
		w.read = row.Seq
		w.answers[row.Seq] = true
		w.answered++
		return nil
	}
	ev, err := w.eventOf(row)
	if err != nil || w.heldBack != "" {
		return err
	}
	w.read = row.Seq
	ev.ID = row.EventID
	if row.Into != "" {
		ev.Into = row.Into
	}
	before := w.world.State.Seq
	w.world.Now = row.At
	if err := w.do(ev); err != nil {
		return fmt.Errorf("the server took %s at %s, the simulator refuses it: %w", row.Kind, row.At, err)
	}
	if w.world.State.Seq == before {
		return fmt.Errorf("%s at %s changed something on the server and nothing in the simulator", row.Kind, row.At)
	}
	return nil
}

// eventOf gives the event of a turn, as the scenario knows it.
func (w *twin) eventOf(row turnRow) (engine.Event, error) {
	if row.Kind == engine.Tick || row.Kind == engine.ClockOffset {
		return engine.Event{Kind: row.Kind, Actor: care.TheEngine, Offset: time.Duration(row.Offset)}, nil
	}
	if i := slices.IndexFunc(w.pending, func(told engine.Event) bool { return told.Kind == row.Kind }); i >= 0 {
		ev := w.pending[i]
		w.pending = slices.Delete(w.pending, i, i+1)
		return ev, nil
	}
	return w.newsOf(row)
}

// do lets the simulator take an event, and counts the answers that followed.
func (w *twin) do(ev engine.Event) error {
	turns := len(w.world.Turns)
	err := w.world.Do(ev)
	for _, turn := range w.world.Turns[turns:] {
		if isAnswer(turn.Event.Kind) && len(turn.Effects) > 0 {
			w.simulated++
		}
	}
	return err
}

// rest lets the simulator take what changed nothing on the server, and is in no journal: it must change
// nothing there either.
func (w *twin) rest() error {
	told := w.pending
	w.pending = nil
	for i, ev := range told {
		if ev.Kind == engine.Started {
			return fmt.Errorf("the server did not start %s", w.pathway())
		}
		if w.ended() {
			return nil // whoever has ended is told no more
		}
		ev.ID = fmt.Sprintf("nothing-%d-%d", len(w.did), i)
		before := w.world.State.Seq
		if err := w.do(ev); err != nil {
			return fmt.Errorf("the server took %s, the simulator refuses it: %w", ev.Kind, err)
		}
		if w.world.State.Seq != before {
			return fmt.Errorf("%s changed nothing on the server and something in the simulator", ev.Kind)
		}
	}
	return nil
}

// refused compares a refusal of the server with the simulator's.
func (w *twin) refused(ev engine.Event, a answer) error {
	ev.ID = fmt.Sprintf("refused-%d", len(w.did))
	err := w.engine.Check(w.world.State, ev, w.world.Now)
	if err == nil {
		return fmt.Errorf("the server refused %s and the simulator would not: %s", ev.Kind, a)
	}
	var problem struct{ Detail string }
	if jsonErr := json.Unmarshal(a.body, &problem); jsonErr != nil {
		return fmt.Errorf("reading a refusal: %w", jsonErr)
	}
	// What an ended task or referral is asked is NotFound to the engine; the API says what it became.
	if care.CodeOf(err) == care.NotFound {
		return nil
	}
	want := map[care.Code]int{care.Invalid: http.StatusUnprocessableEntity, care.Conflict: http.StatusConflict, care.Forbidden: http.StatusForbidden}[care.CodeOf(err)]
	if a.status != want || !strings.Contains(string(a.body), firstWords(err.Error())) {
		return fmt.Errorf("the server refused %s with %s, the simulator with \"%w\" (%s)", ev.Kind, a, err, care.CodeOf(err))
	}
	return nil
}

// firstWords are enough of a refusal to know it by, without what JSON would escape.
func firstWords(text string) string {
	if i := strings.IndexAny(text, `"<>&`); i >= 0 {
		return text[:i]
	}
	return text
}
