package score

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ahcHRSN is the screening for health-related social needs of the Accountable Health Communities
// model of CMS. Each domain is positive, negative, or undecided where answers are missing; the
// value is the number of domains with a need.
//
//   - core, the default: the ten questions of LOINC panel 96777-8.
//   - supplemental: with the supplemental questions (LOINC 97023-6) on employment, education and
//     mood. The other supplemental domains are left out until their answer codes are confirmed.
//
// Questions, answer codes and what counts as a need: LOINC 96777-8 and SHIN-NY's implementation
// guide for HRSN 1.4.5; mood is the PHQ-2. Safety is HITS, with its rule: undecided unless all four
// are answered.
//
// A positive domain shows that there may be a need. Whether the patient wants help with it has to
// be asked before anybody is told. The whole result is of the class ClassViolence, because the
// overall band and the value show what the safety questions gave; the other domains, each by
// itself, are not.
type ahcHRSN struct{}

const (
	ahcCore         = "core"
	ahcSupplemental = "supplemental"
	ahcSource       = "CMS AHC HRSN screening tool (LOINC 96777-8)"
	ahcMore         = "CMS AHC HRSN screening tool, supplemental questions (LOINC 97023-6)"
	ahcYes          = "LA33-6"
	ahcNo           = "LA32-8"
)

// domain is one need that is asked about, by one or more questions.
type domain struct {
	name, label string
	categories  []string // Gravity's SDOHCC-CodeSystemTemporaryCodes
	questions   []question
	by          *sum // scored as a whole by this instrument; nil: any needed answer is a need
}

type question struct {
	input Input
	need  []string // the answers that show a need
}

var ahcCoreDomains = []domain{
	{
		name: "housing_stability", label: "Housing: a steady place to live", categories: []string{"housing-instability", "homelessness"},
		questions: []question{ask("living_situation", "71802-3", "What is your living situation today?",
			[]string{"LA31994-9", "LA31995-6"}, "LA31993-1")},
	},
	{
		name: "housing_quality", label: "Housing: problems with the place", categories: []string{"inadequate-housing"},
		questions: []question{askSeveral("housing_problems", "96778-6", "Do you have problems with any of these where you live?",
			[]string{"LA31996-4", "LA28580-1", "LA31997-2", "LA31998-0", "LA31999-8", "LA32000-4", "LA32001-2"}, "LA9-3")},
	},
	{
		name: "food", label: "Food", categories: []string{"food-insecurity"},
		questions: []question{
			ask("food_worry", "88122-7", "In the past 12 months, did you worry that food would run out before you could buy more?",
				[]string{"LA28397-0", "LA6729-3"}, "LA28398-8"),
			ask("food_did_not_last", "88123-5", "In the past 12 months, did food not last and there was no money for more?",
				[]string{"LA28397-0", "LA6729-3"}, "LA28398-8"),
		},
	},
	{
		name: "transportation", label: "Transportation", categories: []string{"transportation-insecurity"},
		questions: []question{ask("transportation", "93030-5", "In the past 12 months, has a lack of transportation kept you from what you need?",
			[]string{ahcYes}, ahcNo)},
	},
	{
		name: "utilities", label: "Utilities", categories: []string{"utility-insecurity"},
		questions: []question{ask("utilities", "96779-4", "In the past 12 months, was there a threat to shut off electricity, gas, oil or water?",
			[]string{ahcYes, "LA32002-0"}, ahcNo)},
	},
	{name: "safety", label: "Safety", categories: []string{"sdoh-category-unspecified"}, by: &hits, questions: questionsOf(hits)},
}

var ahcMoreDomains = []domain{
	{
		name: "employment", label: "Employment", categories: []string{"employment-status"},
		questions: []question{supplemental(ask("employment", "96780-2", "Do you want help finding or keeping work?",
			[]string{"LA31981-6", "LA31982-4"}, "LA31983-2"))},
	},
	{
		name: "education", label: "Education", categories: []string{"sdoh-category-unspecified"},
		questions: []question{supplemental(ask("education", "96782-8", "Do you want help with school or training?", []string{ahcYes}, ahcNo))},
	},
	{name: "mental_health", label: "Mood", by: &phq2, questions: questionsOf(phq2)},
}

