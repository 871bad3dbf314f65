package population

import (
	"fmt"
	"slices"
	"strings"

	"throughline/pathways"
)

// Comparison is what two versions of a pathway make of the same population. Before and After have met
// the same patients, arriving at the same moments, with the same luck on the same occasions.
type Comparison struct {
	Summary     string       `json:"summary"`
	Before      *Report      `json:"before"`
	After       *Report      `json:"after"`
	Differences []Difference `json:"differences" nullable:"false"`
	// Patients counts how the deadlines of the same patients were kept in both, by step.
	Patients []Paired `json:"patients" nullable:"false"`
}

// Difference is one number in both versions.
type Difference struct {
	What   string  `json:"what"`
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	Change float64 `json:"change"`
	Unit   string  `json:"unit"` // share | count | minutes | people
	// NotBefore and NotAfter say that one of the versions has nothing that could be counted: its number
	// is none.
	NotBefore bool `json:"not_before,omitempty"`
	NotAfter  bool `json:"not_after,omitempty"`
}

// Paired tells for how many patients a step's deadline was kept in one version and not in the other.
type Paired struct {
	Step   string `json:"step"`
	Better int    `json:"better"` // late before, on time after
	Worse  int    `json:"worse"`
	Same   int    `json:"same"`
}

// Compare runs a scenario through two versions.
func Compare(before, after *pathways.Definition, forBefore, forAfter *Scenario, o Options) (*Comparison, error) {
	var worlds [2]*world
	half := o
	for i, def := range []*pathways.Definition{before, after} {
		if o.Progress != nil {
			half.Progress = func(done, total int) { o.Progress(i*total+done, 2*total) }
		}
		w, err := newWorld(def, []*Scenario{forBefore, forAfter}[i], half)
		if err != nil {
			return nil, err
		}
		if err := w.run(); err != nil {
			return nil, fmt.Errorf("%s version %d: %w", def.Pathway, def.Version, err)
		}
		worlds[i] = w
	}
	c := &Comparison{Before: worlds[0].summarize(), After: worlds[1].summarize()}
	c.Differences = differences(c.Before, c.After)
	c.Patients = paired(worlds[0], worlds[1], c.Before)
	c.Summary = c.sentence()
	return c, nil
}

func differences(a, b *Report) []Difference {
	var out []Difference
	add := func(what, unit string, x, y float64) {
		out = append(out, Difference{What: what, Before: x, After: y, Change: round(y - x), Unit: unit})
	}
	add("deadlines kept", "share", a.kept(), b.kept())
	for _, step := range stepsOf(a, b) {
		add(step+" on time", "share", a.onTime(step), b.onTime(step))
		last := &out[len(out)-1]
		last.NotBefore, last.NotAfter = !a.hasDeadline(step), !b.hasDeadline(step)
	}
	for _, role := range a.Roles {
		i := slices.IndexFunc(b.Roles, func(o Workload) bool { return o.Role == role.Role })
		if i < 0 {
			continue
		}
		name := strings.ReplaceAll(role.Role, "_", " ")
		add(name+", tasks", "count", float64(role.Opened), float64(b.Roles[i].Opened))
		add(name+", minutes a day (p90)", "minutes", role.MinutesPerDay.P90, b.Roles[i].MinutesPerDay.P90)
	}
	escalations := func(r *Report) (n float64) {
		for _, rung := range r.Rungs {
			if rung.Act == "escalate" {
				n += float64(rung.Count)
			}
		}
		return n
	}
	add("escalations", "count", escalations(a), escalations(b))
	add("messages to a patient (mean)", "count", a.Messages.PerPatient.Mean, b.Messages.PerPatient.Mean)
	for _, end := range endsOf(a, b) {
		add("ended as "+end, "share", a.end(end), b.end(end))
	}
	return out
}

// kept is the share of all deadlines of work that were kept.
func (r *Report) kept() float64 {
	onTime, judged := 0, 0
	for _, d := range r.Deadlines {
		if !d.Partner {
			onTime, judged = onTime+d.OnTime, judged+d.judged()
		}
	}
	return share(onTime, judged)
}

