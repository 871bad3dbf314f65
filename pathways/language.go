package pathways

import (
	"fmt"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// language is CEL as one definition speaks it: the standard functions, all(required),
// over(required), at_least(n, […]), and the definition's names.
type language struct {
	env   *cel.Env
	types map[string]string // by dotted name; never iterated
	names []name
}

// fault is what is wrong with an expression.
type fault struct {
	message    string
	suggestion string
	line       int // within the expression's text, from 0
	column     int // in characters, from 0
	warning    bool
	unknown    string // the name that nothing has, where that is at fault
}

// baseEnv is CEL without any definition's names. It is built once: it costs a millisecond.
var baseEnv = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.ParserRecursionLimit(maxExpressionDepth),
		cel.ParserExpressionSizeLimit(maxExpressionBytes),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		statusFunction("all", "done", "skipped"),
		statusFunction("over", "done", "skipped", "missed", "cancelled"),
		cel.Function(atLeast, cel.Overload("at_least_of_bools",
			[]*cel.Type{cel.IntType, cel.ListType(cel.BoolType)}, cel.BoolType, cel.BinaryBinding(enoughHold))),
	)
})

// atLeast is the function that tells whether so many of a list hold: at_least(2, [a, b, c]).
const atLeast = "at_least"

func enoughHold(wanted, list ref.Val) ref.Val {
	n, isNumber := wanted.(types.Int)
	conditions, isList := list.(traits.Lister)
	if !isNumber || !isList {
		return types.MaybeNoSuchOverloadErr(list)
	}
	for it := conditions.Iterator(); it.HasNext() == types.True; {
		if it.Next() == types.True {
			n--
		}
	}
	return types.Bool(n <= 0)
}

// statusFunction declares a function of a list of texts that is true when each is one of those
// allowed. An empty list is true, as in CEL's own all().
func statusFunction(function string, allowed ...string) cel.EnvOption {
	every := func(list ref.Val) ref.Val {
		statuses, ok := list.(traits.Lister)
		if !ok {
			return types.MaybeNoSuchOverloadErr(list)
		}
		for it := statuses.Iterator(); it.HasNext() == types.True; {
			if !oneOf(it.Next(), allowed) {
				return types.False
			}
		}
		return types.True
	}
	return cel.Function(function, cel.Overload(function+"_statuses",
		[]*cel.Type{cel.ListType(cel.StringType)}, cel.BoolType, cel.UnaryBinding(every)))
}

func oneOf(v ref.Val, allowed []string) bool {
	for _, a := range allowed {
		if v.Equal(types.String(a)) == types.True {
			return true
		}
	}
	return false
}

func newLanguage(d *Definition) (*language, error) {
	base, err := baseEnv()
	if err != nil {
		return nil, fmt.Errorf("preparing the expression language: %w", err)
	}
	lang := &language{types: map[string]string{}}
	var options []cel.EnvOption
	for _, n := range namesOf(d) {
		// The first of two equal names counts; Check refuses the second. Names that CEL cannot
		// read are refused there as well.
		if _, twice := lang.types[n.dotted]; twice || !askable(n.dotted) {
			continue
		}
		lang.types[n.dotted] = n.typ
		lang.names = append(lang.names, n)
		options = append(options, cel.Variable(n.dotted, celType(n.typ)))
	}
	if lang.env, err = base.Extend(options...); err != nil {
		return nil, fmt.Errorf("declaring the names: %w", err)
	}
	return lang, nil
}

func celType(typ string) *cel.Type {
	switch typ {
	case TypeBool:
		return cel.BoolType
	case TypeInt:
		return cel.IntType
	case TypeNumber:
		return cel.DoubleType
	case TypeDateTime:
		return cel.TimestampType
	case typeStatuses, TypeCodes:
		return cel.ListType(cel.StringType)
	}
	return cel.StringType // texts, codes and dates
}

// named finds a declared name.
func (l *language) named(dotted string) (name, bool) {
	for _, n := range l.names {
		if n.dotted == dotted {
			return n, true
		}
	}
	return name{}, false
}

// compile parses, type-checks and plans one expression.
func (l *language) compile(text string, want resultKind) (compiled *expression, f *fault) {
	defer func() {
		if r := recover(); r != nil {
			compiled, f = nil, &fault{message: "the expression cannot be read"}
		}
	}()
	checked, f := l.check(text, want)
	if f != nil {
		return nil, f
	}
	program, err := l.env.Program(checked,
		cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxExpressionCost))
	if err != nil {
		return nil, &fault{message: "the expression cannot be used: " + err.Error()}
	}
	return &expression{program: program, asks: l.asks(checked)}, nil
}

func (l *language) check(text string, want resultKind) (*cel.Ast, *fault) {
	if strings.TrimSpace(text) == "" {
		return nil, &fault{message: "the expression is empty", suggestion: "leave the key out, or write a condition"}
	}
	if len(text) > maxExpressionBytes {
		return nil, &fault{message: fmt.Sprintf("the expression is longer than %d bytes", maxExpressionBytes), suggestion: "split it into facts"}
	}
	checked, issues := l.env.Compile(text)
	if issues != nil && issues.Err() != nil {
		return nil, l.translate(text, issues)
	}
	if f := refuseMaps(checked); f != nil {
		return nil, f
	}
	return checked, want.mismatch(checked.OutputType())
}

// refuseMaps keeps out map literals: a Go map has no order, and the same expression must always
// give the same answer.
func refuseMaps(checked *cel.Ast) *fault {
	var found *fault
	rep := checked.NativeRep()
	ast.PreOrderVisit(rep.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if found != nil || (e.Kind() != ast.MapKind && e.Kind() != ast.StructKind) {
			return
		}
		at := rep.SourceInfo().GetStartLocation(e.ID())
		found = &fault{message: "an expression may not hold a {…} map", suggestion: "use a list […] or compare one by one", line: at.Line() - 1, column: at.Column()}
	}))
	return found
}

// asks lists the declared names that the expression mentions, in the order of the text.
func (l *language) asks(checked *cel.Ast) []string {
	var names []string
	seen := map[string]bool{}
	rep := checked.NativeRep()
	ast.PreOrderVisit(rep.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		r, ok := rep.ReferenceMap()[e.ID()]
		if !ok || r.Name == "" || seen[r.Name] {
			return
		}
		if _, declared := l.types[r.Name]; declared {
			seen[r.Name] = true
			names = append(names, r.Name)
		}
	}))
	return names
}
