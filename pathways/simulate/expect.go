package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// check compares what is with what must be.
func (p *player) check(where string, want Expect) {
	s := p.world.State
	compare := func(what string, got, want any) {
		if got != want {
			p.failf("%s: %s is %v, not %v", where, what, got, want)
		}
	}
	if want.Started != nil {
		compare("started", p.declined == "", *want.Started)
	}
	if want.Status != "" {
		compare("the status", s.Status, want.Status)
	}
	if want.Outcome != "" {
		compare("the outcome", s.Outcome, want.Outcome)
	}
	if reason := p.reason(); !strings.Contains(reason, want.Reason) {
		p.failf("%s: the reason is %q, and does not say %q", where, reason, want.Reason)
	}
	for _, id := range sorted(want.Steps) {
		if got := p.stepIs(id, want.Steps[id]); got != "" {
			p.failf("%s: the step %s is %s, not %s", where, id, got, want.Steps[id])
		}
	}
	p.checkClocks(where, want)
	p.checkOwners(where, want.Owners)
	for _, name := range sorted(want.Facts) {
		compare("the fact "+name, p.fact(name), fmt.Sprint(want.Facts[name]))
	}
	if want.Escalations != nil {
		compare("the number of escalations", len(p.world.Escalations()), *want.Escalations)
	}
	if want.Open != nil {
		compare("the number of open escalations", len(s.Escalations), *want.Open)
	}
	if want.Messages != nil {
		compare("the number of messages", len(p.world.Messages()), *want.Messages)
	}
	p.checkTimeline(where, want)
	p.checkUnattended(where, want.Unattended)
}

func (p *player) reason() string {
	switch {
	case p.declined != "":
		return p.declined
	case p.world.State.Suspension != nil:
		return p.world.State.Suspension.Reason
	}
	return p.world.State.Reason
}

// stepIs gives what a step is where it is not as wanted, empty where it is.
func (p *player) stepIs(id, want string) string {
	st := p.step(id, 0)
	if st == nil {
		if p.def.StepByID(id) == nil {
			return "not in the pathway"
		}
		st = &engine.Step{Status: care.StepWaiting}
	}
	never := st.OpenedAt == nil
	if want == string(st.Status) || want == st.Outcome && want != "" || want == "never" && never {
		return ""
	}
	return strings.TrimSpace(string(st.Status) + " " + st.Outcome)
}

func (p *player) checkOwners(where string, want map[string]string) {
	for _, id := range sorted(want) {
		st := p.step(id, 0)
		if st == nil || st.Task == nil || !st.Task.Status.Open() {
			p.failf("%s: nobody owns %s: it is not open", where, id)
		} else if st.Task.Role != want[id] {
			p.failf("%s: %s belongs to the role %s, not to %s", where, id, st.Task.Role, want[id])
		}
	}
}

func (p *player) checkClocks(where string, want Expect) {
	for _, name := range sorted(want.Due) {
		at, err := p.when(want.Due[name])
		c := p.clock(name)
		switch {
		case err != nil:
			p.failf("%s: due %s: %v", where, name, err)
		case c == nil:
			p.failf("%s: there is no clock %s", where, name)
		case !c.Due.Equal(at):
			p.failf("%s: %s is due %s, not %s (%s)", where, name, c.Due.In(p.zone).Format(time.RFC3339), at.In(p.zone).Format(time.RFC3339), c.Reason)
		}
	}
	for _, name := range sorted(want.Clocks) {
		c := p.clock(name)
		if c == nil {
			p.failf("%s: there is no clock %s", where, name)
		} else if string(c.Status) != want.Clocks[name] {
			p.failf("%s: the clock %s is %s, not %s", where, name, c.Status, want.Clocks[name])
		}
	}
}

// clock finds "contact" (the latest of that name) or "transport.acknowledge".
func (p *player) clock(name string) *engine.Clock {
	step, clock, dotted := strings.Cut(name, ".")
	if !dotted {
		step, clock = "", name
	}
	var found *engine.Clock
	for _, c := range p.world.State.Clocks {
		if c.Name == clock && (!dotted || c.Step == step) {
			found = c
		}
	}
	return found
}

func (p *player) fact(name string) any {
	for _, f := range p.world.State.Facts {
		if f.Name == name {
			return fmt.Sprint(f.Value)
		}
	}
	return "not known"
}

func (p *player) checkTimeline(where string, want Expect) {
	if len(want.Timeline) == 0 && len(want.Never) == 0 {
		return
	}
	lines := make([]string, 0, 32)
	for _, entry := range p.world.Timeline() {
		lines = append(lines, entry.Text+" ("+entry.Cause.Text+")")
	}
	says := func(text string) bool {
		return slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, text) })
	}
	for _, text := range want.Timeline {
		if !says(text) {
			p.failf("%s: the timeline does not say %q; it says\n\t%s", where, text, strings.Join(lines, "\n\t"))
		}
	}
	for _, text := range want.Never {
		if says(text) {
			p.failf("%s: the timeline says %q", where, text)
		}
	}
}
