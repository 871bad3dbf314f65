package engine

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// ladder finds a ladder by name: the definition's, or one that a step kind brings.
func (r *run) ladder(name string) *pathways.Ladder {
	if name == "" {
		return nil
	}
	if l := r.def.LadderByName(name); l != nil {
		return l
	}
	if l := r.keptLadder(name); l != nil {
		return l
	}
	return ownLadders[name]
}

// fireRung does what a rung says, once: its identity is the enrollment, the step, the occurrence,
// the clock and the rung.
func (r *run) fireRung(c *Clock, i int) {
	ladder := r.ladder(c.Ladder)
	st := r.stepOf(c)
	if ladder == nil || i >= len(ladder.Rungs) || st == nil || st.Status.Ended() {
		return
	}
	rung := ladder.Rungs[i]
	act, to := rung.Act()
	if needless(st, c, i, act) {
		return
	}
	cause := r.causeOf(fmt.Sprintf("ladders.%s[%d]", ladder.Name, i+1), rung.Line, c.Name)
	cause.Text = rung.At + "; " + c.Reason
	if rung.At == "due" {
		cause.Text = c.Reason
	}
	if r.moving {
		cause.Text += "; " + r.lateRungInWords(c.Rungs[i])
	}
	switch act {
	case "remind":
		r.remind(st, c, i, to, cause)
	case "warn", "escalate":
		r.escalate(st, c, i, act, to, cause)
	case "reassign":
		r.reassignByRung(st, to, cause)
	}
}

// needless tells whether a reminder or a warning would help nobody: the deadline it was to come
// before has passed, or the visit it asks for is booked in time.
func needless(st *Step, c *Clock, i int, act string) bool {
	if act != "remind" && act != "warn" {
		return false
	}
	if c.Status == care.ClockMissed && c.Rungs[i].At.Before(c.Due) {
		return true
	}
	return c.Name != clockAttendance && st.Appointment != nil && st.Appointment.Start != nil && !st.Appointment.Start.After(c.Due)
}

func (r *run) remind(st *Step, c *Clock, i int, to string, cause care.Cause) {
	target, template := "patient", TemplateReminder
	switch to {
	case "patient":
		if q := r.spec(st.ID).Questionnaire; q != nil {
			template = questionsTemplate(q) // a reminder of questions brings the questions
		}
	case "owner":
		target = "role:" + r.ownerOf(st)
		if st.Task != nil && st.Task.Assignee != "" {
			target = "user:" + st.Task.Assignee
		}
	default:
		target = "role:" + to
	}
	r.send(care.Message{
		// With its moment: after a deadline moved the reminder of the new one is another message.
		ID: care.DeriveID(r.s.StartedAt, r.rungID(st, c, i, "reminder"), c.Rungs[i].At.UTC().Format(time.RFC3339)), Purpose: "reminder", To: target, Template: template,
		Step: st.ID, Occurrence: st.Occurrence, TaskID: taskID(st), Cause: cause,
	})
	r.tell("reminded", st.ID, fmt.Sprintf("Reminded %s: %s is due %s.", inRole(target), quoted(r.title(st)), r.inWords(c.Due)), cause)
}

// The built-in templates of messages to staff and partners. What each says is the notifier's affair.
const (
	TemplateReminder   = "staff.reminder"
	TemplateWarning    = "staff.warning"
	TemplateEscalation = "staff.escalation"
	TemplateReferral   = "partner.referral"
)

func (r *run) escalate(st *Step, c *Clock, i int, act, to string, cause care.Cause) {
	text := fmt.Sprintf("%s is due %s.", quoted(r.title(st)), r.inWords(c.Due))
	if !c.Due.After(r.at) {
		text = fmt.Sprintf("%s was due %s and is not done.", quoted(r.title(st)), r.inWords(c.Due))
	}
	r.raise(care.Escalation{
		ID: r.rungID(st, c, i, "escalation"), TaskID: taskID(st), Step: st.ID, Occurrence: st.Occurrence,
		Rung: i + 1, Level: to, Kind: act, Text: text, Cause: cause,
	}, true)
}

// raise opens an escalation, or opens it again where a correction had withdrawn it.
func (r *run) raise(esc care.Escalation, mail bool) {
	esc.EnrollmentID, esc.PatientID = r.s.EnrollmentID, r.s.PatientID
	esc.Status, esc.RaisedAt = care.EscalationOpen, r.at
	for i := range r.s.Escalations {
		if r.s.Escalations[i].ID == esc.ID {
			return // raised already, and still open
		}
	}
	r.s.Escalations = append(r.s.Escalations, esc)
	r.moved(esc.ID, "escalation", "", string(esc.Status), esc.Level, "", r.at)
	verb := map[string]string{"warn": "Warned", "escalate": "Escalated to"}[esc.Kind]
	if verb == "" {
		verb = "Raised with"
	}
	r.tell("escalated", esc.Step, verb+" "+inRole(esc.Level)+": "+esc.Text, esc.Cause)
	if !mail {
		return
	}
	purpose, template := "escalation", TemplateEscalation
	if esc.Kind == "warn" {
		purpose, template = "warning", TemplateWarning
	}
	r.send(care.Message{
		ID: care.DeriveID(r.at, esc.ID, "mail"), Purpose: purpose, To: "role:" + esc.Level, Template: template,
		Step: esc.Step, Occurrence: esc.Occurrence, TaskID: esc.TaskID, EscalationID: esc.ID, Cause: esc.Cause,
	})
}

