package simulate

import (
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// office is the local hour at which those who respond do their work.
const office = 10

// visitAfter is how many business days ahead a visit is booked.
const visitAfter = 2

// respond lets everybody do their work on the next morning, with the first outcome that the task
// offers, until the pathway has ended.
func respond(def *pathways.Definition, w *World, zone *time.Location, last time.Time) error {
	for w.Now.Before(last) && w.State.Status != care.EnrollmentEnded {
		if err := w.Sleep(morning(w, 1, zone)); err != nil {
			return err
		}
		for i := 0; i < len(w.State.Steps) && w.State.Status != care.EnrollmentEnded; i++ {
			if st := w.State.Steps[i]; st.Status == care.StepOpen {
				serve(w, st)
				reply(def, w, st)
				finish(w, st)
				work(def, w, w.State.Steps[i], zone)
			}
		}
	}
	return nil
}

// morning is when somebody is at work, some business days from now.
func morning(w *World, businessDays int, zone *time.Location) time.Time {
	day, _ := w.State.Calendar.AddBusinessDays(care.DateOf(w.Now, zone), businessDays)
	return time.Date(day.Year, day.Month, day.Day, office, 0, 0, 0, zone).UTC()
}

// work completes a step's task. What is refused, because it does not count yet, is tried again on
// the next morning.
func work(def *pathways.Definition, w *World, st *engine.Step, zone *time.Location) {
	if st.Status != care.StepOpen || st.Task == nil || !st.Task.Status.Open() || len(st.Task.Outcomes) == 0 {
		return
	}
	ev := engine.Event{Kind: engine.TaskComplete, Actor: care.Actor{Kind: care.Person, ID: "simulated person"}, TaskID: st.Task.ID, Outcome: st.Task.Outcomes[0]}
	switch {
	case st.Kind == pathways.KindAppointment && st.Appointment == nil:
		start := morning(w, visitAfter, zone).Format(time.RFC3339)
		ev.Answers = []care.FactValue{{Name: "start", Value: start}}
	case st.Kind == pathways.KindAppointment && st.Appointment.Start != nil && st.Appointment.Start.After(w.Now):
		return // the visit is to come
	case st.Kind == pathways.KindTask:
		spec := def.StepByID(st.ID)
		if spec != nil && spec.Interactive {
			ev.Mode = care.ByPhone
		}
		ev.Answers = goodAnswers(def, w, st, ev.Outcome)
	case st.Kind == pathways.KindScore:
		ev.Outcome = st.Task.Outcomes[len(st.Task.Outcomes)-1] // nobody knows more here than the pathway does
	case st.Kind == pathways.KindQuestionnaire:
		ev.Answers = goodAnswers(def, w, st, ev.Outcome)
	}
	_ = w.Do(ev)
}

// reply lets the patient answer what they are asked by message.
func reply(def *pathways.Definition, w *World, st *engine.Step) {
	if st.Kind != pathways.KindQuestionnaire || st.Task != nil {
		return
	}
	_ = w.Do(engine.Event{
		Kind: engine.QuestionsAnswered, Actor: care.Actor{Kind: care.Subject, ID: "simulated patient"},
		Step: st.ID, Occurrence: st.Occurrence, Answers: goodAnswers(def, w, st, ""),
	})
}

// finish lets the other pathway that a step waits for come to its end.
func finish(w *World, st *engine.Step) {
	if st.Sub == nil || st.Sub.EnrollmentID == "" || st.Task != nil && st.Task.Status.Open() {
		return
	}
	_ = w.Do(engine.Event{
		ID: "ended:" + st.Sub.EnrollmentID, Kind: engine.SubEnded, Actor: care.TheEngine,
		Step: st.ID, Occurrence: st.Occurrence, Child: st.Sub.EnrollmentID, Outcome: care.EndCompleted,
	})
}

// goodAnswers answers what must be answered: no to every question but those for consent, and the
// first of several values.
func goodAnswers(def *pathways.Definition, w *World, st *engine.Step, outcome string) []care.FactValue {
	form := def.FormByName(formOf(def, st))
	if form == nil {
		return nil
	}
	var answers []care.FactValue
	for _, f := range form.Fields {
		if !f.Required || len(f.For) > 0 && !slices.Contains(f.For, outcome) || !w.Engine.Asks(w.State, f, answers) {
			continue
		}
		answers = append(answers, care.FactValue{Name: f.ID, Value: GoodAnswer(def, st.ID, f)})
	}
	return answers
}

// GoodAnswer is what nobody would mind as the answer to a question of a step's form: no, but yes to
// those for consent, and the first of several values.
func GoodAnswer(def *pathways.Definition, step string, f pathways.Field) any {
	switch f.Type {
	case pathways.TypeBool:
		return asksConsent(def, step+"."+f.ID)
	case pathways.TypeCode:
		return f.Values[0]
	case pathways.TypeCodes:
		return []any{}
	case pathways.TypeInt, pathways.TypeNumber:
		return f.Within(0)
	}
	return "none"
}

// formOf names the form that the step's present work asks for.
func formOf(def *pathways.Definition, st *engine.Step) string {
	if st.Task != nil {
		return st.Task.Form
	}
	if spec := def.StepByID(st.ID); spec != nil {
		return spec.FormName()
	}
	return ""
}

// asksConsent tells whether a referral rests on the answer.
func asksConsent(def *pathways.Definition, answer string) bool {
	return slices.ContainsFunc(def.Steps, func(s pathways.Step) bool {
		return s.Referral != nil && strings.Contains(s.Referral.ConsentFrom, answer)
	})
}

// serve lets the community service accept, and on the next morning meet the need.
func serve(w *World, st *engine.Step) {
	if st.Referral == nil || st.Referral.Current == nil || !st.Referral.Current.Status.Open() {
		return
	}
	kind := engine.ReferralComplete
	if st.Referral.Current.Status == care.ReferralRequested {
		kind = engine.ReferralAccept
	}
	_ = w.Do(engine.Event{Kind: kind, Actor: care.Actor{Kind: care.Partner, ID: "simulated service"}, ReferralID: st.Referral.Current.ID, Outcome: ""})
}
