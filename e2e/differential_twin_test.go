package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// twin is one patient twice: on the server and in the simulator.
type twin struct {
	number  int
	rng     *rand.Rand
	engine  *engine.Engine
	mrn     string
	patient string // the server's ids
	id      string
	world   *simulate.World

	read      int64          // the last turn of the server that the simulator has followed
	answers   map[int64]bool // turns in which a channel or a search answered
	answered  int            // how many these are
	simulated int            // how many the simulator had
	pending   []engine.Event // what the server was told, and the simulator not yet
	stays     []stay         // the patient's stays after the first
	did       []string
	differs   string // why the scenario is over before its time
}

func (w *twin) story() string { return strings.Join(w.did, "\n") }

func (w *twin) notef(format string, args ...any) { w.did = append(w.did, fmt.Sprintf(format, args...)) }

// begin puts the patient into a simulator.
func (w *twin) begin(ev engine.Event, directory map[string][]engine.Candidate) {
	w.world = simulate.New(w.engine, time.Time{})
	w.world.Find = func(s engine.Search) []engine.Candidate {
		return slices.DeleteFunc(slices.Clone(directory[s.Need]), func(c engine.Candidate) bool { return slices.Contains(s.Exclude, c.ServiceID) })
	}
	w.answers = map[int64]bool{}
	w.pending = []engine.Event{ev}
}

// settled tells whether the server and the simulator have had the same answers, and everything that
// was told was taken.
func (w *twin) settled() bool { return w.answered == w.simulated && len(w.pending) == 0 }

// isAnswer tells whether a turn only says what became of a message or a search: the simulator answers
// these itself, at once.
func isAnswer(kind engine.EventKind) bool {
	return kind == engine.MessageDelivered || kind == engine.ReferralCandidates
}

