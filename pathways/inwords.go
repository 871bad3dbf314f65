package pathways

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// ExpressionInWords reads an expression out, with titles, labels and questions in place of names:
// “Reach the patient” ended as declined. What has no plain reading is given as it is written.
func (d *Definition) ExpressionInWords(text string) string {
	return d.readOut(text, (*teller).say)
}

func (d *Definition) readOut(text string, as func(*teller, ast.Expr) string) string {
	base, err := baseEnv()
	if err != nil || strings.TrimSpace(text) == "" {
		return text
	}
	parsed, issues := base.Parse(text)
	if issues != nil && issues.Err() != nil {
		return text
	}
	t := teller{d: d}
	words := as(&t, parsed.NativeRep().Expr())
	if t.lost {
		return "`" + strings.Join(strings.Fields(text), " ") + "`"
	}
	return words
}

// ValueInWords reads out an expression that gives a value rather than a yes or no: a fact's source,
// an amount of time, a need.
func (d *Definition) ValueInWords(text string) string {
	return d.readOut(text, (*teller).value)
}

// teller reads an expression out. What it cannot say it marks as lost, and the whole expression is
// then given as it is written: half a condition in words would mislead.
type teller struct {
	d    *Definition
	lost bool
}

func (t *teller) giveUp() string {
	t.lost = true
	return ""
}

// say reads a condition or an amount out.
func (t *teller) say(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind, ast.SelectKind:
		name := dottedName(e)
		if name == "" {
			return t.giveUp()
		}
		return t.yesOrNo(name, true)
	case ast.LiteralKind:
		return t.value(e)
	case ast.CallKind:
		return t.call(e.AsCall())
	}
	return t.giveUp()
}

// dottedName gives the name that an identifier or a selection asks for; empty where it is none.
func dottedName(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind:
		sel := e.AsSelect()
		if sel.IsTestOnly() {
			return ""
		}
		if of := dottedName(sel.Operand()); of != "" {
			return of + "." + sel.FieldName()
		}
	}
	return ""
}

func (t *teller) call(c ast.CallExpr) string {
	args := c.Args()
	switch c.FunctionName() {
	case "_&&_":
		return t.joined(args, "_&&_", "_||_", "and")
	case "_||_":
		return t.joined(args, "_||_", "_&&_", "or")
	case "!_":
		return t.not(args[0])
	case "_?_:_":
		return t.value(args[1]) + " if " + t.say(args[0]) + ", otherwise " + t.otherwise(args[2])
	case "@in":
		return t.oneOf(args[0], args[1])
	case "all", "over":
		return t.everything(c)
	case atLeast:
		return t.atLeast(args)
	}
	if words, ok := relations[c.FunctionName()]; ok && len(args) == 2 {
		return t.relation(args[0], args[1], c.FunctionName(), words)
	}
	return t.giveUp()
}