func (r *Report) onTime(step string) float64 {
	onTime, judged := 0, 0
	for _, d := range r.Deadlines {
		if d.Step == step && !d.Partner {
			onTime, judged = onTime+d.OnTime, judged+d.judged()
		}
	}
	return share(onTime, judged)
}

// hasDeadline tells whether a step of the version had any deadline: one that it does not know kept
// none and missed none.
func (r *Report) hasDeadline(step string) bool {
	return slices.ContainsFunc(r.Deadlines, func(d Kept) bool { return d.Step == step && !d.Partner })
}

func (r *Report) end(name string) float64 {
	for _, e := range r.Ends {
		if e.Name == name {
			return e.Share
		}
	}
	return 0
}

// stepsOf are the steps with deadlines of work in either, in their order.
func stepsOf(reports ...*Report) []string {
	var steps []string
	for _, r := range reports {
		for _, d := range r.Deadlines {
			if !d.Partner && d.judged() > 0 && !slices.Contains(steps, d.Step) {
				steps = append(steps, d.Step)
			}
		}
	}
	return steps
}

func endsOf(reports ...*Report) []string {
	var ends []string
	for _, r := range reports {
		for _, e := range r.Ends {
			if !slices.Contains(ends, e.Name) {
				ends = append(ends, e.Name)
			}
		}
	}
	return ends
}

// paired compares the first deadline of each step, patient by patient.
func paired(a, b *world, before *Report) []Paired {
	byNumber := map[int]*patient{}
	for _, p := range b.patients {
		if p.episode == 0 {
			byNumber[p.number] = p
		}
	}
	out := []Paired{}
	for _, d := range before.Deadlines {
		if d.Partner {
			continue
		}
		pair := Paired{Step: d.Step}
		for _, p := range a.patients {
			other := byNumber[p.number]
			if p.episode != 0 || other == nil {
				continue
			}
			was, known := p.keptFirst(d.Step)
			is, knownToo := other.keptFirst(d.Step)
			switch {
			case !known || !knownToo:
			case was == is:
				pair.Same++
			case is:
				pair.Better++
			default:
				pair.Worse++
			}
		}
		if pair.Better+pair.Worse+pair.Same > 0 && !slices.ContainsFunc(out, func(o Paired) bool { return o.Step == d.Step }) {
			out = append(out, pair)
		}
	}
	return out
}

// keptFirst tells whether the first deadline of a step was kept; known is false where it never came.
func (p *patient) keptFirst(step string) (kept, known bool) {
	for _, c := range p.clocks {
		if c.step == step && !slices.Contains(quietClocks, c.clock) && !slices.Contains(partnerClocks, c.clock) {
			return c.status == "met", c.status == "met" || c.status == "missed"
		}
	}
	return false, false
}

func (c *Comparison) sentence() string {
	a, b := c.Before.kept(), c.After.kept()
	verb := "keeps as many"
	switch {
	case b > a:
		verb = "keeps more"
	case b < a:
		verb = "keeps fewer"
	}
	text := fmt.Sprintf("%s %s deadlines than %s: %s instead of %s of those of %d patients", version(c.After), verb, version(c.Before), percent(b), percent(a), c.After.Patients)
	if verb == "keeps as many" {
		text = fmt.Sprintf("%s keeps as many deadlines as %s: %s of those of %d patients", version(c.After), version(c.Before), percent(b), c.After.Patients)
	}
	var better, worse Paired
	for _, p := range c.Patients {
		if p.Better-p.Worse > better.Better-better.Worse {
			better = p
		}
		if p.Worse-p.Better > worse.Worse-worse.Better {
			worse = p
		}
	}
	if better.Step != "" {
		text += fmt.Sprintf("; better most often: %s (%d patients on time who were late, %d the other way)", strings.ReplaceAll(better.Step, "_", " "), better.Better, better.Worse)
	}
	if worse.Step != "" {
		text += fmt.Sprintf("; worse most often: %s (%d patients late who were on time, %d the other way)", strings.ReplaceAll(worse.Step, "_", " "), worse.Worse, worse.Better)
	}
	return text + "."
}

func version(r *Report) string { return fmt.Sprintf("%s version %d", r.Pathway, r.Version) }
