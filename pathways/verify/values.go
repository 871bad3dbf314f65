package verify

import (
	"cmp"
	"reflect"
	"slices"

	"throughline/pathways"
)

// question is something that has a value: a fact, an answer, an attribute of an event.
type question struct {
	name     string
	typ      string
	values   []string // of a code
	optional bool     // it may be left out
}

// interesting gives the values of a question that the expressions can tell apart, the calmest
// first: a value that nothing asks for stands for all of its kind. A nil value leaves it out.
func interesting(q question, asks []pathways.Asked) []any {
	asked := mentions(asks, q.name)
	if !asked {
		return []any{plainValue(q)}
	}
	values := byType(q, comparedWith(asks, q.name))
	if q.optional {
		values = append(values, nil)
	}
	return values
}

func mentions(asks []pathways.Asked, name string) bool {
	return slices.ContainsFunc(asks, func(a pathways.Asked) bool { return slices.Contains(a.Names, name) })
}

// comparedWith lists what the expressions hold a name against, each once.
func comparedWith(asks []pathways.Asked, name string) []any {
	var values []any
	for _, a := range asks {
		for _, c := range a.Compared {
			if c.Name == name && !slices.Contains(values, c.Value) {
				values = append(values, c.Value)
			}
		}
	}
	return values
}

func byType(q question, literals []any) []any {
	switch q.typ {
	case pathways.TypeBool:
		return []any{false, true}
	case pathways.TypeCode:
		return codes(q.values, literals)
	case pathways.TypeCodes:
		return severalCodes(codes(q.values, literals))
	case pathways.TypeInt:
		return boundaries(literals, func(v float64) any { return int64(v) })
	case pathways.TypeNumber:
		return boundaries(literals, func(v float64) any { return v })
	case pathways.TypeString:
		return append([]any{otherText}, texts(literals)...)
	}
	return []any{plainValue(q)}
}

// otherText is a text that no expression asks for.
const otherText = "something else"

// widest adds to the values those that lie furthest apart, for what adds answers up.
func widest(q question, values []any) []any {
	var ends []any
	switch q.typ {
	case pathways.TypeBool:
		ends = []any{false, true}
	case pathways.TypeCode:
		if len(q.values) > 0 {
			ends = []any{q.values[0], q.values[len(q.values)-1]}
		}
	case pathways.TypeCodes:
		ends = severalCodes(codes(q.values, nil))
	case pathways.TypeInt:
		ends = []any{int64(0), int64(10)}
	case pathways.TypeNumber:
		ends = []any{0.0, 10.0}
	default:
		ends = []any{plainValue(question{typ: q.typ})}
	}
	if q.optional {
		ends = append(ends, nil)
	}
	out := slices.Clone(values)
	for _, v := range ends {
		if !slices.ContainsFunc(out, func(have any) bool { return reflect.DeepEqual(have, v) }) {
			out = append(out, v)
		}
	}
	return out
}

// codes gives the values that are asked for, and before them one that is not.
func codes(values []string, literals []any) []any {
	if len(values) == 0 { // not closed: what is asked for, and something else
		return append([]any{otherText}, texts(literals)...)
	}
	var asked []any
	var other any
	for _, v := range values {
		switch {
		case slices.Contains(literals, any(v)):
			asked = append(asked, v)
		case other == nil:
			other = v
		}
	}
	if len(asked) == 0 { // asked for otherwise than by comparing: the first and the last
		return []any{values[0], values[len(values)-1]}
	}
	if other == nil {
		return asked
	}
	return append([]any{other}, asked...)
}

// severalCodes gives each code by itself, as the answer to a question that takes several.
func severalCodes(codes []any) []any {
	out := make([]any, len(codes))
	for i, c := range codes {
		out[i] = []any{c}
	}
	return out
}

// withinLimits leaves out what the question does not take, but for the nearest that it does.
func withinLimits(f pathways.Field, values []any) []any {
	var out []any
	for _, v := range values {
		if f.Breach(v) != pathways.NoBreach {
			n, _ := number(v)
			if v = any(f.Within(n)); f.Type == pathways.TypeInt {
				v = int64(f.Within(n))
			}
		}
		if !slices.ContainsFunc(out, func(have any) bool { return reflect.DeepEqual(have, v) }) {
			out = append(out, v)
		}
	}
	return out
}