// joined reads "a && b" out. Alternatives inside stand in brackets, since "a, and b or c" is read
// either way.
func (t *teller) joined(args []ast.Expr, own, other, word string) string {
	var parts []string
	var last sameAsked
	for _, e := range flattened(args, own) {
		a := t.askedIn(e)
		if n := len(parts); n > 0 && a.ask != "" && a.ask == last.ask && a.yes == last.yes {
			last.steps = append(last.steps, a.steps...)
			parts[n-1] = last.words(word)
			continue
		}
		last = a
		text := t.say(e)
		if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == other {
			text = "(" + text + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", "+word+" ")
}

// flattened gives what is joined by one operator, however it is nested.
func flattened(args []ast.Expr, operator string) []ast.Expr {
	var out []ast.Expr
	for _, e := range args {
		if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operator {
			out = append(out, flattened(e.AsCall().Args(), operator)...)
			continue
		}
		out = append(out, e)
	}
	return out
}

// sameAsked is a question of a form with the answer that is looked for. The same question in several
// steps is read out once.
type sameAsked struct {
	ask   string
	yes   bool
	steps []string
}

func (a sameAsked) words(word string) string {
	answer := map[bool]string{true: "yes", false: "no"}[a.yes]
	return "the answer to " + Quoted(a.ask) + " in " + strings.Join(a.steps, " "+word+" ") + " is " + answer
}

// askedIn tells which question a part of a condition is about; its zero where it is about none that
// several steps ask.
func (t *teller) askedIn(e ast.Expr) sameAsked {
	yes := true
	if e.Kind() == ast.CallKind {
		c := e.AsCall()
		switch {
		case c.FunctionName() == "!_":
			yes = false
		case c.FunctionName() == "_==_" && c.Args()[1].Kind() == ast.LiteralKind:
			v, isBool := c.Args()[1].AsLiteral().(types.Bool)
			if !isBool {
				return sameAsked{}
			}
			yes = bool(v)
		default:
			return sameAsked{}
		}
		e = c.Args()[0]
	}
	head, tail, _ := strings.Cut(dottedName(e), ".")
	s := t.d.StepByID(head)
	if s == nil || t.d.askedBy(s, tail) == nil || t.d.whereAsked(s) == "" {
		return sameAsked{}
	}
	return sameAsked{ask: t.d.askedBy(s, tail).Ask, yes: yes, steps: []string{Quoted(s.InWords())}}
}

func (t *teller) otherwise(e ast.Expr) string {
	if e.Kind() == ast.CallKind {
		return t.call(e.AsCall())
	}
	return t.value(e)
}

func (t *teller) not(e ast.Expr) string {
	if name := dottedName(e); name != "" {
		return t.yesOrNo(name, false)
	}
	return "it is not so that " + t.say(e)
}

// relations are the comparisons, for numbers and texts, and for days and times.
var relations = map[string][2]string{
	"_==_": {"is", "is"},
	"_!=_": {"is not", "is not"},
	"_<_":  {"is less than", "is before"},
	"_<=_": {"is at most", "is not after"},
	"_>_":  {"is more than", "is after"},
	"_>=_": {"is at least", "is not before"},
}

func (t *teller) relation(a, b ast.Expr, op string, words [2]string) string {
	name := dottedName(a)
	if name == "" {
		return t.giveUp()
	}
	if b.Kind() == ast.LiteralKind && (op == "_==_" || op == "_!=_") {
		if v, isBool := b.AsLiteral().(types.Bool); isBool {
			return t.yesOrNo(name, bool(v) == (op == "_==_"))
		}
	}
	if step, ok := strings.CutSuffix(name, ".outcome"); ok && t.d.StepByID(step) != nil && (op == "_==_" || op == "_!=_") {
		verb := " ended as "
		if op == "_!=_" {
			verb = " did not end as "
		}
		return Quoted(t.d.StepByID(step).InWords()) + verb + t.value(b)
	}
	verb := words[0]
	if typ := t.typeOf(name); typ == TypeDate || typ == TypeDateTime {
		verb = words[1]
	}
	return t.noun(name) + " " + verb + " " + t.value(b)
}

func (t *teller) oneOf(a, list ast.Expr) string {
	if answers := dottedName(list); answers != "" && a.Kind() == ast.LiteralKind {
		return t.value(a) + " is in " + t.noun(answers)
	}
	name := dottedName(a)
	if name == "" || list.Kind() != ast.ListKind {
		return t.giveUp()
	}
	values := make([]string, 0, list.AsList().Size())
	for _, v := range list.AsList().Elements() {
		values = append(values, t.value(v))
	}
	return t.noun(name) + " is " + either(values)
}

// either writes "a, b or c".
func either(values []string) string {
	if len(values) < 2 {
		return strings.Join(values, "")
	}
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}

func (t *teller) everything(c ast.CallExpr) string {
	if len(c.Args()) != 1 || dottedName(c.Args()[0]) != required {
		return t.giveUp()
	}
	if c.FunctionName() == "all" {
		return "everything that is required is done"
	}
	return "everything that is required is over"
}

// value reads out what something is compared with, or what an expression gives.
func (t *teller) value(e ast.Expr) string {
	switch e.Kind() {
	case ast.LiteralKind:
		switch v := e.AsLiteral().(type) {
		case types.String:
			return textInWords(string(v))
		case types.Bool:
			return map[bool]string{true: "yes", false: "no"}[bool(v)]
		case types.Int:
			return strconv.FormatInt(int64(v), 10)
		case types.Double:
			return strconv.FormatFloat(float64(v), 'f', -1, 64)
		}
		return t.giveUp()
	case ast.IdentKind, ast.SelectKind:
		if name := dottedName(e); name != "" {
			return t.noun(name)
		}
		return t.giveUp()
	}
	return t.say(e)
}

// textInWords reads out a text: a date and an amount of time as they are, a code without its signs.
func textInWords(s string) string {
	if s == "" {
		return "empty"
	}
	if words, ok := shortCodes[s]; ok {
		return words
	}
	if slices.ContainsFunc([]byte(s), func(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }) {
		return Plain(s)
	}
	return s
}

// shortCodes are the codes of a discharge's disposition that are abbreviations.
var shortCodes = map[string]string{"snf": "a skilled nursing facility", "ltch": "a long-term care hospital", "rehab": "rehabilitation"}

// givenNouns are what people call what every pathway may ask.
var givenNouns = map[string]string{
	"event.class":          "the kind of stay",
	"event.disposition":    "where the patient went",
	"event.admitted_at":    "the time of the admission",
	"event.discharged_at":  "the time of the discharge",
	"event.code":           "what was measured",
	"event.value":          "the result",
	"event.number":         "the result",
	"event.status":         "the status of the result",
	"event.need":           "the need",
	"patient.language":     "the patient’s language",
	"patient.age":          "the patient’s age",
	"patient.deceased_at":  "the time of the patient’s death",
	"attempts.all":         "the number of attempts",
	"attempts.live":        "the number of live attempts",
	"attempts.reached":     "the number of attempts that reached somebody",
	"event.facility":       "the hospital",
	"event.same_stay":      "that it is the same stay",
	"event.critical":       "that the result is critical",
	"patient.deceased":     "that the patient has died",
	"patient.in_hospital":  "that the patient is in hospital",
	"patient.readmitted":   "that the patient was readmitted",
	"patient.works_nights": "that the patient works nights",
	"patient.has_email":    "that the patient has a mail address",
	"patient.has_phone":    "that the patient has a telephone",
}

// givenClauses are yes and no of what every pathway may ask.
var givenClauses = map[string][2]string{
	"event.same_stay":      {"it is the same stay", "it is another stay"},
	"event.critical":       {"the result is critical", "the result is not critical"},
	"patient.deceased":     {"the patient has died", "the patient is alive"},
	"patient.in_hospital":  {"the patient is in hospital", "the patient is not in hospital"},
	"patient.readmitted":   {"the patient was readmitted", "the patient was not readmitted"},
	"patient.works_nights": {"the patient works nights", "the patient does not work nights"},
	"patient.has_email":    {"the patient has a mail address", "the patient has no mail address"},
	"patient.has_phone":    {"the patient has a telephone", "the patient has no telephone"},
}

// stepNouns and stepClauses follow the title of a step.
var (
	stepNouns = map[string]string{
		"status": "the state of %s", "outcome": "the outcome of %s", "opened_at": "the opening of %s",
		"ended_at": "the end of %s", "attempts": "the number of attempts at %s",
		"live_attempts": "the number of live attempts at %s", "start": "the time of %s",
		"no_shows": "how often %s was not kept", "barrier": "what kept the patient from %s",
	}
	stepClauses = map[string][2]string{
		"ended": {"%s has ended", "%s has not ended"}, "done": {"%s is done", "%s is not done"},
		"missed": {"%s has missed its deadline", "%s has not missed its deadline"},
		"booked": {"%s is booked", "%s is not booked"}, "kept": {"%s was kept", "%s was not kept"},
	}
)

// noun reads out a name as a thing: “the outcome of …”.
func (t *teller) noun(name string) string {
	if words, ok := givenNouns[name]; ok {
		return words
	}
	head, tail, dotted := strings.Cut(name, ".")
	if !dotted {
		return lowerFirst(t.d.NameInWords(name))
	}
	if set, principal := t.d.AskedDiagnosis(tail); set != nil && head == "event" {
		return "whether " + diagnosedInWords(set, principal, true)
	}
	s := t.d.StepByID(head)
	if s == nil {
		return Plain(strings.ReplaceAll(name, ".", " "))
	}
	if f := t.d.askedBy(s, tail); f != nil {
		return "the answer to " + Quoted(f.Ask) + t.d.whereAsked(s)
	}
	if form, ok := stepNouns[tail]; ok {
		return fmt.Sprintf(form, Quoted(s.InWords()))
	}
	return Plain(tail) + " of " + Quoted(s.InWords())
}

// whereAsked tells by which step a form's question is asked, where several steps have the form.
func (d *Definition) whereAsked(s *Step) string {
	for i := range d.Steps {
		if other := &d.Steps[i]; other.ID != s.ID && other.Form == s.Form {
			return " in " + Quoted(s.InWords())
		}
	}
	return ""
}

// yesOrNo reads out that something is so, or not.
func (t *teller) yesOrNo(name string, yes bool) string {
	which := 0
	answer := "yes"
	if !yes {
		which, answer = 1, "no"
	}
	if words, ok := givenClauses[name]; ok {
		return words[which]
	}
	if head, tail, dotted := strings.Cut(name, "."); dotted {
		if set, principal := t.d.AskedDiagnosis(tail); set != nil && head == "event" {
			return diagnosedInWords(set, principal, yes)
		}
		if s := t.d.StepByID(head); s != nil && t.d.askedBy(s, tail) == nil {
			if words, ok := stepClauses[tail]; ok {
				return fmt.Sprintf(words[which], Quoted(s.InWords()))
			}
		}
	}
	return t.noun(name) + " is " + answer
}

func diagnosedInWords(set *ValueSet, principal, yes bool) string {
	verb := "the diagnoses include "
	switch {
	case principal && yes:
		verb = "the principal diagnosis is "
	case principal:
		verb = "the principal diagnosis is not "
	case !yes:
		verb = "the diagnoses do not include "
	}
	return verb + Quoted(set.Title)
}

// atLeast reads "at_least(2, [a, b, c])" out.
func (t *teller) atLeast(args []ast.Expr) string {
	if len(args) != 2 || args[1].Kind() != ast.ListKind {
		return t.giveUp()
	}
	var parts []string
	for _, e := range args[1].AsList().Elements() {
		parts = append(parts, t.say(e))
	}
	return "at least " + t.value(args[0]) + " of these hold: " + strings.Join(parts, "; ")
}

// typeOf gives the declared type of a name; empty where nothing is called so.
func (t *teller) typeOf(name string) string {
	for _, n := range namesOf(t.d) {
		if n.dotted == name {
			return n.typ
		}
	}
	return ""
}
