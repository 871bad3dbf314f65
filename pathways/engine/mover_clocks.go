package engine

import (
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// moveClocks gives every clock the rule of the new version. The anchor stays; where the rule changed
// the deadline is computed anew, and the change is told with its cause.
func (m *mover) moveClocks() {
	for i, was := range m.left.s.Clocks {
		c := m.s.Clocks[i]
		if m.done[c] {
			continue
		}
		st := m.stepOf(c)
		switch {
		case c.Step == "":
			m.moveItsClock(c, was)
		case st == nil || m.going[st]:
		case st.Status.Ended():
			m.settleClock(c, was, st)
		case st.Personal || m.keptClock(c) != nil:
		default:
			m.moveStepClock(c, was, st)
		}
	}
	for i := range m.left.s.Clocks {
		c := m.s.Clocks[i]
		m.clockNames = append(m.clockNames, ClockWas{Name: c.Name, Step: c.Step, Occurrence: c.Occurrence})
	}
	m.armMissing()
	m.meetLate()
}

func active(c *Clock) bool {
	return c.Status == care.ClockRunning || c.Status == care.ClockPaused || c.Status == care.ClockMissed
}

// moveItsClock moves one of the enrollment's own clocks.
func (m *mover) moveItsClock(c, was *Clock) {
	needed := slices.ContainsFunc(m.def.Ends, func(end pathways.End) bool { return end.Clock == c.Name })
	spec := m.def.ClockByName(c.Name)
	switch {
	case !needed || spec == nil:
		if active(c) {
			c.Status = care.ClockCancelled
			c.PausedAt = nil
			m.tell("clock.cancelled", "", fmt.Sprintf("The %s no longer runs: %s.", plain(c.Name), m.goneInWords()), m.causeOf("clocks."+c.Name, 0, c.Name))
		}
	case active(c):
		old, _ := m.left.clockSpec(was)
		if !same(old, *spec) {
			m.rerule(c, nil, *spec, nil)
		}
	}
}

// settleClock fixes how the clock of a step that has ended was judged, where the rule is another one
// now: what ended keeps its outcome.
func (m *mover) settleClock(c, was *Clock, st *Step) {
	old, known := m.left.clockSpec(was)
	spec, still := m.clockSpec(c)
	judged := st.Status == care.StepDone && (c.Status == care.ClockMet || c.Status == care.ClockMissed)
	if judged && (known != still || !same(old, spec)) {
		c.Settled = true
	}
	if !same(m.left.ladder(was.Ladder), m.ladder(c.Ladder)) {
		c.Ladder, c.Rungs = "", nil
	}
}

// moveStepClock moves the clock of open work that both versions have.
func (m *mover) moveStepClock(c, was *Clock, st *Step) {
	oldStep, step := m.left.spec(was.Step), m.spec(st.ID)
	main := oldStep != nil && was.Name == m.left.mainClockOf(oldStep)
	if main {
		name := m.mainClockOf(step)
		if name == "" {
			m.cancelClock(c)
			c.Status = care.ClockCancelled
			m.tell("clock.cancelled", st.ID, fmt.Sprintf("%s has no deadline in version %d.", quoted(m.title(st)), m.def.Version), m.causeOf("steps."+st.ID, step.Line, ""))
			return
		}
		c.Name = name
	}
	ladder := m.ladder(c.Ladder)
	switch {
	case main && c.Name != clockDue || main && step.Ladder != "":
		ladder = m.ladder(step.Ladder)
	case main:
		ladder = ownLadders[clockDue]
	}
	if !active(c) {
		return
	}
	spec, ok := m.clockSpec(c)
	if !ok {
		m.cancelClock(c)
		return
	}
	old, _ := m.left.clockSpec(was)
	if same(old, spec) && was.Name == c.Name && same(rungsOf(m.left.ladder(was.Ladder)), rungsOf(ladder)) {
		if ladder != nil {
			c.Ladder = ladder.Name
		}
		return
	}
	m.rerule(c, st, spec, ladder)
}

func rungsOf(l *pathways.Ladder) []pathways.Rung {
	if l == nil {
		return nil
	}
	return l.Rungs
}

// mainClockOf names the clock that a step's work has by its definition; empty where it has none.
func (r *run) mainClockOf(spec *pathways.Step) string {
	switch {
	case spec.Clock != "" && r.def.ClockByName(spec.Clock) != nil:
		return spec.Clock
	case spec.Due != "":
		return clockDue
	}
	return ""
}

// rerule gives a running clock another rule and another ladder.
func (m *mover) rerule(c *Clock, st *Step, spec pathways.Clock, ladder *pathways.Ladder) {
	was := *c
	was.Rungs = slices.Clone(c.Rungs)
	c.Pause, c.Source = reasonOr(spec.Pause, pathways.PauseEnrollment), spec.Source
	m.standAsItMay(c)
	c.Ladder, c.Rungs = "", nil
	m.recountStood(c, spec, st)
	m.computeAnew(c, spec, st)
	moved := !c.Due.Equal(was.Due)
	if moved {
		cause := m.causeOf("clocks."+c.Name, spec.Line, c.Name)
		cause.Text = m.moveInWords()
		m.tell("clock.moved", c.Step, fmt.Sprintf("The deadline of %s moved from %s to %s, because %s.", m.clockInWords(c), m.inWords(was.Due), m.inWords(c.Due), m.moveInWords()), cause)
	}
	if c.Status == care.ClockMissed && c.Due.After(m.at) {
		c.Status = care.ClockRunning
		m.unmiss(c)
		if m.s.Engine >= mendsMoves {
			m.standAsItMay(c)
		}
	}
	m.climb(c, &was, ladder, moved)
}

// recountStood counts what a clock in whole days stood still in the days of its new rule: what it stood over
// a weekend are two days, and no business days.
func (m *mover) recountStood(c *Clock, spec pathways.Clock, st *Step) {
	before, err := care.ParseOffset(c.Offset)
	now, errNow := care.ParseOffset(m.within(spec, st))
	if m.s.Engine < mendsMoves || err != nil || errNow != nil || !before.WholeDays() || !now.WholeDays() || dayUnit(before.Unit) == dayUnit(now.Unit) {
		return
	}
	c.LostDays = 0
	for _, s := range c.Stood {
		c.LostDays += m.daysBetween(s.From, s.To, now.Unit)
	}
}

// computeAnew computes a clock by another rule. One of the enrollment's own whose anchor is not known yet
// goes on counting from where it did.
func (m *mover) computeAnew(c *Clock, spec pathways.Clock, st *Step) {
	if _, known := m.anchor(spec.From, st); known || st != nil || c.Anchor.IsZero() {
		m.compute(c, spec, st)
		return
	}
	note := quoted(m.nameInWords(spec.From)) + " is not known yet, so it counts from " + m.day(c.Anchor) + "; "
	spec.From = "now"
	m.compute(c, spec, st)
	c.Reason = note + c.Reason
}

// standAsItMay lets a clock stand or run as its pause policy says, where the pathway stands still.
func (m *mover) standAsItMay(c *Clock) {
	suspended := m.s.Status == care.EnrollmentSuspended
	stopped := suspended || m.s.Status == care.EnrollmentPaused
	may := stopped && c.Pause != pathways.PauseNever && (c.Pause != pathways.PauseHospital || suspended)
	switch {
	case c.Status == care.ClockPaused && !may && c.PausedAt != nil:
		m.goesOn(c)
	case c.Status == care.ClockRunning && may:
		m.standIfMay(c, suspended)
	}
}

// armMissing starts the clocks that the new version has and the old one had not.
func (m *mover) armMissing() {
	for _, st := range m.s.Steps {
		if st.Status != care.StepOpen || st.Personal || m.done[st] || m.going[st] || st.Task == nil || !st.Task.Status.Open() {
			continue
		}
		spec := m.def.StepByID(st.ID)
		if spec == nil || spec.Kind() == pathways.KindReferral {
			continue
		}
		if main := m.mainClockOf(spec); main == "" || m.clockFor(st, main) != nil {
			continue
		}
		m.armStepClock(st, spec)
		m.late = append(m.late, lateness{clock: m.clockFor(st, m.mainClockOf(spec))})
	}
	for _, end := range m.def.Ends {
		if spec := m.def.ClockByName(end.Clock); spec != nil && (m.enrollmentClock(end.Clock) == nil || m.enrollmentClock(end.Clock).Status == care.ClockCancelled) {
			m.arm(armPlan{spec: *spec, cause: m.causeOf("clocks."+spec.Name, spec.Line, spec.Name)})
			m.late = append(m.late, lateness{clock: m.enrollmentClock(end.Clock)})
		}
	}
}

// lateness is a clock that may be late by its new rule, with the rungs that were due already by the old
// one and only wait for the pathway to go on.
type lateness struct {
	clock   *Clock
	pending []bool
}

// meetLate marks what is late by the new rules, and speaks once for each: of all the rungs whose
// moments were past when the pathway moved, the highest alone.
func (m *mover) meetLate() {
	for _, l := range m.late {
		if l.clock.Status == care.ClockRunning && !l.clock.Due.After(m.at) {
			m.overdue(l.clock)
		}
		m.speakOnce(l)
	}
}

func (m *mover) speakOnce(l lateness) {
	c, st := l.clock, m.stepOf(l.clock)
	ladder := m.ladder(c.Ladder)
	if ladder == nil || st == nil || st.Status.Ended() || !active(c) {
		return
	}
	best := -1
	for i, rung := range ladder.Rungs {
		if c.Rungs[i].Fired || c.Rungs[i].At.After(m.at) || i < len(l.pending) && l.pending[i] {
			continue
		}
		c.Rungs[i].Fired = true
		act, _ := rung.Act()
		if needless(st, c, i, act) {
			continue
		}
		if best < 0 || higher(rung, c.Rungs[i].At, ladder.Rungs[best], c.Rungs[best].At) {
			best = i
		}
	}
	switch {
	case best < 0:
	case m.rungsRun(c):
		m.fireRung(c, best)
	default:
		c.Rungs[best].Fired = false // when the pathway goes on
	}
}

// rank orders what rungs do by whom they reach.
func rank(rung pathways.Rung) int {
	switch act, _ := rung.Act(); act {
	case "remind":
		return 1
	case "warn":
		return 2
	}
	return 3
}

// higher tells whether a rung stands above another: by what it does, then by when it comes.
func higher(a pathways.Rung, at time.Time, b pathways.Rung, bt time.Time) bool {
	if rank(a) != rank(b) {
		return rank(a) > rank(b)
	}
	return !at.Before(bt)
}

// climb puts a clock on another ladder. A rung that both ladders have keeps its identity and whether it
// fired; it fires again only where the deadline itself moved and its moment lies ahead, as after any
// correction. A new rung whose moment is past counts as fired where something at least as high spoke at
// that moment or later.
func (m *mover) climb(c, was *Clock, ladder *pathways.Ladder, moved bool) {
	before := rungsOf(m.left.ladder(was.Ladder))
	if ladder == nil {
		return
	}
	c.Ladder, c.Rungs = ladder.Name, make([]RungRun, len(ladder.Rungs))
	pending := make([]bool, len(ladder.Rungs))
	from := matchRungs(before, ladder.Rungs)
	var again []int
	for i, rung := range ladder.Rungs {
		run := RungRun{At: m.rungMoment(c, rung), Key: m.rungKeyIn(was, i)}
		if j := from[i]; j >= 0 {
			old := was.Rungs[j]
			run.Key, run.Fired, pending[i] = "", old.Fired, !old.Fired && !old.At.After(m.at)
			if key := rungKey(was, j); key != fmt.Sprint(i) {
				run.Key = key
			}
			if old.Fired && moved && run.At.After(m.at) && !run.At.Equal(old.At) {
				run.Fired = false
				again = append(again, i)
			}
		} else if !run.At.After(m.at) {
			run.Fired = announced(was, before, rung, run.At)
		}
		c.Rungs[i] = run
	}
	for _, i := range again {
		m.withdrawRung(c, i, "the deadline moved")
	}
	m.late = append(m.late, lateness{clock: c, pending: pending})
}

// rungKeyIn is the identity of a rung that the ladder before had not: its place, where no ladder was.
func (m *mover) rungKeyIn(was *Clock, i int) string {
	if len(was.Rungs) == 0 {
		return ""
	}
	return fmt.Sprintf("v%d.%d", m.def.Version, i)
}

// matchRungs finds for each rung the one of the ladder before that says the same: at the same moment,
// else to the same person in the same order; -1 where there is none.
func matchRungs(before, now []pathways.Rung) []int {
	from := make([]int, len(now))
	used := make([]bool, len(before))
	for i := range from {
		from[i] = -1
	}
	match := func(equal func(a, b pathways.Rung) bool) {
		for i := range now {
			for j := range before {
				if from[i] < 0 && !used[j] && equal(now[i], before[j]) {
					from[i], used[j] = j, true
				}
			}
		}
	}
	sameAct := func(a, b pathways.Rung) bool {
		actA, toA := a.Act()
		actB, toB := b.Act()
		return actA == actB && toA == toB
	}
	match(func(a, b pathways.Rung) bool { return sameAct(a, b) && a.At == b.At })
	match(sameAct)
	return from
}

// announced tells whether a rung of the ladder before, at least as high, spoke at the moment or later.
func announced(was *Clock, before []pathways.Rung, rung pathways.Rung, at time.Time) bool {
	for j, old := range before {
		if j < len(was.Rungs) && was.Rungs[j].Fired && rank(old) >= rank(rung) && !was.Rungs[j].At.Before(at) {
			return true
		}
	}
	return false
}

// lateRungInWords says why a rung speaks now and not at its moment.
func (r *run) lateRungInWords(rung RungRun) string {
	return fmt.Sprintf("by version %d this was to come on %s, before the pathway moved to it", r.def.Version, r.inWords(rung.At))
}
