package sheet

import (
	"net/url"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// Paper is what a sheet is made of.
type Paper struct {
	Form *pathways.Form
	// Asks tells whether a question is asked after the answers before it.
	Asks func(f pathways.Field, before []care.FactValue) bool
	// Language is what the patient reads (BCP 47).
	Language string
	// Zone is where times that the patient types are meant.
	Zone *time.Location
}

// Sheet is a form in a patient's hands.
type Sheet struct {
	Questions []Question
	// Answers are those that can be taken, in the form's order.
	Answers []care.FactValue
	// Branches tells that more may be asked, after what is answered.
	Branches bool
}

// Kind is how a question is answered.
type Kind string

// The kinds.
const (
	One     Kind = "one"     // one of the options
	Several Kind = "several" // any of the options
	Line    Kind = "line"    // a number, a date or a time
	Text    Kind = "text"    // words of one's own
)

// Question is one question on the sheet.
type Question struct {
	Name             string // of the answer
	Kind             Kind
	Ask, Help, Unit  string
	Options          []Option
	Typed            string // what stands in the box
	Input, InputMode string // HTML's type and inputmode of the box
	Required         bool
	New              bool   // it is asked only since the last answers
	Fault            string // what is wrong with the answer; empty where nothing is
}

// Option is one answer to choose.
type Option struct {
	ID           string
	Value, Label string
	Chosen       bool
}

// The names of what a page sends.
const (
	answerPrefix = "answer."
	// Shown is the name under which a page says which questions it showed.
	Shown = "shown"
)

// FieldName is the name under which a page sends the answer to the question.
func (q Question) FieldName() string { return answerPrefix + q.Name }

// ID is the question's id on the page.
func (q Question) ID() string { return "q-" + q.Name }

// FocusID is the id of what is filled in first.
func (q Question) FocusID() string {
	if len(q.Options) > 0 {
		return q.Options[0].ID
	}
	return q.ID()
}

// DescribedBy are the ids of what is said about the question beside its words.
func (q Question) DescribedBy() string {
	ids := ""
	if q.Help != "" {
		ids = q.ID() + "-help"
	}
	if q.Fault != "" {
		if ids != "" {
			ids += " "
		}
		ids += q.ID() + "-fault"
	}
	return ids
}

// Faulty are the questions whose answers cannot be taken.
func (s Sheet) Faulty() []Question {
	return slices.DeleteFunc(slices.Clone(s.Questions), func(q Question) bool { return q.Fault == "" })
}

// More tells that answers have led to questions that were not shown.
func (s Sheet) More() bool {
	return slices.ContainsFunc(s.Questions, func(q Question) bool { return q.New })
}

// Complete tells that the answers can be handed in.
func (s Sheet) Complete() bool { return !s.More() && len(s.Faulty()) == 0 }

// Blame says at a question what is wrong with its answer; false where it is not on the sheet.
func (s Sheet) Blame(name, fault string) bool {
	i := slices.IndexFunc(s.Questions, func(q Question) bool { return q.Name == name })
	if i >= 0 {
		s.Questions[i].Fault = fault
	}
	return i >= 0
}

// Blank is the sheet before anything was answered.
func Blank(p Paper) Sheet { return p.fill(nil) }

// Read is the sheet with what was sent. An answer to a question that is not asked, because the patient
// has changed an answer before it, is let go of.
func Read(p Paper, sent url.Values) Sheet {
	if sent == nil {
		sent = url.Values{}
	}
	return p.fill(sent)
}

// fill goes through the form as the patient does; sent is nil for a blank sheet.
func (p Paper) fill(sent url.Values) Sheet {
	s := Sheet{}
	words := wordsIn(p.Language)
	for _, f := range p.Form.Fields {
		if !p.Asks(f, s.Answers) {
			s.Branches = true
			continue
		}
		q := p.question(f)
		switch {
		case sent == nil:
		case !slices.Contains(sent[Shown], f.ID):
			q.New = true
		default:
			given := sent[q.FieldName()]
			q = q.with(given)
			answer, fault := p.read(f, given, words)
			q.Fault = fault
			if fault == "" && answer != nil {
				s.Answers = append(s.Answers, care.FactValue{Name: f.ID, Value: answer})
			}
		}
		s.Questions = append(s.Questions, q)
	}
	return s
}

// question is a question of the form in the patient's language.
func (p Paper) question(f pathways.Field) Question {
	words := f.In(p.Language)
	q := Question{Name: f.ID, Ask: words.Ask, Help: words.Help, Unit: words.Unit, Required: f.Required, Kind: Line, Input: "text"}
	switch f.Type {
	case pathways.TypeBool:
		q.Kind = One
		said := wordsIn(p.Language)
		q.Options = q.offers([]string{yes, no}, []string{said.yes, said.no})
	case pathways.TypeCode:
		q.Kind = One
		q.Options = q.offers(f.Values, words.Labels)
	case pathways.TypeCodes:
		q.Kind = Several
		q.Options = q.offers(f.Values, words.Labels)
	case pathways.TypeInt:
		q.InputMode = "numeric"
	case pathways.TypeNumber:
		q.InputMode = "decimal"
	case pathways.TypeDate:
		q.Input = "date"
	case pathways.TypeDateTime:
		q.Input = "datetime-local"
	default:
		q.Kind = Text
	}
	return q
}

func (q Question) offers(values, labels []string) []Option {
	options := make([]Option, len(values))
	for i, v := range values {
		options[i] = Option{ID: q.ID() + "-" + v, Value: v, Label: labels[i]}
	}
	return options
}

// with puts what was sent back in its place.
func (q Question) with(given []string) Question {
	for i, o := range q.Options {
		q.Options[i].Chosen = slices.Contains(given, o.Value) && (q.Kind == Several || given[0] == o.Value)
	}
	if len(q.Options) == 0 && len(given) > 0 {
		q.Typed = given[0]
	}
	return q
}
