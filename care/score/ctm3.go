package score

import (
	"fmt"
	"slices"
	"strings"
)

const ctm3Source = "Care Transitions Measure, 3 items (Coleman, Mahoney, Parry, Med Care 2005;43(3):246-255)"

// ctm3 is the CTM-3: how well a patient was prepared for the discharge, asked from 48 hours to 30
// days after it. Three statements, each from strongly disagree (1) to strongly agree (4).
//
//   - linear, the default: the mean of the statements that count, brought to 0 to 100 by
//     (mean - 1) / 3 × 100. The conversion is the one in common use; we have not read it in the
//     measure's own manual.
//   - top_box: the share, 0 to 100, of the statements that count and were strongly agreed to, for
//     reports by "top box".
//
// "Don't know" does not count, and neither does the third statement for a patient who was given no
// medication. The measure has no bands. Since 2025-01-01 it is no part of HCAHPS and must not be
// reported as such.
type ctm3 struct{}

const (
	ctm3Linear = "linear"
	ctm3TopBox = "top_box"
)

// ctm3Scale are the answers that count, for 1 to 4 points.
var ctm3Scale = []string{"strongly_disagree", "disagree", "agree", "strongly_agree"}

var ctm3Inputs = []Input{
	{Name: "preferences", Label: "Hospital staff took my preferences, and those of my family or caregiver, into account in deciding what I would need after leaving", Source: ctm3Source},
	{Name: "responsibilities", Label: "When I left the hospital, I understood what I was responsible for in managing my health", Source: ctm3Source},
	{Name: "medication", Label: "When I left the hospital, I understood what each of my medications is for", Source: ctm3Source},
}

func (ctm3) Key() string { return "ctm-3" }

func (ctm3) Version() int { return 1 }

func (ctm3) Variants() []string { return []string{ctm3Linear, ctm3TopBox} }

func (c ctm3) Inputs(variant string) []Input {
	if variant != "" && !slices.Contains(c.Variants(), variant) {
		return nil
	}
	inputs := slices.Clone(ctm3Inputs)
	for i := range inputs {
		inputs[i].Type = Code
		inputs[i].Values = slices.Concat(ctm3Scale, []string{"dont_know"})
	}
	inputs[2].Values = append(inputs[2].Values, "no_medication")
	return inputs
}

func (c ctm3) Score(variant string, answers map[string]Value) (Result, error) {
	if variant == "" {
		variant = ctm3Linear
	}
	inputs := c.Inputs(variant)
	if inputs == nil {
		return Result{}, noVariant(c, variant)
	}
	given, err := read(inputs, answers)
	if err != nil {
		return Result{}, err
	}
	result := Result{Scorer: c.Key(), Version: c.Version(), Variant: variant, Missing: given.missing(inputs), Inputs: given}
	var count, total, top float64
	for _, in := range inputs {
		points := float64(1 + slices.Index(ctm3Scale, given.code(in.Name)))
		if points == 0 {
			continue
		}
		result.Parts = append(result.Parts, Part{Name: in.Name, Label: in.Label, Value: &points})
		count, total = count+1, total+points
		if points == 4 {
			top++
		}
	}
	if count == 0 {
		result.Handling = "Not scored: no statement has an answer that counts."
		return result, nil
	}
	value := (total - count) / (3 * count) * 100
	if variant == ctm3TopBox {
		value = top / count * 100
	}
	result.Value = &value
	result.Handling = ctm3Handling(inputs, given, int(count))
	return result, nil
}

// ctm3Handling says what was left out of the mean, and why.
func ctm3Handling(inputs []Input, given answered, count int) string {
	if count == len(inputs) {
		return "Complete: no answer was missing."
	}
	var left []string
	for _, in := range inputs {
		switch code := given.code(in.Name); {
		case code == "":
			left = append(left, in.Name+" (no answer)")
		case !slices.Contains(ctm3Scale, code):
			left = append(left, in.Name+" ("+strings.ReplaceAll(code, "_", " ")+")")
		}
	}
	return fmt.Sprintf("Scored on %d of %d statements: left out %s.", count, len(inputs), strings.Join(left, ", "))
}
