package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// questionnaireKind asks the questions of a form. A patient gets a message, and is asked by telephone
// where no answer comes; a member of staff gets a task.
var questionnaireKind = kind{open: openQuestionnaire, complete: completeQuestionnaire, ranOut: questionsUnanswered, drop: stopMessage}

// The outcomes of a questionnaire.
const (
	outcomeAnswered   = "answered"
	outcomeUnanswered = "unanswered"
)

// TemplateQuestionnaire is the built-in message that brings a patient questions.
const TemplateQuestionnaire = "patient.questionnaire"

// purposeQuestions is what the message with the questions is for.
const purposeQuestions = "questionnaire"

func openQuestionnaire(r *run, st *Step, spec *pathways.Step) {
	q := spec.Questionnaire
	if !q.AsksPatient() {
		role := q.To
		if role == "owner" {
			role = r.ownerOf(st)
		}
		r.openTask(st, taskPlan{title: "Answer: " + r.formTitle(q.Form), form: q.Form, outcomes: []string{outcomeAnswered, outcomeUnanswered}, role: role})
		r.armOwn(st, clockDue)
		return
	}
	expires := r.armOwn(st, clockWait).Due
	st.MessageID = care.DeriveID(r.s.StartedAt, r.s.EnrollmentID, st.ID, strconv.Itoa(st.Occurrence), "message")
	r.send(care.Message{
		ID: st.MessageID, Purpose: purposeQuestions, To: "patient", Template: questionsTemplate(q),
		Step: st.ID, Occurrence: st.Occurrence, Expires: &expires, Cause: st.Cause,
	})
}

func questionsTemplate(q *pathways.Questionnaire) string {
	return reasonOr(q.Template, TemplateQuestionnaire)
}

// questionsUnanswered is where the time for the answers is over: somebody asks by telephone, or the
// pathway's author has said that silence is no matter.
func questionsUnanswered(r *run, st *Step, c *Clock) bool {
	if c.Name != clockWait {
		return false
	}
	st.Missed = true
	r.silent(st, "no answer came by "+r.inWords(c.Due), r.overdueCause(c))
	return true
}

// silent does what the questionnaire's author wants done where no answer comes.
func (r *run) silent(st *Step, why string, cause care.Cause) {
	if r.spec(st.ID).Questionnaire.Unanswered == pathways.UnansweredSkip {
		r.endStep(st, care.StepSkipped, outcomeUnanswered, r.at, why)
		return
	}
	if st.Task != nil && st.Task.Status.Open() {
		return // asked already: the deadline was moved, and has come again
	}
	r.openTask(st, taskPlan{
		title: "Ask by telephone: " + r.formTitle(r.spec(st.ID).Questionnaire.Form), part: "call", why: why,
		form: r.spec(st.ID).Questionnaire.Form, outcomes: []string{outcomeAnswered, outcomeUnanswered},
	})
	st.Task.Missed = st.Missed
	r.armOwn(st, clockDecide)
	r.tell("questionnaire.silent", st.ID, quoted(r.stepTitle(st))+": "+why+". "+sentence(strings.ToUpper(r.holder(st)[:1])+r.holder(st)[1:]+" asks by telephone"), cause)
}

// questionsUndelivered asks by telephone at once: the questions did not reach the patient.
func (r *run) questionsUndelivered(st *Step, m care.Message) {
	if r.spec(st.ID).Questionnaire.Unanswered == pathways.UnansweredSkip {
		return // its time runs, and answers may come another way
	}
	r.cancelClock(r.clockFor(st, clockWait))
	r.silent(st, "the questions did not arrive", m.Cause)
}

func completeQuestionnaire(r *run, st *Step, spec *pathways.Step) error {
	happened, err := r.happened(st)
	if err != nil {
		return err
	}
	switch r.ev.Outcome {
	case outcomeAnswered:
		return r.answer(st, spec, happened)
	case outcomeUnanswered:
		r.closeTask(st, true, outcomeUnanswered, happened, r.ev.Reason)
		r.endStep(st, care.StepMissed, outcomeUnanswered, happened, reasonOr(r.ev.Reason, "nobody could be asked"))
		return nil
	}
	return care.Errorf(care.Invalid, "the outcome must be one of %s", strings.Join(st.Task.Outcomes, ", ")).At("outcome").By("steps." + st.ID)
}

// questionsAnswered takes the answers that a patient, another system, or a member of staff for them
// has given. Late answers count too, as long as the questions were not asked again meanwhile.
func (r *run) questionsAnswered() error {
	spec := r.spec(r.ev.Step)
	if spec == nil || spec.Questionnaire == nil {
		return care.Errorf(care.NotFound, "there is no questionnaire %q", r.ev.Step).At("step")
	}
	st, err := r.askedStep()
	if err != nil {
		return err
	}
	happened, err := r.happened(st)
	if err != nil {
		return err
	}
	return r.answer(st, spec, happened)
}

