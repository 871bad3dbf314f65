package population

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// tallied is a list of things that are counted by a key, in the order of their first coming.
type tallied[K comparable, V any] struct {
	at   map[K]int
	list []V
}

func (t *tallied[K, V]) of(key K, fresh V) *V {
	if t.at == nil {
		t.at = map[K]int{}
	}
	i, known := t.at[key]
	if !known {
		i = len(t.list)
		t.at[key] = i
		t.list = append(t.list, fresh)
	}
	return &t.list[i]
}

func (w *world) summarize() *Report {
	s := w.scenario
	r := &Report{
		Pathway: w.def.Pathway, Version: w.def.Version, Title: w.def.Title, Scenario: s.Title, Patients: s.Patients, Days: s.Days, Seed: s.Seed,
		Zone: s.Zone, Turns: w.turns, From: s.Start, To: s.Start,
	}
	last := 0
	for _, p := range w.patients {
		if p.reason == "" {
			r.Enrollments++
		}
		if p.episode == 0 {
			last = max(last, w.days.of(p.begun))
		}
	}
	r.To = w.days.list[last].date
	r.Deadlines, r.Rungs = w.deadlines(), w.rungs(r.Enrollments)
	r.Roles = w.roles(last)
	r.Messages = w.messages(r.Enrollments)
	r.Referrals = w.referrals()
	r.Ends, r.NotStarted = w.ends(r.Enrollments)
	r.Others = w.startedBeside()
	r.Summary = r.sentence()
	return r
}

// partnerClocks are the deadlines that a community service keeps, or misses.
var partnerClocks = []string{"acknowledge", "first_contact", "outcome"}

// quietClocks are no deadlines of work: a search's, and the day of a visit.
var quietClocks = []string{"search", "attendance", "wait"}

func (w *world) deadlines() []Kept {
	type name struct{ step, clock string }
	var all tallied[name, Kept]
	for i := range w.def.Steps { // in the order of the definition
		step := &w.def.Steps[i]
		if w.def.ClockByName(step.Clock) != nil && worked(step) {
			all.of(name{step.ID, step.Clock}, w.deadline(step.ID, step.Clock))
		}
	}
	for _, p := range w.patients {
		for _, c := range p.clocks {
			if c.step == "" || slices.Contains(quietClocks, c.clock) {
				continue
			}
			d := all.of(name{c.step, c.clock}, w.deadline(c.step, c.clock))
			count(d, c, w.days.zone)
		}
	}
	for i := range all.list {
		if d := &all.list[i]; d.judged() > 0 {
			d.Share = round(float64(d.OnTime) / float64(d.judged()))
		}
	}
	return all.list
}

func (w *world) deadline(step, clock string) Kept {
	d := Kept{Step: step, Clock: clock, Partner: slices.Contains(partnerClocks, clock), Role: w.def.Owner, Title: strings.ReplaceAll(step, "_", " ")}
	if spec := w.def.StepByID(step); spec != nil {
		d.Title, d.Role = spec.InWords(), w.def.OwnerOf(spec)
	}
	if d.Partner {
		d.Role = ""
	}
	return d
}

func count(d *Kept, c clockTold, zone *time.Location) {
	d.Set++
	weekday := c.due.In(zone).Weekday()
	switch c.status {
	case care.ClockMet:
		d.OnTime++
		d.DueByWeekday[weekday]++
	case care.ClockMissed:
		d.Late++
		d.DueByWeekday[weekday]++
		d.LateByWeekday[weekday]++
	case care.ClockCancelled:
		d.Cancelled++
	default:
		d.Open++
	}
}

func (w *world) rungs(enrollments int) []RungCount {
	type name struct{ step, rule string }
	var all tallied[name, RungCount]
	for i := range w.def.Steps {
		step := &w.def.Steps[i]
		ladder := w.def.LadderByName(step.Ladder)
		if ladder == nil {
			continue
		}
		for j, rung := range ladder.Rungs {
			rule := fmt.Sprintf("ladders.%s[%d]", ladder.Name, j+1)
			act, to := rung.Act()
			all.of(name{step.ID, rule}, RungCount{Step: step.ID, Rule: rule, Line: rung.Line, When: rung.At, Act: act, To: to})
		}
	}
	for _, p := range w.patients {
		for _, t := range p.rungs {
			all.of(name{t.step, t.rule}, RungCount{Step: t.step, Rule: t.rule, Act: t.act, To: t.to}).Count++
		}
	}
	for i := range all.list {
		all.list[i].Share = share(all.list[i].Count, enrollments)
	}
	return all.list
}

func (w *world) roles(last int) []Workload {
	var out []Workload
	for _, p := range w.pools {
		role := Workload{Role: p.role, People: w.people(p), PerDay: []Workday{}}
		var opened, done, minutes, backlog []float64
		open := 0
		spent, room := int64(0), int64(0)
		for i := range w.days.list {
			open += p.backlogBy[i]
			role.Opened += p.openedBy[i]
			role.Done += p.doneBy[i]
			if i > last {
				continue
			}
			day := Workday{
				Date: w.days.list[i].date, Works: p.works(i), Opened: p.openedBy[i], Done: p.doneBy[i],
				Minutes: inMinutes(p.seconds[i]), Capacity: inMinutes(p.capacity(i)), Backlog: open,
			}
			role.PerDay = append(role.PerDay, day)
			if !day.Works {
				continue
			}
			role.Workdays++
			spent, room = spent+p.seconds[i], room+p.capacity(i)
			opened, done = append(opened, float64(day.Opened)), append(done, float64(day.Done))
			minutes, backlog = append(minutes, day.Minutes), append(backlog, float64(open))
		}
		role.Open = open
		role.OpenedPerDay, role.DonePerDay, role.MinutesPerDay, role.Backlog = spreadOf(opened), spreadOf(done), spreadOf(minutes), spreadOf(backlog)
		if room > 0 {
			role.Busy = round(float64(spent) / float64(room))
			role.Capacity = round(inMinutes(room) / float64(role.Workdays))
		}
		out = append(out, role)
	}
	for i := range out {
		out[i].Cancelled = w.cancelled(out[i].Role)
	}
	return out
}

