package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// keyOf names what decides the future of a state and forgets the rest: absolute times, ids, texts,
// who holds a task. Two states of one key count as one. What it forgets besides, and what could
// make a difference, stands in the decision on the exploration.
func (x *explorer) keyOf(s *engine.State) string {
	var b strings.Builder
	b.WriteString(string(s.Status) + "|" + s.Outcome)
	for sus := s.Suspension; sus != nil; sus = sus.Also {
		fmt.Fprintf(&b, "|suspended %s %t", sus.Until, sus.Correction)
	}
	if s.Status == care.EnrollmentEnded {
		return b.String()
	}
	fmt.Fprintf(&b, "|%t%t", s.Patient.Deceased, s.Patient.InHospital)
	x.factKeys(&b, s)
	for _, id := range x.view.steps {
		x.stepKey(&b, s, id)
	}
	x.clockKeys(&b, s)
	x.restKeys(&b, s)
	return b.String()
}

// factKeys names the facts that a condition asks. Numbers count by where they lie among those they
// are held against.
func (x *explorer) factKeys(b *strings.Builder, s *engine.State) {
	for _, f := range s.Facts {
		i := slices.IndexFunc(x.asked, func(a askedName) bool { return a.name == f.Name })
		if i < 0 {
			continue
		}
		b.WriteString("|" + f.Name + "=")
		if n, ok := number(f.Value); ok {
			b.WriteString(strconv.Itoa(bucket(n, x.asked[i].literals)))
			continue
		}
		fmt.Fprint(b, f.Value)
	}
}

// askedName is a name that the view's expressions ask, with what they hold it against.
type askedName struct {
	name     string
	literals []any
}

func askedNames(asks []pathways.Asked) []askedName {
	var names []askedName
	for _, a := range asks {
		for _, n := range a.Names {
			if !slices.ContainsFunc(names, func(have askedName) bool { return have.name == n }) {
				names = append(names, askedName{n, comparedWith(asks, n)})
			}
		}
	}
	return names
}

// stepKey names where a step is: its latest occurrence that has begun, whether earlier ones are
// still open, and whether another is to come.
func (x *explorer) stepKey(b *strings.Builder, s *engine.State, id string) {
	var now *engine.Step
	open, waiting := 0, 0
	for _, st := range s.Steps {
		if st.ID != id {
			continue
		}
		if now == nil || st.Status != care.StepWaiting {
			now = st
		}
		switch st.Status {
		case care.StepOpen:
			open++
		case care.StepWaiting:
			waiting++
		}
	}
	if now == nil {
		return
	}
	fmt.Fprintf(b, "|%s:%s/%s", id, now.Status, now.Outcome)
	flag(b, now.Missed, "!")
	flag(b, now.Ready, "r")
	flag(b, open > 1, "+")
	flag(b, waiting > 0 && now.Status != care.StepWaiting, "w")
	flag(b, now.OpensAt != nil, "t")
	flag(b, now.Offered, "o")
	x.roundKey(b, now)
	if now.Status == care.StepOpen {
		x.openKey(b, now)
	}
}

func flag(b *strings.Builder, set bool, sign string) {
	if set {
		b.WriteString(sign)
	}
}

// roundKey tells the first, the second, the last and any other round of a repetition.
func (x *explorer) roundKey(b *strings.Builder, st *engine.Step) {
	spec := x.def.StepByID(st.ID)
	if spec == nil || spec.Repeat == nil {
		return
	}
	switch {
	case st.Round <= 2:
		fmt.Fprintf(b, "#%d", st.Round)
	case st.Round >= spec.Repeat.Times:
		b.WriteString("#last")
	default:
		b.WriteString("#n")
	}
}

