package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// trail is what came of a list of acts.
type trail struct {
	state   engine.State
	zone    *time.Location
	turns   []engine.Turn // one for each act
	rescued bool
}

// play lets acts happen again from nothing. It tells whether all were allowed.
func (c *checker) play(acts []Act) (trail, bool) {
	t := trail{zone: c.zone}
	for i := range acts {
		a := acts[i]
		id := a.Event.ID
		took := c.advance(t.state, &a)
		if took.refused || took.broken != "" {
			return t, false
		}
		acts[i].Event.ID = id
		t.turns = append(t.turns, took.turn)
		t.state = took.turn.State
	}
	t.rescued = engine.Rescued(t.state) || len(engine.Holds(t.state)) == 0 && t.state.Status != care.EnrollmentEnded
	return t, true
}

// shortened leaves out every act without which it comes to the same, so that the story holds only
// what matters.
func (c *checker) shortened(acts []Act, same func(trail) bool) []Act {
	for i := len(acts) - 2; i > 0; i-- {
		shorter := slices.Concat(acts[:i], acts[i+1:])
		if t, ok := c.play(slices.Clone(shorter)); ok && same(t) && !earlier(c, shorter, same) {
			acts = shorter
		}
	}
	for i := range acts {
		acts[i].Event.ID = fmt.Sprintf("event-%d", i+1)
	}
	return acts
}

// earlier tells whether it has come to the same before the last act: then that is another story.
func earlier(c *checker, acts []Act, same func(trail) bool) bool {
	t, ok := c.play(slices.Clone(acts[:len(acts)-1]))
	return !ok || same(t)
}

// story tells acts in plain sentences, each with its day.
func (c *checker) story(acts []Act) []string {
	var told []string
	t := trail{zone: c.zone}
	for _, a := range acts {
		act := a
		took := c.advance(t.state, &act)
		if took.refused || took.broken != "" {
			break
		}
		told = append(told, c.sentences(t, a, took.turn)...)
		t.state = took.turn.State
	}
	return told
}

// sentences tells one act and what came of it.
func (c *checker) sentences(before trail, a Act, turn engine.Turn) []string {
	var told []string
	if text := c.actInWords(before, a); text != "" {
		told = append(told, sentence(text))
	}
	for i := range turn.Effects {
		entry := turn.Effects[i].Timeline
		if entry == nil || !worthTelling(entry.Kind, a.Event.Kind) || entry.Step != "" && c.def.StepByID(entry.Step) == nil {
			continue
		}
		text := zoneInWords.ReplaceAllString(entry.Text, "")
		if a.Event.Kind == engine.Tick {
			text = onDay(entry.OccurredAt, c.zone) + ": " + text
		}
		told = append(told, sentence(text))
	}
	return told
}

// zoneInWords is how the engine's timeline names the zone; the story knows one only.
var zoneInWords = regexp.MustCompile(` \([A-Z][A-Za-z_]+/[A-Za-z_]+\)`)

func worthTelling(kind string, of engine.EventKind) bool {
	switch kind {
	case "step.opened", "step.skipped", "enrollment.suspended", "enrollment.resumed", "enrollment.ended", "clock.missed", "referral.person", "track.started", "referral.requested":
		return true
	case "step.done", "step.cancelled":
		return of == engine.Tick
	}
	return false
}

func onDay(t time.Time, zone *time.Location) string {
	return "On " + t.In(zone).Format("Monday 2 January")
}

// actInWords tells what somebody does; empty for the passing of time, which the timeline tells.
func (c *checker) actInWords(before trail, a Act) string {
	on := onDay(a.At, c.zone) + " "
	ev := a.Event
	if text, known := plainActs[ev.Kind]; known {
		return on + text
	}
	title := c.titleOf(ev)
	switch ev.Kind {
	case engine.Started:
		return on + "the pathway starts" + launchInWords(ev.Launch)
	case engine.TaskComplete:
		return on + c.doneInWords(before, ev, title)
	case engine.TaskCancel:
		return on + title + " is called off"
	case engine.QuestionsAnswered:
		return on + c.doneInWords(before, engine.Event{Step: ev.Step, Outcome: "answered", Answers: ev.Answers}, title)
	case engine.StepStart:
		return on + "somebody begins " + title
	case engine.StepSkip:
		return on + "somebody skips " + title
	case engine.EnrollmentPause:
		return on + "somebody pauses the pathway"
	case engine.SubStarted:
		return on + title + ": the other pathway starts"
	case engine.SubRefused:
		return on + title + ": the other pathway does not start"
	case engine.SubEnded:
		return on + title + ": the other pathway ends as " + plain(ev.Outcome)
	case engine.TaskAttempt:
		if ev.Attempt != nil && ev.Attempt.Reached {
			return on + "somebody is reached for " + title
		}
		return on + "a try at " + title + " reaches nobody"
	case engine.ReferralCancel:
		return on + title + " is called off"
	case engine.ReferralCandidates:
		if len(ev.Candidates) == 0 {
			return on + "no service is found for " + title
		}
		return on + "services are found for " + title
	case engine.MessageDelivered:
		if ev.Delivery != nil && ev.Delivery.Status == care.MessageFailed {
			return on + title + " does not arrive"
		}
		return on + title + " arrives"
	case engine.ObservationMade:
		return on + "a result comes: " + strings.TrimSpace(ev.Observation.Code.Code+" "+ev.Observation.Value)
	case engine.NeedIdentified:
		return on + "a need is found: " + plain(ev.Need)
	case engine.ConsentRevoked:
		return on + "the patient takes back the consent to share for " + plain(ev.Purpose)
	case engine.EncounterUpdated:
		if ev.Encounter != nil && ev.Encounter.Status == care.EncounterInProgress {
			return on + "the hospital takes the discharge back"
		}
		return on + "the hospital tells the discharge anew"
	}
	return ""
}

