package pathways

import (
	"slices"
)

// required is the name of the statuses of all required steps. Only an end's condition asks it.
const required = "required"

// scope is a set of names that only some expressions may ask.
type scope uint8

const (
	scopeEvent    scope = 1 << iota // event.*: where an event has come
	scopeAttempts                   // attempts.*: an excuse
	scopeEnd                        // required: an end
	scopeSteps                      // <step>.*: once the pathway runs
	scopeAnswer                     // answer.*: a question that depends on others
)

// name is one thing that expressions may ask.
type name struct {
	dotted string
	typ    string
	values []string // of a code
	scope  scope    // where it may be asked; 0: everywhere
	step   string   // the step it belongs to
	// sensitive are the labels of the fact, the answer or the step.
	sensitive []string
}

// namesOf lists everything that the definition's expressions may ask, in a fixed order.
func namesOf(d *Definition) []name {
	names := make([]name, 0, 32+12*len(d.Steps))
	for _, f := range d.Facts {
		names = append(names, name{dotted: f.Name, typ: f.Type, values: f.Values, sensitive: f.Sensitive})
	}
	names = appendFacts(names, "patient.", 0, PatientFacts)
	for i := range d.Steps {
		names = appendStepNames(names, d, &d.Steps[i])
	}
	for _, k := range d.eventKinds() {
		if _, own := d.AnsweredStep(k.Name); !own || d.waitsFor(k.Name) {
			names = appendFacts(names, "event.", scopeEvent, k.Attributes)
		}
	}
	names = appendAnswerNames(names, d)
	names = appendFacts(names, "attempts.", scopeAttempts, AttemptFacts)
	return append(names, name{dotted: required, typ: typeStatuses, scope: scopeEnd})
}

func appendFacts(names []name, prefix string, sc scope, facts []Fact) []name {
	for _, f := range facts {
		names = append(names, name{dotted: prefix + f.Name, typ: f.Type, values: f.Values, scope: sc, sensitive: f.Sensitive})
	}
	return names
}

func appendStepNames(names []name, d *Definition, s *Step) []name {
	from := len(names)
	names = appendFacts(names, s.ID+".", scopeSteps, StepFacts)
	if s.Kind() == KindAppointment {
		names = appendFacts(names, s.ID+".", scopeSteps, AppointmentFacts)
	}
	names = appendFacts(names, s.ID+".", scopeSteps, d.answersOf(s))
	if s.Kind() == KindScore {
		names = appendFacts(names, s.ID+".", scopeSteps, ScoreFacts)
	}
	if s.Kind() == KindPathway {
		names = appendFacts(names, s.ID+".", scopeSteps, PathwayFacts)
	}
	if s.Kind() == KindQuestionnaire {
		names = appendFacts(names, s.ID+".", scopeSteps, QuestionnaireFacts)
	}
	for i := from; i < len(names); i++ {
		names[i].step = s.ID
		names[i].sensitive = union(names[i].sensitive, s.Sensitive)
		names[i].values = closedValues(names[i], s)
	}
	return names
}

// appendAnswerNames adds answer.<field> of the forms in which a question depends on another answer.
func appendAnswerNames(names []name, d *Definition) []name {
	for _, form := range d.Forms {
		if !form.branches() {
			continue
		}
		for _, f := range form.Fields {
			names = append(names, name{dotted: answerPrefix + f.ID, typ: f.Type, values: f.Values, scope: scopeAnswer, sensitive: f.Sensitive})
		}
	}
	return names
}

// answerPrefix begins the names of the answers that a question may depend on.
const answerPrefix = "answer."

// branches tells whether a question of the form depends on other answers.
func (f *Form) branches() bool {
	return slices.ContainsFunc(f.Fields, func(q Field) bool { return q.When != "" })
}

// stepStatuses are the values of <step>.status.
var stepStatuses = []string{"waiting", "open", "done", "skipped", "missed", "cancelled"}

// closedValues gives the values that a step's text can take, where they are known.
func closedValues(n name, s *Step) []string {
	switch {
	case n.dotted == s.ID+".status":
		return stepStatuses
	case n.dotted == s.ID+".outcome" && s.Kind() == KindTask && len(s.Outcomes) > 0:
		return s.Outcomes
	case n.dotted == s.ID+".barrier" && s.OnNoShow != nil && s.Kind() == KindAppointment:
		return s.OnNoShow.Values
	}
	return n.values
}

// eventAttribute finds an attribute of the kind of event.
func (d *Definition) eventAttribute(kind, attribute string) bool {
	for _, k := range d.eventKinds() {
		if k.Name == kind {
			return slices.ContainsFunc(k.Attributes, func(f Fact) bool { return f.Name == attribute })
		}
	}
	return false
}

// union gives the words of both lists, each once.
func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, word := range b {
		if !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}
