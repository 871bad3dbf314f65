package population

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Options are how a scenario is run.
type Options struct {
	// People replaces the number of people of roles; Unlimited lets every other role have as many as
	// are wanted at any time of their hours.
	People    []Headcount
	Unlimited bool
	// Progress is told now and then how many of the patients have been followed to their end; nil:
	// nobody is told.
	Progress func(done, total int)
}

// Headcount is how many people a role has.
type Headcount struct {
	Role   string  `json:"role"`
	People float64 `json:"people"`
}

// world is a population on its way, with the staff and the services around it.
type world struct {
	*course                     // the pathway that all of them go through
	others   map[string]*course // those that its steps start; nil where none ships. Looked up only
	options  Options
	calendar care.Calendar
	days     *days
	seed     uint64
	now      int64
	moments  heap[moment]
	number   uint64 // of the moments and the places in queues
	patients []*patient
	children []*patient // the enrollments that a step started
	pools    []*pool
	turns    int
	followed int
	observe  func(engine.Turn) // told of every turn; nil: nobody is
}

// moment is something that is about to happen.
type moment struct {
	at     int64
	number uint64
	do     func() error
}

func (m moment) before(o moment) bool { //nolint:unused // the heap asks it
	if m.at != o.at {
		return m.at < o.at
	}
	return m.number < o.number
}

// later arranges that something happens.
func (w *world) later(at int64, do func() error) {
	w.number++
	w.moments.push(moment{at: at, number: w.number, do: do})
}

func newWorld(def *pathways.Definition, s *Scenario, o Options) (*world, error) {
	eng, err := engine.For(def)
	if err != nil {
		return nil, care.Errorf(care.Invalid, "the definition cannot be run: %w", err).At("source")
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, care.Errorf(care.Invalid, "the scenario's time zone is not known: give an IANA name such as America/New_York").At("zone")
	}
	w := &world{course: newCourse(eng, def, s), others: map[string]*course{}, options: o, calendar: s.calendar(), seed: uint64(s.Seed)}
	arrivals, err := w.arrivals(zone)
	if err != nil {
		return nil, err
	}
	for _, role := range rolesOf(def) {
		w.poolOf(role)
	}
	for _, staff := range s.Staff {
		w.poolOf(staff.Name)
	}
	for i, at := range arrivals {
		w.later(at, func() error { return w.arrive(i, 0, at+int64(s.Days)*secondsOfDay) })
	}
	return w, nil
}

// arrivals gives the instants at which patients come, in order, and lays out the days.
func (w *world) arrivals(zone *time.Location) ([]int64, error) {
	s := w.scenario
	const mostDays = 3650
	n := int(float64(s.Patients)/float64(s.Arrivals.PerDay)) + s.Days + 30
	if n > mostDays {
		return nil, care.Errorf(care.Invalid, "with %v patients a day it takes more than ten years until %d have come: let more come a day, or fewer in all", s.Arrivals.PerDay, s.Patients).At("arrivals.per_day")
	}
	w.days = daysFrom(s.Start, 2*n, zone, w.calendar)
	var at []int64
	carry := 0.0
	luck := diceOf(w.seed, -1)
	for i := 0; len(at) < s.Patients && i < len(w.days.list); i++ {
		mean := float64(s.Arrivals.PerDay) * w.weight(w.days.list[i].date.Weekday())
		count := poisson(mean, luck.roll("arrivals", "", i))
		if s.Arrivals.Even {
			carry += mean
			count = int(carry + 1e-9)
			carry -= float64(count)
		}
		today := make([]int64, count)
		for k := range today {
			today[k] = w.arrivalAt(i, k, count, luck)
		}
		slices.Sort(today)
		at = append(at, today...)
	}
	return at[:min(len(at), s.Patients)], nil
}

func (w *world) arrivalAt(day, k, count int, luck dice) int64 {
	hours := w.scenario.Arrivals.Between
	along := luck.roll("hour", "", day*100_003+k)
	if w.scenario.Arrivals.Even {
		along = float64(k) / float64(count)
	}
	return w.days.at(day, hours.from+int(along*float64(hours.to-hours.from)))
}

// weight is how a day of the week compares with the average day.
func (w *world) weight(d time.Weekday) float64 {
	sum, own := 0.0, 1.0
	for other := time.Sunday; other <= time.Saturday; other++ {
		weight := 1.0
		for _, x := range w.scenario.Arrivals.Weekdays {
			if named, ok := weekday(x.Name); ok && named == other {
				weight = float64(x.Weight)
			}
		}
		sum += weight
		if other == d {
			own = weight
		}
	}
	return own * 7 / sum
}

