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

// taskKind is work that a person does.
var taskKind = kind{open: openTaskStep, complete: completeTaskStep}

func openTaskStep(r *run, st *Step, spec *pathways.Step) {
	r.openTask(st, taskPlan{title: spec.Task, outcomes: taskOutcomes(spec), form: spec.Form})
	r.armStepClock(st, spec)
}

// taskOutcomes are the outcomes from which whoever does a task step chooses.
func taskOutcomes(spec *pathways.Step) []string {
	outcomes := slices.Clone(spec.Outcomes)
	if len(outcomes) == 0 {
		outcomes = []string{"done"}
	}
	if spec.Excused != nil && !slices.Contains(outcomes, spec.Excused.Outcome) {
		outcomes = append(outcomes, spec.Excused.Outcome)
	}
	return outcomes
}

// clockDue is the clock of a step that gives its deadline itself.
const clockDue = "due"

// armStepClock starts the step's own clock with its ladder.
func (r *run) armStepClock(st *Step, spec *pathways.Step) {
	clock := r.def.ClockByName(spec.Clock)
	if clock == nil {
		if spec.Due != "" {
			r.armOwn(st, clockDue)
		}
		return
	}
	r.arm(armPlan{spec: *clock, ladder: r.ladder(spec.Ladder), step: st, cause: r.causeOf("clocks."+clock.Name, clock.Line, clock.Name)})
}

type taskPlan struct {
	title, instructions, form string
	outcomes                  []string
	part                      string // distinguishes several tasks of one step
	role                      string // empty: the step's owner
	why                       string // empty: as the step
}

// openTask gives the step its task.
func (r *run) openTask(st *Step, p taskPlan) {
	spec := r.spec(st.ID)
	if p.instructions == "" {
		p.instructions = spec.Instructions
	}
	st.Task = &care.Task{
		ID:           care.DeriveID(r.s.StartedAt, r.s.EnrollmentID, st.ID, strconv.Itoa(st.Occurrence), "task", p.part),
		EnrollmentID: r.s.EnrollmentID, PatientID: r.s.PatientID,
		Step: st.ID, Occurrence: st.Occurrence, Kind: st.Kind,
		Title: p.title, Instructions: p.instructions, Form: p.form, Outcomes: p.outcomes,
		Role: r.ownerOf(st), Status: care.TaskRequested, Priority: priorityOf(spec), OpenedAt: r.at, Cause: st.Cause,
	}
	if p.why != "" {
		st.Task.Cause.Text = p.why
	}
	if p.role != "" {
		st.Task.Role = p.role
	}
	if r.s.Status == care.EnrollmentSuspended {
		st.Task.Status = care.TaskOnHold
	}
	r.moved(st.Task.ID, "task", "", string(st.Task.Status), st.Task.Role, "", r.at)
}

func priorityOf(spec *pathways.Step) int {
	if spec.Priority == 0 {
		return 3
	}
	return spec.Priority
}

// closeTask ends the step's task with the step.
func (r *run) closeTask(st *Step, done bool, outcome string, happened time.Time, reason string) {
	t := st.Task
	if t == nil || !t.Status.Open() {
		return
	}
	to := care.TaskCancelled
	if done {
		to = care.TaskCompleted
	}
	r.moved(t.ID, "task", string(t.Status), string(to), holderOf(t), reason, happened)
	t.Status, t.Outcome, t.EndedAt, t.Next = to, outcome, &happened, nil
	t.Missed = st.Missed
	closed := *t
	r.effects = append(r.effects, Effect{Kind: TaskRow, Task: &closed})
}

func holderOf(t *care.Task) string {
	if t.Assignee != "" {
		return t.Assignee
	}
	return t.Role
}

// completeTaskStep ends a task step with one of its outcomes and takes the form's answers.
func completeTaskStep(r *run, st *Step, spec *pathways.Step) error {
	happened, err := r.happened(st)
	if err != nil {
		return err
	}
	if err := r.outcomeAllowed(st, spec); err != nil {
		return err
	}
	if err := r.takeAnswers(st, spec.Form, r.ev.Outcome); err != nil {
		return err
	}
	r.endStep(st, care.StepDone, r.ev.Outcome, happened, r.ev.Reason)
	return nil
}

