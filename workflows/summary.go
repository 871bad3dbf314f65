package workflows

import (
	"fmt"
	"strconv"
	"strings"

	"throughline/care"
	"throughline/pathways/engine"
)

// maxSummary keeps a summary, once encrypted, below the server's limit of 400 octets.
const maxSummary = 160

// summaryOf says in plain words what a turn did, for whoever reads the history: "assign 2 tasks,
// escalate contact to supervisor". It holds steps and roles, and nothing of the patient.
func summaryOf(t engine.Turn) string {
	var c tally
	for _, eff := range t.Effects {
		c.add(eff)
	}
	phrases := c.phrases()
	if m := t.Event.Migration; m != nil && len(t.Effects) > 0 {
		phrases = append([]string{"move to another version"}, phrases...)
	}
	if len(phrases) == 0 {
		return "record " + string(t.Event.Kind)
	}
	return shorten(strings.Join(phrases, ", "))
}

// tally counts what the effects of a turn do.
type tally struct {
	assigned, closed, messages, referrals int
	escalations                           []string
	searching, starting, ended            bool
}

func (c *tally) add(eff engine.Effect) {
	switch eff.Kind {
	case engine.Moved:
		c.addMove(eff.Transition)
	case engine.EscalationRow:
		if e := eff.Escalation; e.Status == care.EscalationOpen {
			c.escalations = append(c.escalations, "escalate "+e.Step+" to "+e.Level)
		}
	case engine.MessageRow:
		if eff.Message.Status == care.MessageQueued {
			c.messages++
		}
	case engine.FindServices:
		c.searching = true
	case engine.StartPathway:
		c.starting = true
	}
}

func (c *tally) addMove(t *care.Transition) {
	switch {
	case t.ItemKind == "task" && t.From == "":
		c.assigned++
	case t.ItemKind == "task" && !care.TaskStatus(t.To).Open():
		c.closed++
	case t.ItemKind == "referral":
		c.referrals++
	case t.ItemKind == "enrollment" && t.To == string(care.EnrollmentEnded):
		c.ended = true
	}
}

func (c *tally) phrases() []string {
	var out []string
	count := func(n int, verb, what string) {
		switch {
		case n == 1:
			out = append(out, verb+" 1 "+what)
		case n > 1:
			out = append(out, fmt.Sprintf("%s %d %ss", verb, n, what))
		}
	}
	count(c.assigned, "assign", "task")
	count(c.closed, "close", "task")
	if n := len(c.escalations); n > 2 {
		out = append(out, "escalate "+strconv.Itoa(n)+" items")
	} else {
		out = append(out, c.escalations...)
	}
	count(c.messages, "send", "message")
	count(c.referrals, "move", "referral")
	if c.searching {
		out = append(out, "find services")
	}
	if c.starting {
		out = append(out, "start another pathway")
	}
	if c.ended {
		out = append(out, "end the enrollment")
	}
	return out
}

// shorten cuts at a rune's boundary.
func shorten(s string) string {
	if len(s) <= maxSummary {
		return s
	}
	return strings.ToValidUTF8(s[:maxSummary-len("…")], "") + "…"
}