func ask(name, loinc, label string, need []string, fine ...string) question {
	return question{
		input: Input{Name: name, Type: Code, Values: slices.Concat(need, fine), LOINC: loinc, Label: label, Source: ahcSource},
		need:  need,
	}
}

func askSeveral(name, loinc, label string, need []string, fine ...string) question {
	q := ask(name, loinc, label, need, fine...)
	q.input.Repeats = true
	return q
}

func supplemental(q question) question {
	q.input.Source = ahcMore
	return q
}

func questionsOf(s sum) []question {
	var questions []question
	for _, in := range s.Inputs("") {
		questions = append(questions, question{input: in})
	}
	return questions
}

func (ahcHRSN) Key() string { return "ahc-hrsn" }

func (ahcHRSN) Version() int { return 1 }

func (ahcHRSN) Variants() []string { return []string{ahcCore, ahcSupplemental} }

func (ahcHRSN) domains(variant string) []domain {
	switch variant {
	case "", ahcCore:
		return ahcCoreDomains
	case ahcSupplemental:
		return slices.Concat(ahcCoreDomains, ahcMoreDomains)
	}
	return nil
}

func (a ahcHRSN) Inputs(variant string) []Input {
	var inputs []Input
	for _, d := range a.domains(variant) {
		inputs = append(inputs, d.inputs()...)
	}
	return inputs
}

func (d domain) inputs() []Input {
	inputs := make([]Input, len(d.questions))
	for i, q := range d.questions {
		inputs[i] = q.input
	}
	return inputs
}

func (a ahcHRSN) Score(variant string, answers map[string]Value) (Result, error) {
	domains := a.domains(variant)
	if domains == nil {
		return Result{}, noVariant(a, variant)
	}
	inputs := a.Inputs(variant)
	given, err := read(inputs, answers)
	if err != nil {
		return Result{}, err
	}
	result := Result{Scorer: a.Key(), Version: a.Version(), Variant: variant, Missing: given.missing(inputs), Inputs: given}
	if variant == "" {
		result.Variant = ahcCore
	}
	for _, d := range domains {
		part, err := d.judge(given)
		if err != nil {
			return Result{}, err
		}
		result.Parts = append(result.Parts, part)
	}
	total(&result)
	return result, nil
}

// judge tells what the answers show for one domain.
func (d domain) judge(given answered) (Part, error) {
	part := Part{Name: d.name, Label: d.label, Categories: d.categories, Missing: given.missing(d.inputs())}
	if d.by != nil {
		scored, err := d.by.Score("", maps.Clone(given))
		part.Value, part.Band = scored.Value, scored.Band
		part.Class = d.by.variants[0].class
		return part, err
	}
	for _, q := range d.questions {
		for _, code := range given.codes(q.input.Name) {
			if slices.Contains(q.need, code) {
				part.Band = Positive
			}
		}
	}
	if part.Band == "" && len(part.Missing) == 0 {
		part.Band = Negative
	}
	return part, nil
}

// total counts the domains with a need, and says which are undecided.
func total(result *Result) {
	var needs float64
	var undecided []string
	for _, p := range result.Parts {
		switch p.Band {
		case Positive:
			needs++
		case Negative:
		default:
			undecided = append(undecided, p.Name)
		}
	}
	if needs > 0 {
		result.Band = Positive
	}
	if len(undecided) > 0 {
		most := needs + float64(len(undecided))
		result.Lowest, result.Highest = &needs, &most
		result.Handling = fmt.Sprintf("Nothing was assumed for what is missing: undecided for %s. Needs lie between %s and %s.",
			strings.Join(undecided, ", "), inWords(needs), inWords(most))
		return
	}
	result.Value = &needs
	if needs == 0 {
		result.Band = Negative
	}
	result.Handling = "Complete: no answer was missing."
	if len(result.Missing) > 0 {
		result.Handling = "Every domain was decided by the answers given; what is missing could change none of them."
	}
}
