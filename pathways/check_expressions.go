package pathways

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"throughline/care"
)

// expressions type-checks every expression and looks at what each asks where it stands.
func (c *checker) expressions() { c.expressionsOf(func(use) bool { return true }) }

func (c *checker) expressionsOf(wanted func(use) bool) {
	lang, err := newLanguage(c.d)
	if err != nil {
		c.wrong("facts", 0, "the names that expressions may ask cannot be declared: "+err.Error(), "")
		return
	}
	c.lang = lang
	for _, u := range expressionsOf(c.d) {
		if wanted(u) {
			c.expression(u)
		}
	}
}

// expression checks one expression where it stands.
func (c *checker) expression(u use) {
	if u.want == offsetText && !looksLikeExpression(u.text) || u.want == needText && strings.Contains(u.text, "-") && slug.MatchString(u.text) {
		c.broken = append(c.broken, u.text)
		return // a misspelt amount of time or need, said already
	}
	if fact := strings.HasPrefix(u.path, "facts."); fact && !slices.Contains(valueTypes, string(u.want)) {
		u.want = anyResult // its type is at fault, said already
	}
	checked, f := c.lang.check(u.text, u.want)
	if f != nil {
		c.unreadable(u, *f)
		return
	}
	c.asked[u.path] = c.lang.asks(checked)
	c.askedHere(u, checked)
	c.literals(u, checked)
	if u.want == offsetText {
		c.offsetsGiven(u, checked)
	}
}

// unreadable notes an expression that does not compile.
func (c *checker) unreadable(u use, f fault) {
	c.broken = append(c.broken, u.text)
	if c.unknownEvent(u.event) && strings.Contains(f.message, `"event.`) {
		return // what it carries is not known, said already
	}
	if c.formUnknown(u, f) || c.part && f.unknown != "" && !c.ownName(u, f.unknown) {
		return // what is asked is not known, said already; or a pathway that uses the part may have it
	}
	if c.asksOf(u.form, f.unknown) {
		f.suggestion = "write answer." + f.unknown
	}
	if u.want == offsetText && strings.HasPrefix(f.message, "the expression cannot be read") {
		f.suggestion = `write an amount like 14 days, or 'complexity == "high" ? "7 days" : "14 days"'`
	}
	c.inExpression(u, f)
}

// formUnknown tells whether the answer that is asked would be one of a form that there is not.
func (c *checker) formUnknown(u use, f fault) bool {
	id, _, dotted := strings.Cut(f.unknown, ".")
	if !dotted {
		return false
	}
	if step, own := c.d.AnsweredStep(u.event); own && id == "event" {
		id = step
	}
	s := c.d.StepByID(id)
	return s != nil && s.FormName() != "" && c.d.FormByName(s.FormName()) == nil
}

// ownName tells whether an unknown name is meant for what a part holds itself: a question of the form,
// or one of its steps.
func (c *checker) ownName(u use, name string) bool {
	first, _, dotted := strings.Cut(name, ".")
	if dotted {
		return first == "answer" || c.d.StepByID(first) != nil
	}
	return c.asksOf(u.form, name)
}

// asksOf tells whether the form has a question with the id.
func (c *checker) asksOf(form, id string) bool {
	f := c.d.FormByName(form)
	return f != nil && slices.ContainsFunc(f.Fields, func(f Field) bool { return f.ID == id })
}

// inExpression notes a fault at its place within the expression's text.
func (c *checker) inExpression(u use, f fault) {
	severity := SeverityError
	if f.warning {
		severity = SeverityWarning
	}
	c.note(finding{leans: true, inText: true, line: f.line, column: f.column, Problem: Problem{
		Path: u.path, Line: u.line, Message: f.message, Suggestion: f.suggestion, Severity: severity,
	}})
}