// take follows one turn of the server.
func (w *twin) take(row turnRow) error {
	w.read = row.Seq
	kind := engine.EventKind(row.Kind)
	if isAnswer(kind) {
		w.answers[row.Seq] = true
		w.answered++
		return nil
	}
	ev := engine.Event{Kind: kind, Actor: care.TheEngine, Offset: time.Duration(row.Offset)}
	if kind != engine.Tick && kind != engine.ClockOffset {
		i := slices.IndexFunc(w.pending, func(told engine.Event) bool { return told.Kind == kind })
		if i < 0 {
			return fmt.Errorf("the server took %s, of which the scenario knows nothing", kind)
		}
		ev = w.pending[i]
		w.pending = slices.Delete(w.pending, i, i+1)
	}
	ev.ID = row.EventID
	if row.Into != "" {
		ev.Into = row.Into
	}
	before := w.world.State.Seq
	w.world.Now = row.At
	if err := w.do(ev); err != nil {
		return fmt.Errorf("the server took %s at %s, the simulator refuses it: %w", kind, row.At, err)
	}
	if w.world.State.Seq == before {
		return fmt.Errorf("%s at %s changed something on the server and nothing in the simulator", kind, row.At)
	}
	return nil
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
		if w.world.State.Status == care.EnrollmentEnded {
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

// compare compares the whole story and what became of everything in it.
func (d *differential) compare(w *twin) error {
	d.tally.add("ended as " + w.world.State.Outcome)
	var e enrollment
	if err := d.fetch("/enrollments/"+w.id, &e); err != nil {
		return err
	}
	s := w.world.State
	if e.Status != string(s.Status) || e.Outcome != s.Outcome || e.Reason != s.Reason {
		return fmt.Errorf("on the server it is %s %s (%s), in the simulator %s %s (%s)", e.Status, e.Outcome, e.Reason, s.Status, s.Outcome, s.Reason)
	}
	told, err := fetchAll[care.TimelineEntry](d, "/enrollments/"+w.id+"/timeline?")
	if err != nil {
		return err
	}
	if diff := gocmp.Diff(w.lines(), w.linesOf(told)); diff != "" {
		return fmt.Errorf("the timelines differ (-simulator +server):\n%s", diff)
	}
	d.tally.addMany("lines of timelines", len(told))
	return d.compareItems(w)
}

func (d *differential) compareItems(w *twin) error {
	tasks, err := fetchAll[care.Task](d, "/tasks?enrollment_id="+w.id+"&")
	if err != nil {
		return err
	}
	referrals, err := fetchAll[care.Referral](d, "/referrals?enrollment_id="+w.id+"&")
	if err != nil {
		return err
	}
	if diff := gocmp.Diff(latest(w, func(e engine.Effect) *care.Task { return e.Task }, taskID), byID(tasks, taskID), aboutThen); diff != "" {
		return fmt.Errorf("the tasks differ (-simulator +server):\n%s", diff)
	}
	if diff := gocmp.Diff(latest(w, func(e engine.Effect) *care.Referral { return e.Referral }, referralID), byID(referrals, referralID), aboutThen); diff != "" {
		return fmt.Errorf("the referrals differ (-simulator +server):\n%s", diff)
	}
	return nil
}

// aboutThen takes two times for the same that lie no further apart than an answer may take: what a
// search for services led to began when it answered, which is chance.
var aboutThen = gocmp.Comparer(func(a, b time.Time) bool { return a.Sub(b).Abs() <= differentialPatience })

func taskID(t care.Task) string { return t.ID }

func referralID(r care.Referral) string { return r.ID }

func byID[T any](items []T, id func(T) string) map[string]T {
	all := map[string]T{}
	for _, item := range items {
		all[id(item)] = item
	}
	return all
}

// latest gives every item of the simulator as it stood last, as JSON would give it back.
func latest[T any](w *twin, of func(engine.Effect) *T, id func(T) string) map[string]T {
	all := map[string]T{}
	for _, turn := range w.world.Turns {
		for _, eff := range turn.Effects {
			if item := of(eff); item != nil {
				all[id(*item)] = again(*item)
			}
		}
	}
	return all
}

// again takes a value through JSON, as everything from the server has come.
func again[T any](v T) T {
	raw, err := json.Marshal(v)
	var back T
	if err == nil {
		err = json.Unmarshal(raw, &back)
	}
	if err != nil {
		panic(err) // plain data
	}
	return back
}

// lines gives the simulator's timeline to compare.
func (w *twin) lines() []care.TimelineEntry {
	answers := map[int64]bool{}
	var told []care.TimelineEntry
	for _, turn := range w.world.Turns {
		for _, eff := range turn.Effects {
			if eff.Timeline == nil {
				continue
			}
			told = append(told, again(*eff.Timeline))
			answers[eff.Timeline.Seq] = isAnswer(turn.Event.Kind)
		}
	}
	return normalized(told, answers)
}

func (w *twin) linesOf(told []care.TimelineEntry) []care.TimelineEntry {
	return normalized(told, w.answers)
}

// wentOut says that a message was on its way already when it was withdrawn. Between two turns of one
// request that is chance; the simulator's messages are never on their way.
const wentOut = "message.sent"

// normalized takes off what is chance: the time and the order of the lines that a channel's answer led
// to, which come last, and with them the numbers of the turns. Where two searches answered in another
// order, the referrals stand in another order too: of what happened to several steps at one instant,
// each step's lines keep their order, and the steps have that of their names.
func normalized(told []care.TimelineEntry, answers map[int64]bool) []care.TimelineEntry {
	var lines, answered []care.TimelineEntry
	for _, entry := range told {
		answer := answers[entry.Seq]
		entry.Seq, entry.Ordinal = 0, 0
		if !answer {
			lines = append(lines, entry)
			continue
		}
		if entry.Kind == wentOut {
			continue
		}
		entry.OccurredAt, entry.RecordedAt, entry.Cause.EventID = time.Time{}, time.Time{}, ""
		answered = append(answered, entry)
	}
	slices.SortFunc(answered, func(a, b care.TimelineEntry) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Text, b.Text))
	})
	return append(byStepAtOneInstant(lines), answered...)
}

func byStepAtOneInstant(lines []care.TimelineEntry) []care.TimelineEntry {
	for first := 0; first < len(lines); {
		last := first + 1
		for last < len(lines) && lines[last].OccurredAt.Equal(lines[first].OccurredAt) && lines[last].RecordedAt.Equal(lines[first].RecordedAt) {
			last++
		}
		slices.SortStableFunc(lines[first:last], func(a, b care.TimelineEntry) int { return cmp.Compare(a.Step, b.Step) })
		first = last
	}
	return lines
}

func (d *differential) fetch(path string, into any) error {
	a, err := d.sent(http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, a)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

// fetchAll reads every page of a list; path ends with its last separator.
func fetchAll[T any](d *differential, path string) ([]T, error) {
	var all []T
	cursor := ""
	for {
		var page struct {
			Items      []T    `json:"items"`
			NextCursor string `json:"next_cursor"`
		}
		if err := d.fetch(path+url.Values{"limit": {"200"}, "cursor": {cursor}}.Encode(), &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if cursor = page.NextCursor; cursor == "" {
			return all, nil
		}
	}
}
