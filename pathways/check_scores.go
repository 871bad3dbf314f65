package pathways

import (
	"fmt"
	"slices"
	"strings"

	"throughline/care/score"
)

// score checks that a score is one that exists, that it is computed from what it asks for, and that
// what is missing falls to somebody.
func (c *checker) score(path string, s *Step) {
	k := s.Score
	at := path + ".score"
	if s.Due != "" {
		c.offset(path+".due", s.Line, s.Due)
	}
	if s.Ladder != "" && c.d.LadderByName(s.Ladder) == nil {
		c.wrongValue(path+".ladder", s.Line, fmt.Sprintf("there is no ladder %q", s.Ladder), suggest(s.Ladder, namesIn(c.d.Ladders, func(l Ladder) string { return l.Name })))
	} else if s.Ladder != "" && s.Due == "" {
		c.wrong(path+".ladder", s.Line, "a ladder needs a deadline to climb to", "write due: and an amount of time")
	}
	scorer := c.scorer(at, s.Line, k.By, k.Variant)
	if k.Missing != "" && !slices.Contains(missingRules, k.Missing) {
		c.wrongValue(at+".missing", s.Line, fmt.Sprintf("what is missing cannot be dealt with by %q", k.Missing), "use "+strings.Join(missingRules, ", "))
	}
	if scorer != nil {
		c.scoreInputs(at, s, scorer.Inputs(k.Variant))
	}
}

// scorer finds the scorer that is named; nil where there is none, which is said.
func (c *checker) scorer(path string, line int, by, variant string) score.Scorer {
	if by == "" {
		c.wrong(path, line, "the score does not say how it is computed", "write by: and one of "+strings.Join(scorerNames(), ", "))
		return nil
	}
	scorer, ok := scorerNamed(by)
	if !ok {
		instead := suggest(by, scorerNames())
		if instead == "" {
			instead = "use one of " + strings.Join(scorerNames(), ", ")
		}
		c.wrongValue(path+".by", line, fmt.Sprintf("nothing scores by %q", by), instead)
		return nil
	}
	if doubt := score.Unconfirmed(scorer.Key(), variant); doubt != "" {
		c.odd(path+".variant", line, doubt, "confirm it before a band decides anything, or use "+scorer.Variants()[0])
	}
	if variant != "" && !slices.Contains(scorer.Variants(), variant) {
		c.wrongValue(path+".variant", line, fmt.Sprintf("%s has no variant %q", scorer.Key(), variant), "use "+strings.Join(scorer.Variants(), ", "))
		return nil
	}
	return scorer
}

func (c *checker) scoreInputs(path string, s *Step, inputs []score.Input) {
	seen := map[string]bool{}
	names := namesIn(inputs, func(in score.Input) string { return in.Name })
	for _, given := range s.Score.Inputs {
		at := path + ".inputs." + given.Name
		c.once(seen, at, given.Line, "input", given.Name)
		if !slices.Contains(names, given.Name) {
			c.wrong(at, given.Line, fmt.Sprintf("%s does not ask for %q", s.Score.By, given.Name), suggest(given.Name, names))
		}
	}
	if len(s.Score.Inputs) == 0 {
		c.wrong(path, s.Line, "the score is computed from nothing", "write inputs: with "+strings.Join(names, ", "))
		return
	}
	for _, name := range names {
		if seen[name] || s.Score.Missing == MissingAccept {
			continue
		}
		c.odd(path+".inputs", s.Line, fmt.Sprintf("nothing gives %s of %s: it is always missing", name, s.Score.By), "give it by an expression, or leave it to the owner who is asked")
	}
}

// inputKind is what the expression of a score's input has to give; empty where that is not known.
func (s *ScoreSpec) inputKind(name string) resultKind {
	scorer, ok := s.Scorer()
	if !ok {
		return anyResult
	}
	for _, in := range scorer.Inputs(s.Variant) {
		if in.Name == name && in.Repeats {
			return resultKind(inputKindPrefix + TypeCodes)
		}
		if in.Name == name {
			return resultKind(inputKindPrefix + string(in.Type))
		}
	}
	return anyResult
}

// inputKindPrefix begins the kind of result that a score's input takes.
const inputKindPrefix = "input "

// scoredBy checks that a form asks what its scorer needs to be told.
func (c *checker) scoredBy(path string, form *Form) {
	k := form.Score
	if k.Missing != "" && k.Missing != MissingAccept {
		c.wrongValue(path+".score.missing", k.Line, fmt.Sprintf("a missing answer cannot count %q", k.Missing), "write missing: accept, or make the questions required")
	}
	scorer := c.scorer(path+".score", k.Line, k.By, k.Variant)
	if scorer == nil {
		return
	}
	asked := 0
	for _, in := range scorer.Inputs(k.Variant) {
		i := slices.IndexFunc(form.Fields, func(f Field) bool { return f.ID == in.Name })
		if i < 0 {
			if k.Missing == "" {
				c.wrong(path+".score", k.Line, fmt.Sprintf("%s needs an answer to %q, and the form does not ask it", k.By, in.Name), "add a question with the id "+in.Name+", or write missing: accept")
			}
			continue
		}
		asked++
		c.scorersQuestion(fmt.Sprintf("%s.fields.%s", path, in.Name), k, form.Fields[i], in)
	}
	if asked == 0 {
		c.wrong(path+".score", k.Line, fmt.Sprintf("the form asks nothing that %s is computed from", k.By), "ask "+strings.Join(namesIn(scorer.Inputs(k.Variant), func(in score.Input) string { return in.Name }), ", "))
	}
}

// scorersQuestion checks one question by what the scorer takes for it.
func (c *checker) scorersQuestion(path string, k *FormScore, f Field, in score.Input) {
	want := string(in.Type)
	if in.Repeats {
		want = TypeCodes
	}
	fits := f.Type == want || want == TypeNumber && f.Type == TypeInt || want == TypeCodes && f.Type == TypeCode
	if !fits {
		c.wrongValue(path+".type", f.Line, fmt.Sprintf("%s takes %s for %s", k.By, typeInWords(want), in.Name), "write type: "+want)
		return
	}
	if !f.Required && k.Missing == "" {
		c.wrong(path, f.Line, fmt.Sprintf("the score does not say what it is without an answer to %s", f.ID), "write required: true at the question, or missing: accept at the score")
	}
	for i, v := range f.Values {
		if code, _ := f.ForScorer(v).(string); !slices.Contains(in.Values, code) {
			c.wrongValue(fmt.Sprintf("%s.values[%d]", path, i), f.Line, fmt.Sprintf("%s knows no answer %q to %s", k.By, code, in.Name), scorersAnswers(f, in))
			return // the others are mended with it
		}
	}
}

// scorersAnswers says how the answers that a scorer knows are written beside words of one's own.
func scorersAnswers(f Field, in score.Input) string {
	instead := "use the values " + strings.Join(in.Values, ", ")
	if len(f.Codes) > 0 || len(f.Values) != len(in.Values) {
		return instead + ", or give each value of yours its code: codes: [" + strings.Join(in.Values, ", ") + "]"
	}
	return "keep your values, and write beside them codes: [" + strings.Join(in.Values, ", ") + "], each in the place of its answer"
}