func texts(literals []any) []any {
	var out []any
	for _, v := range literals {
		if s, ok := v.(string); ok && s != "" {
			out = append(out, s)
		}
	}
	return out
}

// boundaries gives each number that is asked for, with the ones beside it, from the lowest.
func boundaries(literals []any, as func(float64) any) []any {
	var numbers []float64
	for _, v := range literals {
		if n, ok := number(v); ok {
			numbers = append(numbers, n-1, n, n+1)
		}
	}
	if len(numbers) == 0 {
		numbers = []float64{1}
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	out := make([]any, len(numbers))
	for i, n := range numbers {
		out[i] = as(n)
	}
	return out
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// plainValue is a value for a question that no expression asks.
func plainValue(q question) any {
	if q.optional {
		return nil
	}
	switch q.typ {
	case pathways.TypeBool:
		return false
	case pathways.TypeCode:
		if len(q.values) > 0 {
			return q.values[0]
		}
	case pathways.TypeCodes:
		if len(q.values) > 0 {
			return []any{q.values[0]}
		}
	case pathways.TypeInt:
		return int64(1)
	case pathways.TypeNumber:
		return 1.0
	case pathways.TypeDate:
		return firstDay
	case pathways.TypeDateTime:
		return firstMoment
	}
	return otherText
}

// combinations gives every combination of the choices where there are at most limit, with the
// first of each in front. Else it gives the calmest, each other value alone and each pair of them,
// as far as limit goes; missed tells how many it left out.
func combinations(choices [][]any, limit int) (all [][]any, missed int) {
	total := 1
	for _, c := range choices {
		total *= max(len(c), 1)
		if total > 1<<20 {
			break
		}
	}
	if total <= limit {
		return product(choices), 0
	}
	base := make([]any, len(choices))
	for i, c := range choices {
		base[i] = c[0]
	}
	all = [][]any{base}
	for i := range choices {
		for _, v := range choices[i][1:] {
			all = append(all, with(base, i, v))
		}
	}
	all = append(all, last(choices))
	for i := range choices {
		for j := i + 1; j < len(choices) && len(all) < limit; j++ {
			for _, v := range choices[i][1:] {
				for _, w := range choices[j][1:] {
					all = append(all, with(with(base, i, v), j, w))
				}
			}
		}
	}
	if len(all) > limit {
		all = all[:limit]
	}
	return all, total - len(all)
}

func product(choices [][]any) [][]any {
	all := [][]any{{}}
	for _, c := range choices {
		var longer [][]any
		for _, one := range all {
			for _, v := range c {
				longer = append(longer, append(slices.Clone(one), v))
			}
		}
		all = longer
	}
	return all
}

func with(base []any, i int, v any) []any {
	changed := slices.Clone(base)
	changed[i] = v
	return changed
}

// last gives the combination that is furthest from the calmest.
func last(choices [][]any) []any {
	out := make([]any, len(choices))
	for i, c := range choices {
		at := len(c) - 1
		if c[at] == nil && at > 0 {
			at--
		}
		out[i] = c[at]
	}
	return out
}

// highest gives the largest whole number that a name is held against; 0 where there is none.
func highest(asks []pathways.Asked, names ...string) int {
	most := 0
	for _, name := range names {
		for _, v := range comparedWith(asks, name) {
			if n, ok := number(v); ok {
				most = max(most, int(n))
			}
		}
	}
	return most
}

// bucket tells where a number lies among those that a name is held against: two numbers with the
// same bucket answer every comparison alike.
func bucket(v float64, literals []any) int {
	at := 0
	for _, b := range sortedNumbers(literals) {
		switch cmp.Compare(v, b) {
		case 0:
			return at + 1
		case 1:
			at += 2
		}
	}
	return at
}

func sortedNumbers(literals []any) []float64 {
	var numbers []float64
	for _, v := range literals {
		if n, ok := number(v); ok {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}
