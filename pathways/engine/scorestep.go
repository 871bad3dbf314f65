package engine

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/care/score"
	"throughline/pathways"
)

// scoreKind computes a published score from what is known. Where that is not enough somebody is asked
// for the rest, unless the pathway says how it is dealt with.
var scoreKind = kind{open: openScore, complete: completeScore, watch: watchScore}

// The outcomes of a score step, and of the task that goes with it.
const (
	outcomeScored       = "scored"
	outcomeIncomplete   = "incomplete" // it stays without a value
	outcomeSupplied     = "supplied"
	outcomeNotAvailable = "not_available"
)

func openScore(r *run, st *Step, spec *pathways.Step) {
	r.forget(func(name string) bool {
		fact, own := strings.CutPrefix(name, st.ID+".")
		return own && slices.ContainsFunc(pathways.ScoreFacts, func(f pathways.Fact) bool { return f.Name == fact })
	})
	st.Score = r.computed(st, spec.Score)
	if !r.scoreDone(st, spec, r.at) {
		r.askInputs(st, spec)
	}
}

// watchScore looks whether what was missing has become known meanwhile.
func watchScore(r *run, st *Step, spec *pathways.Step) bool {
	st.Score = r.computed(st, spec.Score)
	return r.scoreDone(st, spec, r.at)
}

// computed computes the score from the expressions and from what a person supplied, which outweighs
// them.
func (r *run) computed(st *Step, spec *pathways.ScoreSpec) *care.Score {
	scorer, ok := spec.Scorer()
	if !ok {
		return &care.Score{Scorer: spec.By, Handling: "Not scored.", Refused: "this build has no scorer " + spec.By}
	}
	given := r.scoreInputs(st, spec, scorer)
	answers := map[string]score.Value{} // looked up by the scorer, in its own order
	for _, in := range given {
		answers[in.Name] = in.Value
	}
	result, err := scorer.Score(spec.Variant, answers)
	out := scoreOf(scorer, result, given)
	if err != nil {
		out.Variant, out.Handling, out.Refused = spec.Variant, "Not scored.", refusalInWords(err)
		if refused, ok := errors.AsType[*care.Error](err); ok && refused.Field != "" {
			out.Missing = []string{refused.Field}
		}
	}
	return out
}

// refusalInWords is the sentence of a refusal, which never repeats the value.
func refusalInWords(err error) string {
	if refused, ok := errors.AsType[*care.Error](err); ok {
		return clause(refused.Message)
	}
	return "an input cannot be used"
}

// scoreInputs gives what is known of the scorer's inputs, in their order.
func (r *run) scoreInputs(st *Step, spec *pathways.ScoreSpec, scorer score.Scorer) []care.ScoreInput {
	var given []care.ScoreInput
	for _, in := range scorer.Inputs(spec.Variant) {
		if i := slices.IndexFunc(st.Supplied, func(f care.FactValue) bool { return f.Name == in.Name }); i >= 0 {
			given = append(given, care.ScoreInput{Name: in.Name, Value: st.Supplied[i].Value, Given: true})
			continue
		}
		i := slices.IndexFunc(spec.Inputs, func(g pathways.ScoreInput) bool { return g.Name == in.Name })
		if i < 0 {
			continue
		}
		if v, _ := r.program.Eval(spec.Inputs[i].From, values{r: r, step: st}); v != nil {
			given = append(given, care.ScoreInput{Name: in.Name, Value: v})
		}
	}
	return given
}

// scoreDone ends the step where the score is there, or the pathway says that it may be missing.
func (r *run) scoreDone(st *Step, spec *pathways.Step, happened time.Time) bool {
	k := st.Score
	switch {
	case k.Refused != "":
		return false
	case k.Value != nil:
		r.keepScore(st, happened, outcomeScored)
	case spec.Score.Missing == pathways.MissingAccept, spec.Score.Missing == pathways.MissingBand && k.Band != "":
		r.keepScore(st, happened, outcomeIncomplete)
	default:
		return false
	}
	return true
}

// keepScore makes of the score what conditions may ask, and ends the step.
func (r *run) keepScore(st *Step, happened time.Time, outcome string) {
	k := st.Score
	from := k.Scorer + "@" + strconv.Itoa(k.Version)
	lowest, highest := k.Lowest, k.Highest
	if k.Value != nil {
		r.learn(st.ID+".value", *k.Value, from)
		lowest, highest = k.Value, k.Value
	}
	if lowest != nil && highest != nil {
		r.learn(st.ID+".lowest", *lowest, from)
		r.learn(st.ID+".highest", *highest, from)
	}
	if k.Band != "" {
		r.learn(st.ID+".band", k.Band, from)
	}
	r.learn(st.ID+".missing", int64(len(k.Missing)), from)
	r.tell("score", st.ID, r.scoreInWords(st), r.causeOf("steps."+st.ID, 0, ""))
	reason := ""
	if outcome == outcomeIncomplete {
		reason = clause(plainWords(k.Handling))
	}
	r.closeTask(st, true, outcomeSupplied, happened, "")
	r.endStep(st, care.StepDone, outcome, happened, reason)
}

