package score

import (
	"math"
	"slices"
	"strings"

	"throughline/care"
)

// answered are the answers of one scoring, by the names of its inputs, each brought to the form in
// which Result.Inputs keeps it.
type answered map[string]any

// read takes the answers that the inputs ask for. What is missing stands in no answer.
func read(inputs []Input, answers map[string]Value) (answered, error) {
	given := answered{}
	for _, in := range inputs {
		v, err := accept(in, answers[in.Name])
		if err != nil {
			return nil, err
		}
		if v != nil {
			given[in.Name] = v
		}
	}
	return given, nil
}

// accept brings an answer to its form; nil where it is missing.
func accept(in Input, v Value) (any, error) {
	if v == nil {
		return nil, nil //nolint:nilnil // no answer is an answer that is missing, not an error
	}
	switch in.Type {
	case Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, refused(in, "yes or no (true or false)")
	case Int, Number:
		return acceptNumber(in, v)
	default:
		return acceptCodes(in, v)
	}
}

func acceptNumber(in Input, v Value) (any, error) {
	var n float64
	switch x := v.(type) {
	case int:
		n = float64(x)
	case int64:
		n = float64(x)
	case float64:
		n = x
	default:
		n = math.NaN()
	}
	whole := in.Type == Number || n == math.Trunc(n)
	inRange := (in.Min == nil || n >= *in.Min) && (in.Max == nil || n <= *in.Max)
	if math.IsNaN(n) || math.IsInf(n, 0) || !whole || !inRange {
		return nil, refused(in, in.expects())
	}
	return n, nil
}

// expects says in words which numbers can be an answer.
func (in Input) expects() string {
	words := "a number"
	if in.Type == Int {
		words = "a whole number"
	}
	switch {
	case in.Min != nil && in.Max != nil:
		words += " from " + inWords(*in.Min) + " to " + inWords(*in.Max)
	case in.Min != nil:
		words += " not below " + inWords(*in.Min)
	}
	if in.Unit != "" {
		words += " in " + in.Unit
	}
	return words
}

func acceptCodes(in Input, v Value) (any, error) {
	var codes []string
	switch x := v.(type) {
	case string:
		codes = []string{x}
	case []string:
		codes = x
	case []any:
		for _, item := range x {
			code, _ := item.(string)
			codes = append(codes, code)
		}
	default:
		return nil, refused(in, "one of "+strings.Join(in.Values, ", "))
	}
	if len(codes) == 0 || len(codes) == 1 && codes[0] == "" {
		return nil, nil //nolint:nilnil // nothing was chosen: the answer is missing
	}
	for _, code := range codes {
		if !slices.Contains(in.Values, code) {
			return nil, refused(in, "one of "+strings.Join(in.Values, ", "))
		}
	}
	if !in.Repeats {
		if len(codes) > 1 {
			return nil, refused(in, "only one of "+strings.Join(in.Values, ", "))
		}
		return codes[0], nil
	}
	list := make([]any, len(codes))
	for i, code := range codes {
		list[i] = code
	}
	return list, nil
}

func refused(in Input, expected string) error {
	return care.Errorf(care.Invalid, "%s is expected for %q", expected, in.Label).At(in.Name).By("score.input")
}

// missing names the inputs without an answer.
func (g answered) missing(inputs []Input) []string {
	var names []string
	for _, in := range inputs {
		if _, ok := g[in.Name]; !ok {
			names = append(names, in.Name)
		}
	}
	return names
}

func (g answered) yes(name string) bool { b, _ := g[name].(bool); return b }

func (g answered) number(name string) float64 { n, _ := g[name].(float64); return n }

func (g answered) code(name string) string { s, _ := g[name].(string); return s }

// codes gives what was chosen, of one or of several.
func (g answered) codes(name string) []string {
	switch x := g[name].(type) {
	case string:
		return []string{x}
	case []any:
		codes := make([]string, 0, len(x))
		for _, item := range x {
			code, _ := item.(string)
			codes = append(codes, code)
		}
		return codes
	}
	return nil
}