// poolOf gives the people of a role. A role that nobody was named for has as many as are wanted, in
// office hours: its work is counted, and never late for want of people.
func (w *world) poolOf(role string) *pool {
	for _, p := range w.pools {
		if p.role == role {
			return p
		}
	}
	staff, unlimited := w.scenario.staffOf(role), w.options.Unlimited
	people := 0.0
	if staff == nil {
		staff, unlimited = &Staff{Name: role, Hours: officeHours}, true
	} else {
		people = float64(staff.People)
	}
	for _, h := range w.options.People {
		if h.Role == role {
			people, unlimited = h.People, false
		}
	}
	p := newPool(*staff, people, unlimited, w.days)
	w.pools = append(w.pools, p)
	return p
}

var officeHours = Timetable{1: {9 * 3600, 17 * 3600}, 2: {9 * 3600, 17 * 3600}, 3: {9 * 3600, 17 * 3600}, 4: {9 * 3600, 17 * 3600}, 5: {9 * 3600, 17 * 3600}}

// run lets everything happen, in order.
func (w *world) run() error {
	for w.moments.len() > 0 {
		next := w.moments.pop()
		w.now = next.at
		if err := next.do(); err != nil {
			return fmt.Errorf("on %s: %w", time.Unix(w.now, 0).In(w.days.zone).Format("Mon 2006-01-02 15:04"), err)
		}
	}
	return nil
}

// arrive starts the pathway for a patient.
func (w *world) arrive(number, episode int, until int64) error {
	p := newPatient(w.course, number, episode, w.seed)
	p.begun, p.until = w.now, until
	w.patients = append(w.patients, p)
	w.later(until, func() error { return w.leave(p) })
	launch, err := w.launch(p)
	if err != nil {
		return err
	}
	if d := w.eng.Decide(launch); !d.Start && !byHand(w.def) {
		p.reason = d.Reason
		return nil
	}
	if err := w.advance(p, engine.Event{Kind: engine.Started, Actor: theWorld, Launch: &launch}); err != nil {
		return fmt.Errorf("starting %s: %w", w.def.Pathway, err)
	}
	w.measure(p)
	if episode == 0 {
		w.fate(p)
	}
	return nil
}

// leave notes that a patient has been followed to the end.
func (w *world) leave(p *patient) error {
	p.left = true
	p.letGo()
	w.followed++
	const often = 100
	if w.options.Progress != nil && (w.followed%often == 0 || w.followed == w.scenario.Patients) {
		w.options.Progress(min(w.followed, w.scenario.Patients), w.scenario.Patients)
	}
	return nil
}

// theWorld is who acts where nobody in particular does.
var theWorld = care.Actor{Kind: care.System, ID: "simulation"}

// refused tells whether the engine said no for a reason that the world may meet: what was to be
// acted on is no more, or the enrollment is over.
func refused(err error) bool {
	e, ok := errors.AsType[*care.Error](err)
	return ok && (e.Code == care.NotFound || e.Code == care.Conflict)
}

// refusedBecause gives the words of a refusal, whatever its reason.
func refusedBecause(err error) (string, bool) {
	e, ok := errors.AsType[*care.Error](err)
	if !ok {
		return "", false
	}
	return e.Message, true
}

// unlessRefused passes on only the errors that the world must not meet.
func unlessRefused(err error) error {
	if err == nil || refused(err) {
		return nil
	}
	return err
}

// defaults of behaviours.
var (
	defaultMinutes    = minutes(15, 15)
	defaultAttempt    = minutes(4, 4)
	defaultTryAgain   = minutes(3*60, 20*60)
	defaultEscalation = minutes(5, 5)
	defaultReferral   = minutes(10, 10)
	defaultAhead      = minutes(2*24*60, 10*24*60)
	defaultAnswer     = minutes(2*60, 48*60)
	defaultBegin      = minutes(24*60, 4*24*60)
	defaultFinish     = minutes(24*60, 10*24*60)
	defaultReply      = minutes(60, 24*60)
	defaultWithin     = minutes(0, 30*24*60)
	defaultStay       = minutes(2*24*60, 6*24*60)
	defaultVisits     = Hours{shift{9 * 3600, 16 * 3600}}
)

// visitHours are the hours in which visits begin.
func (b Behaviour) visitHours() Hours { return cmp.Or(b.At, defaultVisits) }
