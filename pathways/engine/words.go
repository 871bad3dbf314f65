package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// causeOf names what led to what is being done: the event, the rule with its line, the clock.
func (r *run) causeOf(rule string, line int, clock string) care.Cause {
	c := care.Cause{Rule: rule, Line: line, Clock: clock, Event: string(r.ev.Kind), EventID: r.ev.ID}
	if r.ticking {
		c.Event, c.EventID = "clock", ""
	}
	return c
}

// tell adds a line to the timeline. Every line has a reason in words.
func (r *run) tell(kind, step, text string, cause care.Cause) {
	r.told++
	if cause.Text == "" {
		cause.Text = r.whyInWords()
	}
	occurred := r.at
	if !r.ticking && !r.ev.OccurredAt.IsZero() && r.ev.OccurredAt.Before(occurred) {
		occurred = r.ev.OccurredAt.UTC()
	}
	r.effects = append(r.effects, Effect{Kind: Told, Timeline: &care.TimelineEntry{
		EnrollmentID: r.s.EnrollmentID, Seq: r.s.Seq + 1, Ordinal: r.told, Kind: kind, Step: step, Text: text,
		Actor: r.actor(), Cause: cause, OccurredAt: occurred, RecordedAt: r.now,
	}})
}

// whyInWords is the reason of what has no rule of its own: the person's word, else the event.
func (r *run) whyInWords() string {
	switch {
	case r.ending != "":
		return r.ending
	case r.ticking || r.ev.Kind == Tick:
		return "its time had come"
	case r.ev.Reason != "":
		return r.ev.Reason
	case r.ev.Actor.Kind == care.Engine:
		return eventInWords(string(r.ev.Kind))
	}
	return eventInWords(string(r.ev.Kind)) + ", by " + actorInWords(r.ev.Actor)
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

// title is what people call the present work of a step.
func (r *run) title(st *Step) string {
	if st.Task != nil && st.Task.Status.Open() {
		return st.Task.Title
	}
	return r.stepTitle(st)
}

// stepTitle is what people call a step, whatever work it has at present.
func (r *run) stepTitle(st *Step) string {
	spec := r.spec(st.ID)
	switch {
	case st.Referral != nil:
		return "Referral for " + plain(st.Referral.Need)
	case spec == nil:
		return r.formerTitle(st)
	case spec.Referral != nil:
		if need := r.need(spec.Referral, st); need != spec.Referral.Need {
			return "Referral for " + plain(need)
		}
	}
	return r.titleOf(spec)
}

func (*run) titleOf(spec *pathways.Step) string { return spec.InWords() }

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
		return "the " + plain(to)
	case kind == "role":
		return "the " + plain(name)
	case kind == "service":
		return "the community service"
	}
	return "the person who holds the task"
}

func actorInWords(a care.Actor) string {
	switch a.Kind {
	case care.Person:
		if a.Role != "" {
			return inRole(a.Role)
		}
		return "a member of staff"
	case care.Partner:
		return "the community service"
	case care.Subject:
		return "the patient"
	case care.System:
		return "another system"
	}
	return "Throughline"
}

// eventsInWords says what kinds of event mean where they are read by people.
var eventsInWords = map[EventKind]string{
	Started:            "the pathway started",
	EncounterAdmitted:  "the patient was admitted",
	EncounterDischarge: "the patient left hospital",
	EncounterUpdated:   "news of the stay",
	PatientUpdated:     "news of the patient",
	PatientDied:        "the patient died",
	PatientMerged:      "two records of the patient were merged",
	AppointmentBooked:  "a visit was booked",
	AppointmentCancel:  "a visit was cancelled",
	AppointmentNoShow:  "a visit was not kept",
	AppointmentKept:    "a visit was kept",
	ObservationMade:    "a result came",
	NeedIdentified:     "a need was found",
	QuestionsAnswered:  "the questions were answered",
	CalendarChanged:    "the calendar of business days changed",
	TaskComplete:       "it was recorded",
	TaskAttempt:        "it was recorded",
	MessageDelivered:   "the delivery's result",
	ReferralCandidates: "the search for services",
}

func eventInWords(kind string) string {
	if text := eventsInWords[EventKind(kind)]; text != "" {
		return text
	}
	return strings.NewReplacer("_", " ", ".", ", ").Replace(kind)
}

// eventInWords says what a kind of event means, the answers to the pathway's own questions among them.
func (r *run) eventInWords(kind string) string {
	if step, own := r.def.AnsweredStep(kind); own {
		return quoted(r.titleOf(r.def.StepByID(step))) + " was answered"
	}
	return eventInWords(kind)
}

// sentence ends a text with one full stop.
func sentence(text string) string { return strings.TrimRight(text, ". ") + "." }

// clause is a text as a part of a sentence: without a full stop of its own.
func clause(text string) string { return strings.TrimRight(text, ". ") }

// quoted sets a title or a question off from the sentence around it.
func quoted(s string) string { return pathways.Quoted(s) }

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
