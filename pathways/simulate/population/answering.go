package population

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// What becomes of questions, where the scenario does not say.
const defaultReplies = 0.6

// theSubject is the patient who answers by the link in a message.
var theSubject = care.Actor{Kind: care.Subject, ID: "simulated patient"}

// The outcomes of work that asks for answers (see the engine's kinds of step).
const (
	outcomeAnswered     = "answered"
	outcomeUnanswered   = "unanswered"
	outcomeSupplied     = "supplied"
	outcomeNotAvailable = "not_available"
)

// formOf is what the step's work asks for; nil where it asks for nothing.
func formOf(def *pathways.Definition, step *pathways.Step) *pathways.Form {
	if step.Score != nil {
		return def.TaskForm(pathways.InputsForm(step.ID))
	}
	return def.FormByName(step.FormName())
}

// answers are what the form is filled in with: as the scenario says, else as nobody would mind.
func (w *world) answers(p *patient, step *pathways.Step, occurrence int, outcome string, b Behaviour) []care.FactValue {
	form := formOf(p.course.def, step)
	if form == nil {
		return nil
	}
	var out []care.FactValue
	for _, f := range form.Fields {
		if len(f.For) > 0 && !slices.Contains(f.For, outcome) || !p.course.eng.Asks(p.state, f, out) {
			continue
		}
		i := slices.IndexFunc(b.Answers, func(a Property) bool { return a.Name == f.ID })
		switch {
		case i >= 0:
			text := b.Answers[i].Value.pick(p.dice.roll("answer", step.ID+"."+f.ID, occurrence))
			out = append(out, care.FactValue{Name: f.ID, Value: w.valueOf(f.Type, text, p.dice.roll("amount", step.ID+"."+f.ID, occurrence))})
		case f.Required:
			out = append(out, care.FactValue{Name: f.ID, Value: w.goodAnswer(p, step.ID, f)})
		}
	}
	return out
}

// goodAnswer is what nobody would mind; a moment that is asked for comes in a few hours.
func (w *world) goodAnswer(p *patient, step string, f pathways.Field) any {
	if f.Type == pathways.TypeDateTime || f.Type == pathways.TypeDate {
		return w.valueOf(f.Type, "4 hours", 0)
	}
	return simulate.GoodAnswer(p.course.def, step, f)
}

// valueOf gives a text of the scenario its type. An amount may be drawn between two ("2 to 9"), a
// moment lies so far ahead ("2 to 5 hours"), and several codes are joined by a plus.
func (w *world) valueOf(typ, text string, luck float64) any {
	switch typ {
	case pathways.TypeInt, pathways.TypeNumber:
		var amount Range
		if err := amount.UnmarshalText([]byte(text)); err == nil && typ == pathways.TypeInt {
			return int64(amount.at(luck))
		} else if err == nil {
			return tenth(amount.at(luck))
		}
	case pathways.TypeDateTime, pathways.TypeDate:
		var ahead Span
		if err := ahead.UnmarshalText([]byte(text)); err != nil {
			break
		}
		at := time.Unix(w.now+ahead.at(luck), 0).UTC()
		if typ == pathways.TypeDate {
			return care.DateOf(at, w.days.zone).String()
		}
		return at.Format(time.RFC3339)
	case pathways.TypeCodes:
		return codesIn(text)
	}
	return typedText(typ, text)
}

// codesIn reads several codes, "food+transport"; "none" is none of them.
func codesIn(text string) []any {
	codes := []any{}
	if text == "none" {
		return codes
	}
	for code := range strings.SplitSeq(text, "+") {
		codes = append(codes, code)
	}
	return codes
}

// expectAnswers arranges that a patient answers the questions that a message brought, or does not.
func (w *world) expectAnswers(p *patient, m care.Message) {
	b := p.course.behaviourOf(m.Step)
	chance := Share(defaultReplies)
	if b.Replies != nil {
		chance = *b.Replies
	}
	n := m.Occurrence
	if p.dice.roll("answers", m.Step, n) >= float64(chance) {
		return
	}
	w.later(w.now+b.ReplyAfter.or(defaultReply).at(p.dice.roll("answers after", m.Step, n)), func() error {
		step, st := p.course.def.StepByID(m.Step), p.step(m.Step, m.Occurrence)
		if step == nil || st == nil || st.Status != care.StepOpen || st.Task != nil {
			return nil // the questions are closed, or somebody asks them by telephone
		}
		return unlessRefused(w.advance(p, engine.Event{
			Kind: engine.QuestionsAnswered, Actor: theSubject, Step: m.Step, Occurrence: m.Occurrence,
			Answers: w.answers(p, step, m.Occurrence, outcomeAnswered, b),
		}))
	})
}

// supply gives what a score is missing, as far as the scenario says; else, or where that is still not
// enough, it is not to be had.
func (w *world) supply(it *item, step *pathways.Step, b Behaviour) error {
	ev := engine.Event{Kind: engine.TaskComplete, Actor: staffActor(it), TaskID: it.task.ID, Outcome: outcomeNotAvailable}
	if len(b.Answers) > 0 && (len(b.Outcomes) == 0 || b.Outcomes.pick(it.patient.dice.roll("outcome", step.ID, it.task.Occurrence)) == outcomeSupplied) {
		with := ev
		with.Outcome, with.Answers = outcomeSupplied, w.answers(it.patient, step, it.task.Occurrence, outcomeSupplied, b)
		err := w.advance(it.patient, with)
		if invalid, ok := errors.AsType[*care.Error](err); !ok || invalid.Code != care.Invalid {
			return w.inVain(it, err)
		}
	}
	return w.inVain(it, w.advance(it.patient, ev))
}

// tenth keeps one place: what scales and meters show.
func tenth(x float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', 1, 64), 64)
	if err != nil {
		return x
	}
	return short
}