// askedHere refuses names that are never known where the expression stands.
func (c *checker) askedHere(u use, checked *cel.Ast) {
	for _, asked := range c.lang.asks(checked) {
		n, _ := c.lang.named(asked)
		why, instead := c.unaskable(u, n)
		if why == "" {
			continue
		}
		line, column := placeOf(u.text, asked)
		c.inExpression(u, fault{message: why, suggestion: instead, line: line, column: column})
	}
}

func (c *checker) unaskable(u use, n name) (why, instead string) {
	switch {
	case n.scope == scopeEvent && c.unknownEvent(u.event):
		return "", ""
	case n.scope == scopeEvent && u.scopes&scopeEvent == 0:
		return fmt.Sprintf("no event comes with this condition, so %s is not known", n.dotted), "keep what the event told in a fact"
	case n.scope == scopeEvent && c.d.eventAttribute(u.event, strings.TrimPrefix(n.dotted, "event.")):
		return "", ""
	case n.scope == scopeEvent && u.event == OnRequest:
		return fmt.Sprintf("a request has no %s", n.dotted), "declare a fact and let the request give it"
	case n.scope == scopeEvent:
		return fmt.Sprintf("%s has no %s", u.event, n.dotted), c.attributesInWords(u.event)
	case n.scope == scopeAttempts && u.scopes&scopeAttempts == 0:
		return fmt.Sprintf("%s can be asked by an excuse only", n.dotted), "ask <step>.live_attempts"
	case n.scope == scopeAnswer:
		return c.unaskableAnswer(u, n)
	case n.scope == scopeEnd && u.scopes&scopeEnd == 0:
		return fmt.Sprintf("%s can be asked by an end only", n.dotted), "ask the steps one by one, like visit.done"
	case n.scope == scopeSteps && u.scopes&scopeSteps == 0:
		return fmt.Sprintf("no step has begun when this is asked, so %s is not known", n.dotted), "ask the event, the patient or a fact"
	case u.upTo >= 0 && n.step == "" && n.scope == 0 && !strings.HasPrefix(n.dotted, "patient.") && c.factIndex(n.dotted) >= u.upTo:
		return fmt.Sprintf("the fact %s comes later in the file", n.dotted), "move it up"
	}
	return "", ""
}

func (c *checker) factIndex(fact string) int {
	return slices.IndexFunc(c.d.Facts, func(f Fact) bool { return f.Name == fact })
}

func (c *checker) attributesInWords(kind string) string {
	for _, k := range c.d.eventKinds() {
		if k.Name == kind && len(k.Attributes) > 0 {
			return kind + " has " + strings.Join(namesIn(k.Attributes, func(f Fact) string { return f.Name }), ", ")
		}
	}
	return kind + " tells nothing but that it happened"
}

// placeOf finds where a name stands in the text.
func placeOf(text, word string) (line, column int) {
	before, _, found := strings.Cut(text, word)
	if !found {
		return 0, 0
	}
	line = strings.Count(before, "\n")
	return line, len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
}

// literals refuses comparisons of a code with a value that it cannot have.
func (c *checker) literals(u use, checked *cel.Ast) {
	rep := checked.NativeRep()
	ast.PreOrderVisit(rep.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		call := e.AsCall()
		switch call.FunctionName() {
		case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
			c.compared(u, rep, call.Args()[0], call.Args()[1:])
			c.compared(u, rep, call.Args()[1], call.Args()[:1])
		case operators.In:
			if list := call.Args()[1]; list.Kind() == ast.ListKind {
				c.compared(u, rep, call.Args()[0], list.AsList().Elements())
			} else {
				c.compared(u, rep, list, call.Args()[:1]) // a value among the chosen codes
			}
		}
	}))
}

// compared checks the literals that a name is compared with.
func (c *checker) compared(u use, rep *ast.AST, asked ast.Expr, with []ast.Expr) {
	r, ok := rep.ReferenceMap()[asked.ID()]
	if !ok {
		return
	}
	n, ok := c.lang.named(r.Name)
	if !ok {
		return
	}
	for _, e := range with {
		if e.Kind() != ast.LiteralKind {
			continue
		}
		text, isText := e.AsLiteral().(types.String)
		if !isText {
			continue
		}
		if f := impossible(n, string(text)); f != nil {
			at := rep.SourceInfo().GetStartLocation(e.ID())
			f.line, f.column = max(at.Line()-1, 0), max(at.Column(), 0)
			c.inExpression(u, *f)
		}
	}
}