// happened gives when the act occurred, and refuses what cannot be or does not count.
func (r *run) happened(st *Step) (time.Time, error) {
	at := r.ev.OccurredAt
	if at.IsZero() {
		at = r.at
	}
	at = at.UTC()
	if at.After(r.at.Add(5 * time.Minute)) {
		return at, care.Errorf(care.Invalid, "this cannot have happened yet: %s lies in the future", at.Format(time.RFC3339)).At("occurred_at").By("occurred_in_the_past")
	}
	for _, c := range r.s.Clocks {
		if c.Step != st.ID || c.Occurrence != st.Occurrence {
			continue
		}
		spec := r.def.ClockByName(c.Name)
		if kept := r.keptClock(c); kept != nil {
			spec = kept
		}
		if spec == nil {
			continue
		}
		first := care.DateOf(c.Anchor, r.zone)
		if spec.CountsFrom == "day after" {
			first = first.AddDays(1)
		}
		if care.DateOf(at, r.zone).Before(first) {
			return at, care.Errorf(care.Invalid, "this counts from %s on, and it is said to have happened on %s", first, care.DateOf(at, r.zone)).At("occurred_at").By("clocks." + c.Name + ".counts_from")
		}
	}
	return at, nil
}

func (r *run) outcomeAllowed(st *Step, spec *pathways.Step) error {
	outcome := r.ev.Outcome
	if outcome == "" || !slices.Contains(st.Task.Outcomes, outcome) {
		return care.Errorf(care.Invalid, "the outcome must be one of %s", strings.Join(st.Task.Outcomes, ", ")).At("outcome").By("steps." + st.ID + ".outcomes")
	}
	if ex := spec.Excused; ex != nil && ex.Outcome == outcome {
		if v := r.holds(ex.When, values{r: r, step: st}); !v.True {
			return care.Errorf(care.Conflict, "%s needs %s, and so far it is %s", plain(outcome), ex.When, v.words()).At("outcome").By("steps." + st.ID + ".excused")
		}
		return nil
	}
	if spec.Interactive && r.ev.Mode != "" && (!r.ev.Mode.Live() || r.ev.Mode == care.ByVoice) {
		return care.Errorf(care.Conflict, "a %s contact is not live and two-way, so it does not count; log it as an attempt", strings.ReplaceAll(string(r.ev.Mode), "_", " ")).At("mode").By("steps." + st.ID + ".interactive")
	}
	return nil
}

// takeAnswers checks a form's answers and makes them facts.
func (r *run) takeAnswers(st *Step, formName, outcome string) error {
	form := r.form(formName)
	if form == nil {
		if len(r.ev.Answers) > 0 {
			return care.Errorf(care.Invalid, "this task has no form, so it takes no answers").At("answers")
		}
		return nil
	}
	for _, a := range r.ev.Answers {
		if !slices.ContainsFunc(form.Fields, func(f pathways.Field) bool { return f.ID == a.Name }) {
			return care.Errorf(care.Invalid, "the form %s has no question %q", form.Name, a.Name).At("answers." + a.Name)
		}
	}
	given := answersGiven{values: values{r: r, step: st}}
	for _, f := range form.Fields {
		v, err := r.taken(form, f, outcome, given)
		if err != nil {
			return err
		}
		if v == nil {
			continue
		}
		r.learn(st.ID+"."+f.ID, v, "answered with "+st.ID)
		given.taken = append(given.taken, care.FactValue{Name: f.ID, Value: v})
	}
	return r.scoreForm(st, form, given)
}

// taken gives the answer to one question, after those before it; nil where there is none and none is
// needed.
func (r *run) taken(form *pathways.Form, f pathways.Field, outcome string, before answersGiven) (any, error) {
	i := slices.IndexFunc(r.ev.Answers, func(a care.FactValue) bool { return a.Name == f.ID && a.Value != nil })
	switch asked := r.isAsked(f, before); {
	case !asked && i >= 0:
		return nil, notAsked(form, f)
	case asked && i < 0 && f.Required && (len(f.For) == 0 || slices.Contains(f.For, outcome)):
		return nil, care.Errorf(care.Invalid, "the question %q must be answered", f.Ask).At("answers." + f.ID).By("forms." + form.Name)
	case i < 0:
		return nil, nil //nolint:nilnil // no answer, and nothing wrong
	}
	v, err := typed(pathways.Fact{Name: f.ID, Type: f.Type, Values: f.Values}, r.ev.Answers[i].Value, r.zone)
	if err != nil {
		return nil, err.At("answers." + f.ID).By("forms." + form.Name)
	}
	if err := beyond(f, v); err != nil {
		return nil, err.At("answers." + f.ID).By("forms." + form.Name)
	}
	return v, nil
}

