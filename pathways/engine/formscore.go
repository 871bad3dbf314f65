package engine

import (
	"strconv"

	"throughline/care"
	"throughline/care/score"
	"throughline/pathways"
)

// What a form's answers come to, <step>.score and <step>.band.
const (
	factScore = "score"
	factBand  = "band"
)

func isScoreFact(name string) bool { return name == factScore || name == factBand }

// scoreForm makes what a form's answers come to a fact. Where that cannot be told there is none.
func (r *run) scoreForm(st *Step, form *pathways.Form, taken answersGiven) error {
	if form.Score == nil {
		return nil
	}
	r.forget(func(name string) bool { return name == st.ID+"."+factScore || name == st.ID+"."+factBand })
	if scorer, ok := form.Scorer(); ok {
		return r.scoreBy(scorer, st, form, taken)
	}
	sum, counted := 0, false
	for _, f := range form.Fields {
		v, given := taken.of(f.ID)
		if points, ok := f.PointsOf(v); given && ok {
			sum += points
			counted = true
		}
	}
	if counted || form.Score.Missing == pathways.MissingZero {
		r.learn(st.ID+"."+factScore, int64(sum), "the sum of the points of "+st.ID)
	}
	return nil
}

// scoreBy lets a scorer say what the answers come to, and keeps what it said.
func (r *run) scoreBy(scorer score.Scorer, st *Step, form *pathways.Form, taken answersGiven) error {
	answers := map[string]score.Value{} // looked up by the scorer, in its own order
	var given []care.ScoreInput
	for _, f := range form.Fields {
		if v, ok := taken.of(f.ID); ok {
			answers[f.ID] = f.ForScorer(v)
			given = append(given, care.ScoreInput{Name: f.ID, Given: true})
		}
	}
	result, err := scorer.Score(form.Score.Variant, answers)
	if err != nil {
		return care.Errorf(care.Invalid, "%s", refusalInWords(err)).At("answers").By("forms." + form.Name + ".score")
	}
	st.Score = scoreOf(scorer, result, given)
	from := scorer.Key() + "@" + strconv.Itoa(scorer.Version())
	if result.Value != nil {
		r.learn(st.ID+"."+factScore, *result.Value, from)
	}
	if result.Band != "" {
		r.learn(st.ID+"."+factBand, string(result.Band), from)
	}
	r.tell("score", st.ID, r.scoreInWords(st), r.causeOf("forms."+form.Name, form.Line, ""))
	return nil
}

// scoreOf is a scorer's result as it is kept: with what it was computed from.
func scoreOf(scorer score.Scorer, result score.Result, given []care.ScoreInput) *care.Score {
	out := &care.Score{
		Scorer: scorer.Key(), Version: scorer.Version(), Variant: result.Variant, Missing: result.Missing, Handling: result.Handling,
		Value: result.Value, Lowest: result.Lowest, Highest: result.Highest, Band: string(result.Band),
	}
	for _, in := range given {
		if v, used := result.Inputs[in.Name]; used {
			out.Inputs = append(out.Inputs, care.ScoreInput{Name: in.Name, Value: v, Given: in.Given})
		}
	}
	return out
}
