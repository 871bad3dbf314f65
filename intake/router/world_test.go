package router_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"throughline/care"
	"throughline/intake/router"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
	"throughline/store/storetest"
	"throughline/workflows"
)

// world is a router over a real database and the real engine, with a clock of its own.
type world struct {
	t      *testing.T
	store  *store.Store
	router *router.Router
	engine *inProcess
	zone   *time.Location
	log    *bytes.Buffer

	mu  sync.Mutex
	now time.Time
	n   int // control ids
	// refused is the enrollment whose event a test refused.
	refused care.ID
	// step is how much time passes after each message.
	step time.Duration
}

const pathway = "post-discharge-tcm"

// shipped reads the library once for all tests; none changes it.
var shipped = sync.OnceValues(pathways.Library)

// newWorld begins in the evening of Wednesday 26 November 2025 in New York, on the eve of
// Thanksgiving.
func newWorld(t *testing.T) *world {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, zone: zone, step: time.Minute, now: time.Date(2025, 11, 26, 20, 0, 0, 0, zone), log: &bytes.Buffer{}}
	w.store = storetest.New(t, storetest.WithNow(w.clock), func(c *store.Config) { c.MaxConns = 12 })
	library, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range library {
		w.must(w.store.PutDefinition(t.Context(), d, nil, store.DefinitionPublished))
	}
	w.engine = &inProcess{store: w.store, now: w.clock}
	w.router = router.New(router.Config{
		Store: w.store, Commands: w.engine, Zone: zone, Calendar: care.USFederalCalendar(),
		Logger: slog.New(slog.NewJSONHandler(lockedWriter{w}, nil)), Now: w.clock,
	})
	return w
}

type lockedWriter struct{ w *world }

func (l lockedWriter) Write(p []byte) (int, error) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	return l.w.log.Write(p)
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// inProcess runs the real engine without Temporal: each event is one turn, committed at once.
type inProcess struct {
	store *store.Store
	now   func() time.Time

	mu sync.Mutex
	// fail, where it is set, may refuse a call before it is made.
	fail func(ev engine.Event) error
	// lost, where it is set, may lose the answer of a call that was made.
	lost   func(ev engine.Event) error
	calls  []engine.Event
	before func(engine.Event) // told of an event before its turn
}

// Enroll implements router.Commands.
func (p *inProcess) Enroll(ctx context.Context, d *pathways.Definition, ev engine.Event) (workflows.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	state, _, err := p.store.Snapshot(ctx, ev.Launch.EnrollmentID)
	if care.CodeOf(err) == care.NotFound {
		state, err = engine.State{}, nil
	}
	if err != nil {
		return workflows.Receipt{}, err
	}
	if state.Status == care.EnrollmentEnded {
		return workflows.Receipt{}, care.Errorf(care.Conflict, "this enrollment has been started before")
	}
	return p.turn(ctx, d, state, ev)
}