// impossible says why the name can never have the value; nil where it can.
func impossible(n name, value string) *fault {
	if n.typ == TypeDate {
		if _, err := care.ParseDate(value); err != nil {
			return &fault{message: fmt.Sprintf("%s is a date, and %q is none", n.dotted, value), suggestion: `write it like "2025-11-26"`}
		}
	}
	if len(n.values) > 1 && !slices.Contains(n.values, value) {
		return &fault{message: fmt.Sprintf("%s is never %q", n.dotted, value), suggestion: suggest(value, n.values)}
	}
	return nil
}

// offsetsGiven tries an amount-of-time expression with every value of the codes that it asks. A
// clock that starts before its length is known would have no deadline, so it may only ask what is
// always known.
func (c *checker) offsetsGiven(u use, checked *cel.Ast) {
	for _, asked := range c.lang.asks(checked) {
		if !c.alwaysKnown(asked) {
			line, column := placeOf(u.text, asked)
			c.inExpression(u, fault{message: fmt.Sprintf("%s may not be known when the clock starts", asked), suggestion: "ask a fact that has a default or is required", line: line, column: column})
			return
		}
	}
	for _, given := range c.offsetsOf(u.text) {
		if off, err := care.ParseOffset(given); err != nil || off.N < 0 || off.IsZero() {
			line, column := placeOf(u.text, given)
			c.inExpression(u, fault{message: fmt.Sprintf("the expression may give %q, which is no amount of time", given), suggestion: `let it give a text like "14 days"`, line: line, column: column})
			return
		}
	}
}

// alwaysKnown tells whether a name has a value from the first moment of an enrollment on.
func (c *checker) alwaysKnown(asked string) bool {
	if f := c.d.fact(asked); f != nil {
		return f.Required || f.Default != nil
	}
	n, _ := c.lang.named(asked)
	return strings.HasPrefix(asked, "patient.") && n.typ == TypeBool
}

// offsetsOf gives what an expression gives for the values of the codes and the yes-or-no that it
// asks, in order and each once. It tries at most maxTried combinations.
func (c *checker) offsetsOf(text string) []string {
	var results []string
	c.tryAll(text, func(_ Values, result any) {
		if s, ok := result.(string); ok && !slices.Contains(results, s) {
			results = append(results, s)
		}
	})
	return results
}

const maxTried = 256

// trial is one combination of values.
type trial []answer

// Value implements Values.
func (t trial) Value(name string) (any, bool) {
	for _, a := range t {
		if a.name == name {
			return a.value, true
		}
	}
	return nil, false
}

// tryAll evaluates an expression for every combination of the codes and yes-or-no it asks.
func (c *checker) tryAll(text string, visit func(vals Values, result any)) {
	compiled, f := c.lang.compile(text, anyResult)
	if f != nil {
		return
	}
	trials := []trial{{}}
	for _, asked := range compiled.asks {
		n, _ := c.lang.named(asked)
		var longer []trial
		for _, t := range trials {
			for _, v := range possible(n) {
				longer = append(longer, append(slices.Clone(t), answer{name: asked, value: v}))
			}
		}
		if len(longer) > 0 && len(longer) <= maxTried {
			trials = longer
		}
	}
	for _, t := range trials {
		result, _ := compiled.eval(c.lang, t)
		visit(t, result)
	}
}

// possible lists the values of a name that has few.
func possible(n name) []any {
	if n.typ == TypeBool {
		return []any{true, false}
	}
	values := make([]any, len(n.values))
	for i, v := range n.values {
		values[i] = v
	}
	return values
}
