package population

import (
	"math"

	"throughline/care"
	"throughline/pathways"
)

// taskTold takes what the engine told of a task: new work, work with another deadline or owner, work
// that is over.
func (w *world) taskTold(p *patient, t *care.Task) {
	it := p.itemOf(t.ID)
	today := w.days.of(w.now)
	if it == nil {
		it = &item{patient: p, pool: w.poolOf(t.Role), opened: w.now, notBefore: w.countsFrom(p, t)}
		p.items = append(p.items, it)
		it.pool.openedBy[today]++
		it.pool.backlogBy[today]++
		it.task = *t
		it.task.Status = care.TaskRequested
	}
	was := it.task.Status.Open()
	it.task = *t
	if was && !t.Status.Open() {
		it.pool.backlogBy[today]--
		if t.Status == care.TaskCompleted {
			it.pool.doneBy[today]++
		}
		return
	}
	if pool := w.poolOf(t.Role); pool != it.pool {
		it.pool.backlogBy[today]--
		pool.backlogBy[today]++
		it.pool = pool
	}
	it.due = w.urgency(p, t)
	w.offer(it)
}

// urgency is the moment by which work is put in order: its deadline; of a visit that is not booked,
// as much earlier as visits are booked ahead, since whoever books on the last day books too late.
func (w *world) urgency(p *patient, t *care.Task) int64 {
	if t.DueAt == nil {
		return never
	}
	due := t.DueAt.Unix()
	if st := p.step(t.Step, t.Occurrence); st != nil && st.Kind == pathways.KindAppointment && st.Appointment == nil {
		due -= p.course.behaviourOf(t.Step).Ahead.or(defaultAhead).at(1)
	}
	return due
}

// countsFrom gives when work on a task counts at the earliest, where its clock says that the first
// day does not.
func (w *world) countsFrom(p *patient, t *care.Task) int64 {
	step := p.course.def.StepByID(t.Step)
	if step == nil {
		return w.now
	}
	clock := p.course.def.ClockByName(step.Clock)
	if clock == nil || clock.CountsFrom != "day after" {
		return w.now
	}
	for _, c := range p.state.Clocks {
		if c.Name == clock.Name && c.Step == t.Step && c.Occurrence == t.Occurrence {
			first := care.DateOf(c.Anchor, w.days.zone).AddDays(1)
			return max(w.now, first.In(w.days.zone).Unix())
		}
	}
	return w.now
}

// offer puts work into its queue anew, now or when it can be done.
func (w *world) offer(it *item) {
	if it.busy {
		return
	}
	it.version++
	if it.notBefore > w.now {
		version := it.version
		w.later(it.notBefore, func() error {
			if it.version != version {
				return nil
			}
			return w.enqueue(it)
		})
		return
	}
	w.number++
	it.pool.queue.push(queued{item: it, version: it.version, due: it.due, number: w.number})
	// Who could take it is asked when the present event is through: it may change the work again.
	w.wakePool(it.pool, w.now)
}

func (w *world) enqueue(it *item) error {
	w.number++
	it.pool.queue.push(queued{item: it, version: it.version, due: it.due, number: w.number})
	return w.dispatch(it.pool)
}

// wakePool arranges that a pool looks at its queue.
func (w *world) wakePool(p *pool, at int64) {
	if at == never || p.opening != 0 && p.opening <= at && p.opening > w.now {
		return
	}
	if at == w.now && p.opening == w.now {
		return
	}
	p.opening = at
	w.later(at, func() error {
		if p.opening == at {
			p.opening = 0
		}
		return w.dispatch(p)
	})
}

// dispatch gives the work that is due first to those who are free, as long as there is both.
func (w *world) dispatch(p *pool) error {
	for p.queue.len() > 0 {
		hours, open := p.hours(w.days, w.now)
		if !open {
			w.wakePool(p, p.nextOpening(w.days, w.now))
			return nil
		}
		who := p.free(hours, w.now)
		if who == nil && len(p.people) == 0 {
			who = &person{pace: 1, present: 1, longest: true} // as many as are wanted
		}
		if who == nil { // whoever is done first looks again, or who comes next
			w.wakePool(p, p.nextOpening(w.days, w.now))
			return nil
		}
		it, act, seconds := w.take(p, who, who.of(hours))
		if it == nil {
			w.wakePool(p, p.nextOpening(w.days, w.now))
			return nil
		}
		w.begin(p, who, it, act, seconds)
	}
	return nil
}

// lookAhead is how much work is looked through for some that can still be done on the same day.
const lookAhead = 32

// take gives the work that is due first and can be done before the day's hours are over. Work that
// no day has room for is begun on a fresh one and goes on with the next.
func (w *world) take(p *pool, who *person, hours window) (*item, act, int64) {
	var aside []queued
	defer func() {
		for _, q := range aside {
			p.queue.push(q)
		}
	}()
	for p.queue.len() > 0 && len(aside) < lookAhead {
		q := p.queue.pop()
		if q.version != q.item.version || !q.item.ready(w.now) {
			continue
		}
		act := w.plan(q.item)
		seconds := int64(math.Ceil(float64(act.seconds) * who.pace))
		day := hours.to - hours.from
		if seconds <= hours.to-w.now || seconds > day && who.longest && w.now-hours.from < day/4 {
			return q.item, act, seconds
		}
		aside = append(aside, q)
	}
	return nil, act{}, 0
}

// begin lets a person do work, and look for more when it is done.
func (w *world) begin(p *pool, who *person, it *item, a act, seconds int64) {
	it.busy = true
	done := p.occupy(w.days, w.now, seconds, who)
	who.busy = done
	if done == never {
		return
	}
	w.later(done, func() error {
		it.busy = false
		if err := a.do(); err != nil {
			return err
		}
		if it.ready(w.now) || it.open() && !it.patient.left && it.notBefore > w.now {
			w.offer(it)
		}
		return w.dispatch(p)
	})
}
