package pathways

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
)

// Limits of an expression. An author needs a line or two; anything near these is a mistake.
const (
	maxExpressionBytes = 4 << 10
	maxExpressionCost  = 100_000
	maxExpressionDepth = 60
	// maxOnDemand bounds what one Program keeps of expressions that are not in its definition.
	maxOnDemand = 256
)

// Values answers what an expression asks. Names are dotted: "complexity",
// "contact.transport_barrier", "visit.start", "event.class", "patient.language", "attempts.live",
// "required". ok is false for what is not known yet; a nil value counts as not known.
//
// Values may come straight from JSON: they are brought to the declared type (a number to an int,
// an RFC 3339 text to an instant). A value that does not fit its declared type is not known.
type Values interface {
	Value(name string) (v any, ok bool)
}

// Verdict is the answer of a condition, with the reason in words.
type Verdict struct {
	// True is false also where the condition could not be decided.
	True bool
	// Unknown names, in the order they were asked for, what was missing where the condition could
	// not be decided. Empty means decided, or broken for another reason that Text gives.
	Unknown []string
	// Text says what was found: "contact.transport_barrier is true". It holds the values as they
	// were, so it is patient data.
	Text string
}

// Program is a definition with its expressions compiled. It never changes: any number of
// goroutines may ask it.
type Program struct {
	def      *Definition
	lang     *language
	compiled map[string]*expression
	uses     []use // where each expression stands

	mu       sync.Mutex
	onDemand map[string]*expression

	spent func(cost uint64) // told what every evaluation cost; nil: nobody asks
}

// Compile checks the type of every expression of the definition. The error names all that are
// wrong, each with its place.
func Compile(d *Definition) (*Program, error) {
	lang, err := newLanguage(d)
	if err != nil {
		return nil, fmt.Errorf("declaring what expressions may ask: %w", err)
	}
	p := &Program{def: d, lang: lang, compiled: map[string]*expression{}, onDemand: map[string]*expression{}}
	var errs []error
	p.uses = expressionsOf(d)
	for _, u := range p.uses {
		compiled, fault := lang.compile(u.text, u.want)
		if fault != nil {
			errs = append(errs, fmt.Errorf("%s (line %d): %s", u.path, u.line, fault.message))
			continue
		}
		p.compiled[u.text] = compiled
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return p, nil
}

// Definition gives the definition that was compiled. It must not be changed.
func (p *Program) Definition() *Definition { return p.def }

// Holds answers a condition. An empty condition holds. One that cannot be decided, because a value
// is missing and the rest does not settle it, does not hold, and the verdict names what is missing.
func (p *Program) Holds(expr string, vals Values) Verdict {
	if strings.TrimSpace(expr) == "" {
		return Verdict{True: true}
	}
	v, verdict := p.Eval(expr, vals)
	if v == nil {
		return verdict
	}
	holds, ok := v.(bool)
	if !ok {
		return Verdict{Text: fmt.Sprintf("the condition gave %s, not yes or no", inWords(v))}
	}
	verdict.True = holds
	return verdict
}

// Eval gives an expression's value: a bool, int64, float64, string, or time.Time in UTC; nil where
// it is not known. The verdict's True is that of a bool, and true for any other known value.
func (p *Program) Eval(expr string, vals Values) (any, Verdict) {
	compiled, fault := p.lookup(expr)
	if fault != nil {
		return nil, Verdict{Text: fault.message}
	}
	v, verdict, cost := compiled.evalAtCost(p.lang, vals)
	if p.spent != nil {
		p.spent(cost)
	}
	return v, verdict
}

// Mentions tells whether an expression asks for a name.
func (p *Program) Mentions(expr, name string) bool {
	if strings.TrimSpace(expr) == "" {
		return false
	}
	compiled, fault := p.lookup(expr)
	return fault == nil && slices.Contains(compiled.asks, name)
}

// lookup gives the compiled expression. One that is not in the definition (a personal step's) is
// compiled on demand.
func (p *Program) lookup(expr string) (*expression, *fault) {
	if compiled, ok := p.compiled[expr]; ok {
		return compiled, nil
	}
	p.mu.Lock()
	compiled, ok := p.onDemand[expr]
	p.mu.Unlock()
	if ok {
		return compiled, nil
	}
	compiled, fault := p.lang.compile(expr, anyResult)
	if fault != nil {
		return nil, fault
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.onDemand) < maxOnDemand {
		p.onDemand[expr] = compiled
	}
	return compiled, nil
}

// expression is one compiled expression.
type expression struct {
	program cel.Program
	asks    []string // the names that its text mentions, in order
	memo    memo
}

// compute asks CEL. It also gives the names that were asked, each once, in that order, and what it
// cost.
func (e *expression) compute(lang *language, vals Values) (result any, verdict Verdict, names []string, cost uint64) {
	asked := &questions{lang: lang, vals: vals}
	defer func() {
		if r := recover(); r != nil {
			result, verdict = nil, Verdict{Text: fmt.Sprintf("cannot be decided: %v", r)}
		}
		names = asked.names()
	}()
	out, details, err := e.program.Eval(asked)
	if spent := details.ActualCost(); spent != nil {
		cost = *spent
	}
	if err != nil {
		return nil, asked.undecided(err), nil, cost
	}
	result, err = fromCEL(out)
	if err != nil {
		return nil, asked.undecided(err), nil, cost
	}
	truth, isBool := result.(bool)
	return result, Verdict{True: !isBool || truth, Text: asked.inWords()}, nil, cost
}

// questions stands between CEL and the values. It notes what was asked, so that the verdict can
// say which values led to it.
type questions struct {
	lang  *language
	vals  Values
	found []answer
}

type answer struct {
	name  string
	value any
	known bool
}

// ResolveName implements cel.Activation.
func (q *questions) ResolveName(name string) (any, bool) {
	typ, declared := q.lang.types[name]
	if !declared {
		return nil, false
	}
	for _, a := range q.found {
		if a.name == name {
			return a.value, a.known
		}
	}
	v, known := q.vals.Value(name)
	if known {
		v, known = coerce(typ, v)
	}
	q.found = append(q.found, answer{name: name, value: v, known: known})
	return v, known
}

// Parent implements cel.Activation.
func (q *questions) Parent() cel.Activation { return nil }

func (q *questions) names() []string {
	names := make([]string, len(q.found))
	for i, a := range q.found {
		names[i] = a.name
	}
	return names
}

func (q *questions) undecided(err error) Verdict {
	var unknown []string
	for _, a := range q.found {
		if !a.known {
			unknown = append(unknown, a.name)
		}
	}
	if len(unknown) == 0 {
		return Verdict{Text: "cannot be decided: " + err.Error()}
	}
	return Verdict{Unknown: unknown, Text: "not known yet: " + strings.Join(unknown, ", ")}
}

func (q *questions) inWords() string {
	if len(q.found) == 0 {
		return "always so"
	}
	parts := make([]string, len(q.found))
	for i, a := range q.found {
		parts[i] = a.name + " is " + inWords(a.value)
		if !a.known {
			parts[i] = a.name + " is not known"
		}
	}
	return strings.Join(parts, ", ")
}

// mentions tells whether the expression's text asks for the name.
func (e *expression) mentions(name string) bool { return slices.Contains(e.asks, name) }
