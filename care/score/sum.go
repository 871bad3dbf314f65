package score

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"throughline/care"
)

// sum is an instrument that adds the points of its components.
type sum struct {
	key      string
	version  int
	variants []sumVariant
}

type sumVariant struct {
	name       string
	components []component
	// bands are in rising order; each reaches from its lowest score to the next band.
	bands []bandFrom
	// whole tells that the instrument's rule is not to score at all unless every answer is given.
	whole bool
	class string
}

// component gives the points of one input.
type component struct {
	input  Input
	points func(g answered, name string) float64
	// least and most bound the points while the answer is missing.
	least, most float64
}

type bandFrom struct {
	least float64
	band  Band
}

func (s sum) Key() string { return s.key }

func (s sum) Version() int { return s.version }

func (s sum) Variants() []string {
	names := make([]string, len(s.variants))
	for i, v := range s.variants {
		names[i] = v.name
	}
	return names
}

func (s sum) Inputs(variant string) []Input {
	v, err := s.variant(variant)
	if err != nil {
		return nil
	}
	return v.inputs()
}

func (s sum) Score(variant string, answers map[string]Value) (Result, error) {
	v, err := s.variant(variant)
	if err != nil {
		return Result{}, err
	}
	given, err := read(v.inputs(), answers)
	if err != nil {
		return Result{}, err
	}
	result := Result{Scorer: s.key, Version: s.version, Variant: v.name, Inputs: given}
	v.add(&result, given)
	return result, nil
}

func (s sum) variant(name string) (sumVariant, error) {
	if name == "" {
		return s.variants[0], nil
	}
	i := slices.IndexFunc(s.variants, func(v sumVariant) bool { return v.name == name })
	if i < 0 {
		return sumVariant{}, noVariant(s, name)
	}
	return s.variants[i], nil
}

func noVariant(s Scorer, name string) error {
	return care.Errorf(care.Invalid, "%q is no variant of %s: write %s", name, s.Key(), strings.Join(s.Variants(), ", ")).At("variant").By("score.variant")
}

func (v sumVariant) inputs() []Input {
	inputs := make([]Input, len(v.components))
	for i, c := range v.components {
		inputs[i] = c.input
	}
	return inputs
}

// add fills the result in.
func (v sumVariant) add(result *Result, given answered) {
	var lowest, highest float64
	for _, c := range v.components {
		if _, ok := given[c.input.Name]; !ok {
			lowest, highest = lowest+c.least, highest+c.most
			continue
		}
		points := c.points(given, c.input.Name)
		lowest, highest = lowest+points, highest+points
		result.Parts = append(result.Parts, Part{Name: c.input.Name, Label: c.input.Label, Value: &points, Class: c.input.Class})
	}
	result.Missing = given.missing(v.inputs())
	switch {
	case len(result.Missing) == 0:
		result.Value, result.Band = &lowest, v.band(lowest)
		result.Handling = "Complete: no answer was missing."
	case v.whole:
		result.Handling = fmt.Sprintf("Not scored: every answer is needed, and %d of %d are missing.", len(result.Missing), len(v.components))
	default:
		result.Lowest, result.Highest = &lowest, &highest
		result.Handling = fmt.Sprintf("Not scored: nothing was assumed for what is missing. The score lies between %s and %s", inWords(lowest), inWords(highest))
		if band := v.band(lowest); band == v.band(highest) {
			result.Band = band
			result.Handling += ", which is " + string(band) + " in any case"
		}
		result.Handling += "."
	}
}

func (v sumVariant) band(score float64) Band {
	var band Band
	for _, b := range v.bands {
		if score >= b.least {
			band = b.band
		}
	}
	return band
}

func inWords(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// pointsIf gives the points where the answer is yes.
func pointsIf(n float64) func(answered, string) float64 {
	return func(g answered, name string) float64 {
		if g.yes(name) {
			return n
		}
		return 0
	}
}

// pointsBelow gives the points where the answer is below the limit.
func pointsBelow(limit, n float64) func(answered, string) float64 {
	return func(g answered, name string) float64 {
		if g.number(name) < limit {
			return n
		}
		return 0
	}
}

// pointsFrom gives the points of the last step that the answer reaches. Steps are in rising order.
func pointsFrom(steps ...[2]float64) func(answered, string) float64 {
	return func(g answered, name string) float64 {
		return reached(g.number(name), steps)
	}
}

func reached(n float64, steps [][2]float64) float64 {
	var points float64
	for _, s := range steps {
		if n >= s[0] {
			points = s[1]
		}
	}
	return points
}

func bound(n float64) *float64 { return new(n) }
