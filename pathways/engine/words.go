package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"throughline/care"
)

// causeOf names what led to what is being done: the event, the rule with its line, the clock.
func (r *run) causeOf(rule string, line int, clock string) care.Cause {
	c := care.Cause{Rule: rule, Line: line, Clock: clock, Event: string(r.ev.Kind), EventID: r.ev.ID}
	if r.ticking {
		c.Event, c.EventID = "clock", ""
	}
	return c
}

// tell adds a line to the timeline.
func (r *run) tell(kind, step, text string, cause care.Cause) {
	r.told++
	if cause.Text == "" {
		cause.Text = r.ev.Reason
	}
	occurred := r.at
	if !r.ticking && !r.ev.OccurredAt.IsZero() && r.ev.OccurredAt.Before(occurred) {
		occurred = r.ev.OccurredAt
	}
	r.effects = append(r.effects, Effect{Kind: Told, Timeline: &care.TimelineEntry{
		EnrollmentID: r.s.EnrollmentID, Seq: r.s.Seq + 1, Ordinal: r.told, Kind: kind, Step: step, Text: text,
		Actor: r.actor(), Cause: cause, OccurredAt: occurred, RecordedAt: r.now,
	}})
}

// moved adds a line to the table of transitions.
func (r *run) moved(item care.ID, kind, from, to, owner, reason string, effective time.Time) {
	r.effects = append(r.effects, Effect{Kind: Moved, Transition: &care.Transition{
		Item: item, ItemKind: kind, From: from, To: to, Owner: owner, Actor: r.actor(), Reason: reason,
		EffectiveAt: effective, RecordedAt: r.now,
	}})
}

// inWords writes an instant as people read it, in the enrollment's zone.
func (r *run) inWords(t time.Time) string {
	return t.In(r.zone).Format("Mon 2006-01-02 15:04") + " (" + r.zone.String() + ")"
}

func (r *run) day(t time.Time) string { return t.In(r.zone).Format("Mon 2006-01-02") }

func (r *run) title(st *Step) string {
	if st.Task != nil {
		return st.Task.Title
	}
	if spec := r.spec(st.ID); spec != nil {
		return spec.Title()
	}
	return st.ID
}

func (r *run) ownerOf(st *Step) string {
	if st.Task != nil && st.Task.Role != "" {
		return st.Task.Role
	}
	if spec := r.spec(st.ID); spec != nil && spec.Owner != "" {
		return spec.Owner
	}
	return r.def.Owner
}

// holder names who has the open work.
func (r *run) holder(st *Step) string {
	if st.Task == nil {
		return inRole(r.ownerOf(st))
	}
	return inRole(st.Task.Role)
}

// inRole writes "role:care_coordinator" as "the care coordinator".
func inRole(to string) string {
	kind, name, found := strings.Cut(to, ":")
	switch {
	case !found && to == "patient":
		return "the patient"
	case !found:
		return "the " + strings.ReplaceAll(to, "_", " ")
	case kind == "role":
		return "the " + strings.ReplaceAll(name, "_", " ")
	case kind == "service":
		return "the community service"
	}
	return "the person who holds the task"
}

func quoted(s string) string { return strconv.Quote(s) }

func duration(d time.Duration) string {
	if days := int(d / (24 * time.Hour)); days > 0 {
		return fmt.Sprintf("%d days %d hours", days, int(d%(24*time.Hour)/time.Hour))
	}
	return d.Round(time.Minute).String()
}

func parseNumber(s string) (any, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return nil, false
	}
	return n, true
}