// askedStep finds the occurrence that the answers are for: the one named, else the one that is open,
// else the latest that nobody answered.
func (r *run) askedStep() (*Step, error) {
	latest := r.latest(r.ev.Step)
	st := latest
	if r.ev.Occurrence > 0 {
		st = r.stepByNumber(r.ev.Step, r.ev.Occurrence)
	}
	switch {
	case st == nil || st.Status == care.StepWaiting:
		return nil, care.Errorf(care.Conflict, "these questions have not been asked yet").At("step").By("questionnaire.answered")
	case st.Status == care.StepOpen:
		return st, nil
	case st.Outcome == outcomeAnswered:
		return nil, care.Errorf(care.Conflict, "these questions have been answered already").At("step").By("questionnaire.answered")
	case st.Outcome != outcomeUnanswered:
		return nil, care.Errorf(care.Conflict, "these questions are no longer asked").At("step").By("questionnaire.answered")
	case st != latest:
		return nil, care.Errorf(care.Conflict, "these questions have been asked again since; answer them anew").At("occurrence").By("questionnaire.answered")
	}
	return st, nil
}

// answer makes the answers facts and ends the questions. What waits for them hears of it when the
// turn is settled.
func (r *run) answer(st *Step, spec *pathways.Step, happened time.Time) error {
	r.forgetAnswers(st, spec.Questionnaire.Form)
	if err := r.takeAnswers(st, spec.Questionnaire.Form, outcomeAnswered); err != nil {
		return err
	}
	r.answered = append(r.answered, st.ID)
	if st.Status.Ended() {
		r.answeredLate(st, happened)
		return nil
	}
	r.stopQueued(st.MessageID, "the questions were answered")
	r.endStep(st, care.StepDone, outcomeAnswered, happened, r.ev.Reason)
	return nil
}

// answeredLate takes back that nobody answered.
func (r *run) answeredLate(st *Step, happened time.Time) {
	if c := r.clockFor(st, clockWait); c != nil && c.Status == care.ClockMissed {
		r.stop(c, happened)
		st.Missed = c.Status == care.ClockMissed
	}
	reason := "answered late"
	if !st.Missed {
		reason = "answered in time, and recorded late"
	}
	st.Status, st.Outcome, st.Reason, st.EndedAt = care.StepDone, outcomeAnswered, reason, &happened
	r.tell("step.done", st.ID, r.stepEndInWords(st), r.causeOf("steps."+st.ID, 0, ""))
	r.recompute(clause(r.stepTitle(st)) + " was answered late")
}

// forgetAnswers lets go of what was answered the time before: a question that was left out this time
// has no answer.
func (r *run) forgetAnswers(st *Step, formName string) {
	form := r.form(formName)
	if form == nil {
		return
	}
	r.forget(func(name string) bool {
		field, own := strings.CutPrefix(name, st.ID+".")
		return own && (isScoreFact(field) || slices.ContainsFunc(form.Fields, func(q pathways.Field) bool { return q.ID == field }))
	})
}

// came tells whether the present event is of the kind, a questionnaire's answers among them.
func (r *run) came(kind string) bool {
	if step, own := r.def.AnsweredStep(kind); own {
		return slices.Contains(r.answered, step)
	}
	return !r.ticking && string(r.ev.Kind) == kind
}

// hearAnswers lets what waits for answers hear of those that came while the enrollment stood still.
func (r *run) hearAnswers() {
	if r.s.Status == care.EnrollmentActive && len(r.s.Unheard) > 0 {
		r.answered, r.s.Unheard = append(r.s.Unheard, r.answered...), nil
	}
}

// keepAnswers keeps answers for later that nothing may follow from now: no red flag gets lost in a
// pause. Since the engine defers what events call for, it defers what answers call for as well.
func (r *run) keepAnswers() {
	if r.s.Engine < defersEvents && r.standsStill() {
		for _, step := range r.answered {
			if !slices.Contains(r.s.Unheard, step) {
				r.s.Unheard = append(slices.Clip(r.s.Unheard), step)
			}
		}
	}
	r.answered = nil
}

func (r *run) formTitle(name string) string {
	if form := r.form(name); form != nil && form.Title != "" {
		return form.Title
	}
	return plain(name)
}

// answersGiven are the answers to a form, as far as they are taken: what later questions may depend
// on.
type answersGiven struct {
	values
	taken []care.FactValue
}

func (a answersGiven) of(field string) (any, bool) {
	i := slices.IndexFunc(a.taken, func(f care.FactValue) bool { return f.Name == field })
	if i < 0 {
		return nil, false
	}
	return a.taken[i].Value, true
}

// Value implements pathways.Values.
func (a answersGiven) Value(name string) (any, bool) {
	if field, answer := strings.CutPrefix(name, "answer."); answer {
		return a.of(field)
	}
	return a.values.Value(name)
}

// Asks tells whether a form's question is asked of the patient, after the answers before it.
func (e *Engine) Asks(s State, f pathways.Field, before []care.FactValue) bool {
	if f.When == "" {
		return true
	}
	zone, err := zoneNamed(s.Zone)
	if err != nil {
		return true
	}
	r := &run{Engine: e, s: s, zone: zone, at: s.At, now: s.At}
	return r.isAsked(f, answersGiven{values: values{r: r}, taken: before})
}

func (r *run) isAsked(f pathways.Field, taken answersGiven) bool {
	return f.When == "" || r.program.Holds(f.When, taken).True
}

// notAsked refuses an answer to a question that was not to be asked.
func notAsked(form *pathways.Form, f pathways.Field) error {
	return care.Errorf(care.Invalid, "the question %q is asked only where %s", f.Ask, f.When).At("answers." + f.ID).By(fmt.Sprintf("forms.%s.fields.%s.when", form.Name, f.ID))
}
