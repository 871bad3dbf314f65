package workflows_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // the zones must be the same wherever the tests run

	"go.temporal.io/sdk/activity"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/workflows"
)

const enrollmentID = "019ab000-0000-7000-8000-000000000001"

var coordinator = care.Actor{Kind: care.Person, ID: "ann", Role: "coordinator"}

func errand(t testing.TB) *pathways.Definition {
	t.Helper()
	return definition(t, "testdata/errand.yaml")
}

func definition(t testing.TB, file string) *pathways.Definition {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, problems := pathways.Parse(file, src)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	return d
}

func started(facts ...care.FactValue) engine.Event {
	return engine.Event{ID: "start-1", Kind: engine.Started, Actor: coordinator, Launch: &engine.Launch{
		EnrollmentID: enrollmentID, PatientID: "019ab000-0000-7000-8000-0000000000aa",
		Facts: facts, Zone: "America/New_York", Calendar: care.USFederalCalendar(),
	}}
}

func completed(id, taskID, outcome string) engine.Event {
	return engine.Event{ID: id, Kind: engine.TaskComplete, Actor: coordinator, TaskID: taskID, Outcome: outcome}
}

// registry is what both the test environment and a worker can register with.
type registry interface {
	RegisterActivityWithOptions(a any, options activity.RegisterOptions)
}

// world stands in for everything outside, under the production's names.
type world struct {
	mu      sync.Mutex
	t       testing.TB
	turns   []engine.Turn
	refs    []workflows.DefinitionRef // the versions that the turns were committed under
	quick   int                       // commits tried as local activities
	slow    int                       // commits tried as ordinary ones
	sent    []string                  // purposes, in order
	commit  func() error              // fails a commit of either kind
	send    func() error              // fails an attempt to send
	found   []engine.Candidate        // what a search finds
	failing error                     // what a search fails with
	lost    bool                      // turns are there that the history does not know
	follows *pathways.Definition      // the version of the last of them

	began     int          // under which version of the engine the run began; 0: the newest
	asked     []string     // what other enrollments were asked and told
	neighbour func() error // fails an attempt to start another pathway
}

func (w *world) register(r registry) {
	name := func(s string) activity.RegisterOptions { return activity.RegisterOptions{Name: s} }
	r.RegisterActivityWithOptions(w.commitTurn, name(workflows.CommitActivity))
	r.RegisterActivityWithOptions(w.sendMessage, name(workflows.RemindActivity))
	r.RegisterActivityWithOptions(w.sendMessage, name(workflows.EscalateActivity))
	r.RegisterActivityWithOptions(w.sendMessage, name(workflows.SendLinkActivity))
	r.RegisterActivityWithOptions(w.findServices, name(workflows.FindServicesActivity))
	r.RegisterActivityWithOptions(w.startPathway, name(workflows.StartPathwayActivity))
	r.RegisterActivityWithOptions(w.endPathway, name(workflows.EndPathwayActivity))
	r.RegisterActivityWithOptions(w.tellParent, name(workflows.TellParentActivity))
}

// commitTurn keeps what the production store keeps: one turn a number, the same one only once, and
// no gaps.
func (w *world) commitTurn(ctx context.Context, c workflows.Commit) (workflows.Committed, error) {
	none := workflows.Committed{}
	w.mu.Lock()
	defer w.mu.Unlock()
	if activity.GetInfo(ctx).IsLocalActivity {
		w.quick++
	} else {
		w.slow++
	}
	if w.commit != nil {
		if err := w.commit(); err != nil {
			return none, workflows.Retry(err)
		}
	}
	want := cmp.Or(w.began, engine.Version)
	if c.Turn.Event.Migration != nil {
		w.began = 0 // from the move on the newest
		want = engine.Version
	}
	if c.Definition.Digest == "" || c.Turn.State.Engine != want {
		w.t.Errorf("turn %d was committed under %+v and engine %d", c.Turn.State.Seq, c.Definition, c.Turn.State.Engine)
	}
	for _, known := range w.turns {
		if known.State.Seq == c.Turn.State.Seq {
			if asJSON(w.t, known) == asJSON(w.t, c.Turn) {
				return none, nil
			}
			if !w.lost {
				w.t.Errorf("turn %d came again with other content", c.Turn.State.Seq)
			}
			ahead := w.turns[len(w.turns)-1].State
			return workflows.Committed{Ahead: &ahead, Definition: w.follows}, nil
		}
	}
	if want := int64(len(w.turns)) + 1; c.Turn.State.Seq != want {
		w.t.Errorf("turn %d was committed where %d comes next", c.Turn.State.Seq, want)
	}
	w.turns, w.refs = append(w.turns, c.Turn), append(w.refs, c.Definition)
	return none, nil
}

func (w *world) sendMessage(_ context.Context, m workflows.Outgoing) (engine.Delivery, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.send != nil {
		if err := w.send(); err != nil {
			return engine.Delivery{}, workflows.Refusal(err)
		}
	}
	if m.Message.Purpose == "message" && m.Template == nil {
		w.t.Error("a pathway's message came without its words")
	}
	w.sent = append(w.sent, m.Message.Purpose)
	return engine.Delivery{Status: care.MessageSent, Channel: "email"}, nil
}

func (w *world) findServices(context.Context, engine.Search) ([]engine.Candidate, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.found, workflows.Refusal(w.failing)
}

func (w *world) last() engine.State {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.turns) == 0 {
		return engine.State{}
	}
	return w.turns[len(w.turns)-1].State
}

// kinds are the kinds of the committed turns' events.
func (w *world) kinds() []engine.EventKind {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []engine.EventKind
	for _, t := range w.turns {
		all = append(all, t.Event.Kind)
	}
	return all
}

func (w *world) sentOf(purpose string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(w.sent), func(p string) bool { return p != purpose }))
}

func (w *world) task(step string) care.ID {
	for _, s := range w.last().Steps {
		if s.ID == step && s.Task != nil {
			return s.Task.ID
		}
	}
	return ""
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// failures fails the first n times.
func failures(n int, err error) func() error {
	return func() error {
		if n == 0 {
			return nil
		}
		n--
		return fmt.Errorf("failing on purpose: %w", err)
	}
}

var away = care.Errorf(care.Unavailable, "the database is away")

// noon is a Wednesday's.
var noon = time.Date(2025, time.November, 5, 17, 0, 0, 0, time.UTC)
