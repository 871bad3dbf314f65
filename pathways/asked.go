package pathways

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// Asked is one expression of a definition, with what it asks. Who explores a pathway learns from it
// which values make a difference.
type Asked struct {
	Path  string // "steps.contact.when"
	Line  int
	Step  string // the step that it belongs to; empty: none
	Event string // the kind of event whose attributes it may ask
	Text  string
	// Names are what it asks, in the order of the text.
	Names []string
	// Compared are the values that it holds names against, in the order of the text.
	Compared []Comparison
}

// Comparison is a value that an expression holds a name against.
type Comparison struct {
	Name  string
	Value any // string, int64, float64 or bool
}

// Asks gives the definition's expressions, in the file's order.
func (p *Program) Asks() []Asked {
	var all []Asked
	for _, u := range p.uses {
		a := Asked{Path: u.path, Line: u.line, Step: u.step, Event: u.event, Text: u.text}
		if checked, f := p.lang.check(u.text, u.want); f == nil {
			a.Names = p.lang.asks(checked)
			a.Compared = p.lang.comparisons(checked)
		}
		all = append(all, a)
	}
	return all
}

// comparisons pairs the names and the literals that stand as arguments of one call.
func (l *language) comparisons(checked *cel.Ast) []Comparison {
	var found []Comparison
	rep := checked.NativeRep()
	ast.PreOrderVisit(rep.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		args := e.AsCall().Args()
		if e.AsCall().IsMemberFunction() {
			args = append(slices.Clone(args), e.AsCall().Target())
		}
		for _, arg := range args {
			r, named := rep.ReferenceMap()[arg.ID()]
			if !named {
				continue
			}
			if _, declared := l.types[r.Name]; !declared {
				continue
			}
			for _, other := range args {
				for _, v := range literalsOf(other) {
					found = append(found, Comparison{Name: r.Name, Value: v})
				}
			}
		}
	}))
	return found
}

// literalsOf gives the value of a literal, or those of a list of them.
func literalsOf(e ast.Expr) []any {
	switch e.Kind() {
	case ast.ListKind:
		var all []any
		for _, item := range e.AsList().Elements() {
			all = append(all, literalsOf(item)...)
		}
		return all
	case ast.LiteralKind:
		switch v := e.AsLiteral().(type) {
		case types.String:
			return []any{string(v)}
		case types.Int:
			return []any{int64(v)}
		case types.Double:
			return []any{float64(v)}
		case types.Bool:
			return []any{bool(v)}
		}
	}
	return nil
}

// Metered gives the same program, which also tells what each expression that it evaluates cost, in
// CEL's units of about one operation. Limits stay as they are.
func (p *Program) Metered(spent func(cost uint64)) *Program {
	return &Program{def: p.def, lang: p.lang, compiled: p.compiled, uses: p.uses, onDemand: map[string]*expression{}, spent: spent}
}
