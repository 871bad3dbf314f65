package pathways

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// EnableWhen is one condition of FHIR's enableWhen: an answer before, held against a value.
type EnableWhen struct {
	Question *Field
	Operator string // =, !=, <, <=, >, >=
	Value    any    // bool, int64, float64 or string
}

// EnabledWhen gives the condition of a question as FHIR's enableWhen, of which any one or all must
// hold. ok is false where FHIR has no words for it.
func (f *Form) EnabledWhen(q Field) (conditions []EnableWhen, anyOne, ok bool) {
	base, err := baseEnv()
	if err != nil {
		return nil, false, false
	}
	parsed, issues := base.Parse(q.When)
	if issues != nil && issues.Err() != nil {
		return nil, false, false
	}
	e := parsed.NativeRep().Expr()
	parts := []ast.Expr{e}
	for _, operator := range []string{"_&&_", "_||_"} {
		if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operator {
			parts, anyOne = flattened(e.AsCall().Args(), operator), operator == "_||_"
		}
	}
	for _, part := range parts {
		c, ok := f.enabledBy(part)
		if !ok {
			return nil, false, false
		}
		conditions = append(conditions, c)
	}
	return conditions, anyOne, true
}

// mirrored are the operators, and what they become where the value stands first.
var mirrored = map[string][2]string{
	"_==_": {"=", "="}, "_!=_": {"!=", "!="}, "_<_": {"<", ">"}, "_<=_": {"<=", ">="}, "_>_": {">", "<"}, "_>=_": {">=", "<="},
}

func (f *Form) enabledBy(e ast.Expr) (c EnableWhen, ok bool) {
	if q := f.answerOf(e); q != nil {
		return EnableWhen{q, "=", true}, q.Type == TypeBool
	}
	if e.Kind() != ast.CallKind {
		return c, false
	}
	call := e.AsCall()
	args := call.Args()
	switch function := call.FunctionName(); {
	case function == "!_":
		q := f.answerOf(args[0])
		return EnableWhen{q, "=", false}, q != nil && q.Type == TypeBool
	case function == "@in": // "mold" in answer.problems
		return f.held("=", args[1], args[0])
	case mirrored[function][0] != "" && f.answerOf(args[0]) != nil:
		return f.held(mirrored[function][0], args[0], args[1])
	case mirrored[function][0] != "":
		return f.held(mirrored[function][1], args[1], args[0])
	}
	return c, false
}

func (f *Form) held(operator string, question, value ast.Expr) (c EnableWhen, ok bool) {
	q, values := f.answerOf(question), literalsOf(value)
	if q == nil || value.Kind() != ast.LiteralKind || len(values) != 1 {
		return c, false
	}
	return EnableWhen{q, operator, values[0]}, true
}

// answerOf gives the question of the form whose answer is asked; nil where something else is.
func (f *Form) answerOf(e ast.Expr) *Field {
	id, answer := strings.CutPrefix(dottedName(e), answerPrefix)
	i := slices.IndexFunc(f.Fields, func(q Field) bool { return q.ID == id })
	if !answer || i < 0 {
		return nil
	}
	return &f.Fields[i]
}
