package pathways

import (
	"regexp"
	"strconv"
	"strings"

	"throughline/care/score"
)

// ScoreSpec is what a score step computes, from what, and what is done where something is missing.
type ScoreSpec struct {
	By      string `yaml:"by" json:"by"`                               // <scorer>@<version>: lace@1
	Variant string `yaml:"variant,omitempty" json:"variant,omitempty"` // default: the scorer's own
	// Inputs give the scorer's inputs, each by an expression.
	Inputs []ScoreInput `yaml:"inputs,omitempty" json:"inputs,omitempty"`
	// Missing says what follows where the score cannot be computed: ask (default), band or accept.
	Missing string `yaml:"missing,omitempty" json:"missing,omitempty"`
	Line    int    `yaml:"-" json:"line,omitempty"`
}

// ScoreInput is one input of a scorer, with the expression that gives it.
type ScoreInput struct {
	Name string `yaml:"-" json:"name"`
	From string `yaml:"-" json:"from"`
	Line int    `yaml:"-" json:"line,omitempty"`
}

// What may be done where inputs of a score are missing.
const (
	MissingAsk    = "ask"    // the owner is asked for them
	MissingBand   = "band"   // the owner is asked, unless the band is the same whatever they are
	MissingAccept = "accept" // the score stays without a value
)

var missingRules = []string{MissingAsk, MissingBand, MissingAccept}

// scorerForm is how a scorer is named.
var scorerForm = regexp.MustCompile(`^[a-z][a-z0-9-]*@[1-9][0-9]*$`)

// Scorer finds the scorer that the step names; ok is false where there is none.
func (s *ScoreSpec) Scorer() (score.Scorer, bool) { return scorerNamed(s.By) }

// InWords is what people call the score: "LACE".
func (s *ScoreSpec) InWords() string {
	key, _, _ := strings.Cut(s.By, "@")
	return strings.ToUpper(Plain(key))
}

// scorerNamed finds "lace@1".
func scorerNamed(by string) (score.Scorer, bool) {
	key, version, dated := strings.Cut(by, "@")
	n, err := strconv.Atoi(version)
	if !dated || err != nil {
		return nil, false
	}
	return score.Lookup(key, n)
}

// scorerNames are the scorers that may be named, each in its newest version.
func scorerNames() []string {
	keys := score.Keys()
	names := make([]string, 0, len(keys))
	for _, key := range keys {
		if s, ok := score.Latest(key); ok {
			names = append(names, key+"@"+strconv.Itoa(s.Version()))
		}
	}
	return names
}

// ScoreFacts are what may be asked of a score step besides.
var ScoreFacts = []Fact{
	{Name: "value", Type: TypeNumber},
	bandFact,
	{Name: "missing", Type: TypeInt},    // how many inputs were
	{Name: "lowest", Type: TypeNumber},  // what the score is at least, whatever is missing
	{Name: "highest", Type: TypeNumber}, // what it is at most
}

// bandFact is the group that a score falls into.
var bandFact = Fact{Name: "band", Type: TypeCode, Values: []string{string(score.Low), string(score.Moderate), string(score.High), string(score.Positive), string(score.Negative)}}

// inputsPrefix begins the name of the form by which a score step asks for its inputs.
const inputsPrefix = "inputs."

// InputsForm gives the name of the form by which a score step asks for what it is missing.
func InputsForm(step string) string { return inputsPrefix + step }

// TaskForm gives the form that a task names: one of the definition's, or the inputs of a score step;
// nil where there is none.
func (d *Definition) TaskForm(name string) *Form {
	id, inputs := strings.CutPrefix(name, inputsPrefix)
	if !inputs {
		return d.FormByName(name)
	}
	s := d.StepByID(id)
	if s == nil || s.Score == nil {
		return nil
	}
	scorer, ok := s.Score.Scorer()
	if !ok {
		return nil
	}
	form := &Form{Name: name, Title: "What is known for " + scorer.Key()}
	for _, in := range scorer.Inputs(s.Score.Variant) {
		f := Field{ID: in.Name, Ask: in.Label, Type: string(in.Type), Values: in.Values, Code: in.LOINC}
		if in.Repeats {
			f.Type = TypeCodes
		}
		form.Fields = append(form.Fields, f)
	}
	return form
}
