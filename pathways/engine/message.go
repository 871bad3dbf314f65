package engine

import (
	"slices"
	"strconv"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// messageKind is a message that goes out at a moment, unless something stops it before.
var messageKind = kind{open: openMessage, drop: stopMessage}

// messageDue tells whether a message goes out now, and notes when it will. One whose reason has
// passed is ended.
func (r *run) messageDue(st *Step, spec *pathways.Step) (due, ended bool) {
	m := spec.Message
	if m.StopsWhen != "" {
		if v := r.holds(m.StopsWhen, values{r: r, step: st}); v.True {
			r.endStep(st, care.StepSkipped, "", r.at, v.words())
			return false, true
		}
	}
	if m.At == "" {
		return true, false
	}
	at, anchor, known := r.messageMoment(st, m)
	switch {
	case !known:
		st.OpensAt = nil
		return false, false
	case at.After(r.at):
		st.OpensAt = &at
		return false, false
	case anchor.After(at) && !anchor.After(r.at):
		r.endStep(st, care.StepSkipped, "", r.at, "too late: it was to go out before "+r.inWords(anchor))
		return false, true
	}
	return true, false
}

func (r *run) messageMoment(st *Step, m *pathways.MessageSpec) (at, anchor time.Time, known bool) {
	at, known = r.moment(m.At, func(name string) (time.Time, bool) {
		switch name {
		case "start":
			anchor = r.readySince(st)
			return anchor, true
		case "due":
			return time.Time{}, false
		}
		var ok bool
		anchor, ok = r.anchor(name, st)
		return anchor, ok
	})
	return at, anchor, known
}

// readySince is when all that the step comes after had ended.
func (r *run) readySince(st *Step) time.Time {
	since := r.s.StartedAt
	spec := r.spec(st.ID)
	for _, id := range spec.After {
		if before := r.latest(id); before != nil && before.EndedAt != nil {
			since = later(since, *before.EndedAt)
		}
	}
	return since
}

func openMessage(r *run, st *Step, spec *pathways.Step) {
	m := spec.Message
	to := "role:" + m.To
	switch m.To {
	case "patient":
		to = "patient"
	case "owner":
		to = "role:" + r.def.Owner
	}
	msg := care.Message{
		ID:      care.DeriveID(r.s.StartedAt, r.s.EnrollmentID, st.ID, strconv.Itoa(st.Occurrence), "message"),
		Purpose: "message", To: to, Template: m.Template, Step: st.ID, Occurrence: st.Occurrence, Cause: st.Cause,
	}
	if m.At != "" {
		if _, anchor, known := r.messageMoment(st, m); known && anchor.After(r.at) {
			msg.Expires = &anchor
		}
	}
	st.MessageID = msg.ID
	r.send(msg)
}

// send queues a message; an activity delivers it and its result comes back as an event.
func (r *run) send(m care.Message) {
	m.EnrollmentID, m.PatientID = r.s.EnrollmentID, r.s.PatientID
	m.Status, m.QueuedAt = care.MessageQueued, r.at
	m.Language = "en"
	if m.To == "patient" && r.s.Patient.Language != "" {
		m.Language = r.s.Patient.Language
	}
	if i := slices.IndexFunc(r.s.Outbox, func(other care.Message) bool { return other.ID == m.ID }); i >= 0 {
		r.s.Outbox[i] = m // withdrawn before, and asked for again before its delivery has answered
	} else {
		r.s.Outbox = append(r.s.Outbox, m)
	}
	r.effects = append(r.effects, Effect{Kind: MessageRow, Message: &m})
	r.moved(m.ID, "message", "", string(care.MessageQueued), "", "", r.at)
}

// stopMessage withdraws a message that has not gone out.
func stopMessage(r *run, st *Step, why string) {
	r.stopQueued(st.MessageID, why)
}

// stopQueued withdraws a message. It stays in the outbox until its delivery has answered: it may be
// on its way already.
func (r *run) stopQueued(id care.ID, why string) {
	i := slices.IndexFunc(r.s.Outbox, func(m care.Message) bool { return m.ID == id && m.Status == care.MessageQueued })
	if i < 0 {
		return
	}
	m, at := &r.s.Outbox[i], r.at
	m.Status, m.Detail, m.EndedAt = care.MessageStopped, why, &at
	told := *m
	r.effects = append(r.effects, Effect{Kind: MessageRow, Message: &told})
	r.moved(m.ID, "message", string(care.MessageQueued), string(m.Status), "", why, at)
}

// escalationDelivery is the kind of escalation that says a message did not arrive.
const escalationDelivery = "delivery"

// delivered takes the result of a delivery. What did not arrive, or may not have, is shown to a
// person and never blindly repeated.
func (r *run) delivered() error {
	if r.ev.Delivery == nil {
		return care.Errorf(care.Invalid, "a delivery's result is missing").At("delivery")
	}
	if messageEnds[r.ev.Delivery.Status] == "" {
		return care.Errorf(care.Invalid, "a delivery ends as sent, failed, unknown or stopped, not %q", r.ev.Delivery.Status).At("delivery.status")
	}
	i := slices.IndexFunc(r.s.Outbox, func(m care.Message) bool { return m.ID == r.ev.MessageID })
	if i < 0 {
		return nil // known already
	}
	m := r.s.Outbox[i]
	r.s.Outbox = slices.Delete(r.s.Outbox, i, i+1)
	r.letGoOfWords(m.ID)
	if m.Status == care.MessageStopped {
		r.withdrawnTooLate(m)
		return nil
	}
	at := r.at
	m.Status, m.Channel, m.Detail, m.EndedAt = r.ev.Delivery.Status, r.ev.Delivery.Channel, r.ev.Delivery.Detail, &at
	r.effects = append(r.effects, Effect{Kind: MessageRow, Message: &m})
	r.moved(m.ID, "message", string(care.MessageQueued), string(m.Status), "", m.Detail, at)
	r.afterDelivery(m)
	return nil
}

// withdrawnTooLate corrects what was said of a message that was on its way when it was withdrawn: the
// record must not deny what somebody has received.
func (r *run) withdrawnTooLate(m care.Message) {
	d := r.ev.Delivery
	if d.Status != care.MessageSent && d.Status != care.MessageUnknown {
		return
	}
	went := "had gone out"
	if d.Status == care.MessageUnknown {
		went = "may have gone out"
	}
	at, why := r.at, m.Detail
	m.Status, m.Channel, m.EndedAt = d.Status, d.Channel, &at
	m.Detail = "it " + went + " before it could be withdrawn: " + reasonOr(why, "no reason was given")
	r.effects = append(r.effects, Effect{Kind: MessageRow, Message: &m})
	r.moved(m.ID, "message", string(care.MessageStopped), string(m.Status), "", m.Detail, at)
	r.tell("message."+string(m.Status), m.Step, "A "+m.Purpose+" to "+inRole(m.To)+" "+went+" before it could be withdrawn.", m.Cause)
}

func (r *run) afterDelivery(m care.Message) {
	if r.s.Status == care.EnrollmentEnded {
		return
	}
	bad := m.Status == care.MessageFailed || m.Status == care.MessageUnknown
	if bad {
		r.raiseUndelivered(m)
	}
	st := r.stepByNumber(m.Step, m.Occurrence)
	if st == nil || st.Status.Ended() {
		return
	}
	if m.Purpose == "message" && st.MessageID == m.ID {
		r.endStep(st, messageEnds[m.Status], string(m.Status), r.at, m.Detail)
	}
	if m.Purpose == "referral" && m.Status == care.MessageFailed {
		r.referralUndelivered(st, m)
	}
	if m.Purpose == purposeQuestions && m.Status == care.MessageFailed {
		r.questionsUndelivered(st, m)
	}
}

// TooLate gives what becomes of a message whose time has passed before it could be sent.
func TooLate(m care.Message, now time.Time) (Delivery, bool) {
	if m.Expires == nil || now.Before(*m.Expires) {
		return Delivery{}, false
	}
	return Delivery{Status: care.MessageStopped, Detail: "its time had passed before it could be sent"}, true
}

// messageEnds is how a message's step ends with its delivery. What did not arrive is not done; what
// may have arrived is not sent again, and a person is told.
var messageEnds = map[care.MessageStatus]care.StepStatus{
	care.MessageSent:    care.StepDone,
	care.MessageUnknown: care.StepDone,
	care.MessageStopped: care.StepSkipped,
	care.MessageFailed:  care.StepCancelled,
}

func (r *run) raiseUndelivered(m care.Message) {
	what := "did not arrive"
	if m.Status == care.MessageUnknown {
		what = "may not have arrived"
	}
	text := "A " + m.Purpose + " to " + inRole(m.To) + " " + what + ": " + clause(reasonOr(m.Detail, "no reason was given")) + ". Reach them another way."
	cause := m.Cause
	cause.Text = "the delivery ended as " + string(m.Status)
	r.raise(care.Escalation{
		ID: care.DeriveID(r.s.StartedAt, m.ID, escalationDelivery), TaskID: m.TaskID, Step: m.Step, Occurrence: m.Occurrence,
		Level: r.def.Owner, Kind: escalationDelivery, Text: text, Cause: cause,
	}, false)
}

func (r *run) stepByNumber(id string, occurrence int) *Step {
	for _, st := range r.s.Steps {
		if st.ID == id && st.Occurrence == occurrence {
			return st
		}
	}
	return nil
}
