package engine

import (
	"fmt"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// The classes of an enrollment before a move.
const (
	ClassKeep   = "keep"   // nothing of what is open or ahead changes
	ClassMapped = "mapped" // something does, as the differences say
	ClassPerson = "person" // a person has to decide something
)

// MovePreview is what a move would do to one enrollment.
type MovePreview struct {
	Class string `json:"class"`
	// Why says, for the class person, what is to be decided.
	Why []string `json:"why,omitempty"`
	// Blocked is true where the enrollment cannot be moved as it is, and would stay on its version.
	Blocked     bool             `json:"blocked,omitempty"`
	Differences []MoveDifference `json:"differences,omitempty"`
}

// MoveDifference is one thing that a move changes. From and To are the moments of a deadline.
type MoveDifference struct {
	Kind       string     `json:"kind"` // task | step | message | clock | ladder | escalation | fact | pathway
	Step       string     `json:"step,omitempty"`
	Occurrence int        `json:"occurrence,omitempty"`
	Clock      string     `json:"clock,omitempty"`
	From       *time.Time `json:"from,omitempty"`
	To         *time.Time `json:"to,omitempty"`
	Text       string     `json:"text"` // in words; no patient facts but times
}

// Preview tells what moving an enrollment would do: it makes the turn, as Advance would, and tells its
// differences. Nothing changes. What cannot be moved is a Preview as well; an error is a defect.
func (e *Engine) Preview(s State, ev Event, now time.Time) (MovePreview, error) {
	before, err := e.Advance(s, Event{Kind: Tick}, now)
	if err != nil {
		return MovePreview{}, fmt.Errorf("doing what is due: %w", err)
	}
	turn, err := e.Advance(before.State, ev, now)
	if care.Permanent(err) {
		return MovePreview{Class: ClassPerson, Blocked: true, Why: []string{err.Error()}}, nil
	}
	if err != nil {
		return MovePreview{}, fmt.Errorf("making the move: %w", err)
	}
	next, err := e.Next(ev, turn)
	if err != nil {
		return MovePreview{}, err
	}
	if next == e || turn.State.Status == care.EnrollmentEnded && turn.State.Migration == nil {
		return e.previewOfEnd(turn), nil
	}
	c := comparison{before: e.runOf(before.State), after: next.runOf(turn.State)}
	p := MovePreview{Class: ClassKeep, Differences: c.all(turn)}
	if len(p.Differences) > 0 {
		p.Class = ClassMapped
	}
	if asks := turn.State.Migration.Asks; len(asks) > 0 {
		p.Class, p.Why = ClassPerson, asks
	}
	return p, nil
}

// previewOfEnd is the preview of an enrollment that is there already, or that the move ends.
func (e *Engine) previewOfEnd(t Turn) MovePreview {
	if t.State.Status != care.EnrollmentEnded {
		return MovePreview{Class: ClassKeep}
	}
	return MovePreview{Class: ClassMapped, Differences: []MoveDifference{{Kind: "pathway", Text: "The pathway ends as " + plain(t.State.Outcome) + "."}}}
}

// runOf lets the engine's words be asked of a state.
func (e *Engine) runOf(s State) *run {
	zone, err := zoneNamed(s.Zone)
	if err != nil {
		zone = time.UTC
	}
	return &run{Engine: e, s: s, before: s, zone: zone, at: s.At, now: s.At}
}

// comparison tells what a move changed, from what the state remembers of it.
type comparison struct {
	before, after *run
	found         []MoveDifference
}

func (c *comparison) all(t Turn) []MoveDifference {
	rec := t.State.Migration
	for _, w := range rec.Steps {
		if now := c.after.stepByNumber(w.Step, w.Occurrence); now != nil {
			c.step(w, now)
		}
	}
	for _, w := range rec.Clocks {
		c.clock(w, c.after.clockNamed(w.Name, w.Step, w.Occurrence))
	}
	for _, f := range rec.Facts {
		if !strings.Contains(f.Name, ".") {
			c.add(MoveDifference{Kind: "fact", Text: fmt.Sprintf("What is known of %s changes.", quoted(c.after.nameInWords(f.Name)))})
		}
	}
	for _, eff := range t.Effects {
		c.said(eff)
	}
	c.ahead(t.State)
	return c.found
}

func (c *comparison) add(d MoveDifference) { c.found = append(c.found, d) }

func (c *comparison) step(w StepWas, now *Step) {
	d := MoveDifference{Kind: "step", Step: now.ID, Occurrence: now.Occurrence}
	title := quoted(c.after.title(now))
	if now.Task != nil && (w.Was == nil || w.Was.Task != nil) {
		d.Kind = "task"
	}
	if now.Kind == pathways.KindMessage {
		d.Kind = "message"
	}
	if w.Was != nil {
		title = quoted(c.before.title(w.Was))
	}
	switch {
	case w.Was == nil && now.Status == care.StepWaiting:
		d.Text = title + " is new and lies ahead."
	case w.Was == nil && now.Status == care.StepSkipped:
		d.Text = title + " is new and does not begin: " + now.Reason + "."
	case w.Was == nil:
		d.Text = title + " is new and begins."
	case w.Was.Status.Ended() && w.Was.ID != now.ID:
		d.Text = fmt.Sprintf("%s, which is over, is now called %s.", title, quoted(c.after.stepTitle(now)))
	case w.Was.Status.Ended():
		return
	case now.Status.Ended():
		d.Text = fmt.Sprintf("%s ends as %s: %s.", title, plain(string(now.Status)), now.Reason)
	case now.Personal && !w.Was.Personal:
		d.Text = title + " stays as it is until a person has decided."
	case w.Was.Status == care.StepWaiting && now.Status == care.StepOpen:
		d.Text = title + " begins."
	case w.Was.ID != now.ID:
		d.Text = fmt.Sprintf("%s goes on as %s.", title, quoted(c.after.title(now)))
	case now.Task != nil && w.Was.Task != nil && now.Task.Title != w.Was.Task.Title:
		d.Text = fmt.Sprintf("%s is now called %s.", title, quoted(now.Task.Title))
	case now.Task != nil && w.Was.Task != nil && digestOf(now.Task.Outcomes) != digestOf(w.Was.Task.Outcomes):
		d.Text = title + " has other outcomes to choose from."
	default:
		d.Text = title + " goes on by the new version's rule."
	}
	c.add(d)
}

func (c *comparison) clock(w ClockWas, now *Clock) {
	d := MoveDifference{Kind: "clock", Clock: w.Name, Step: w.Step, Occurrence: w.Occurrence}
	was := w.Was != nil && active(w.Was)
	is := now != nil && active(now)
	switch {
	case was && is && !w.Was.Due.Equal(now.Due):
		d.From, d.To = &w.Was.Due, &now.Due
		d.Text = fmt.Sprintf("The deadline of %s moves from %s to %s.", c.after.clockInWords(now), c.after.inWords(w.Was.Due), c.after.inWords(now.Due))
	case !was && is:
		d.To = &now.Due
		d.Text = fmt.Sprintf("%s is due %s.", c.after.clockInWords(now), c.after.inWords(now.Due))
	case was && !is && !c.endedWith(w, now):
		d.From = &w.Was.Due
		d.Text = fmt.Sprintf("The deadline of %s is no more.", c.before.clockInWords(w.Was))
	}
	if d.Text != "" {
		c.add(d)
	}
	if was && is {
		c.ladder(w.Was, now)
	}
}

// endedWith tells whether a clock ended only because its step did.
func (c *comparison) endedWith(w ClockWas, now *Clock) bool {
	st := c.after.stepByNumber(w.Step, w.Occurrence)
	return w.Step != "" && (st == nil || st.Status.Ended()) || now == nil && w.Step == ""
}

// ladder says which reminders and escalations lie ahead, where they are other ones than before.
func (c *comparison) ladder(was, now *Clock) {
	before, after := c.before.rungsAhead(was), c.after.rungsAhead(now)
	if before == after {
		return
	}
	text := "Nothing more would be said of " + c.after.clockInWords(now) + "."
	if after != "" {
		text = "Ahead of " + c.after.clockInWords(now) + ": " + after + "."
	}
	c.add(MoveDifference{Kind: "ladder", Clock: now.Name, Step: now.Step, Occurrence: now.Occurrence, Text: text})
}

func (r *run) rungsAhead(c *Clock) string {
	ladder, st := r.ladder(c.Ladder), r.stepOf(c)
	if ladder == nil || st == nil {
		return ""
	}
	var parts []string
	for i, rung := range c.Rungs {
		act, to := ladder.Rungs[i].Act()
		if rung.Fired || needless(st, c, i, act) {
			continue
		}
		if to == "owner" {
			to = r.ownerOf(st)
		}
		parts = append(parts, "on "+r.inWords(rung.At)+" "+rungInWords(act, inRole(to)))
	}
	return strings.Join(parts, "; ")
}

// said tells of what the move itself says to people.
func (c *comparison) said(eff Effect) {
	switch {
	case eff.Message != nil && eff.Message.Status == care.MessageQueued:
		c.add(MoveDifference{Kind: "message", Step: eff.Message.Step, Occurrence: eff.Message.Occurrence, Text: fmt.Sprintf("A %s to %s goes out.", eff.Message.Purpose, inRole(eff.Message.To))})
	case eff.Message != nil && eff.Message.Status == care.MessageStopped:
		c.add(MoveDifference{Kind: "message", Step: eff.Message.Step, Occurrence: eff.Message.Occurrence, Text: fmt.Sprintf("A %s to %s is withdrawn.", eff.Message.Purpose, inRole(eff.Message.To))})
	case eff.Escalation != nil && eff.Escalation.Status == care.EscalationOpen && c.before.escalationByID(eff.Escalation.ID) == nil:
		c.add(MoveDifference{Kind: "escalation", Step: eff.Escalation.Step, Occurrence: eff.Escalation.Occurrence, Text: "Raised with " + inRole(eff.Escalation.Level) + ": " + eff.Escalation.Text})
	}
}

func (r *run) escalationByID(id care.ID) *care.Escalation {
	for i := range r.s.Escalations {
		if r.s.Escalations[i].ID == id {
			return &r.s.Escalations[i]
		}
	}
	return nil
}

// ahead tells of steps that wait, and will go by another rule; and of other ways to begin and to end.
func (c *comparison) ahead(s State) {
	names := map[string]string{} // looked up, never ranged over
	for _, move := range s.Migration.Names {
		names[move.Step] = move.To
	}
	for i, was := range c.before.s.Steps {
		now := s.Steps[i]
		if was.Status != care.StepWaiting || now.Status != care.StepWaiting {
			continue
		}
		old, spec := c.before.spec(was.ID), c.after.spec(now.ID)
		if old == nil || spec == nil || same(c.before.rulesOf(old), c.after.rulesOf(spec)) || was.ID != now.ID {
			continue
		}
		c.add(MoveDifference{Kind: "step", Step: now.ID, Occurrence: now.Occurrence, Text: quoted(c.after.titleOf(spec)) + " lies ahead, and will go by the new version's rule."})
	}
	if !same(c.before.def.Ends, c.after.def.Ends) {
		c.add(MoveDifference{Kind: "pathway", Text: "The pathway ends in other ways."})
	}
	if !same(c.before.def.Tracks, c.after.def.Tracks) {
		c.add(MoveDifference{Kind: "pathway", Text: "Other steps may begin beside the plan, or for other reasons."})
	}
}

// rules are a step with all that it refers to.
type rules struct {
	Step     *pathways.Step
	Clock    *pathways.Clock
	Ladder   []pathways.Rung
	Form     *pathways.Form
	Template *pathways.Template
}

func (r *run) rulesOf(spec *pathways.Step) rules {
	all := rules{Step: spec, Clock: r.def.ClockByName(spec.Clock), Ladder: rungsOf(r.ladder(spec.Ladder)), Form: r.def.FormByName(spec.Form)}
	if spec.Message != nil {
		all.Template = r.def.TemplateByName(spec.Message.Template)
	}
	return all
}
