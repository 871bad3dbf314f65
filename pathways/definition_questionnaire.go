package pathways

import (
	"slices"
	"strings"

	"throughline/care/score"
)

// Questionnaire is what a questionnaire step asks, whom, and until when (FHIR Questionnaire, and
// the Task that asks for its QuestionnaireResponse).
type Questionnaire struct {
	To   string `yaml:"to" json:"to"` // patient | owner | <role>
	Form string `yaml:"form" json:"form"`
	// Within is an offset from the opening: how long the answers are waited for.
	Within string `yaml:"within" json:"within"`
	// Template is the message that brings a patient the questions; empty: the built-in one.
	Template string `yaml:"template,omitempty" json:"template,omitempty"`
	// Unanswered says what follows silence: "call" (default), the owner asks by telephone; "skip",
	// the step ends without answers.
	Unanswered string `yaml:"unanswered,omitempty" json:"unanswered,omitempty"`
}

// What may follow where a patient does not answer.
const (
	UnansweredCall = "call"
	UnansweredSkip = "skip"
)

var silences = []string{UnansweredCall, UnansweredSkip}

// AsksPatient tells whether the questions go to the patient, rather than to a member of staff.
func (q *Questionnaire) AsksPatient() bool { return q.To == "patient" }

// QuestionnaireLanguages are the languages in which an installation can ask a patient without a
// message of the pathway's own.
var QuestionnaireLanguages = []string{"en", "es"}

// FormScore says how a form's answers become a score, <step>.score.
type FormScore struct {
	By      string `yaml:"by" json:"by"`                               // sum, or <scorer>@<version>: phq-2@1
	Variant string `yaml:"variant,omitempty" json:"variant,omitempty"` // of the scorer; default: its own
	// Missing says what an answer counts that was not given: "zero" (of a sum), or "accept" (of a
	// scorer: then there may be no score). Else every question that counts must be required.
	Missing string `yaml:"missing,omitempty" json:"missing,omitempty"`
	Line    int    `yaml:"-" json:"line,omitempty"`
}

// BySum scores a form by the sum of its points.
const BySum = "sum"

// MissingZero lets what was not answered count nothing.
const MissingZero = "zero"

// Scorer finds the scorer of the form; ok is false where its score is a sum, or nothing.
func (f *Form) Scorer() (s score.Scorer, ok bool) {
	if f.Score == nil || f.Score.By == BySum {
		return nil, false
	}
	return scorerNamed(f.Score.By)
}

// ForScorer gives an accepted answer as scorers know it: by the codes of its values, where it has
// some.
func (f Field) ForScorer(v any) any {
	code := func(value string) string {
		if i := slices.Index(f.Values, value); i >= 0 && i < len(f.Codes) {
			return f.Codes[i]
		}
		return value
	}
	switch x := v.(type) {
	case string:
		return code(x)
	case []any:
		codes := make([]any, len(x))
		for i, value := range x {
			text, _ := value.(string)
			codes[i] = code(text)
		}
		return codes
	}
	return v
}

// Scored tells whether the answer adds to the form's sum.
func (f Field) Scored() bool { return len(f.Points) > 0 }

// PointsOf gives what an accepted answer counts; ok is false where it counts nothing at all.
func (f Field) PointsOf(v any) (points int, ok bool) {
	if !f.Scored() {
		return 0, false
	}
	switch x := v.(type) {
	case bool:
		if x {
			return f.Points[0], true
		}
		return 0, true
	case string:
		i := slices.Index(f.Values, x)
		if i < 0 || i >= len(f.Points) {
			return 0, false
		}
		return f.Points[i], true
	case []any:
		for _, one := range x {
			p, _ := f.PointsOf(one)
			points += p
		}
		return points, true
	case int64:
		return int(x) * f.Points[0], true
	}
	return 0, false
}

// answeredSuffix ends the event that says that a questionnaire step was answered:
// "weekly_check.answered".
const answeredSuffix = ".answered"

// AnsweredEvent gives the kind of event that the answers to a questionnaire step are.
func AnsweredEvent(step string) string { return step + answeredSuffix }

// AnsweredStep gives the questionnaire step whose answers the kind of event is; ok is false where it
// is another one.
func (d *Definition) AnsweredStep(eventKind string) (step string, ok bool) {
	id, cut := strings.CutSuffix(eventKind, answeredSuffix)
	if !cut {
		return "", false
	}
	s := d.StepByID(id)
	return id, s != nil && s.Questionnaire != nil
}

// eventKinds are the kinds of event that the definition may wait for: those of the world, with what
// it may ask of diagnoses, and the answers to its own questionnaires.
func (d *Definition) eventKinds() []EventKind {
	kinds := slices.Clone(EventKinds)
	if asked := d.diagnosisFacts(); len(asked) > 0 {
		for i := range kinds {
			if slices.Contains(encounterEvents, kinds[i].Name) {
				kinds[i].Attributes = slices.Concat(kinds[i].Attributes, asked)
			}
		}
	}
	switch {
	case d.Launch.On == EnrollmentEnded:
		kinds = append(kinds, launchEvent)
	case d.Launch.Asked():
		kinds = append(kinds, requestEvent)
	}
	for i := range d.Steps {
		if s := &d.Steps[i]; s.Questionnaire != nil {
			kinds = append(kinds, EventKind{Name: AnsweredEvent(s.ID), Attributes: d.answersOf(s)})
		}
	}
	return kinds
}

// answersOf are what the answers to a step's form tell, score included.
func (d *Definition) answersOf(s *Step) []Fact {
	form := d.FormByName(s.FormName())
	if form == nil {
		return nil
	}
	facts := make([]Fact, 0, len(form.Fields)+2)
	for _, f := range form.Fields {
		facts = append(facts, Fact{Name: f.ID, Type: f.Type, Values: f.Values, Sensitive: f.Sensitive, Line: f.Line})
	}
	return append(facts, form.scoreFacts()...)
}

// scoreFacts are what a form that is scored gives besides its answers. They are as sensitive as what
// they are made from.
func (f *Form) scoreFacts() []Fact {
	if f.Score == nil {
		return nil
	}
	facts := []Fact{{Name: "score", Type: TypeInt}}
	if f.Score.By != BySum {
		facts = []Fact{{Name: "score", Type: TypeNumber}, bandFact}
	}
	for i := range facts {
		facts[i].Line = f.Score.Line
		for _, q := range f.Fields {
			facts[i].Sensitive = union(facts[i].Sensitive, q.Sensitive)
		}
	}
	return facts
}

// waitsFor tells whether anything in the definition waits for the kind of event.
func (d *Definition) waitsFor(kind string) bool {
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.On == kind || s.Wait != nil && s.Wait.On == kind {
			return true
		}
	}
	return slices.ContainsFunc(d.Tracks, func(t Track) bool { return t.On == kind }) ||
		slices.ContainsFunc(d.Ends, func(e End) bool { return e.On == kind || e.Suspend == kind })
}
