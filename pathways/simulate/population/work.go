package population

import (
	"math"

	"throughline/care"
)

// item is a piece of work: a task of a patient, or an escalation to be looked at.
type item struct {
	patient    *patient
	task       care.Task // as it was last told
	escalation care.ID   // instead: an escalation
	pool       *pool
	opened     int64
	due        int64 // never where there is none
	notBefore  int64 // nothing can be done earlier
	tries      int   // that reached nobody

	called  bool // the patient called back: whoever takes it next reaches them
	busy    bool // somebody works on it
	version int  // of its place in the queue; older ones are void
}

const never = math.MaxInt64

func (it *item) open() bool {
	if it.escalation != "" {
		return it.patient.escalationOpen(it.escalation)
	}
	return it.task.Status.Open()
}

// ready tells whether somebody could work on it.
func (it *item) ready(now int64) bool {
	return !it.busy && !it.patient.left && it.notBefore <= now && it.open() && it.task.Status != care.TaskOnHold
}

// queued is an item's place in a queue.
type queued struct {
	item    *item
	version int
	due     int64
	number  uint64
}

func (q queued) before(o queued) bool { //nolint:unused // the heap asks it
	if q.due != o.due {
		return q.due < o.due
	}
	return q.number < o.number
}

// pool is the people of a role and the work that waits for them.
type pool struct {
	role      string
	staff     Staff
	people    []*person // empty: as many as are wanted at any time
	queue     heap[queued]
	opening   int64 // the next opening that is arranged; 0: none
	workdays  []window
	seconds   []int64 // of work done, by day
	openedBy  []int   // tasks opened, by day
	doneBy    []int   // tasks done, by day
	backlogBy []int   // how the number of open tasks changed, by day
}

// window is a day's hours as instants; equal: none.
type window struct{ from, to int64 }

// person is one of the staff.
type person struct {
	pace    float64 // seconds on the clock for a second of work
	present float64 // the part of each day's hours that they are there, from its beginning on
	longest bool    // nobody of the role is there longer
	busy    int64   // until when
}

// of gives the part of a day's hours that the person is there.
func (w *person) of(hours window) window {
	return window{hours.from, hours.from + int64(math.Round(float64(hours.to-hours.from)*w.present))}
}

func newPool(s Staff, people float64, unlimited bool, d *days) *pool {
	n := len(d.list)
	p := &pool{role: s.Name, staff: s, seconds: make([]int64, n), openedBy: make([]int, n), doneBy: make([]int, n), backlogBy: make([]int, n)}
	p.workdays = make([]window, n)
	for i, day := range d.list {
		hours := s.Hours[day.date.Weekday()]
		if hours == (shift{}) || day.holiday && !s.Holidays {
			continue
		}
		p.workdays[i] = window{d.at(i, hours.from), d.at(i, hours.to)}
	}
	if unlimited {
		return p
	}
	whole := int(math.Ceil(people - 1e-9))
	for i := range whole {
		present := math.Min(1, people-float64(i))
		quantile := (float64(i) + 0.5) / float64(whole) // from the fastest to the slowest, evenly
		slowness := 1 + float64(s.Spread)*(2*quantile-1)
		p.people = append(p.people, &person{pace: slowness / p.share(), present: present, longest: i == 0})
	}
	return p
}

// share is the part of the hours that is for this pathway.
func (p *pool) share() float64 {
	if p.staff.Share == nil {
		return 1
	}
	return float64(*p.staff.Share)
}

// capacity gives the seconds of work, at the middle pace, that a day has room for; what is without
// limit has none.
func (p *pool) capacity(day int) int64 {
	sum := 0.0
	for _, person := range p.people {
		there := person.of(p.workdays[day])
		sum += float64(there.to-there.from) / person.pace
	}
	return int64(math.Round(sum))
}

// works tells whether anybody works on the day.
func (p *pool) works(day int) bool { return p.workdays[day].to > p.workdays[day].from }

// nextOpening gives when the role's next hours begin after an instant; never where the simulation
// ends first.
func (p *pool) nextOpening(d *days, now int64) int64 {
	for i := d.of(now); i < len(p.workdays); i++ {
		if p.works(i) && p.workdays[i].from > now {
			return p.workdays[i].from
		}
	}
	return never
}

// hours gives the window that an instant lies in.
func (p *pool) hours(d *days, now int64) (window, bool) {
	w := p.workdays[d.of(now)]
	return w, w.from <= now && now < w.to
}

// free gives somebody who is there and has nothing in hand.
func (p *pool) free(hours window, now int64) *person {
	for _, person := range p.people {
		if person.busy <= now && now < person.of(hours).to {
			return person
		}
	}
	return nil
}

// occupy notes work of so many seconds on the clock from an instant on, and gives when it is done.
// What does not end with the day goes on with the next.
func (p *pool) occupy(d *days, from, seconds int64, who *person) int64 {
	for i := d.of(from); i < len(p.workdays); i++ {
		w := who.of(p.workdays[i])
		at := max(from, w.from)
		if at >= w.to {
			continue
		}
		spent := min(seconds, w.to-at)
		p.seconds[i] += int64(math.Round(float64(spent) / who.pace))
		seconds -= spent
		if seconds == 0 {
			return at + spent
		}
	}
	return never
}
