package simulate

import (
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways/engine"
)

// fork is the same world, in which something may be tried that does not happen in this one.
func (w *World) fork() *World {
	other := *w
	other.Turns = nil
	return &other
}

// orElse tries the other outcomes that an event may have, each from where the scenario stands.
func (p *player) orElse(name string, ev engine.Event, outcomes []string) {
	for _, outcome := range outcomes {
		ev.Outcome = outcome
		if err := p.world.fork().Do(ev); err != nil {
			p.failf("%s: it could not end as %s: %v", name, outcome, err)
		}
	}
}

// checkUnattended lets time pass in a world of its own and compares who is told about steps that
// nobody attends to.
func (p *player) checkUnattended(where string, want map[string][]string) {
	if len(want) == 0 {
		return
	}
	told, err := p.unattended(sorted(want))
	if err != nil {
		p.failf("%s: letting time pass while nobody acts: %v", where, err)
		return
	}
	for _, id := range sorted(want) {
		if !slices.Equal(told[id], want[id]) {
			p.failf("%s: if nobody acts on %s, what happens is: %s; and not: %s", where, id, list(told[id]), list(want[id]))
		}
	}
}

func list(acts []string) string {
	if len(acts) == 0 {
		return "nothing"
	}
	return strings.Join(acts, ", ")
}

// longestWait bounds how long nobody acts, for what goes on and on.
const longestWait = 200 * 24 * time.Hour

// unattended lets time pass until the ladders of the steps that are open now have nothing more to
// say, and gives what was said meanwhile about each: "remind nurse".
func (p *player) unattended(steps []string) (map[string][]string, error) {
	w := p.world.fork()
	work := openWork(&w.State, steps)
	for until := w.Now.Add(longestWait); climbing(&w.State, work); {
		wake := w.Engine.Wake(w.State)
		if wake == nil || wake.After(until) {
			break
		}
		if err := w.Sleep(*wake); err != nil {
			return nil, err
		}
	}
	told := map[string][]string{} // looked up, never ranged over
	for _, m := range w.Messages() {
		if verb := alertVerbs[m.Purpose]; verb != "" && slices.Contains(work, occurrence{m.Step, m.Occurrence}) {
			told[m.Step] = append(told[m.Step], verb+" "+strings.TrimPrefix(m.To, "role:"))
		}
	}
	return told, nil
}

// alertVerbs are the words of a ladder for the messages that its rungs send.
var alertVerbs = map[string]string{"reminder": "remind", "warning": "warn", "escalation": "escalate"}

// occurrence is one time that a step opens.
type occurrence struct {
	step string
	n    int
}

// openWork gives what is open of the steps.
func openWork(s *engine.State, steps []string) []occurrence {
	var open []occurrence
	for _, st := range s.Steps {
		if st.Status == care.StepOpen && slices.Contains(steps, st.ID) {
			open = append(open, occurrence{st.ID, st.Occurrence})
		}
	}
	return open
}

// climbing tells whether a rung of what is still open is to come.
func climbing(s *engine.State, work []occurrence) bool {
	for _, st := range s.Steps {
		if st.Status.Ended() || !slices.Contains(work, occurrence{st.ID, st.Occurrence}) {
			continue
		}
		for _, c := range s.Clocks {
			if c.Step == st.ID && c.Occurrence == st.Occurrence && slices.ContainsFunc(c.Rungs, func(r engine.RungRun) bool { return !r.Fired }) {
				return true
			}
		}
	}
	return false
}
