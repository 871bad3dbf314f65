package verify

import (
	"container/heap"
	"fmt"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// node is a state that was met, with how it was come by.
type node struct {
	state    engine.State
	now      time.Time
	parent   int // -1: a launch
	launch   int
	acts     []Act // that led here from the parent
	depth    int
	edges    []edge
	expanded bool
	ended    bool
	broken   bool // a finding stands here: nothing is looked for beyond
	quiet    bool // nothing can happen by itself, or be done
	toEnd    bool // an end can be reached
}

type edge struct {
	to   int
	fate bool // an event that nobody brings about: it is no way out
}

// explorer explores one view of a pathway.
type explorer struct {
	*checker

	view       *view
	asked      []askedName
	triesAsked map[string]int // by step; looked up, never ranged over
	rank       ranking
	goal       string // a target that ends the exploration; empty: none
	cut        bool   // something else than states was left out: nothing is refuted because it was not met
	until      int    // how many turns there may be in all when the search ends
	stopped    bool   // at a state that was refuted: what lies beyond it was not looked at

	nodes    []*node
	byKey    map[string]int // looked up, never ranged over
	queue    frontier
	samples  []sample // states that showed something new
	features map[string]int
	pairs    map[[2]int]bool
	seen     map[string][]string // values of the names that are asked
}

// ranking says how soon a state is looked at; the lowest first.
type ranking func(x *explorer, s *engine.State) int

func (c *checker) newExplorer(v *view, rank ranking) *explorer {
	x := &explorer{
		checker: c, view: v, asked: askedNames(v.asks), triesAsked: map[string]int{}, rank: rank,
		byKey: map[string]int{}, features: map[string]int{}, pairs: map[[2]int]bool{}, seen: map[string][]string{},
	}
	x.cut = c.launchesCut
	x.leaveOutOpenEnded()
	for _, id := range v.steps {
		own := stepAsks(v.asks, id)
		tries := max(highest(own, "attempts.live", "attempts.all", "attempts.reached"), highest(v.asks, id+".attempts", id+".live_attempts"))
		x.triesAsked[id] = min(tries, maxTries)
		if tries > maxTries {
			x.leftOut(fmt.Sprintf("more than %d tries at %s", maxTries, id))
		}
	}
	return x
}

// maxTries bounds how often a contact is tried.
const maxTries = 5

// leftOut notes what was not tried, besides states.
func (x *explorer) leftOut(what string) {
	x.cut = true
	x.note(what)
}

func stepAsks(asks []pathways.Asked, step string) []pathways.Asked {
	var own []pathways.Asked
	for _, a := range asks {
		if a.Step == step {
			own = append(own, a)
		}
	}
	return own
}

// explore looks at the states of a view, at most so many turns long.
func (c *checker) explore(v *view, turns int, rank ranking) *explorer {
	x := c.newExplorer(v, rank)
	x.search(turns)
	return x
}

// search goes on until everything was looked at, the goal is met, or the turns are used up.
func (x *explorer) search(turns int) {
	x.until = min(x.turns+turns, x.limits.Turns)
	for i := range x.launches {
		x.begin(i)
	}
	for len(x.queue) > 0 && x.turns < x.until && x.states < x.limits.States && (x.goal == "" || !x.met[x.goal]) {
		x.expand(heap.Pop(&x.queue).(waiting).node) //nolint:forcetypeassert // the queue holds nothing else
	}
}

func (x *explorer) begin(launch int) {
	l := x.launches[launch]
	root := &node{parent: -1, launch: launch, now: x.start}
	a := Act{At: x.start, Event: engine.Event{Kind: engine.Started, Actor: system, Launch: &l}}
	x.follow(-1, root, a)
}

// expand tries everything that can happen next.
func (x *explorer) expand(i int) {
	n := x.nodes[i]
	n.expanded = true
	acts := x.moves(n)
	for _, a := range acts {
		if x.turns >= x.until { // in the midst of it: it counts as not looked at
			n.expanded = false
			heap.Push(&x.queue, waiting{order: i, node: i})
			return
		}
		child := &node{state: n.state, now: n.now, parent: i, launch: n.launch, depth: n.depth + 1}
		x.follow(i, child, a)
	}
	n.quiet = len(n.edges) == 0
	n.state = engine.State{} // nobody asks again: its successors hold what came of it
}

// follow lets an act happen and files what comes of it.
func (x *explorer) follow(from int, child *node, a Act) {
	if !x.take(child, a) {
		return
	}
	key := x.keyOf(&child.state)
	if from >= 0 && a.Event.Kind == engine.Tick {
		key = x.sleepOn(child, x.keyOf(&x.nodes[from].state), key)
	}
	to, known := x.byKey[key]
	if !known || child.broken {
		to = x.file(child, key)
	}
	if from >= 0 {
		x.nodes[from].edges = append(x.nodes[from].edges, edge{to, fateful(a.Event.Kind)})
	}
}

// fateful events are never a way out of a state: nobody can bring them about.
func fateful(kind engine.EventKind) bool {
	return kind == engine.PatientDied || kind == engine.EncounterAdmitted || kind == engine.EncounterUpdated
}

// sleepOn sleeps further where a night changed nothing that counts: the fifth reminder of a year.
func (x *explorer) sleepOn(child *node, before, key string) string {
	nights := longestSleep
	if child.state.Status != care.EnrollmentActive {
		nights = 1 // a suspension is looked at again and again; no step repeats meanwhile
	}
	for range nights {
		wake := x.nextMoment(&child.state)
		if key != before || wake == nil || child.broken || child.state.Status == care.EnrollmentEnded {
			return key
		}
		if !x.take(child, Act{At: *wake, Event: engine.Event{Kind: engine.Tick, Actor: care.TheEngine}}) {
			return key
		}
		key = x.keyOf(&child.state)
	}
	return key
}

const longestSleep = 400 // turns

// take lets the engine take the act and answers what it asked for by the way. It tells whether the
// act was allowed.
func (x *explorer) take(n *node, a Act) bool {
	before := n.state
	t := x.advance(n.state, &a)
	if t.refused {
		return false
	}
	n.acts = append(n.acts, a)
	if a.At.After(n.now) {
		n.now = a.At
	}
	if t.broken != "" {
		n.broken = true
		x.brokeDown(n, t.broken)
		return true
	}
	n.state = t.turn.State
	n.ended = n.state.Status == care.EnrollmentEnded
	x.remember(&n.state)
	x.hold(n, &before, t.turn)
	x.deliverPlain(n)
	return true
}

// hold refutes a state that only the engine's rescue holds, and one that outlives the patient. Where
// one step or end is looked for, the search goes on beyond: what comes late comes still.
func (x *explorer) hold(n *node, before *engine.State, turn engine.Turn) {
	switch {
	case n.ended, x.goal != "":
	case engine.Rescued(n.state) && !engine.Rescued(*before), len(engine.Holds(n.state)) == 0:
		n.broken, x.stopped = true, true
		x.notHeld(n, turn)
	case n.state.Patient.Deceased && !before.Patient.Deceased && !x.mindsDeath():
		n.broken, x.stopped = true, true
		x.outlives(n)
	}
}

// mindsDeath tells whether the pathway itself says what a death means. One that goes on for a while,
// until the worker who is out is back, does so on purpose.
func (x *explorer) mindsDeath() bool {
	if mentions(x.asks, "patient.deceased") {
		return true
	}
	for _, e := range x.def.Ends {
		if e.On == string(engine.PatientDied) {
			return true
		}
	}
	return false
}

// deliverPlain lets those messages arrive at once of which nothing depends on whether they do.
func (x *explorer) deliverPlain(n *node) {
	for _, eff := range engine.Unanswered(n.state) {
		m := eff.Message
		if n.broken || m == nil || m.Purpose != "message" || !x.view.has(m.Step) || x.matters(m.Step) {
			continue
		}
		x.take(n, Act{At: n.now, Event: engine.Event{Kind: engine.MessageDelivered, Actor: care.TheEngine, MessageID: m.ID, Step: m.Step, Delivery: &engine.Delivery{Status: care.MessageSent}}})
	}
}

// matters tells whether anything depends on what becomes of a message.
func (x *explorer) matters(step string) bool {
	spec := x.def.StepByID(step)
	if spec == nil || !spec.Optional {
		return true
	}
	for _, a := range x.asks {
		for _, name := range a.Names {
			if strings.HasPrefix(name, step+".") {
				return true
			}
		}
	}
	return false
}

// file keeps a new state, to be looked at in its turn.
func (x *explorer) file(n *node, key string) int {
	i := len(x.nodes)
	x.nodes = append(x.nodes, n)
	x.states++
	if !n.broken {
		x.byKey[key] = i
	}
	if n.broken || n.ended {
		n.expanded = true
		n.toEnd = n.ended
		n.state = engine.State{}
		return i
	}
	rank := x.rank(x, &n.state)
	if rank == 0 && x.view.whole && x.goal == "" {
		x.samples = append(x.samples, sample{node: i, state: n.state})
	}
	heap.Push(&x.queue, waiting{rank: rank, order: i, node: i})
	return i
}

// remember keeps the values of what is asked, for the story of why something is never met.
func (x *explorer) remember(s *engine.State) {
	for _, a := range x.asked {
		value, known := valueIn(s, a.name)
		if known && !contains(x.seen[a.name], value) {
			x.seen[a.name] = append(x.seen[a.name], value)
		}
	}
}

// waiting is a state in the queue.
type waiting struct{ rank, order, node int }

// frontier is a heap: the lowest rank first, then the oldest.
type frontier []waiting

func (f *frontier) Len() int { return len(*f) }
func (f *frontier) Less(i, j int) bool {
	a, b := (*f)[i], (*f)[j]
	return a.rank < b.rank || a.rank == b.rank && a.order < b.order
}
func (f *frontier) Swap(i, j int) { (*f)[i], (*f)[j] = (*f)[j], (*f)[i] }

// Push implements heap.Interface.
func (f *frontier) Push(v any) { *f = append(*f, v.(waiting)) } //nolint:forcetypeassert // only file pushes

// Pop implements heap.Interface.
func (f *frontier) Pop() any {
	last := len(*f) - 1
	v := (*f)[last]
	*f = (*f)[:last]
	return v
}

// byNovelty looks first at states that show something new, then at those that show two things
// together for the first time.
func byNovelty(x *explorer, s *engine.State) int {
	rank := 2
	names := x.featuresOf(s)
	ids := make([]int, len(names))
	for i, name := range names {
		id, known := x.features[name]
		if !known {
			id = len(x.features)
			x.features[name] = id
			rank = 0
		}
		ids[i] = id
	}
	if len(ids) > maxPaired {
		return rank
	}
	for i := range ids {
		for j := range i {
			pair := [2]int{min(ids[i], ids[j]), max(ids[i], ids[j])}
			if !x.pairs[pair] {
				x.pairs[pair] = true
				rank = min(rank, 1)
			}
		}
	}
	return rank
}

// maxPaired bounds of how many things each pair is worth seeing: with the square of them comes the
// time that it takes.
const maxPaired = 60

// inOrder looks at states in the order in which they were met.
func inOrder(*explorer, *engine.State) int { return 0 }

// byProgress looks first at the states in which the least is left to do.
func byProgress(x *explorer, s *engine.State) int {
	left := 0
	for _, st := range s.Steps {
		spec := x.def.StepByID(st.ID)
		switch {
		case spec == nil || spec.Optional || st.Status == care.StepDone || st.Status == care.StepSkipped:
		case st.Status == care.StepCancelled || st.Status == care.StepMissed:
			left += 10
		case st.Status == care.StepOpen && st.Appointment != nil:
			left++
		case st.Status == care.StepOpen, len(spec.After) > 0, spec.When == "" && spec.On == "":
			left += 2
		}
	}
	return left
}