var plainActs = map[engine.EventKind]string{
	engine.EncounterAdmitted:  "the patient is admitted to hospital",
	engine.EncounterDischarge: "the patient leaves hospital",
	engine.PatientDied:        "the patient dies",
	engine.AppointmentBooked:  "another system tells that the visit is booked",
	engine.AppointmentCancel:  "another system tells that the visit is cancelled",
	engine.AppointmentNoShow:  "another system tells that the patient did not come",
	engine.AppointmentKept:    "another system tells that the visit was kept",
	engine.ReferralAccept:     "the service accepts",
	engine.ReferralDecline:    "the service declines",
	engine.ReferralStart:      "the service reaches the patient",
	engine.ReferralHold:       "the service puts it on hold",
	engine.ReferralResume:     "the service goes on",
	engine.ReferralComplete:   "the service tells that it was received",
	engine.ReferralFail:       "the service tells that it failed",
}

func launchInWords(l *engine.Launch) string {
	if l == nil {
		return ""
	}
	var parts []string
	if l.Encounter != nil && l.Encounter.Disposition != "" {
		parts = append(parts, "discharged to "+plain(string(l.Encounter.Disposition)))
	}
	if l.Encounter != nil && len(l.Encounter.Diagnoses) > 0 {
		codes := make([]string, len(l.Encounter.Diagnoses))
		for i, d := range l.Encounter.Diagnoses {
			codes[i] = d.Code
		}
		parts = append(parts, "diagnosed with "+strings.Join(codes, ", "))
	}
	if l.Ended != nil {
		parts = append(parts, "after "+plain(l.Ended.Pathway)+" ended as "+plain(l.Ended.Outcome))
	}
	if l.Need != "" {
		parts = append(parts, "for "+plain(l.Need))
	}
	for _, f := range l.Facts {
		parts = append(parts, plain(f.Name)+": "+inWords(f.Value))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// titleOf is what people call the step that an event is about.
func (c *checker) titleOf(ev engine.Event) string {
	s := c.def.StepByID(ev.Step)
	if s == nil {
		return "the work"
	}
	if s.Kind() == pathways.KindMessage {
		return "the message “" + plain(s.ID) + "”"
	}
	if s.Referral != nil {
		return "the referral “" + plain(s.ID) + "”"
	}
	return "“" + s.InWords() + "”"
}

func (c *checker) doneInWords(before trail, ev engine.Event, title string) string {
	text := title
	switch {
	case isVisit(before.state, ev.TaskID) && ev.Outcome == "booked":
		text += " is booked"
	case isVisit(before.state, ev.TaskID) && ev.Outcome == "no_show":
		text += " is missed: the patient does not come"
	case ev.Outcome == "cancelled":
		text += " is cancelled"
	default:
		text += " ends as " + plain(ev.Outcome)
	}
	var answers []string
	for _, a := range ev.Answers {
		if mentions(c.asks, ev.Step+"."+a.Name) || c.countsFor(ev.Step, a.Name) {
			answers = append(answers, plain(a.Name)+": "+inWords(a.Value))
		}
	}
	if len(answers) > 0 {
		text += " (" + strings.Join(answers, ", ") + ")"
	}
	return text
}

// countsFor tells whether an answer counts for a score that something depends on.
func (c *checker) countsFor(step, field string) bool {
	if !mentions(c.asks, step+".score") && !mentions(c.asks, step+".band") {
		return false
	}
	form := c.def.FormByName(c.def.StepByID(step).FormName())
	return form != nil && form.Score != nil && slices.ContainsFunc(form.Fields, func(f pathways.Field) bool { return f.ID == field && f.Scored() })
}

func isVisit(s engine.State, task care.ID) bool {
	return slices.ContainsFunc(s.Steps, func(st *engine.Step) bool {
		return st.Kind == pathways.KindAppointment && st.Task != nil && st.Task.ID == task
	})
}

// tried tells how much was looked at where something was never met.
func (x *explorer) tried() []string {
	if x == nil {
		return nil
	}
	return []string{fmt.Sprintf("%d states were looked at: everything that can happen to what it depends on, in every order.", len(x.nodes))}
}

// plain turns an identifier into words.
func plain(id string) string { return strings.NewReplacer("_", " ", "-", " ").Replace(id) }

func sentence(text string) string {
	text = strings.TrimRight(text, ". ") + "."
	if first := []rune(text); len(first) > 1 {
		return strings.ToUpper(string(first[0])) + string(first[1:])
	}
	return text
}

// inWords writes a value as people say it.
func inWords(v any) string {
	switch x := v.(type) {
	case bool:
		if x {
			return "yes"
		}
		return "no"
	case string:
		return plain(x)
	}
	return fmt.Sprint(v)
}
