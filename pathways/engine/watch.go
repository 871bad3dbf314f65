package engine

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"throughline/pathways"
)

// The answers of a condition.
const (
	AnswerYes     = "yes"
	AnswerNo      = "no"
	AnswerUnknown = "not known" // what it asks is not all known, and the rest does not settle it
)

// Asked is one expression that the engine asked, with what it came to: a place where the pathway
// could have gone otherwise.
type Asked struct {
	At time.Time `json:"at"`
	// Rule is the definition's part: "steps.transport.when", "tracks.red_flag.when", "ends[3].when".
	Rule       string `json:"rule"`
	Line       int    `json:"line,omitempty"`
	Step       string `json:"step,omitempty"`
	Occurrence int    `json:"occurrence,omitempty"`
	Expression string `json:"expression"`
	// Answer is yes, no or not known; where the expression gives an amount of time, that amount.
	Answer string      `json:"answer"`
	Facts  []AskedFact `json:"facts"` // what it looked at, in that order
}

// AskedFact is one value that an expression looked at.
type AskedFact struct {
	Name  string `json:"name"`  // as expressions ask it: contact.outcome
	Words string `json:"words"` // with its value, as people say it
	Value any    `json:"value,omitempty"`
	Known bool   `json:"known"`
}

// Watched gives an engine that does the same and tells of every expression that it asks. It holds
// for simulations: what see is told are patient facts.
func (e *Engine) Watched(see func(Asked)) *Engine {
	watched := *e
	watched.see = see
	return &watched
}

// watch tells of a condition that was asked.
func (r *run) watch(expr string, v answer) {
	if r.see == nil || strings.TrimSpace(expr) == "" {
		return
	}
	told := Asked{Expression: expr, Answer: AnswerNo}
	switch {
	case v.True:
		told.Answer = AnswerYes
	case len(v.Unknown) > 0:
		told.Answer = AnswerUnknown
	}
	step := ""
	if vals, ok := v.asked.Values.(values); ok && vals.step != nil {
		step = vals.step.ID
	}
	told.Rule, told.Line = r.program.Place(expr, step)
	if told.Rule == "" {
		told.Rule = "steps." + step // a step that a person added
	}
	r.say(told, v.asked)
}

// say tells of an expression and what it looked at.
func (r *run) say(told Asked, a *asked) {
	told.At, told.Facts = r.at, []AskedFact{}
	if vals, ok := a.Values.(values); ok && vals.step != nil {
		told.Step, told.Occurrence = vals.step.ID, vals.step.Occurrence
	}
	for _, f := range a.found {
		told.Facts = append(told.Facts, AskedFact{Name: f.name, Words: r.factInWords(f), Value: f.value, Known: f.known})
	}
	r.see(told)
}

// amount asks the expression that gives a clock its amount of time; empty where it gives none.
func (r *run) amount(spec pathways.Clock, st *Step) string {
	a := &asked{Values: values{r: r, step: st}, r: r}
	v, _ := r.program.Eval(spec.Within, a)
	text, _ := v.(string)
	if r.see != nil {
		r.say(Asked{Rule: "clocks." + spec.Name + ".within", Line: spec.Line, Expression: spec.Within, Answer: cmp.Or(text, AnswerUnknown)}, a)
	}
	return text
}

// askedInWords names what an expression asks. Two steps may ask the same question of a form: the step
// is said with it.
func (r *run) askedInWords(name string) string {
	words := r.nameInWords(name)
	if head, _, _ := strings.Cut(name, "."); strings.HasPrefix(words, "“") {
		return words + " (" + plain(head) + ")"
	}
	return words
}

// truthInWords says that something that is yes or no is so, or is not.
func (r *run) truthInWords(name string, so bool) string {
	if _, tail, _ := strings.Cut(name, "."); slices.Contains([]string{"ended", "done", "kept", "booked", "missed"}, tail) {
		return r.findingInWords(name, so)
	}
	return r.askedInWords(name) + " is " + r.valueInWords(so)
}

func (r *run) factInWords(f finding) string {
	switch v := f.value.(type) {
	case bool:
		if f.known {
			return r.truthInWords(f.name, v)
		}
	case []string:
		return requiredInWords(v)
	}
	if !f.known {
		return r.askedInWords(f.name) + " is not known"
	}
	return r.askedInWords(f.name) + " is " + r.valueInWords(f.value)
}