func (x *explorer) openKey(b *strings.Builder, st *engine.Step) {
	if t := st.Task; t != nil && t.Status.Open() {
		b.WriteString("[" + strings.Join(t.Outcomes, ",") + "]")
		flag(b, t.Status == care.TaskOnHold, "h")
		b.WriteString(t.Role)
	}
	if tries := x.triesAsked[st.ID]; tries > 0 {
		fmt.Fprintf(b, "a%d", min(len(st.Attempts), tries))
	}
	flag(b, st.Appointment != nil, "b")
	flag(b, st.NoShows > 0, "n"+strconv.Itoa(min(st.NoShows, 1+highest(x.view.asks, st.ID+".no_shows"))))
	if sub := st.Sub; sub != nil {
		flag(b, sub.Asked, "s?")
		flag(b, sub.EnrollmentID != "", "s")
	}
	if r := st.Referral; r != nil {
		b.WriteString(r.Phase)
		flag(b, len(r.Candidates) > 0, "c")
		if r.Current != nil {
			b.WriteString(string(r.Current.Status))
			flag(b, r.Current.ContactedAt != nil, "k")
		}
	}
}

// clockKeys names the clocks, which of their rungs have fired, and the order of what is to come.
func (x *explorer) clockKeys(b *strings.Builder, s *engine.State) {
	type moment struct {
		at   time.Time
		name string
	}
	var coming []moment
	for _, c := range s.Clocks {
		if c.Step != "" && !x.view.has(c.Step) || c.Step != "" && over(s, c) {
			continue
		}
		name := c.Step + "." + c.Name
		fmt.Fprintf(b, "|%s=%s", name, c.Status)
		for _, rung := range c.Rungs {
			flag(b, rung.Fired, "x")
			flag(b, !rung.Fired, "-")
		}
		if c.Status == care.ClockRunning {
			coming = append(coming, moment{c.Due, name})
		}
	}
	for _, st := range s.Steps {
		if st.Status == care.StepWaiting && st.OpensAt != nil && x.view.has(st.ID) {
			coming = append(coming, moment{*st.OpensAt, st.ID})
		}
	}
	slices.SortStableFunc(coming, func(p, q moment) int { return p.at.Compare(q.at) })
	b.WriteString("|")
	for _, m := range coming {
		b.WriteString("<" + m.name)
	}
}

// over tells whether a clock belongs to an occurrence that has ended.
func over(s *engine.State, c *engine.Clock) bool {
	for _, st := range s.Steps {
		if st.ID == c.Step && st.Occurrence == c.Occurrence {
			return st.Status.Ended()
		}
	}
	return false
}

// restKeys names tracks, consents and what was escalated.
func (x *explorer) restKeys(b *strings.Builder, s *engine.State) {
	for _, t := range x.def.Tracks {
		n := 0
		for _, run := range s.Tracks {
			if run.Track == t.Name {
				n++
			}
		}
		flag(b, n > 0, "|"+t.Name+strconv.Itoa(min(n, 2)))
	}
	for _, d := range s.Deferred {
		b.WriteString("|later " + d.Track + d.Step)
	}
	for _, c := range s.Consents {
		fmt.Fprintf(b, "|%s=%t", c.Purpose, c.Given)
	}
	var raised []string
	for i := range s.Escalations {
		esc := &s.Escalations[i]
		label := esc.Step + "!" + esc.Kind
		if (esc.Step == "" || x.view.has(esc.Step)) && !slices.Contains(raised, label) {
			raised = append(raised, label)
		}
	}
	slices.Sort(raised)
	b.WriteString("|" + strings.Join(raised, ","))
}

// featuresOf lists what is worth seeing once, and worth seeing together: where each step is, and
// the answers.
func (x *explorer) featuresOf(s *engine.State) []string {
	features := []string{string(s.Status) + s.Outcome}
	for sus := s.Suspension; sus != nil; sus = sus.Also {
		features = append(features, "suspended "+sus.Until)
	}
	for _, id := range x.view.steps {
		var b strings.Builder
		x.stepKey(&b, s, id)
		if b.Len() > 0 {
			features = append(features, b.String())
		}
	}
	for _, a := range x.asked {
		for _, f := range s.Facts {
			if f.Name == a.name {
				features = append(features, fmt.Sprint(f.Name, "=", f.Value))
			}
		}
	}
	for _, c := range s.Clocks {
		if c.Step == "" {
			features = append(features, c.Name+string(c.Status))
		}
	}
	return features
}