// Submit implements router.Commands.
func (p *inProcess) Submit(ctx context.Context, id care.ID, ev engine.Event) (workflows.Receipt, error) {
	if p.before != nil {
		p.before(ev)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	state, ref, err := p.store.Snapshot(ctx, id)
	if err != nil {
		return workflows.Receipt{}, err
	}
	if state.Status == care.EnrollmentEnded {
		return workflows.Receipt{}, care.Errorf(care.NotFound, "no such enrollment is running")
	}
	d, err := p.store.DefinitionByDigest(ctx, ref.Digest)
	if err != nil {
		return workflows.Receipt{}, err
	}
	return p.turn(ctx, d.Definition, state, ev)
}

func (p *inProcess) turn(ctx context.Context, d *pathways.Definition, state engine.State, ev engine.Event) (workflows.Receipt, error) {
	p.calls = append(p.calls, ev)
	if p.fail != nil {
		if err := p.fail(ev); err != nil {
			return workflows.Receipt{}, err
		}
	}
	eng, err := engine.For(d)
	if err != nil {
		return workflows.Receipt{}, err
	}
	turn, err := eng.Advance(state, ev, p.now().UTC())
	if err != nil {
		return workflows.Receipt{}, err
	}
	ref := store.DefinitionRef{Pathway: d.Pathway, Version: d.Version, Digest: pathways.Digest(d)}
	if err := p.store.Commit(ctx, store.Commit{Turn: turn, Definition: ref}); err != nil {
		return workflows.Receipt{}, err
	}
	if p.lost != nil {
		if err := p.lost(ev); err != nil {
			return workflows.Receipt{}, err
		}
	}
	return workflows.Receipt{EnrollmentID: turn.State.EnrollmentID, Seq: turn.State.Seq, Duplicate: turn.Duplicate, Status: turn.State.Status}, nil
}

func (p *inProcess) failing(fail func(engine.Event) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = fail
}

func (p *inProcess) losing(lost func(engine.Event) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost = lost
}

func (p *inProcess) kinds() []engine.EventKind {
	p.mu.Lock()
	defer p.mu.Unlock()
	var kinds []engine.EventKind
	for _, ev := range p.calls {
		kinds = append(kinds, ev.Kind)
	}
	return kinds
}

var errAway = care.Errorf(care.Unavailable, "the engine is away")

// away refuses everything.
func away(engine.Event) error { return errAway }

// once refuses the first call.
func once() func(engine.Event) error {
	done := false
	return func(engine.Event) error {
		if done {
			return nil
		}
		done = true
		return errAway
	}
}

// adt is one HL7 v2 message about a stay.
type adt struct {
	event                string
	at                   string // EVN-2
	control              string // empty: the next one
	mrn                  string // empty: 4711
	visit                string // empty: V1
	class                string // empty: I
	admitted, discharged string
	disposition          string
	pid                  map[int]string // further fields of PID
	more                 string         // further segments
}

func (m adt) text(w *world) string {
	if m.control == "" {
		w.mu.Lock()
		w.n++
		m.control = fmt.Sprintf("C%04d", w.n)
		w.mu.Unlock()
	}
	pid := make([]string, 40)
	pid[1], pid[3], pid[5], pid[7], pid[8] = "1", orElse(m.mrn, "4711")+"^^^HOSP^MR", "Lovelace^Ada", "19501210", "F"
	for i, v := range m.pid {
		pid[i] = v
	}
	pv1 := make([]string, 46)
	pv1[1], pv1[2], pv1[19], pv1[36], pv1[44], pv1[45] = "1", orElse(m.class, "I"), orElse(m.visit, "V1"), m.disposition, m.admitted, m.discharged
	return strings.Join([]string{
		`MSH|^~\&|EHR|HOSP|THROUGHLINE|CLINIC|` + m.at + `||ADT^` + m.event + `|` + m.control + `|P|2.5.1`,
		`EVN|` + m.event + `|` + m.at,
		"PID" + strings.Join(pid, "|"),
		"PV1" + strings.Join(pv1, "|"),
	}, "\r") + "\r" + m.more
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func merge(w *world, at, surviving, losing string) string {
	w.n++
	return strings.Join([]string{
		`MSH|^~\&|EHR|HOSP|THROUGHLINE|CLINIC|` + at + `||ADT^A40|` + fmt.Sprintf("C%04d", w.n) + `|P|2.5.1`,
		`EVN|A40|` + at,
		`PID|1||` + surviving + `^^^HOSP^MR||Lovelace^Ada||19501210|F`,
		`MRG|` + losing + `^^^HOSP^MR`,
	}, "\r") + "\r"
}

// post sends a message and wants it applied.
func (w *world) post(text string) router.Fate {
	w.t.Helper()
	fate := w.send(text)
	if fate.Status != care.InboundApplied {
		w.t.Fatalf("the message is %s: %s", fate.Status, fate.Reason)
	}
	return fate
}

func (w *world) send(text string) router.Fate {
	w.t.Helper()
	acks, fates, err := w.router.HL7(w.t.Context(), []byte(text), "test")
	w.must(err)
	if len(fates) != 1 || !bytes.Contains(acks, []byte("MSA|AA|")) {
		w.t.Fatalf("%d fates, acknowledged with %q", len(fates), acks)
	}
	w.advance(w.step)
	return fates[0]
}

func (w *world) patient(mrn string) care.Patient {
	w.t.Helper()
	var p *care.Patient
	w.must(w.store.Tx(w.t.Context(), care.TheEngine, func(tx *store.Tx) (err error) {
		p, err = tx.FindPatient([]care.Identifier{{System: "HOSP", Value: mrn}})
		return err
	}))
	return *p
}

// enrollments gives the enrollments of a patient, the first first.
func (w *world) enrollments(mrn string) []care.Enrollment {
	w.t.Helper()
	all, _, err := w.store.ListEnrollments(w.t.Context(), store.EnrollmentFilter{PatientID: w.patient(mrn).ID}, store.Page{Limit: 200})
	w.must(err)
	slices.Reverse(all)
	return all
}

// only gives the one enrollment of a patient.
func (w *world) only(mrn string) care.Enrollment {
	w.t.Helper()
	all := w.enrollments(mrn)
	if len(all) != 1 {
		w.t.Fatalf("%d enrollments, want one", len(all))
	}
	return all[0]
}

// of gives the enrollment of a stay.
func (w *world) of(visit string) care.Enrollment {
	w.t.Helper()
	id := store.EncounterID(care.Identifier{System: "HOSP", Value: visit})
	all, _, err := w.store.ListEnrollments(w.t.Context(), store.EnrollmentFilter{EncounterID: id}, store.Page{})
	w.must(err)
	if len(all) != 1 {
		w.t.Fatalf("%d enrollments for the stay %s, want one", len(all), visit)
	}
	return all[0]
}

// decisions are those about the general follow-up.
func (w *world) decisions(mrn string) []string { return w.decisionsOn(pathway, mrn) }

// decisionsOn are those about one pathway; about all where it is not named.
func (w *world) decisionsOn(key, mrn string) []string {
	w.t.Helper()
	all, err := w.store.LaunchDecisions(w.t.Context(), store.LaunchFilter{PatientID: w.patient(mrn).ID})
	w.must(err)
	var said []string
	for _, d := range slices.Backward(all) {
		if key == "" || d.Pathway == key {
			said = append(said, strings.TrimSuffix(d.Decision+": "+d.Reason, ": "))
		}
	}
	return said
}

// total counts what must never be doubled.
func (w *world) total() map[string]int {
	w.t.Helper()
	ctx, page := w.t.Context(), store.Page{Limit: 200}
	enrollments, _, err := w.store.ListEnrollments(ctx, store.EnrollmentFilter{}, page)
	w.must(err)
	tasks, _, err := w.store.ListTasks(ctx, store.TaskFilter{}, page)
	w.must(err)
	messages, _, err := w.store.ListMessages(ctx, store.MessageFilter{}, page)
	w.must(err)
	escalations, _, err := w.store.ListEscalations(ctx, store.EscalationFilter{}, page)
	w.must(err)
	return map[string]int{"enrollments": len(enrollments), "tasks": len(tasks), "messages": len(messages), "escalations": len(escalations)}
}

// state is what must be the same whatever order messages arrived in.
type state struct {
	Status    care.EnrollmentStatus
	Outcome   string
	Reason    string
	Facts     map[string]any
	Clocks    map[string]string
	Tasks     map[string]string
	Encounter care.Encounter
}

func (w *world) stateOf(e care.Enrollment) state {
	w.t.Helper()
	ctx := w.t.Context()
	detail, err := w.store.Enrollment(ctx, e.ID)
	w.must(err)
	s := state{Status: detail.Enrollment.Status, Outcome: detail.Enrollment.Outcome, Reason: detail.Enrollment.Reason, Facts: map[string]any{}, Clocks: map[string]string{}, Tasks: map[string]string{}}
	for _, f := range detail.Enrollment.Facts {
		s.Facts[f.Name] = f.Value
	}
	for _, c := range detail.Clocks {
		s.Clocks[c.Step+"."+c.Clock] = string(c.Status) + " " + c.DueAt.In(w.zone).Format(time.DateTime)
	}
	tasks, _, err := w.store.ListTasks(ctx, store.TaskFilter{EnrollmentID: e.ID}, store.Page{Limit: 200})
	w.must(err)
	for _, task := range tasks {
		due := "undated"
		if task.DueAt != nil {
			due = task.DueAt.In(w.zone).Format(time.DateTime)
		}
		s.Tasks[task.Title] = string(task.Status) + " " + task.Role + " " + due
	}
	enc, err := w.store.Encounter(ctx, e.EncounterID)
	w.must(err)
	s.Encounter = *enc
	s.Encounter.ID, s.Encounter.PatientID, s.Encounter.Identifier, s.Encounter.Revision = "", "", care.Identifier{}, 0
	return s
}

// permutations gives all orders of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, rest := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(rest), i, n-1))
		}
	}
	return all
}
