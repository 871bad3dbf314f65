package engine

import (
	"slices"
	"sync"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// Engine runs one definition. It is immutable and safe for concurrent use.
type Engine struct {
	program *pathways.Program
	def     *pathways.Definition
	see     func(Asked) // told of every expression that is asked; nil: nobody listens
}

// New makes the engine of a compiled definition.
func New(p *pathways.Program) *Engine {
	return &Engine{program: p, def: p.Definition()}
}

// zones keeps what time.LoadLocation gives, which reads a file every time.
var zones sync.Map

func zoneNamed(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil //nolint:forcetypeassert // only locations are stored
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, care.Errorf(care.Invalid, "%q is not a time zone; give an IANA name such as America/New_York", name).At("zone")
	}
	zones.Store(name, loc)
	return loc, nil
}

// Definition gives what the engine runs.
func (e *Engine) Definition() *pathways.Definition { return e.def }

// seenKept is how many event ids a state remembers. Older repetitions are caught by the journal.
const seenKept = 256

// RuleStarted is broken by an event before the start, and by a second start.
const RuleStarted = "enrollment.started"

// Advance does what an event asks and all that is due until now. It changes nothing of the state
// that it is given. An event that was seen before gives a turn marked Duplicate. A refusal is a
// care.Error (Invalid, Conflict, NotFound) that names the rule, and nothing has changed then.
func (e *Engine) Advance(s State, ev Event, now time.Time) (Turn, error) {
	if seen(s, ev.ID) {
		return Turn{State: s, Duplicate: true, Event: ev, Wake: e.Wake(s), RecordedAt: now.UTC().Round(0)}, nil
	}
	r, err := e.begin(s, ev, now)
	if err != nil {
		return Turn{}, err
	}
	r.catchUp()
	r.at = later(r.now, r.s.At)
	r.s.At = r.at // what the event makes due at once comes after it, however long ago it would have been
	if err := r.apply(); err != nil {
		return Turn{}, err
	}
	r.settle()
	r.catchUp()
	r.keepHeld()
	return r.finish(), nil
}

// Check tells whether Advance would refuse the event, and changes nothing.
func (e *Engine) Check(s State, ev Event, now time.Time) error {
	_, err := e.Advance(s, ev, now)
	return err
}

// begin prepares a turn on a copy of the state.
func (e *Engine) begin(s State, ev Event, now time.Time) (*run, error) {
	now = now.UTC().Round(0) // as it will be after a trip through JSON
	fresh := s.Status == ""
	if fresh != (ev.Kind == Started) {
		if fresh {
			return nil, care.Errorf(care.Conflict, "the enrollment has not started").By(RuleStarted)
		}
		return nil, care.Errorf(care.Conflict, "the enrollment has already started").By(RuleStarted)
	}
	r := &run{Engine: e, s: s.clone(rewrites(ev.Kind)), before: s, ev: ev, now: now, at: s.At}
	r.followName()
	zone := s.Zone
	if fresh {
		if ev.Launch == nil {
			return nil, care.Errorf(care.Invalid, "a start needs what it starts with").At("launch")
		}
		if ev.Launch.EnrollmentID == "" || ev.Launch.PatientID == "" {
			return nil, care.Errorf(care.Invalid, "a start needs the ids of the enrollment and the patient").At("launch")
		}
		zone = ev.Launch.Zone
		r.at = now
	}
	loc, err := zoneNamed(zone)
	if err != nil {
		return nil, err
	}
	r.zone = loc
	return r, nil
}

// run is one turn in the making.
type run struct {
	*Engine
	s       State // the copy that is changed
	before  State // as the turn found it
	ev      Event
	now     time.Time // when the turn is recorded
	at      time.Time // the logical time: a clock's moment while catching up, else now
	zone    *time.Location
	ticking bool       // true while catching up: the clock acts, not the event's actor
	ending  string     // while the enrollment is being closed: why
	endRule care.Cause // the one of the pathway's ends that came
	effects []Effect
	told    int
	opened  []*Step  // by the event itself
	started []string // tracks, by the event itself
	left    *run     // while moving to another version: the state as it was, seen with the version before
	moving  bool     // until every item has its new rule
	// recounted marks a turn that changed the calendar or the zone.
	recounted bool
	// clockNames are the clocks in the places that they had before the move, as they are called since.
	clockNames []ClockWas
	asks       []string // what a person has to decide after the move, in words
	// answered are the questionnaire steps whose answers came, until what waits for them has heard.
	answered []string
}

// catchUp does all that is due until now, each at its own moment and in their order, so that a
// long sleep and many short ones end alike.
func (r *run) catchUp() {
	r.ticking = true
	defer func() { r.ticking = false }()
	for range maxMoments {
		next := r.nextMoment()
		if next == nil || next.After(r.now) {
			return
		}
		r.at = later(*next, r.s.At)
		r.s.At = r.at
		r.fire()
		r.settle()
	}
}

// maxMoments and maxChanges bound a turn. The checker refuses definitions that could reach them.
const (
	maxMoments = 10_000
	maxChanges = 10_000
)

// settle opens and ends what the present facts allow, until nothing changes any more.
func (r *run) settle() {
	r.hearAnswers()
	defer r.keepAnswers()
	defer r.deferWhatCame()
	for range maxChanges {
		if r.s.Status == care.EnrollmentEnded || r.endIfTime(r.atOnce) {
			return
		}
		if r.startTracks() || r.moveSteps() || r.beginDeferred() {
			continue
		}
		if r.s.Engine >= completesLast {
			r.endIfTime(r.onceSettled)
		}
		return
	}
}

// finish closes the turn: rows of all that changed, in a fixed order.
func (r *run) finish() Turn {
	r.s.At = later(r.now, r.s.At)
	r.remember()
	wake := r.Wake(r.s)
	if len(r.effects) > 0 || r.changed() {
		r.s.Seq++
		r.describe(wake)
		r.compact()
		r.noteMove()
	}
	return Turn{State: r.s, Event: r.ev.withoutDefinition(), Effects: r.effects, Wake: wake, RecordedAt: r.now}
}

// actor is who did what is being done: the event's actor, or the engine where a clock did it.
func (r *run) actor() care.Actor {
	if r.ticking || r.ev.Kind == Tick {
		return care.TheEngine
	}
	return r.ev.Actor
}

func seen(s State, id string) bool { return id != "" && slices.Contains(s.Seen, id) }

// remember keeps the event's identity, and lets go of the oldest.
func (r *run) remember() {
	if r.ev.ID == "" {
		return
	}
	kept := r.s.Seen
	if len(kept) >= seenKept {
		kept = kept[len(kept)-seenKept+1:]
	}
	r.s.Seen = append(slices.Clone(kept), r.ev.ID)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
