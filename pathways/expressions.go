package pathways

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"throughline/care"
)

// resultKind is what an expression has to give.
type resultKind string

const (
	anyResult  resultKind = ""
	condition  resultKind = "condition" // yes or no
	offsetText resultKind = "offset"    // an amount of time, as text
	needText   resultKind = "need"      // a need, as text
)

// mismatch says what is wrong with a result of the type; nil where it fits.
func (k resultKind) mismatch(t *cel.Type) *fault {
	switch k {
	case anyResult:
		return nil
	case condition:
		if t.IsExactType(cel.BoolType) {
			return nil
		}
		return &fault{message: "the condition gives " + celTypeInWords(t) + ", not yes or no", suggestion: "compare it with something, like == or >="}
	case offsetText:
		if t.IsExactType(cel.StringType) {
			return nil
		}
		return &fault{message: "the amount of time is " + celTypeInWords(t) + ", not a text", suggestion: `let it give a text like "14 days"`}
	case needText:
		if t.IsExactType(cel.StringType) {
			return nil
		}
		return &fault{message: "the need is " + celTypeInWords(t) + ", not a text", suggestion: "let it give a need like transportation-insecurity"}
	}
	if typ, input := strings.CutPrefix(string(k), inputKindPrefix); input {
		f := factMismatch(typ, t)
		if f != nil {
			f.message = "the expression gives " + celTypeInWords(t) + ", but the score asks for " + typeInWords(typ)
		}
		return f
	}
	return factMismatch(string(k), t)
}

// factMismatch tells whether a fact of the type may be filled from a result. A date may be filled
// from a date and time: it is the local day of that instant.
func factMismatch(typ string, t *cel.Type) *fault {
	if t.IsExactType(celType(typ)) {
		return nil
	}
	if typ == TypeDate && t.IsExactType(cel.TimestampType) || typ == TypeNumber && t.IsExactType(cel.IntType) {
		return nil
	}
	return &fault{message: "the expression gives " + celTypeInWords(t) + ", but the fact is " + typeInWords(typ), suggestion: "change the type or the expression"}
}

// use is one expression of a definition, with its place and what it may ask.
type use struct {
	path   string // "steps.contact.when"
	text   string
	line   int
	want   resultKind
	scopes scope
	event  string // the kind of event whose attributes it may ask
	step   string // the step that it belongs to
	form   string // the form whose answers it may ask
	field  string // the question of that form which it decides on
	upTo   int    // a fact's own place: it may ask only facts before it; -1: all
}

// expressionsOf lists every expression of the definition, in the file's order.
func expressionsOf(d *Definition) []use {
	var uses usesList
	uses.launch(d)
	for i, f := range d.Facts {
		uses.add(use{path: "facts." + f.Name + ".from", text: f.From, line: f.Line, want: resultKind(f.Type), event: d.Launch.event(), scopes: scopeEvent, upTo: i})
	}
	for i := range d.Clocks {
		c := &d.Clocks[i]
		if _, literal := c.Offset(); !literal {
			uses.add(use{path: "clocks." + c.Name + ".within", text: c.Within, line: c.Line, want: offsetText, scopes: scopeSteps, upTo: -1})
		}
	}
	for _, form := range d.Forms {
		for _, f := range form.Fields {
			uses.add(use{path: "forms." + form.Name + ".fields." + f.ID + ".when", text: f.When, line: f.Line, want: condition, scopes: scopeSteps | scopeAnswer, form: form.Name, field: f.ID, upTo: -1})
		}
	}
	for i := range d.Steps {
		uses.step(&d.Steps[i])
	}
	for _, t := range d.Tracks {
		uses.add(use{path: "tracks." + t.Name + ".when", text: t.When, line: t.Line, want: condition, event: t.On, scopes: scopeSteps, upTo: -1})
	}
	for i, e := range d.Ends {
		uses.add(use{path: fmt.Sprintf("ends[%d].when", i), text: e.When, line: e.Line, want: condition, event: e.On, scopes: scopeSteps | scopeEnd, upTo: -1})
	}
	return uses
}

type usesList []use

// add keeps the use where it has a text. Where an event comes, its attributes may be asked.
func (l *usesList) add(u use) {
	if u.text == "" {
		return
	}
	if u.event != "" {
		u.scopes |= scopeEvent
	}
	*l = append(*l, u)
}

func (l *usesList) launch(d *Definition) {
	la := d.Launch
	l.add(use{path: "launch.when", text: la.When, line: la.Line, want: condition, event: la.event(), scopes: scopeEvent, upTo: -1})
	for i, x := range la.Unless {
		l.add(use{path: fmt.Sprintf("launch.unless[%d].when", i), text: x.When, line: x.Line, want: condition, event: la.event(), scopes: scopeEvent, upTo: -1})
	}
}

func (l *usesList) step(s *Step) {
	at := func(key, text string, want resultKind) use {
		return use{step: s.ID, path: "steps." + s.ID + "." + key, text: text, line: s.Line, want: want, scopes: scopeSteps, upTo: -1}
	}
	when := at("when", s.When, condition)
	when.event = s.On
	l.add(when)
	if s.Excused != nil {
		excuse := at("excused.when", s.Excused.When, condition)
		excuse.line, excuse.scopes = s.Excused.Line, scopeSteps|scopeAttempts
		l.add(excuse)
	}
	if s.Message != nil {
		l.add(at("message.stops_when", s.Message.StopsWhen, condition))
	}
	if s.Repeat != nil {
		l.add(at("repeat.until", s.Repeat.Until, condition))
	}
	if s.Score != nil {
		for _, in := range s.Score.Inputs {
			input := at("score.inputs."+in.Name, in.From, s.Score.inputKind(in.Name))
			input.line = in.Line
			l.add(input)
		}
	}
	if s.Pathway != nil {
		for _, g := range s.Pathway.With {
			given := at("pathway.with."+g.Name, g.From, anyResult)
			given.line = g.Line
			l.add(given)
		}
	}
	if s.Wait != nil {
		l.add(at("wait.until", s.Wait.Until, condition))
	}
	if r := s.Referral; r != nil {
		l.add(at("referral.consent_from", r.ConsentFrom, condition))
		if !r.NeedIsCode() {
			l.add(at("referral.need", r.Need, needText))
		}
	}
}

// Offset gives the clock's amount of time where it is written out; ok is false where Within is an
// expression, to be asked with Program.Eval and read with care.ParseOffset.
func (c *Clock) Offset() (off care.Offset, ok bool) {
	off, err := care.ParseOffset(c.Within)
	return off, err == nil
}

// NeedIsCode tells whether the need is one of Needs, rather than an expression that gives one.
func (r *Referral) NeedIsCode() bool { return slices.Contains(Needs, r.Need) }

// Needs are the categories of social need (Gravity SDOH Clinical Care IG,
// SDOHCC-CodeSystemTemporaryCodes).
var Needs = []string{
	"sdoh-category-unspecified", "food-insecurity", "housing-instability", "homelessness",
	"inadequate-housing", "transportation-insecurity", "financial-insecurity", "material-hardship",
	"educational-attainment", "employment-status", "veteran-status", "stress", "social-connection",
	"intimate-partner-violence", "elder-abuse", "personal-health-literacy",
	"health-insurance-coverage-status", "medical-cost-burden", "digital-literacy", "digital-access",
	"utility-insecurity", "incarceration-status", "language-access", "protective-factor",
}