// scoreInWords says what was computed, as in "Score: LACE is 12, high" and how missing answers were
// handled.
func (r *run) scoreInWords(st *Step) string {
	k := st.Score
	said := "has no value"
	if k.Value != nil {
		said = "is " + strconv.FormatFloat(*k.Value, 'f', -1, 64)
	}
	if k.Band != "" {
		said += ", " + plain(k.Band)
	}
	return r.stepTitle(st) + " " + said + ". " + sentence(plainWords(k.Handling))
}

// plainWords writes names without their underscores.
func plainWords(text string) string { return strings.ReplaceAll(text, "_", " ") }

// askInputs asks the owner for what the score is missing.
func (r *run) askInputs(st *Step, spec *pathways.Step) {
	why := r.missingInWords(st, spec)
	r.openTask(st, taskPlan{
		title: "Supply what is missing for " + spec.Score.InWords(), why: why, part: "inputs",
		instructions: reasonOr(spec.Instructions, sentence(strings.ToUpper(why[:1])+why[1:])),
		form:         pathways.InputsForm(st.ID), outcomes: []string{outcomeSupplied, outcomeNotAvailable},
	})
	if spec.Due != "" {
		r.armOwn(st, clockDue)
	} else {
		r.armOwn(st, clockDecide)
	}
	r.tell("score.missing", st.ID, r.stepTitle(st)+" cannot be computed yet: "+why+".", st.Task.Cause)
}

// missingInWords says what a score waits for, as its instrument calls it.
func (r *run) missingInWords(st *Step, spec *pathways.Step) string {
	if st.Score.Refused != "" {
		return plainWords(st.Score.Refused)
	}
	scorer, ok := spec.Score.Scorer()
	if !ok {
		return "it is not known how"
	}
	var labels []string
	for _, in := range scorer.Inputs(spec.Score.Variant) {
		if slices.Contains(st.Score.Missing, in.Name) {
			labels = append(labels, quoted(clause(in.Label)))
		}
	}
	return "not known: " + strings.Join(labels, ", ")
}

// completeScore takes what a person found out, or that it cannot be found out.
func completeScore(r *run, st *Step, spec *pathways.Step) error {
	happened, err := r.happened(st)
	if err != nil {
		return err
	}
	switch r.ev.Outcome {
	case outcomeSupplied:
		return r.supply(st, spec, happened)
	case outcomeNotAvailable:
		r.closeTask(st, true, outcomeNotAvailable, happened, r.ev.Reason)
		r.keepScore(st, happened, outcomeIncomplete)
		return nil
	}
	return care.Errorf(care.Invalid, "the outcome must be one of %s", strings.Join(st.Task.Outcomes, ", ")).At("outcome").By("steps." + st.ID)
}

func (r *run) supply(st *Step, spec *pathways.Step, happened time.Time) error {
	form := r.def.TaskForm(st.Task.Form)
	if form == nil {
		return care.Errorf(care.Invalid, "this score takes no answers").At("answers")
	}
	for _, a := range r.ev.Answers {
		if !slices.ContainsFunc(form.Fields, func(f pathways.Field) bool { return f.ID == a.Name }) {
			return care.Errorf(care.Invalid, "the score does not ask for %q", a.Name).At("answers." + a.Name)
		}
		st.Supplied = slices.DeleteFunc(slices.Clone(st.Supplied), func(f care.FactValue) bool { return f.Name == a.Name })
		st.Supplied = append(st.Supplied, care.FactValue{Name: a.Name, Value: a.Value, At: r.at, From: "given"})
	}
	st.Score = r.computed(st, spec.Score)
	if st.Score.Refused != "" {
		return care.Errorf(care.Invalid, "%s", st.Score.Refused).At("answers").By("steps." + st.ID + ".score")
	}
	if !r.scoreDone(st, spec, happened) {
		return care.Errorf(care.Invalid, "the score cannot be computed yet: %s", r.missingInWords(st, spec)).At("answers").By("steps." + st.ID + ".score")
	}
	return nil
}