func (r *run) reassignByRung(st *Step, to string, cause care.Cause) {
	if st.Task == nil || !st.Task.Status.Open() {
		return
	}
	from := st.Task.Role
	st.Task.Role, st.Task.Assignee = to, ""
	r.moved(st.Task.ID, "task", string(st.Task.Status), string(st.Task.Status), to, cause.Text, r.at)
	r.tell("task.reassigned", st.ID, fmt.Sprintf("%s passed from %s to %s.", quoted(r.title(st)), inRole(from), inRole(to)), cause)
}

// withdrawRung takes back the escalation of a rung, with the explanation.
func (r *run) withdrawRung(c *Clock, i int, why string) {
	st := r.stepOf(c)
	if st == nil {
		return
	}
	r.closeEscalation(r.rungID(st, c, i, "escalation"), care.EscalationWithdrawn, why)
}

// closeEscalation ends an open escalation and takes it off the state.
func (r *run) closeEscalation(id care.ID, status care.EscalationStatus, why string) {
	for i := range r.s.Escalations {
		if r.s.Escalations[i].ID != id {
			continue
		}
		esc := r.s.Escalations[i]
		r.s.Escalations = append(r.s.Escalations[:i], r.s.Escalations[i+1:]...)
		from := esc.Status
		at := r.at
		esc.Status, esc.EndedAt, esc.Reason, esc.Next, esc.SnoozedUntil = status, &at, why, nil, nil
		r.effects = append(r.effects, Effect{Kind: EscalationRow, Escalation: &esc})
		r.moved(id, "escalation", string(from), string(status), esc.Level, why, at)
		r.tell("escalation."+string(status), esc.Step, fmt.Sprintf("The escalation to %s was %s: %s.", inRole(esc.Level), status, clause(why)), r.becauseOf(esc.Cause, why))
		return
	}
}

// becauseOf is the cause of what happens to an item: its rule, and why it happens now.
func (r *run) becauseOf(rule care.Cause, why string) care.Cause {
	cause := r.causeOf(rule.Rule, rule.Line, rule.Clock)
	cause.Text = why
	return cause
}

// closeEscalationsOf resolves the open escalations of a step.
func (r *run) closeEscalationsOf(st *Step, why string) { r.answerEscalations(st, nil, why) }

// answerEscalations ends the open escalations of a step: withdrawn where they were raised after the
// work had been done in time and was only not recorded yet, else resolved.
func (r *run) answerEscalations(st *Step, inTime *time.Time, why string) {
	for _, esc := range slices.Clone(r.s.Escalations) {
		if esc.Step != st.ID || esc.Occurrence != st.Occurrence || esc.Kind == escalationDelivery {
			continue
		}
		status := care.EscalationResolved
		if inTime != nil && !esc.RaisedAt.Before(*inTime) {
			status = care.EscalationWithdrawn
		}
		r.closeEscalation(esc.ID, status, why)
	}
}

func (r *run) wakeSnoozed() {
	for i := range r.s.Escalations {
		esc := &r.s.Escalations[i]
		if esc.Status == care.EscalationSnoozed && esc.SnoozedUntil != nil && !esc.SnoozedUntil.After(r.at) {
			esc.Status, esc.SnoozedUntil = care.EscalationOpen, nil
			r.moved(esc.ID, "escalation", string(care.EscalationSnoozed), string(care.EscalationOpen), esc.Level, "the snooze is over", r.at)
			r.tell("escalation.open", esc.Step, "The snooze is over: "+esc.Text, esc.Cause)
		}
	}
}

// rungID is the stable identity of what a rung does. It holds no time, so that whatever is
// retried, corrected or replayed is the same one thing.
func (r *run) rungID(st *Step, c *Clock, i int, what string) care.ID {
	return care.DeriveID(r.s.StartedAt, r.s.EnrollmentID, st.ID, strconv.Itoa(st.Occurrence), c.Name, rungKey(c, i), what)
}

// rungKey is the rung's place on its ladder, unless the ladder changed under a running clock.
func rungKey(c *Clock, i int) string {
	if key := c.Rungs[i].Key; key != "" {
		return key
	}
	return strconv.Itoa(i)
}

func taskID(st *Step) care.ID {
	if st.Task == nil {
		return ""
	}
	return st.Task.ID
}

// Moment is one rung of a running clock's ladder: when, what, and to whom.
type Moment struct {
	At  time.Time `json:"at"`
	Act string    `json:"act"` // remind | warn | escalate | reassign
	To  string    `json:"to"`  // owner | patient | <role>
}

// Ladder gives the moments of a clock's ladder in the order in which they come.
func (e *Engine) Ladder(c *Clock) []Moment {
	ladder := e.def.LadderByName(c.Ladder)
	if ladder == nil {
		ladder = ownLadders[c.Ladder]
	}
	if ladder == nil {
		return nil
	}
	moments := make([]Moment, 0, len(c.Rungs))
	for i, rung := range c.Rungs {
		act, to := ladder.Rungs[i].Act()
		moments = append(moments, Moment{At: rung.At, Act: act, To: to})
	}
	slices.SortStableFunc(moments, func(a, b Moment) int { return a.At.Compare(b.At) })
	return moments
}