// beyond says what is wrong with an answer that breaks its question's limits; nil where none does.
func beyond(f pathways.Field, v any) *care.Error {
	switch f.Breach(v) {
	case pathways.TooLow, pathways.TooHigh:
		return care.Errorf(care.Invalid, "the answer to %q must be %s", f.Ask, f.LimitsInWords())
	case pathways.NotAlone:
		return care.Errorf(care.Invalid, "%s cannot be chosen together with other answers to %q", f.ExclusiveInWords(), f.Ask)
	}
	return nil
}

// liveAttempts counts the tries that a rule may rely on: live, two-way ones, separate in time.
func liveAttempts(attempts []care.Attempt) int {
	n := 0
	var last time.Time
	for _, a := range attempts {
		if !a.Mode.Live() || n > 0 && a.OccurredAt.Sub(last) < separate {
			continue
		}
		n++
		last = a.OccurredAt
	}
	return n
}

// separate is how far apart two tries must lie to count as two. CMS says "separate" and gives no
// number.
const separate = 30 * time.Minute

// attemptFact answers attempts.<name>: those of the step, inside its clock's window.
func attemptFact(r *run, st *Step, name string) (any, bool) {
	if st == nil {
		return nil, false
	}
	inWindow := make([]care.Attempt, 0, len(st.Attempts))
	for _, a := range st.Attempts {
		if !r.afterWindow(st, a.OccurredAt) {
			inWindow = append(inWindow, a)
		}
	}
	switch name {
	case "all":
		return int64(len(inWindow)), true
	case "live":
		return int64(liveAttempts(inWindow)), true
	case "reached":
		n := 0
		for _, a := range inWindow {
			if a.Reached && a.Mode.Live() {
				n++
			}
		}
		return int64(n), true
	}
	return nil, false
}

func (r *run) afterWindow(st *Step, at time.Time) bool {
	spec := r.spec(st.ID)
	if spec == nil || spec.Clock == "" {
		return false
	}
	c := r.clockFor(st, spec.Clock)
	return c != nil && at.After(c.Due)
}

// recordAttempt keeps a try at a contact.
func (r *run) recordAttempt(st *Step) error {
	a := r.ev.Attempt
	if a == nil || !a.Mode.Known() {
		return care.Errorf(care.Invalid, "the mode must be one of phone, video, in_person, two_way_text, voicemail, email, letter, automated").At("mode")
	}
	happened, err := r.happened(st)
	if err != nil {
		return err
	}
	attempt := *a
	attempt.TaskID, attempt.Actor, attempt.OccurredAt, attempt.RecordedAt = st.Task.ID, r.ev.Actor, happened, r.now
	attempt.ID = care.DeriveID(happened, r.s.EnrollmentID, r.ev.ID, "attempt")
	i, _ := slices.BinarySearchFunc(st.Attempts, attempt, func(x, y care.Attempt) int { return x.OccurredAt.Compare(y.OccurredAt) })
	st.Attempts = slices.Insert(st.Attempts, i, attempt)
	st.Task.Attempts, st.Task.LiveAttempts = len(st.Attempts), liveAttempts(st.Attempts)
	r.effects = append(r.effects, Effect{Kind: AttemptRow, Attempt: &attempt})
	reached := "nobody was reached"
	if attempt.Reached {
		reached = attempt.Who + " was reached"
	}
	r.tell("task.attempt", st.ID, fmt.Sprintf("Tried by %s: %s.", strings.ReplaceAll(string(attempt.Mode), "_", " "), reached), r.causeOf("steps."+st.ID, 0, ""))
	return nil
}
