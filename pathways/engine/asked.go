package engine

import (
	"time"

	"throughline/care"
	"throughline/pathways"
)

// Questions are the questions of a step as whoever is to answer them finds them.
type Questions struct {
	Step       string // as it is called now
	Form       *pathways.Form
	Occurrence int
	Due        *time.Time // until when the answers are waited for; nil where that is over
	Answered   bool       // these questions have answers
	// Refused says why answers are not taken, as the engine would; nil where they are.
	Refused error
}

// Questions tells how the questions of a step stand: those of the occurrence, or the latest (0). It is
// care.NotFound where the pathway asks nothing there.
func (e *Engine) Questions(s State, step string, occurrence int) (Questions, error) {
	step, occurrence = s.NameNow(step, occurrence, time.Time{})
	r := &run{Engine: e, s: s, ev: Event{Kind: QuestionsAnswered, Step: step, Occurrence: occurrence}}
	spec := r.spec(step)
	if spec == nil || spec.Questionnaire == nil || r.form(spec.Questionnaire.Form) == nil {
		return Questions{}, care.Errorf(care.NotFound, "there is no questionnaire %q", step).At("step")
	}
	q := Questions{Step: step, Form: r.form(spec.Questionnaire.Form)}
	st, err := r.askedStep()
	if s.Status == care.EnrollmentEnded {
		err = care.Errorf(care.Conflict, "the enrollment has ended").By("enrollment.ended")
	}
	if q.Refused = err; err != nil {
		st = r.latest(step)
		if occurrence > 0 {
			st = r.stepByNumber(step, occurrence)
		}
	}
	if st == nil {
		return q, nil
	}
	q.Occurrence, q.Answered = st.Occurrence, st.Outcome == outcomeAnswered
	if c := r.clockFor(st, clockWait); c != nil && c.Status == care.ClockRunning && st.Status == care.StepOpen {
		due := c.Due
		q.Due = &due
	}
	return q, nil
}