// cancelled counts the tasks of a role that were called off.
func (w *world) cancelled(role string) int {
	n := 0
	for _, p := range slices.Concat(w.patients, w.children) {
		for _, it := range p.items {
			if it.pool.role == role && it.task.Status == care.TaskCancelled {
				n++
			}
		}
	}
	return n
}

func (w *world) people(p *pool) float64 {
	if len(p.people) == 0 {
		return 0
	}
	for _, h := range w.options.People {
		if h.Role == p.role {
			return h.People
		}
	}
	return float64(p.staff.People)
}

func (w *world) messages(enrollments int) MessageLoad {
	var toThem []float64
	var purposes tallied[string, Count]
	for _, purpose := range []string{"message", "reminder", "warning", "escalation", "referral"} {
		purposes.of(purpose, Count{Name: purpose})
	}
	if slices.ContainsFunc(w.def.Steps, func(s pathways.Step) bool { return s.Questionnaire != nil && s.Questionnaire.AsksPatient() }) {
		purposes.of(purposeQuestions, Count{Name: purposeQuestions})
	}
	for _, p := range w.patients {
		if p.reason != "" {
			continue
		}
		toThem = append(toThem, float64(p.toThem))
		for i, purpose := range purposes.list {
			for key, n := range p.sent { // a sum: the order does not matter
				if strings.HasPrefix(key, purpose.Name+" ") {
					purposes.list[i].Count += n
				}
			}
		}
	}
	for i := range purposes.list {
		purposes.list[i].Share = share(purposes.list[i].Count, enrollments)
	}
	return MessageLoad{PerPatient: spreadOf(toThem), ByPurpose: purposes.list}
}

func (w *world) referrals() []ReferralLoad {
	var all tallied[string, ReferralLoad]
	var requests, outcomes []tallied[string, Count]
	of := func(need string) int {
		before := len(all.list)
		all.of(need, ReferralLoad{Need: need})
		if len(all.list) > before {
			requests, outcomes = append(requests, tallied[string, Count]{}), append(outcomes, tallied[string, Count]{})
		}
		return all.at[need]
	}
	for _, p := range w.patients {
		for _, st := range p.state.Steps {
			if st.Kind != pathways.KindReferral || st.Referral == nil {
				continue
			}
			i := of(st.Referral.Need)
			all.list[i].Opened++
			outcome := st.Outcome
			switch {
			case !st.Status.Ended():
				outcome = "still open"
			case outcome == "":
				outcome = "called off"
			}
			outcomes[i].of(outcome, Count{Name: outcome}).Count++
		}
		for _, r := range p.asked {
			i := of(r.Need)
			all.list[i].Asked++
			requests[i].of(string(r.Status), Count{Name: string(r.Status)}).Count++
		}
	}
	for i := range all.list {
		all.list[i].Requests, all.list[i].Outcomes = counted(requests[i].list, all.list[i].Asked), counted(outcomes[i].list, all.list[i].Opened)
	}
	slices.SortFunc(all.list, func(a, b ReferralLoad) int { return cmp.Compare(a.Need, b.Need) })
	return all.list
}

func (w *world) ends(enrollments int) (ends, notStarted []Count) {
	var ended, declined tallied[string, Count]
	for _, p := range w.patients {
		switch {
		case p.reason != "":
			declined.of(p.reason, Count{Name: p.reason}).Count++
		case p.running():
			ended.of(string(p.state.Status), Count{Name: "still " + string(p.state.Status)}).Count++
		default:
			ended.of(p.state.Outcome, Count{Name: p.state.Outcome}).Count++
		}
	}
	return counted(ended.list, enrollments), counted(declined.list, len(w.patients))
}

// counted sorts counts, the most frequent first, and gives each its share of all.
func counted(list []Count, all int) []Count {
	for i := range list {
		list[i].Share = share(list[i].Count, all)
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	if list == nil {
		list = []Count{}
	}
	return list
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return round(float64(part) / float64(whole))
}

// round keeps four places: what lies beyond is no finding.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func inMinutes(seconds int64) float64 { return round(float64(seconds) / 60) }

// spreadOf tells how numbers vary.
func spreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	sum := 0.0
	for _, v := range sorted {
		sum += v
	}
	return Spread{Mean: round(sum / float64(len(sorted))), P50: rank(sorted, 0.5), P90: rank(sorted, 0.9), Max: sorted[len(sorted)-1]}
}

// rank gives a percentile by nearest rank: the smallest value that so many are not above.
func rank(sorted []float64, p float64) float64 {
	return sorted[max(0, int(math.Ceil(p*float64(len(sorted))))-1)]
}
